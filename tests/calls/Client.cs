using System.Net.Http;
using RestSharp;
using Com.Zoho.Crm.API.Record;
using Com.Zoho.Crm.API.Org;

namespace App
{
    public class Client
    {
        private const string Base = "https://www.zohoapis.com.au/crm/v7";
        private readonly HttpClient _http = new HttpClient();
        private readonly HttpClient _desk = new HttpClient { BaseAddress = new Uri("https://desk.zoho.com.au/api/v1/") };

        public async Task<string> Leads()
        {
            return await _http.GetStringAsync($"{Base}/Leads"); // ~> GET /crm/v7/Leads
        }

        public async Task Create(object lead)
        {
            var response = await _http.PostAsJsonAsync($"{Base}/Leads", lead); // ~> POST /crm/v7/Leads
            await _http.PutAsync(Base + "/Leads/" + lead.Id, content); // ~> PUT /crm/v7/Leads/{}
            await _http.DeleteAsync($"{Base}/Leads/{lead.Id}"); // ~> DELETE /crm/v7/Leads/{}
        }

        public async Task Tickets()
        {
            await _desk.GetAsync("tickets"); // ~> GET /api/v1/tickets
            await _desk.PostAsync("tickets", body); // ~> POST /api/v1/tickets
        }

        public async Task Message()
        {
            var request = new HttpRequestMessage(HttpMethod.Patch, "https://www.zohoapis.com.au/crm/v7/Contacts/" + id); // ~> PATCH /crm/v7/Contacts/{}
            await _http.SendAsync(request);
            // await _http.GetAsync($"{Base}/Deals");
            Console.WriteLine("https://www.zohoapis.com.au/crm/v7/Tasks");
        }

        public void Rest()
        {
            var request = new RestRequest("https://www.zohoapis.com.au/books/v3/contacts", Method.Post); // ~> POST /books/v3/contacts
            client.Execute(request);
        }

        public void Sdk()
        {
            RecordOperations recordOperations = new RecordOperations("Products");
            recordOperations.GetRecords(null, null); // ~> GET /crm/v8/Products
            recordOperations.UpsertRecords(request, null); // ~> POST /crm/v8/Products/upsert
            var org = new OrgOperations();
            org.GetOrganization(); // ~> GET /crm/v8/org
        }

        public string Page(long id) => $"https://crm.zoho.com.au/crm/org7/tab/Leads/{id}";
    }
}
