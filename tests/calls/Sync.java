package app;

import java.net.*;
import java.net.http.*;
import okhttp3.*;
import com.zoho.crm.api.record.RecordOperations;
import com.zoho.crm.api.users.*;
import com.zoho.crm.api.bulkwrite.BulkWriteOperations;
import com.acme.TagsOperations;

public class Sync {
    private static final String BASE = "https://www.zohoapis.in/crm/v5";
    private final HttpClient client = HttpClient.newHttpClient();

    public HttpResponse<String> leads() throws Exception {
        HttpRequest request = HttpRequest.newBuilder()
            .uri(URI.create(BASE + "/Leads")) // ~> GET /crm/v5/Leads
            .header("Authorization", "Zoho-oauthtoken " + token)
            .GET()
            .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    public void create(String body) throws Exception {
        Request request = new Request.Builder()
            .url(BASE + "/Contacts") // ~> POST /crm/v5/Contacts
            .post(RequestBody.create(body, JSON))
            .build();
        http.newCall(request).execute();
    }

    public void remove(String id) throws Exception {
        URL url = new URL(String.format("%s/Leads/%s", BASE, id)); // ~> DELETE /crm/v5/Leads/{}
        HttpURLConnection connection = (HttpURLConnection) url.openConnection();
        connection.setRequestMethod("DELETE");
        connection.connect();
    }

    // restTemplate.getForObject("https://www.zohoapis.in/crm/v5/Deals", String.class);
    public String spring(RestTemplate rest) {
        String url = "https://www.zohoapis.in/inventory/v1/items";
        logger.info("calling " + url);
        return rest.getForObject(url, String.class); // ~> GET /inventory/v1/items
    }

    public void exchange(RestTemplate rest, HttpEntity<String> entity) {
        rest.exchange("https://www.zohoapis.in/inventory/v1/items/" + id, HttpMethod.PUT, entity, String.class); // ~> PUT /inventory/v1/items/{}
    }

    public void sdk() throws Exception {
        RecordOperations recordOperations = new RecordOperations("Accounts");
        recordOperations.getRecord(1L, null, null); // ~> GET /crm/v8/Accounts/{}
        recordOperations.searchRecords(null, null); // ~> GET /crm/v8/Accounts/search
        UsersOperations users = new UsersOperations();
        users.deleteUser(2L); // ~> DELETE /crm/v8/users/{}
        new BulkWriteOperations().createBulkWriteJob(request); // ~> POST /crm/bulk/v8/write
        TagsOperations tags = new TagsOperations();
        tags.getTags();
    }

    public void apache() throws Exception {
        HttpPost post = new HttpPost("https://www.zohoapis.in/books/v3/invoices"); // ~> POST /books/v3/invoices
        HttpGet get = new HttpGet("https://api.example.com/books/v3/invoices");
        HttpGet items = new HttpGet("https://www.zohoapis.in/books/v3/items"); // ~> GET /books/v3/items
        String help = "https://www.zoho.com/books/api/v3/items/";
    }
}
