# frozen_string_literal: true
module ZohoBooks.Estimate.Read; end
Rails.application.config.middleware.use OmniAuth::Builder do
  provider :zoho_oauth2, ENV['ID'], ENV['SECRET'], scope: 'ZohoCRM.users.all,ZohoCRM.modules.all', access_type: 'offline'
end
SCOPES = %w[ZohoBooks.estimates.READ ZohoBooks.salesorders.READ].freeze
one = "ZohoCRM.modules.#{self.module}.READ"
two = format('ZohoCRM.modules.%{module}.READ', module: 'Leads')
ZohoHub.connection.delete(path)
ZohoBooks.config.read
ZohoCRM::Record.new
