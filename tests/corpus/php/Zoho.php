<?php
namespace App\\Zoho.Crm.Create;
use com\\zoho\\crm\\api\\record\\Record;

class Zoho {
    private array $scopes = array(
        'contacts' => "ZohoBooks.contacts.READ,ZohoBooks.contacts.Create,ZohoBooks.contacts.UPDATE",
        'settings' => 'ZohoBooks.settings.READ',
    );
    public function scope($module) {
        $one = 'ZohoCRM.modules.' . $module . '.READ';
        $two = "ZohoCRM.modules.$module.UPDATE";
        $three = "ZohoCRM.modules.{$module}.DELETE";
        $four = 'ZohoCRM.modules.' . $this->module . '.CREATE';
        return sprintf('ZohoCRM.modules.%s.READ', $module);
    }
}
$scope = 'ZohoCRM.modules.leads.ALL%2CZohoCRM.modules.deals.ALL%2CZohoCRM.settings.ALL'; // adjust
$list = 'ZohoRecruit.modules.ALL,' .
    'ZohoRecruit.settings.fields.READ,' .
    'ZohoRecruit.users.READ';
$client->setScope('ZohoCampaigns.contact.READ');
config('zohobooks.credentials.read');
echo __('zohocrm.labels.delete');
