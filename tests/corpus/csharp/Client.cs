using Com.Zoho.Crm.API.Record;
using ZohoCRM.Services.Create;
using ZohoBooks.Api.Read;
namespace ZohoBooks.Contacts.Update
{
    /// <summary>Asks for <c>ZohoBooks.bills.READ</c>.</summary>
    public class Client
    {
        const string Scope = "ZohoBooks.bills.READ ZohoBooks.bills.CREATE";
        readonly string[] all = { "ZohoInventory.items.READ", "ZohoInventory.salesorders.CREATE" };
        public string For(string m) => $"ZohoCRM.modules.{m}.READ";
        Task T() => ZohoBooks.Invoices.Create(new Invoice());
        var crm = new ZohoCRM.ZohoFacade.Create(null);
        var url = "https://accounts.zoho.com/oauth/v2/token?refresh_token=" + t + "&scope=Desk.tickets.ALL&grant_type=refresh_token";
        var rights = ERP.Permissions.Read;
        using (Desk.Tickets.Delete()) { }
    }
}
