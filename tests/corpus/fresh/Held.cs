public static class Zoho {
    public const string Scope = "Desk.tickets.READ Desk.basic.READ";
    static readonly string[] Wide = { "Desk.tickets.ALL" };
    public static bool May(ClaimsPrincipal p) => p.HasClaim("scope", "Desk.tickets.UPDATE");
    string Name(string s) => s switch { "Desk.tickets.READ" => "tickets", _ => s };
    void Go() { if (!scopes.Contains("Desk.contacts.READ")) throw new InvalidOperationException("missing Desk.contacts.READ"); }
}
