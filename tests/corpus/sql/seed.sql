INSERT INTO connectors VALUES ('zoho', 'ZohoBooks.invoices.READ,ZohoBooks.customerpayments.READ');
SELECT * FROM zohobooks.invoices.read WHERE zohocrm.contacts.delete = 1;
UPDATE t SET s = 'Desk.tickets.READ Desk.contacts.WRITE';
