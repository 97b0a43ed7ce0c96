// ZohoCRM.modules.ALL would do, too
pub const SCOPE: &str = "ZohoCRM.modules.leads.READ";
pub const SCOPES: [&str; 2] = ["ZohoCRM.users.READ", "ZohoCRM.org.READ"];
fn name(scope: &str) -> &str {
    match scope {
        "ZohoCRM.users.READ" => "users",
        "ZohoCRM.org.READ" => "company",
        _ => scope,
    }
}
