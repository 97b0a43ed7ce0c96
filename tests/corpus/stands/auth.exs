# default_scope: "ZohoCRM.modules.ALL"
config :ueberauth, Zoho, default_scope: "ZohoCRM.modules.leads.READ,AaaServer.profile.READ",
  scopes: ~w(ZohoBooks.invoices.READ ZohoBooks.contacts.READ)
