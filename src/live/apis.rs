//! CRM's list of its APIs: which calls a grant opens, by the vendor's own word of the day.
//!
//! `GET {api_domain}/crm/v8/__apis` lists paths, each with its methods and the scope that each needs. It wants
//! `ZohoCRM.apis.READ` (<https://www.zoho.com/crm/developer/docs/api/v8/list-available-rest-apis.html>).

use serde::Deserialize;

use super::{Fault, FaultKind, Response, answer};
use crate::access;
use crate::catalog::Catalog;
use crate::scope::Scope;

/// One call of CRM.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CrmCall {
    /// The path.
    pub path: String,
    /// The method, in upper case.
    pub method: String,
    /// The scopes that the list names for it. How several combine, the vendor does not say.
    pub scopes: Vec<String>,
}

#[derive(Deserialize)]
struct List {
    #[serde(rename = "__apis")]
    apis: Vec<Api>,
}

#[derive(Deserialize)]
struct Api {
    path: String,
    #[serde(default)]
    operation_types: Vec<Operation>,
}

#[derive(Deserialize)]
struct Operation {
    method: String,
    #[serde(default)]
    oauth_scope: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
}

/// Reads the answer.
pub(super) fn read(response: &Response) -> Result<Vec<CrmCall>, Fault> {
    if !(200..300).contains(&response.status) {
        let code = serde_json::from_slice::<Refusal>(&response.body).map(|refusal| refusal.code).unwrap_or_default();
        let fault = Fault::new(FaultKind::Refused, format!("CRM does not list its APIs (HTTP {})", response.status));
        return Err(match code.as_str() {
            "OAUTH_SCOPE_MISMATCH" => fault.help("the list needs `ZohoCRM.apis.READ`, which the grant does not hold"),
            "INVALID_TOKEN" => fault.help("the token is of another data centre, or of no user of CRM"),
            _ => fault,
        });
    }
    let list: List =
        serde_json::from_slice(&response.body).map_err(|error| answer::not_json(response, &response.body, &error))?;
    let mut calls: Vec<CrmCall> = list
        .apis
        .into_iter()
        .flat_map(|api| {
            let path = api.path;
            api.operation_types.into_iter().map(move |operation| {
                let scopes = operation.oauth_scope.unwrap_or_default();
                let words = scopes.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
                CrmCall {
                    path: path.clone(),
                    method: operation.method.to_ascii_uppercase(),
                    scopes: words.filter(|word| word.parse::<Scope>().is_ok()).map(str::to_owned).collect(),
                }
            })
        })
        .collect();
    calls.sort();
    calls.dedup();
    Ok(calls)
}

/// The calls of a list that scopes open: for which they surely give every scope that the list names. A call for which
/// it names none is not among them.
#[must_use]
pub fn opened<'c>(catalog: &Catalog, granted: &[Scope], calls: &'c [CrmCall]) -> Vec<&'c CrmCall> {
    let gives = |need: &String| {
        need.parse::<Scope>().is_ok_and(|need| granted.iter().any(|scope| access::covers(catalog, scope, &need)))
    };
    calls.iter().filter(|call| !call.scopes.is_empty() && call.scopes.iter().all(gives)).collect()
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn list(status: u16, body: &str) -> Result<Vec<CrmCall>, Fault> {
        let body = Zeroizing::new(body.as_bytes().to_vec());
        read(&Response { status, content_type: None, location: None, body })
    }

    #[test]
    fn the_calls_that_a_grant_opens_are_told() {
        let calls = list(
            200,
            r#"{"__apis": [
                {"path": "/crm/v8/Leads", "operation_types": [
                    {"method": "get", "oauth_scope": "ZohoCRM.modules.leads.READ", "max_credits": 1},
                    {"method": "DELETE", "oauth_scope": "ZohoCRM.modules.leads.DELETE"}]},
                {"path": "/crm/v8/coql", "operation_types": [
                    {"method": "POST", "oauth_scope": "ZohoCRM.coql.READ,ZohoCRM.modules.leads.READ"}]},
                {"path": "/crm/v8/odd", "operation_types": [{"method": "GET", "oauth_scope": null}]}]}"#,
        )
        .unwrap();
        assert_eq!(calls.len(), 4);
        let catalog = Catalog::embedded();
        let opened = |scopes: &[&str]| -> Vec<String> {
            let granted: Vec<Scope> = scopes.iter().map(|scope| scope.parse().unwrap()).collect();
            super::opened(&catalog, &granted, &calls)
                .iter()
                .map(|call| format!("{} {}", call.method, call.path))
                .collect()
        };
        assert_eq!(opened(&["ZohoCRM.modules.READ"]), ["GET /crm/v8/Leads"]);
        assert_eq!(opened(&["ZohoCRM.modules.ALL"]), ["DELETE /crm/v8/Leads", "GET /crm/v8/Leads"]);
        assert_eq!(opened(&["ZohoCRM.modules.READ", "ZohoCRM.coql.READ"]), ["GET /crm/v8/Leads", "POST /crm/v8/coql"]);
        assert_eq!(opened(&[]), [""; 0]);
    }

    #[test]
    fn refusals_say_what_is_missing() {
        let fault = list(401, r#"{"code": "OAUTH_SCOPE_MISMATCH", "message": "x"}"#).unwrap_err();
        assert_eq!(fault.message, "CRM does not list its APIs (HTTP 401)");
        assert!(fault.help.unwrap().contains("ZohoCRM.apis.READ"));
        assert_eq!(list(200, "<html>").unwrap_err().kind, FaultKind::Html);
        assert_eq!(list(200, "{}").unwrap_err().kind, FaultKind::NoToken);
    }
}
