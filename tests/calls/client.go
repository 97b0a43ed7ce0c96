package zoho

import (
	"fmt"
	"net/http"
)

const base = "https://www.zohoapis.com/crm/v8"

type Client struct{ http *http.Client }

// http.Get("https://www.zohoapis.com/crm/v8/Cases")
func (c *Client) Leads() (*http.Response, error) {
	return http.Get(base + "/Leads") // ~> GET /crm/v8/Leads
}

func (c *Client) Lead(id int) (*http.Response, error) {
	url := fmt.Sprintf("%s/Leads/%d", base, id)
	req, err := http.NewRequest("GET", url, nil) // ~> GET /crm/v8/Leads/{}
	if err != nil {
		return nil, fmt.Errorf("GET https://www.zohoapis.com/crm/v8/Leads: %w", err)
	}
	return c.http.Do(req)
}

func (c *Client) Create(body io.Reader) (*http.Response, error) {
	return http.Post(base+"/Leads", "application/json", body) // ~> POST /crm/v8/Leads
}

func (c *Client) Update(ctx context.Context, id string, body io.Reader) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, fmt.Sprintf("https://www.zohoapis.com/crm/v8/Leads/%s", id), body) // ~> PUT /crm/v8/Leads/{}
	_ = req
	return err
}

func (c *Client) do(method string, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequest(method, base+path, body)
	if err != nil {
		return nil, err
	}
	return c.http.Do(req)
}

func (c *Client) Deals() (*http.Response, error) {
	return c.do("GET", "/Deals", nil) // ~> GET /crm/v8/Deals
}

func (c *Client) RemoveDeal(id string) (*http.Response, error) {
	return c.do(http.MethodDelete, "/Deals/"+id, nil) // ~> DELETE /crm/v8/Deals/{}
}

func other() {
	http.Get("https://example.com/crm/v8/Leads")
}
