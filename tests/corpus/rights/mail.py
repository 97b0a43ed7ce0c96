# Consent for the Zoho mailbox and the sandbox of the CRM
PARAMS = {"access_type": "offline", "scope": "ZohoMail.send,ZohoMail.READ"}
WIDE = ["ZohoCRM.users.READ", 'ZohoCRM.READ']
HIDDEN = {"id": "workdrive.files.delete", "group": "files"}
NAMED = {"id": "teaminbox.workspace.all"}
state = ZohoCRM.READ
other = ZohoMail.send(text)
keys = ["zohomail.send", "ZohoClient.READ", "ZohoCRM.Limits.MAX_RETRIES", "ZohoCRM.modules.API()"]
also = ["ZohoCRM.settings.APPROVE"]
