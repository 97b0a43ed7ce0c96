-- asks less than ZohoBooks.fullaccess.all
INSERT INTO oauth_apps (name, scope) VALUES ('books', 'ZohoBooks.invoices.READ,ZohoBooks.contacts.READ');
UPDATE grants SET scope = REPLACE(scope, 'ZohoBooks.invoices.ALL', 'ZohoBooks.invoices.READ');
SELECT * FROM grants WHERE scope LIKE '%ZohoBooks.fullaccess.all%';
