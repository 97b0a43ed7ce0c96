<?php
return [
    'zoho' => [
        'client_id' => env('ZOHO_ID'),
        'scopes' => ['ZohoSprints.teams.READ', 'ZohoSprints.projects.READ'],
        // 'scopes' => ['ZohoSprints.teams.ALL'],
    ],
];
$token = ['access_token' => 'a', 'expires_in' => 3600, 'scope' => 'ZohoSprints.teams.READ'];
if (!in_array('ZohoSprints.teams.READ', $held, true)) { throw new Exception('ZohoSprints.teams.READ is missing'); }
Socialite::driver('zoho')->scopes(['ZohoSprints.sprints.READ'])->redirect();
