let scopes = [
    "ZohoMail.messages.READ", // not ZohoMail.messages.ALL
    "ZohoMail.folders.READ",
]
guard granted.contains("ZohoMail.accounts.READ") else { fatalError("ask for ZohoMail.accounts.READ first") }
