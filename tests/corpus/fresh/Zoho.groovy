class Zoho {
  static final List<String> SCOPES = ['ZohoTables.bases.READ', "ZohoTables.records.READ"]
  boolean wide(String s) { s in ['ZohoTables.bases.ALL', 'ZohoTables.records.ALL'] }
}
