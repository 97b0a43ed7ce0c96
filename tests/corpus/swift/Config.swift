let oauthScopes = "ZohoCRM.settings.ALL,ZohoCRM.modules.emails.READ,ZohoCRM.Contacts.send_mail.CREATE,profile.orguserphoto.READ"
ZohoSalesIQ.Logger.write(log, logLevel: .info)
