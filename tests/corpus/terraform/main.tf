resource "acme_connection" "zoho" {
  provider = "zoho"
  scopes = [
    "ZohoCRM.modules.leads.READ",
    "ZohoCRM.modules.contacts.READ",
  ]
  extra = "ZohoCRM.modules.${var.module}.READ"
  host  = "workdrive.zoho.com"
}
data "x" "y" { value = zohocrm.settings.read }
