module Zoho where
-- | see ZohoBooks.fullaccess.all
scopes :: [Text]
scopes = [ "ZohoBooks.invoices.READ", "ZohoBooks.bills.READ" ]
isWide :: Text -> Bool
isWide s = s == "ZohoBooks.fullaccess.all"
