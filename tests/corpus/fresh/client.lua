local M = {}
M.scopes = { "SalesIQ.conversations.READ", "SalesIQ.visitors.READ" }
-- M.scopes = { "SalesIQ.conversations.ALL" }
function M.may(s) if s == "SalesIQ.conversations.DELETE" then return false end return true end
return M
