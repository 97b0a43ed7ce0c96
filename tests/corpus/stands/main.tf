# scope = "ZohoCRM.modules.ALL"
locals {
  scope = join(",", [
    "ZohoCRM.modules.deals.READ", # deals
    "ZohoCRM.settings.fields.READ", // ZohoCRM.settings.ALL is too much
    # "ZohoCRM.users.ALL",
  ])
}
variable "scopes" { default = ["ZohoBooks.invoices.READ"] }
variable "note" { description = "an application that needs ZohoBooks.bills.READ has to say so" }
