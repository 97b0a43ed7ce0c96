import httpx
from urllib.request import Request, urlopen


class Desk:
    def __init__(self, token, base="https://desk.zoho.com/api/v1"):
        self.base = base
        self.token = token
        self.http = httpx.Client(base_url="https://desk.zoho.com/api/v1")

    def _call(self, method, path, **kwargs):
        return httpx.request(method, f"{self.base}{path}", headers={"orgId": "1"}, **kwargs)

    def tickets(self):
        return self._call("GET", "/tickets")  # ~> GET /api/v1/tickets

    def ticket(self, id):
        return self._call("GET", f"/tickets/{id}")  # ~> GET /api/v1/tickets/{}

    def reply(self, id, text):
        return self._call("POST", "/tickets/%s/sendReply" % id, json={"content": text})  # ~> POST /api/v1/tickets/{}/sendReply

    def contacts(self):
        return self.http.get("/contacts")  # ~> GET /api/v1/contacts

    def close(self, id):
        return self.http.patch(f"/tickets/{id}", json={"status": "Closed"})  # ~> PATCH /api/v1/tickets/{}


def agents(token):
    req = Request("https://desk.zoho.com/api/v1/agents", headers={"Authorization": token})  # ~> GET /api/v1/agents
    return urlopen(req).read()


def departments(token):
    return urlopen("https://desk.zoho.com/api/v1/departments").read()  # ~> GET /api/v1/departments


def not_ours():
    return httpx.get("https://desk.example.com/api/v1/tickets")


def page():
    return "https://desk.zoho.com/agent/acme/tickets/new"


async def upload(session, ticket, data):
    async with session.post(f"https://desk.zoho.com/api/v1/tickets/{ticket}/attachments", data=data) as answer:  # ~> POST /api/v1/tickets/{}/attachments
        return await answer.json()
