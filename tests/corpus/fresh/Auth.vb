Public Class Auth
    Private Const Scope As String = "ZohoExpense.expensereport.READ," & _
        "ZohoExpense.trips.READ"
    ' Private Const Scope As String = "ZohoExpense.fullaccess.all"
    Function IsWide(s As String) As Boolean
        Return s = "ZohoExpense.fullaccess.all"
    End Function
End Class
