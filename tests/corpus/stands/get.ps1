# $scope = "Desk.settings.ALL"
$scope = "Desk.tickets.READ," + `
         "Desk.contacts.READ"
<# formerly Desk.basic.ALL #>
if ($held -eq "Desk.tickets.ALL") { return }
if ($held -contains "Desk.contacts.ALL") { return }
$scopes = @("ZohoBooks.invoices.READ", "ZohoBooks.bills.READ")
