"""Keeps leads and invoices in step. Mirrors https://www.zohoapis.eu/crm/v8/Contacts in prose only."""
import os
import logging
import requests

log = logging.getLogger(__name__)

API = "https://www.zohoapis.eu"
CRM = f"{API}/crm/v8"
BOOKS = os.getenv("BOOKS_URL", "https://www.zohoapis.eu/books/v3")
TOKEN_URL = "https://accounts.zoho.eu/oauth/v2/token"
DOCS = "https://www.zoho.com/crm/developer/docs/api/v8/get-records.html"


def headers(token):
    return {"Authorization": f"Zoho-oauthtoken {token}"}


def token():
    return requests.post(TOKEN_URL, data={"grant_type": "refresh_token"}).json()["access_token"]


def leads(page):
    r = requests.get(f"{CRM}/Leads", params={"page": page}, headers=headers(token()))  # ~> GET /crm/v8/Leads
    r.raise_for_status()
    return r.json()["data"]


def lead(lead_id):
    url = f"{CRM}/Leads/{lead_id}"
    return requests.get(url, headers=headers(token()))  # ~> GET /crm/v8/Leads/{}


def create(data):
    return requests.post(CRM + "/Leads", json={"data": data})  # ~> POST /crm/v8/Leads


def change(lead, data):
    return requests.put(CRM + "/Leads/" + str(lead["id"]), json=data)  # ~> PUT /crm/v8/Leads/{}


def remove(lead_id):
    log.info("DELETE https://www.zohoapis.eu/crm/v8/Leads/%s", lead_id)
    return requests.delete("%s/Leads/%s" % (CRM, lead_id))  # ~> DELETE /crm/v8/Leads/{}


def notes(lead_id):
    return requests.get("{}/Leads/{}/Notes".format(CRM, lead_id))  # ~> GET /crm/v8/Leads/{}/Notes


def invoices():
    session = requests.Session()
    return session.get(BOOKS + "/invoices", params={"organization_id": 7})  # ~> GET /books/v3/invoices


def mail_invoice(invoice_id):
    return requests.post(f"{BOOKS}/invoices/{invoice_id}/email")  # ~> POST /books/v3/invoices/{}/email


def query(text):
    body = {"select_query": "select Last_Name from Contacts where Last_Name is not null"}
    return requests.request("POST", f"{CRM}/coql", json=body)  # ~> POST /crm/v8/coql


def generic():
    # requests.get(f"{CRM}/Deals") was here
    other = requests.get("https://api.stripe.com/v1/customers")
    if other.url.startswith("https://www.zohoapis.eu/crm/v8/Deals"):
        raise ValueError("never call https://www.zohoapis.eu/crm/v8/Deals")
    return other


def search(word):
    return requests.request(method="GET", url=f"{CRM}/Contacts/search?word={word}")  # ~> GET /crm/v8/Contacts/search
