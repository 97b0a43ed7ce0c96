my @scopes = qw(ZohoMail.messages.READ ZohoMail.folders.READ); # ZohoMail.messages.ALL
return 1 if $held eq 'ZohoMail.accounts.READ';
