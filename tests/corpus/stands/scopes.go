package zoho

// Default is ZohoBooks.fullaccess.all in the old client.
const scope = "ZohoBooks.invoices.READ" // was "ZohoBooks.invoices.ALL"

// const scope = "ZohoBooks.settings.ALL"
var scopes = []string{
	"ZohoCRM.modules.leads.READ",
	// "ZohoCRM.modules.ALL",
	"ZohoCRM.users.READ",
}

func label(scope string) string {
	switch strings.ToLower(scope) {
	case "zohobooks.fullaccess.all":
		return "everything"
	case "zohobooks.invoices.read", "zohobooks.bills.read":
		return "reading"
	}
	if scope == "ZohoBooks.contacts.ALL" || strings.EqualFold(scope, "ZohoBooks.contacts.READ") {
		return "contacts"
	}
	return scope
}

func url(id string) string {
	return "https://accounts.zoho.com/oauth/v2/auth?scope=ZohoMail.messages.READ&client_id=" + id
}

var labels = map[string]string{
	"ZohoMail.messages.READ": "Read mail",
	"ZohoMail.folders.READ": "Read folders",
}
