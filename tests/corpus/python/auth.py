"""Consent and token refresh for the nightly invoice export.

Needs ZohoBooks.invoices.READ and, for credit notes, ZohoBooks.creditnotes.READ.
"""
import os
from urllib.parse import urlencode
from zohocrm.modules.read import reader
import zohocrm.settings.all

SCOPES = [
    "ZohoBooks.invoices.READ",      # the invoices themselves
    "ZohoBooks.contacts.READ",
    'ZohoBooks.settings.READ',

    "ZohoBooks.creditnotes.READ",
]
WIDE = ("ZohoCRM.modules.deals.READ,ZohoCRM.modules.contacts.READ,"
        "ZohoCRM.modules.notes.READ,ZohoCRM.users.READ,"
        "ZohoCRM.org.READ")
params = {"scope": "ZohoCRM.modules.all", "access_type": "offline"}

def scope_for(module, op):
    """ZohoCRM.modules.{module}.READ for any module."""
    one = f"ZohoCRM.modules.{module}.READ"
    two = "ZohoCRM.modules.%s.CREATE" % module
    three = "ZohoCRM.modules.%(module)s.UPDATE" % {"module": module}
    four = "ZohoCRM.modules.{}.DELETE".format(module)
    five = "ZohoCRM.modules." + module + ".ALL"
    return one, two, three, four, five

record = ZohoCRM.Record.Delete(42)
client = zohoCrm.contacts.create({"name": "x"})
ZohoBooks.invoices.list()
self.ZohoBooks.invoices.READ = None
cache = zohobooks.invoices.delete("k")
with open("ZohoBooks.config.json") as config:
    pass
host = "https://desk.zoho.com/api/v1"
mail = "support@zohomail.eu.com"
