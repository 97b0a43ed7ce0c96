Rails.application.config.middleware.use OmniAuth::Builder do
  provider :zoho, ENV["ID"], ENV["SECRET"], scope: "ZohoVoice.call.READ,ZohoVoice.sms.READ", access_type: "offline"
end
ALIASES = { "ZohoVoice.call.READ" => "calls" }.freeze
raise "no" unless token.scopes.include?("ZohoVoice.call.CREATE")
