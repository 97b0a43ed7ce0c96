module Auth
let scopes = [ "ZohoFSM.modules.WorkOrders.READ"; "ZohoFSM.users.READ" ]
// let scopes = [ "ZohoFSM.modules.ALL" ]
let label = function
    | "ZohoFSM.users.READ" -> "users"
    | s -> s
