from ZohoBooks.invoices.read import Reader
import ZohoCRM.modules.all as everything
ZohoDesk.tickets.delete(ticket_id=4)
open("ZohoBooks.invoices.READ".lower())
path = "com.zoho.crm.api.Record.create"
host = "ZohoMail.example.com"
name = f"{ZohoProjects.tasks.all()}"
