package zoho

import "github.com/acme/zohocrm.v8.read"

// Scopes for the sync: ZohoCRM.modules.ALL.
var Scopes = []string{
	"ZohoCRM.modules.ALL",
	"ZohoCRM.settings.modules.READ",
}

const books = `ZohoBooks.fullaccess.all`

func scope(m string) string { return fmt.Sprintf("ZohoCRM.modules.%s.READ", m) }

func run() { zohobooks.invoices.Create(ctx); zohoMail.Messages.Read (ctx) }
