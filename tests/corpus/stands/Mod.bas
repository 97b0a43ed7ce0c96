' Const SCOPES = "ZohoCRM.modules.ALL"
Const SCOPES As String = "ZohoCRM.modules.leads.READ," & _
    "ZohoCRM.users.READ"
If held = "ZohoCRM.org.READ" Then Exit Sub
