#!/bin/sh
# scope=ZohoCRM.modules.ALL,ZohoCRM.settings.READ
curl -X POST "https://accounts.zoho.com/oauth/v2/token?client_id=$ID&scope=ZohoMail.messages.READ,ZohoMail.folders.READ&grant_type=client_credentials" \
  -d soid=ZohoCRM.600000000
export ZOHO_SCOPES="ZohoPayroll.employees.READ ZohoProjects.projects.READ"
zoho login --scope ZohoVault.secrets.READ --dc eu
cp zohobooks.backup.create.sql /tmp
