<?php
use GuzzleHttp\Client;
use com\zoho\crm\api\record\RecordOperations;
use com\zoho\crm\api\contactroles\ContactRolesOperations;
use app\tags\TagsOperations;

class Crm
{
    private $base = 'https://www.zohoapis.com/crm/v8';
    private $client;

    public function __construct()
    {
        $this->client = new Client(['base_uri' => 'https://www.zohoapis.com/books/v3/', 'timeout' => 5]);
    }

    public function leads()
    {
        return Http::get($this->base . '/Leads'); // ~> GET /crm/v8/Leads
    }

    public function bills()
    {
        return $this->client->get('bills'); // ~> GET /books/v3/bills
    }

    public function pay($id)
    {
        return $this->client->request('POST', "bills/{$id}/payments"); // ~> POST /books/v3/bills/{}/payments
    }

    public function create($lead)
    {
        $ch = curl_init("{$this->base}/Leads"); // ~> POST /crm/v8/Leads
        curl_setopt($ch, CURLOPT_POST, true);
        curl_setopt($ch, CURLOPT_POSTFIELDS, json_encode($lead));
        return curl_exec($ch);
    }

    public function change($id, $lead)
    {
        $ch = curl_init();
        curl_setopt($ch, CURLOPT_URL, $this->base . "/Leads/$id"); // ~> PUT /crm/v8/Leads/{}
        curl_setopt($ch, CURLOPT_CUSTOMREQUEST, 'PUT');
        return curl_exec($ch);
    }

    public function read($id)
    {
        return file_get_contents("https://www.zohoapis.com/crm/v8/Leads/$id"); // ~> GET /crm/v8/Leads/{}
    }

    # Http::get('https://www.zohoapis.com/crm/v8/Deals')
    public function sdk()
    {
        $ops = new RecordOperations("Deals");
        $ops->getRecords(null, null); // ~> GET /crm/v8/Deals
        (new ContactRolesOperations())->getContactRoles(); // ~> GET /crm/v2.1/Contacts/roles
        (new TagsOperations())->getTags();
        echo 'https://www.zohoapis.com/crm/v8/Calls';
        return redirect('https://crm.zoho.com/crm/ShowHomePage.do');
    }

    public function wp()
    {
        wp_remote_post('https://www.zohoapis.com/crm/v8/Contacts', array('body' => $x)); // ~> POST /crm/v8/Contacts
        return wp_remote_request('https://www.zohoapis.com/crm/v8/Contacts/1', ['method' => 'DELETE']); // ~> DELETE /crm/v8/Contacts/1
    }
}
