Imports ZohoCRM.Data.Read
Module Zoho
    Dim scope = "ZohoCRM.modules." & strModule & ".READ"
    Const All As String = "ZohoExpense.fullaccess.ALL"
    ' ZohoExpense.expensereport.READ would do
End Module
