#!/bin/sh
SCOPE=${SCOPE:-ZohoCliq.Channels.READ}
curl -d "grant_type=client_credentials" -d "scope=ZohoCliq.Webhooks.CREATE" https://accounts.zoho.com/oauth/v2/token
case "$SCOPE" in
  *ZohoCliq.Channels.ALL*) echo "too wide" ;;
esac
[ "$SCOPE" = "ZohoCliq.Channels.READ" ] || exit 1
grep -q 'ZohoCliq.Users.READ' token.json
echo "you need ZohoCliq.Users.READ for this one"
