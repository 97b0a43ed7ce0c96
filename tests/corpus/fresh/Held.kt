object Zoho {
    val scopes = listOf("ZohoBooks.bills.READ", "ZohoBooks.invoices.READ")
    // val scopes = listOf("ZohoBooks.fullaccess.all")
    fun label(s: String) = when (s) {
        "ZohoBooks.bills.READ" -> "bills"
        else -> s
    }
    fun ok(held: Set<String>) = "ZohoBooks.invoices.READ" in held
    init { check("ZohoBooks.invoices.READ" in held) { "needs ZohoBooks.invoices.READ" } }
}
