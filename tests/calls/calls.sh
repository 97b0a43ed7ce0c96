#!/bin/sh
API=https://www.zohoapis.eu
curl -s -H "Authorization: Zoho-oauthtoken $TOKEN" "https://www.zohoapis.eu/crm/v8/Leads?fields=id" # ~> GET /crm/v8/Leads
curl -X PUT -d @lead.json \
  "$API/crm/v8/Leads/$1" # ~> PUT /crm/v8/Leads/{}
curl -sS -d '{"data": []}' https://www.zohoapis.eu/crm/v8/Contacts # ~> POST /crm/v8/Contacts
# curl https://www.zohoapis.eu/crm/v8/Deals
curl https://example.org/crm/v8/Deals
curl -G https://www.zohoapis.eu/books/v3/invoices -d organization_id=1 # ~> GET /books/v3/invoices
curl -X POST "https://accounts.zoho.eu/oauth/v2/token?grant_type=refresh_token"
