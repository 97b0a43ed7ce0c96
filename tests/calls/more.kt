package app

import okhttp3.*

class Bigin(private val http: OkHttpClient) {
    private val base = "https://www.zohoapis.eu/bigin/v2"

    fun contacts(): Response {
        val request = Request.Builder().url("$base/Contacts").get().build() // ~> GET /bigin/v2/Contacts
        return http.newCall(request).execute()
    }

    fun remove(id: String): Response {
        val request = Request.Builder().url("$base/Contacts/$id").delete().build() // ~> DELETE /bigin/v2/Contacts/{}
        return http.newCall(request).execute()
    }

    // Request.Builder().url("$base/Deals")
    suspend fun ktor(client: HttpClient) {
        client.post("$base/Contacts") { setBody(body) } // ~> POST /bigin/v2/Contacts
        client.get("https://example.com/bigin/v2/Contacts")
    }
}
