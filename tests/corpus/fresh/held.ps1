$scopes = @('ZohoCRM.users.READ', 'ZohoCRM.org.READ')
# $scopes = @('ZohoCRM.users.ALL')
$uri = "https://accounts.zoho.eu/oauth/v2/auth?scope=ZohoCRM.coql.READ&client_id=$id"
if ($granted -notmatch 'ZohoCRM.users.READ') { Write-Error "no ZohoCRM.users.READ" }
switch ($s) { 'ZohoCRM.org.READ' { 'org' } }
