class Auth {
  private static final List<String> SCOPES = List.of("ZohoInvoice.invoices.READ", "ZohoInvoice.contacts.READ");
  @Value("${zoho.scope:ZohoInvoice.settings.READ}") String scope;
  boolean may(Token t) { return t.scopes().contains("ZohoInvoice.invoices.CREATE"); }
  String label(String s) { switch (s) { case "ZohoInvoice.invoices.READ": return "x"; default: return s; } }
  /** Asks for ZohoInvoice.fullaccess.all no more. */
  void x() { log.info("granted {}", "ZohoInvoice.contacts.READ"); assertEquals("ZohoInvoice.invoices.READ", SCOPES.get(0)); }
}
