//! What Zoho's APIs answer to a call for which the token lacks a scope.
//!
//! The shapes are those of captured answers and of the vendor's own pages; each product has its own. An answer like that
//! tells nothing of what a token holds: it tells that a call needs another scope.

use crate::secret::redact;

/// An API's refusal of a call for want of a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The API's code for it, as it was received.
    pub code: String,
    /// The products whose APIs have this code, where it tells them.
    pub products: Option<&'static str>,
    /// The same answer comes for other reasons, too.
    pub is_ambiguous: bool,
    /// The call that was refused, where the text has it: a method and an address without its query.
    pub call: Option<(Option<&'static str>, String)>,
}

impl Refusal {
    /// The command that names the scope that is missing.
    #[must_use]
    pub fn command(&self) -> String {
        match &self.call {
            Some((method, address)) => format!("zscope who {} {address}", method.unwrap_or("METHOD")),
            None => "zscope who METHOD URL".to_owned(),
        }
    }
}

/// Codes in words, in upper case, and whose they are. The words say that it is a scope that lacks.
const WORDS: [(&str, Option<&str>); 6] = [
    ("OAUTH_SCOPE_MISMATCH", Some("Zoho CRM, Bigin, Recruit and FSM")),
    ("OAUTH-SCOPE-MISMATCH", Some("Zoho CRM, Bigin, Recruit and FSM")),
    ("SCOPE_MISMATCH", Some("Zoho Desk")),
    ("INVALID_OAUTHSCOPE", None),
    ("OAUTHTOKEN_SCOPE_INVALID", Some("Zoho Cliq")),
    ("F7007", Some("Zoho WorkDrive")),
];

/// Codes in numbers that say the same, and whose they are. Other products have these numbers for other things.
const NUMBERS: [(u32, &str); 7] = [
    (2945, "Zoho Creator"),
    (8540, "Zoho Analytics"),
    (6403, "Zoho Projects and BugTracker"),
    (7601, "Zoho Sprints"),
    (7218, "Zoho People"),
    (1009, "Zoho SalesIQ"),
    (1121, "Site24x7"),
];

/// Numbers that are sure without words.
const SURE: [u32; 2] = [2945, 8540];

/// The finance products' code for a call that was not authorised, whatever the reason.
const NOT_AUTHORISED: (u32, &str) = (57, "Zoho Books, Inventory, Invoice, Billing, Expense, Checkout and ERP");

/// How the API of a service answers a call for which the token lacks a scope, where that was seen or the vendor says it:
/// status and code.
const ANSWERS: [(&str, &str); 22] = [
    ("ZohoCRM", "HTTP 401 and `OAUTH_SCOPE_MISMATCH`"),
    ("ZohoBigin", "HTTP 401 and `OAUTH_SCOPE_MISMATCH`"),
    ("ZohoRecruit", "HTTP 401 and `OAUTH_SCOPE_MISMATCH`"),
    ("Desk", "HTTP 403 and `SCOPE_MISMATCH`"),
    ("ZohoBooks", "HTTP 401 and code 57, which does not speak of scopes"),
    ("ZohoInventory", "HTTP 401 and code 57, which does not speak of scopes"),
    ("ZohoInvoice", "HTTP 401 and code 57, which does not speak of scopes"),
    ("ZohoSubscriptions", "HTTP 401 and code 57, which does not speak of scopes"),
    ("ZohoExpense", "HTTP 401 and code 57, which does not speak of scopes"),
    ("ERP", "HTTP 401 and code 57, which does not speak of scopes"),
    ("ZohoCheckout", "HTTP 401 and code 57, which does not speak of scopes"),
    ("ZohoProjects", "`INVALID_OAUTHSCOPE`, or code 6403 of the older API"),
    ("ZohoBugTracker", "HTTP 403 and code 6403"),
    ("ZohoSprints", "HTTP 401 and code 7601"),
    ("ZOHOPEOPLE", "code 7218"),
    ("ZohoCreator", "code 2945"),
    ("ZohoAnalytics", "code 8540, `INVALID_OAUTHSCOPE`"),
    ("ZohoMail", "HTTP 401 and `INVALID_OAUTHSCOPE`"),
    ("ZohoCliq", "`oauthtoken_scope_invalid`"),
    ("WorkDrive", "HTTP 500 and `F7007`, which looks like a fault of the server"),
    ("SalesIQ", "HTTP 200 and code 1009"),
    ("Site24x7", "code 1121"),
];

/// How the API of a service answers a call for which the token lacks a scope; `None` where nobody says.
#[must_use]
pub fn answer_of(service: &str) -> Option<&'static str> {
    ANSWERS.iter().find(|(known, _)| *known == service).map(|(_, answer)| *answer)
}

/// The refusal that an object is, by its own fields: name and JSON value of each.
pub(super) fn refusal_of<'f>(fields: &(impl Iterator<Item = (&'f str, &'f str)> + Clone)) -> Option<Refusal> {
    let text = |raw: &str| serde_json::from_str::<String>(raw).ok();
    let of = |names: &[&str]| {
        let named = fields.clone().filter(|(name, _)| names.iter().any(|known| known.eq_ignore_ascii_case(name)));
        named.map(|(_, raw)| raw).collect::<Vec<_>>()
    };
    let codes = of(&["code", "errorCode", "error_code", "cause", "id", "title", "summary", "description", "error"]);
    let told = of(&["message", "description", "msg", "errorMessage", "error_description", "title", "summary"]);
    let told: Vec<String> = told.into_iter().filter_map(text).map(|text| text.to_ascii_lowercase()).collect();
    let refusal = |code: String, products, is_ambiguous| Refusal { code, products, is_ambiguous, call: None };
    let squeezed = |text: &String| text.replace([' ', '_', '-'], "");
    let speaks_of_scopes = told.iter().map(squeezed).any(|text| {
        let is_disallowed = text.contains("oauthscope") && text.contains("disallowed");
        is_disallowed
            || ["invalidoauthscope", "invalidscope", "notcontainthescope"].iter().any(|words| text.contains(words))
    });
    let numbers = of(&["code", "errorCode", "error_code"]);
    let numbers = numbers.iter().filter_map(|raw| raw.trim_matches('"').parse::<u32>().ok());
    for number in numbers {
        if let Some((_, products)) = NUMBERS.iter().find(|(known, _)| *known == number)
            && (speaks_of_scopes || SURE.contains(&number))
        {
            return Some(refusal(number.to_string(), Some(products), false));
        }
        if number == NOT_AUTHORISED.0 && told.iter().any(|text| text.contains("not authorized")) {
            return Some(refusal(number.to_string(), Some(NOT_AUTHORISED.1), true));
        }
    }
    for raw in &codes {
        let Some(code) = text(raw) else { continue };
        let upper = code.trim().to_ascii_uppercase();
        if let Some((_, products)) = WORDS.iter().find(|(word, _)| *word == upper) {
            return Some(refusal(code, products.map(|known| known), false));
        }
    }
    // A token endpoint says `error`, of a scope that is asked for.
    if !speaks_of_scopes || !of(&["error"]).is_empty() {
        return None;
    }
    let code = codes.iter().find_map(|raw| text(raw).or_else(|| Some(raw.parse::<u32>().ok()?.to_string())))?;
    Some(refusal(code, None, false))
}

/// The refusal that a text without JSON speaks of, by a code that means nothing else: exceptions of the SDKs, and what other
/// languages print for an object.
pub(super) fn named_in(text: &str) -> Option<Refusal> {
    let ends = |c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-';
    text.split(ends).find_map(|word| {
        let (_, products) = WORDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known))?;
        Some(Refusal { code: word.to_owned(), products: *products, is_ambiguous: false, call: None })
    })
}

/// The methods of HTTP that Zoho's APIs know.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// What stands in the hosts of APIs.
const PLACES: [&str; 4] = ["zoho", "site24x7", "manageengine", "bigin"];

/// The call that a text speaks of: the first address of an API in it, and a method that stands as a word of its own.
pub(super) fn call_in(text: &str) -> Option<(Option<&'static str>, String)> {
    // Some writers of JSON escape it.
    let text = &text.replace("\\/", "/");
    let ends = |c: char| c.is_whitespace() || c.is_control() || "\"'`<>\\()[]{}|^;$&!*".contains(c);
    let address = text.match_indices("http").find_map(|(at, _)| {
        let rest = text.get(at..)?;
        let address = rest.get(..rest.find(ends).unwrap_or(rest.len()))?;
        let (_, host) = address.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?;
        let (host, path) = host.split_at_checked(host.find('/')?)?;
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let is_api =
            PLACES.iter().any(|place| host.contains(place)) && !host.starts_with("accounts.") && !host.contains('@');
        (is_api && path.len() > 1).then(|| format!("https://{host}{path}"))
    });
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut words = text.split(|c: char| !is_word(c));
    let method = words.find_map(|word| METHODS.into_iter().find(|method| *method == word));
    // A path alone counts where a method stands before it, as in the log of a proxy.
    let address = address.or_else(|| {
        let after = text.split_once(&format!("{} /", method?))?.1;
        let path = after.split(ends).next()?.split(['?', '#']).next()?;
        path.contains('/').then(|| format!("/{path}"))
    })?;
    (address.len() <= LONGEST_ADDRESS).then(|| (method, redact(&address).into_owned()))
}

/// A longer address is of no use to anybody.
const LONGEST_ADDRESS: usize = 300;

#[cfg(test)]
mod tests {
    use super::super::refusal;

    #[test]
    fn every_shape_that_was_seen_is_named() {
        for (answer, code, ambiguous) in [
            (
                r#"{"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"invalid oauth scope","status":"error"}"#,
                "OAUTH_SCOPE_MISMATCH",
                false,
            ),
            (
                r#"{"code":"API_EXCEPTION","details":{"code":"OAUTH_SCOPE_MISMATCH","status":"error","message":"x"}}"#,
                "OAUTH_SCOPE_MISMATCH",
                false,
            ),
            (
                r#"{"errorCode":"SCOPE_MISMATCH","message":"The OAuth Token does not contain the scope to perform this operation."}"#,
                "SCOPE_MISMATCH",
                false,
            ),
            (r#"{"code":57,"message":"You are not authorized to perform this operation"}"#, "57", true),
            (r#"{"error":{"code":6403,"message":"Invalid OAuth scope."}}"#, "6403", false),
            (
                r#"{"error":{"status_code":"401","title":"INVALID_OAUTHSCOPE","error_type":"FIELDS_VALIDATION_ERROR","details":[{"message":"Invalid OAuth scope."}]}}"#,
                "INVALID_OAUTHSCOPE",
                false,
            ),
            (r#"{"code":7601,"message":"Invalid oauthscope"}"#, "7601", false),
            (r#"{"response":{"errors":{"code":7218,"message":"Invalid OAuth Scope"},"status":1}}"#, "7218", false),
            (r#"{"code":2945,"description":"INVALID_OAUTHSCOPE"}"#, "2945", false),
            (r#"{"code":2945,"message":"This is an invalid oauthscope"}"#, "2945", false),
            (
                r#"{"status":"failure","summary":"INVALID_OAUTHSCOPE","data":{"errorCode":8540,"errorMessage":"Invalid Oauthscope"}}"#,
                "8540",
                false,
            ),
            (
                r#"{"status":{"code":401,"description":"x"},"data":{"errorCode":"INVALID_OAUTHSCOPE"}}"#,
                "INVALID_OAUTHSCOPE",
                false,
            ),
            (
                r#"[2,{"errorCode":"INVALID_OAUTHSCOPE","msg":"Invalid OAuth scope","status":"401","moreInfo":null}]"#,
                "INVALID_OAUTHSCOPE",
                false,
            ),
            (r#"{"code":"oauthtoken_scope_invalid","message":"scope invalid"}"#, "oauthtoken_scope_invalid", false),
            (r#"{"errors":[{"id":"F7007","title":"Invalid OAuth scope."}]}"#, "F7007", false),
            (r#"{"error":{"code":1009,"message":"Invalid OAuthScope."}}"#, "1009", false),
            (r#"{"response":"error","cause":"INVALID_OAUTHSCOPE"}"#, "INVALID_OAUTHSCOPE", false),
            (
                r#"{"error_code":1121,"message":"OAuth Scope associated to the OAuth Access Token is disallowed."}"#,
                "1121",
                false,
            ),
            ("SDKException: Caused by: OAUTH-SCOPE-MISMATCH", "OAUTH-SCOPE-MISMATCH", false),
            ("401 {'code': 'OAUTH_SCOPE_MISMATCH', 'status': 'error'}", "OAUTH_SCOPE_MISMATCH", false),
            ("#<struct code=\"oauthtoken_scope_invalid\">", "oauthtoken_scope_invalid", false),
            (
                r#"{"content":[{"type":"text","text":"{\"code\":2945,\"description\":\"x\"}"}],"isError":true}"#,
                "2945",
                false,
            ),
        ] {
            let found = refusal(answer).unwrap_or_else(|| panic!("{answer}"));
            assert_eq!((found.code.as_str(), found.is_ambiguous), (code, ambiguous), "{answer}");
        }
    }

    #[test]
    fn other_answers_are_no_refusals_for_want_of_a_scope() {
        for answer in [
            r#"{"code":"OAUTH_ORG_MISMATCH","message":"x"}"#,
            r#"{"errorCode":"INVALID_OAUTH","message":"The OAuth Token you provided is invalid."}"#,
            r#"{"error":{"code":6504,"message":"portal not available"}}"#,
            r#"{"code":1030,"description":"Authorization Failure. The access token is either invalid or has expired."}"#,
            r#"{"error":{"code":1008,"message":"Invalid OAuthToken."}}"#,
            r#"{"code":0,"message":"success"}"#,
            r#"{"code":1009,"message":"something else of another product"}"#,
            r#"{"error_code":1121,"message":"something else"}"#,
            "{'code': 'OAUTH_SCOPE_MISMATCHED'}",
            r#"{"error":"invalid_scope"}"#,
            r#"{"error":"Access Denied","status":"failure","error_description":"too many requests"}"#,
            r#"{"scope":"ZohoCRM.modules.ALL","access_token":"x"}"#,
            "no JSON at all",
            "",
        ] {
            assert_eq!(refusal(answer), None, "{answer}");
        }
    }

    #[test]
    fn the_call_is_found_beside_its_refusal() {
        let answer = r#"{"code":"OAUTH_SCOPE_MISMATCH","status":"error"}"#;
        for (text, command) in [
            (answer.to_owned(), "zscope who METHOD URL"),
            (
                format!(r#"{{"method":"POST","url":"https://www.zohoapis.eu/crm/v8/Leads?x=1","response":{answer}}}"#),
                "zscope who POST https://www.zohoapis.eu/crm/v8/Leads",
            ),
            (
                format!("2026-11-01 GET https://www.zohoapis.com/crm/v8/settings/fields 401 {answer}"),
                "zscope who GET https://www.zohoapis.com/crm/v8/settings/fields",
            ),
            (
                format!("> GET /crm/v8/org HTTP/1.1\r\n> Host: www.zohoapis.com\r\n\r\nHTTP/1.1 401\r\n\r\n{answer}"),
                "zscope who GET /crm/v8/org",
            ),
            (
                format!("refused: https://desk.zoho.com/api/v1/tickets {answer}"),
                "zscope who METHOD https://desk.zoho.com/api/v1/tickets",
            ),
            (format!("https://accounts.zoho.com/oauth/v2/token {answer}"), "zscope who METHOD URL"),
        ] {
            assert_eq!(refusal(&text).map(|refusal| refusal.command()).as_deref(), Some(command), "{text}");
        }
    }
}
