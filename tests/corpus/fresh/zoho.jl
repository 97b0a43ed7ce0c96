module Zoho
const SCOPES = join(["ZohoRecruit.modules.candidates.READ", "ZohoRecruit.settings.READ"], ",")
# "ZohoRecruit.modules.ALL"
needs(s) = s == "ZohoRecruit.modules.candidates.CREATE" ? :write : :read
end
