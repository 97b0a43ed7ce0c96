# scope: 'ZohoCRM.modules.ALL'
SCOPES = %w[Desk.tickets.READ Desk.contacts.READ
            Desk.basic.READ].join(',').freeze
# SCOPES = %w[Desk.settings.ALL]
provider :zoho, ENV['ID'], scope: 'ZohoCRM.users.READ,ZohoCRM.org.READ'
NAMES = { 'ZohoCRM.users.READ' => 'users', 'ZohoCRM.org.READ' => 'company' }.freeze
def may?(held)
  return true if held.include?('ZohoCRM.modules.ALL')
  case held.first
  when 'ZohoCRM.modules.READ' then true
  else held.first == "ZohoCRM.modules.leads.READ"
  end
end
scopes = ["ZohoMail.accounts.READ", "ZohoMail.messages.READ"].join(",")
expect(url).to include('ZohoMail.accounts.READ')
