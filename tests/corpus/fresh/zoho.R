library(httr)
# full access: ZohoSubscriptions.fullaccess.all
app <- oauth_app("zoho", key = key, secret = secret)
token <- oauth2.0_token(endpoint, app, scope = c("ZohoSubscriptions.invoices.READ", "ZohoSubscriptions.customers.READ"))
if ("ZohoSubscriptions.invoices.UPDATE" %in% granted) update()
ZohoBooks.invoices.read <- function(x) x
