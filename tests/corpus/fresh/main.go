package main

// scopes that we had: ZohoWebinar.webinar.ALL
var scopes = []string{
	"ZohoWebinar.webinar.READ",
	"ZohoWebinar.webinar.CREATE", // to start one
}
var conf = &oauth2.Config{Scopes: []string{"ZohoWebinar.webinar.UPDATE"}, Endpoint: ep}

func need(m string) string {
	if m == "GET" {
		return "ZohoWebinar.webinar.READ"
	}
	return "ZohoWebinar.webinar.DELETE"
}
func has(s string) bool { return strings.Contains(s, "ZohoWebinar.webinar.ALL") }
