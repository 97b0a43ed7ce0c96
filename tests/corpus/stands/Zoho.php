<?php
// $scope = 'ZohoBooks.fullaccess.all';
# $scope = 'ZohoBooks.settings.ALL';
$scope = 'ZohoBooks.invoices.READ,ZohoBooks.contacts.READ';
$cfg = ['scopes' => 'ZohoCRM.modules.leads.READ,' . 'ZohoCRM.users.READ'];
$titles = [
    'ZohoCRM.modules.leads.READ' => 'Leads',
    'ZohoCRM.users.READ' => 'Users',
];
if (in_array('ZohoBooks.fullaccess.all', $held)) { return true; }
if ($held[0] === 'ZohoBooks.invoices.ALL') { return true; }
$client->setScope('ZohoCampaigns.contact.READ');
$new = str_replace('x', 'y', $scope);
$this->assertSame('ZohoBooks.invoices.READ', $client->scope());
/*
 * Once it was ZohoBooks.bills.ALL as well.
 */
