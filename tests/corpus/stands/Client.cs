// ZohoInventory.fullaccess.all is more than we need
class Client {
    const string Scope = "ZohoInventory.items.READ ZohoInventory.salesorders.CREATE";
    /// <summary>Not ZohoInventory.settings.ALL.</summary>
    readonly string[] scopes = { "ZohoBooks.bills.READ", "ZohoBooks.contacts.READ" };
    bool May(string held) => held == "ZohoBooks.fullaccess.all" || held.Contains("ZohoBooks.bills.ALL");
    string Name(string s) => s switch { "ZohoBooks.bills.READ" => "bills", _ => s };
    Dictionary<string, string> titles = new() { ["ZohoBooks.contacts.READ"] = "contacts" };
}
