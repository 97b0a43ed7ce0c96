local scope = "ZohoCRM.modules." .. module .. ".READ"
local list = { "SalesIQ.conversations.READ", "SalesIQ.visitors.READ" }
local t = zohocrm.tables.create(1)
