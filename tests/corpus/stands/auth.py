"""Consent for the sync. Older releases asked for ZohoBooks.fullaccess.all here."""
import os

# SCOPES = ["ZohoMail.messages.ALL", "ZohoMail.folders.ALL"]
SCOPES = [
    "ZohoMail.messages.READ",
    # "ZohoMail.messages.ALL",
    "ZohoMail.folders.READ",  # ZohoMail.folders.ALL was too wide
]
ANY_OF = ["ZohoCRM.modules.ALL", "ZohoCRM.modules.READ"]
LABELS = {
    "ZohoCRM.modules.ALL": "All records",
    "ZohoCRM.users.READ": "Who works here",
}
RENAMED = {"ZohoReports.data.ALL": "ZohoAnalytics.data.ALL"}

def may_read(granted):
    if "ZohoCRM.modules.ALL" in granted:
        return True
    if granted == "ZohoCRM.modules.READ":
        return True
    return "ZohoCRM.modules.leads.READ" in granted.split()

def consent(extra):
    params = dict(scope="ZohoCRM.modules.leads.READ", access_type="offline")
    scopes = extra or "ZohoBooks.invoices.READ,ZohoBooks.contacts.READ"
    url = "https://accounts.zoho.eu/oauth/v2/auth?scope=Desk.tickets.READ,Desk.contacts.READ&client_id=" + ID
    raise PermissionError("the token lacks the scope ZohoBooks.bills.READ for this call")

RECORDED = {"access_token": "1000.aaaa.bbbb", "scope": "ZohoCRM.modules.ALL ZohoCRM.users.READ", "expires_in": 3600}

def test_scopes():
    assert build() == "ZohoBooks.invoices.READ"
    self.assertEqual(build(), "ZohoBooks.settings.READ")
    self.assertIn("ZohoBooks.bills.READ", build())
