-- scope = "ZohoCRM.modules.ALL"
local scope = "ZohoCRM.modules.leads.READ" -- ZohoCRM.modules.leads.ALL before
if held == "ZohoCRM.users.ALL" then return end
