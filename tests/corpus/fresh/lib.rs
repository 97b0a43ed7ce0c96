pub const SCOPES: &[&str] = &["ZohoThis.that.READ", "ZohoLens.sessionapi.READ"];
pub fn name(scope: &str) -> Option<&'static str> {
    match scope {
        "ZohoLens.sessionapi.READ" => Some("sessions"),
        _ => None,
    }
}
#[test]
fn scopes() {
    assert_eq!(SCOPES.join(","), "ZohoLens.sessionapi.READ");
}
