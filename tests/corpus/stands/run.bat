rem set SCOPE=ZohoBooks.fullaccess.all
set SCOPE=ZohoBooks.invoices.READ
:: ZohoBooks.settings.ALL is not needed
