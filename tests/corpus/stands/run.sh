#!/bin/sh
export ZOHO_SCOPE="ZohoMail.messages.READ"
#export ZOHO_SCOPE="ZohoMail.messages.ALL"
SCOPES=${SCOPES:-ZohoMail.folders.READ,ZohoMail.accounts.READ}
zoho login --scope ZohoVault.secrets.READ
case "$scope" in
  ZohoBooks.fullaccess.all) echo all ;;
  ZohoBooks.invoices.READ|ZohoBooks.invoices.ALL) echo invoices ;;
esac
if [ "$scope" = "ZohoBooks.settings.ALL" ]; then exit 1; fi
if [[ $scope == *"ZohoBooks.bills.ALL"* ]]; then exit 1; fi
curl "https://accounts.zoho.com/oauth/v2/auth?scope=ZohoBooks.contacts.READ&client_id=$ID"
echo "the token needs the scope ZohoBooks.bills.READ for this"
grep -q 'ZohoBooks.contacts.ALL' granted.txt   # ZohoBooks.contacts.UPDATE
scopes=(Desk.tickets.READ Desk.contacts.READ)
