//! ZS001 malformed-scope.

use super::words::catalog_line;
use super::{Check, Rule, SpellingContext};
use crate::access::{self, Identity, Known, Unknown};
use crate::catalog::Status;
use crate::finding::{Finding, RuleInfo, Severity};
use crate::scope::{MAX_LENGTH, Malformed, Scope, is_scope_char};
use crate::text::Place;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS001",
        "malformed-scope",
        Severity::Error,
        "a text in a list of scopes does not have the form of a scope",
        DOCS,
    ),
    check: Check::Spelling(check),
};

const DOCS: &str = r"## What it does
Reports what stands in a list of scopes and cannot be a scope: a text without an operation, with an empty part, with a
character that no scope has, or far longer than any scope; also the rest of a list of more than ten thousand different
scopes, which nobody judges. A dot that follows a scope is reported as a note of its own.

A scope is `Service.resource.OPERATION`, with more than one resource part where the service has them, or one word such
as `openid` (<https://www.zoho.com/accounts/protocol/oauth/scope.html>).

## Why is this bad?
Such a text gives no access that anybody could review. Zoho may refuse the whole request, or leave the scope out without
an error, and the application fails later at the call that needs it. Nothing that cannot be read is ever allowed.

## Example
```scope
ZohoBooks.invoices
```
```scope
ZohoBooks..READ
```
```scope
ZohoBooks.invoices:READ
```

## Use instead
```scope
ZohoBooks.invoices.READ
```
";

fn check(cx: &SpellingContext<'_>) -> Vec<Finding> {
    let malformed = cx.judged.scope.as_ref().err().map(|error| malformed(cx, error));
    malformed.into_iter().chain(cx.item.stray.map(|place| stray(cx, place))).collect()
}

fn stray(cx: &SpellingContext<'_>, place: Place) -> Finding {
    let message = match &cx.judged.scope {
        Ok(_) => format!("a stray `.` follows `{}`", cx.judged.written),
        Err(_) => "a stray `.` stands here".to_owned(),
    };
    let finding = cx.finding(message).severity(Severity::Note).help("delete it");
    Finding { place, ..finding.fix("delete the stray dot", place, "").safely() }
}

fn malformed(cx: &SpellingContext<'_>, error: &Malformed) -> Finding {
    let written = &cx.judged.written;
    let message = match error {
        Malformed::Empty | Malformed::Secret | Malformed::Beyond(_) => error.to_string(),
        Malformed::TooLong => format!("a text of {} bytes is no scope: it is {error}", written.len()),
        Malformed::NoOperation => format!("`{written}` is no scope: the operation is missing"),
        Malformed::EmptyPart | Malformed::Character(_) => format!("`{written}` is no scope: {error}"),
    };
    let finding = cx.finding(message);
    match error {
        Malformed::Empty => finding.help("write a scope, or remove the separator"),
        Malformed::Secret => {
            finding.help("take it out of the record, and revoke it where somebody else could read the record")
        }
        Malformed::Beyond(_) => finding.help("ask for fewer scopes, or give the list in parts"),
        Malformed::TooLong => {
            finding.help(format!("no scope of Zoho has {MAX_LENGTH} bytes: is a separator missing between two scopes?"))
        }
        Malformed::NoOperation => without_operation(cx, finding),
        Malformed::EmptyPart => {
            let parts: Vec<&str> = written.split('.').filter(|part| !part.is_empty()).collect();
            let otherwise = "write a name between two dots, and none at the beginning";
            repaired(cx, &[parts.join(".")], finding, otherwise)
        }
        Malformed::Character(bad) => {
            let known = |c: char| is_scope_char(c) || c == '.';
            let dropped = written.chars().filter(|&c| known(c)).collect();
            let dotted = written.chars().map(|c| if known(c) { c } else { '.' }).collect();
            repaired(cx, &[dropped, dotted], finding, why_not(written, *bad))
        }
    }
}

/// What to do about a character when nothing better is known.
fn why_not(written: &str, bad: char) -> &'static str {
    let is_scope = |text: &str| text.parse().is_ok_and(|scope: Scope| !scope.is_word());
    match bad {
        '*' => "wildcards belong in policies: name each scope that the application needs",
        '{' => "a request has no alternatives: name each scope by itself, separated by commas",
        bad if written.split(bad).all(is_scope) => "Zoho documents the comma between two scopes",
        _ => "a scope has names of letters, digits, `_`, `-` and `$`, with dots between them",
    }
}

/// Names the known scope that a text becomes when what does not belong in it is taken out.
fn repaired(cx: &SpellingContext<'_>, texts: &[String], finding: Finding, otherwise: &str) -> Finding {
    let known = texts.iter().filter_map(|text| text.parse().ok()).find_map(|scope: Scope| {
        let identity = access::identify(cx.catalog, &scope);
        // A placeholder accepts every name, also one that two names were glued into.
        let is_exact = !matches!(identity.known, Known::Operation(_, resource, _) if resource.is_template());
        (identity.is_known() && is_exact).then_some(identity.scope)
    });
    match known {
        Some(scope) => meant(cx, &scope, finding),
        None => finding.help(otherwise),
    }
}

fn meant(cx: &SpellingContext<'_>, scope: &Scope, finding: Finding) -> Finding {
    let finding = finding.help(format!("did you mean `{scope}`?"));
    if cx.is_replaceable() {
        finding.fix(format!("write `{scope}`"), cx.judged.place, scope.to_string())
    } else {
        finding
    }
}

/// What to do where nothing better is known.
const FORM: &str = "write service, resource and operation, for example `ZohoBooks.invoices.READ`";

fn without_operation(cx: &SpellingContext<'_>, finding: Finding) -> Finding {
    let written = &cx.judged.written;
    let (service, rest) = written.split_once('.').unwrap_or((written, ""));
    if !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return finding.help(
            "it looks like the organization id of a client credentials request, which belongs in the parameter `soid`",
        );
    }
    let known = cx.catalog.service(service);
    if known.is_some_and(|service| service.resources.iter().any(|resource| resource.operation(rest).is_some())) {
        let message = format!("`{written}` is no scope: the resource is missing");
        return Finding { message, ..finding.help(FORM) };
    }
    let slip = known.and_then(|service| {
        service.errata.iter().find(|slip| slip.written.eq_ignore_ascii_case(written)).map(|slip| (service, slip))
    });
    if let Some((service, slip)) = slip {
        return meant(cx, &slip.means, finding)
            .related("the vendor's own material has the same slip", None)
            .resting_on(catalog_line(service, &slip.provenance));
    }
    if let Some(full) = known.and_then(|service| service.full_access.as_ref())
        && rest.eq_ignore_ascii_case("fullaccess")
    {
        let scope = &full.scope;
        return finding
            .help(format!("`{scope}` would be everything in the service: name the resources that are needed"));
    }
    let help = format!("{written}.READ").parse().ok().and_then(|scope: Scope| {
        let identity = access::identify(cx.catalog, &scope);
        example(&identity)
            .map(|scope| format!("add an operation, for example `{scope}`"))
            .or_else(|| Some(format!("did you mean `{}`?", access::suggest(cx.catalog, &identity)?)))
    });
    finding.help(help.unwrap_or_else(|| FORM.to_owned()))
}

/// A scope on the resource that exists: reading where there is such a scope, else the first operation there is.
fn example(identity: &Identity<'_>) -> Option<Scope> {
    match identity.known {
        Known::Operation(..) => Some(identity.scope.clone()),
        Known::No(Unknown::Operation(service, resource)) => {
            let usable = resource.operations.iter().find(|operation| operation.provenance.status != Status::Invalid)?;
            Some(service.scope(identity.scope.resource(), &usable.name))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn each_mistake_is_named_with_its_remedy() {
        insta::assert_snapshot!(found("ZS001", "ZohoBooks.invoices"), @r"
        ZS001 error [ZohoBooks.invoices] `ZohoBooks.invoices` is no scope: the operation is missing
          help: add an operation, for example `ZohoBooks.invoices.READ`
        ");
        insta::assert_snapshot!(found("ZS001", "ZohoBooks.invoice"), @r"
        ZS001 error [ZohoBooks.invoice] `ZohoBooks.invoice` is no scope: the operation is missing
          help: did you mean `ZohoBooks.invoices.READ`?
        ");
        insta::assert_snapshot!(found("ZS001", "Desk.exports"), @r"
        ZS001 error [Desk.exports] `Desk.exports` is no scope: the operation is missing
          help: did you mean `Desk.exports.CUSTOM`?
          the vendor's own material has the same slip
          catalog: Desk.yaml:N (documented, github:api-evangelist/zoho:openapi/_original/Common.json)
          write `Desk.exports.CUSTOM`: Desk.exports.CUSTOM
        ");
        insta::assert_snapshot!(found("ZS001", "ZohoBooks.fullaccess"), @r"
        ZS001 error [ZohoBooks.fullaccess] `ZohoBooks.fullaccess` is no scope: the operation is missing
          help: `ZohoBooks.fullaccess.all` would be everything in the service: name the resources that are needed
        ");
        insta::assert_snapshot!(found("ZS001", "ZohoBook.invoices"), @r"
        ZS001 error [ZohoBook.invoices] `ZohoBook.invoices` is no scope: the operation is missing
          help: did you mean `ZohoBooks.invoices.READ`?
        ");
        insta::assert_snapshot!(found("ZS001", "ZohoCRM.600123456"), @r"
        ZS001 error [ZohoCRM.600123456] `ZohoCRM.600123456` is no scope: the operation is missing
          help: it looks like the organization id of a client credentials request, which belongs in the parameter `soid`
        ");
        insta::assert_snapshot!(found("ZS001", "ZohoMail.send"), @r"
        ZS001 error [ZohoMail.send] `ZohoMail.send` is no scope: the operation is missing
          help: write service, resource and operation, for example `ZohoBooks.invoices.READ`
        ");
        insta::assert_snapshot!(found("ZS001", "ZohoBooks.read"), @r"
        ZS001 error [ZohoBooks.read] `ZohoBooks.read` is no scope: the resource is missing
          help: write service, resource and operation, for example `ZohoBooks.invoices.READ`
        ");
        insta::assert_snapshot!(found("ZS001", "Foo.bar"), @r"
        ZS001 error [Foo.bar] `Foo.bar` is no scope: the operation is missing
          help: write service, resource and operation, for example `ZohoBooks.invoices.READ`
        ");
        insta::assert_snapshot!(found("ZS001", "ZohoBooks..READ"), @r"
        ZS001 error [ZohoBooks..READ] `ZohoBooks..READ` is no scope: a part between two dots is empty
          help: write a name between two dots, and none at the beginning
        ");
        insta::assert_snapshot!(found("ZS001", ".ZohoBooks.invoices.READ"), @r"
        ZS001 error [.ZohoBooks.invoices.READ] `.ZohoBooks.invoices.READ` is no scope: a part between two dots is empty
          help: did you mean `ZohoBooks.invoices.READ`?
          write `ZohoBooks.invoices.READ`: ZohoBooks.invoices.READ
        ");
        insta::assert_snapshot!(found("ZS001", "ZohoBooks.invoices.*"), @r"
        ZS001 error [ZohoBooks.invoices.*] `ZohoBooks.invoices.*` is no scope: `*` cannot stand in a scope
          help: wildcards belong in policies: name each scope that the application needs
        ");
        insta::assert_snapshot!(found("ZS001", "ZohoBooks.invoices.READ|ZohoBooks.bills.READ"), @r"
        ZS001 error [ZohoBooks.invoices.READ|ZohoBooks.bills.READ] `ZohoBooks.invoices.READ|ZohoBooks.bills.READ` is no scope: `|` cannot stand in a scope
          help: Zoho documents the comma between two scopes
        ");
        insta::assert_snapshot!(found("ZS001", "ZohoCRM.modules.{leads,contacts}.READ"), @r"
        ZS001 error [ZohoCRM.modules.{leads,contacts}.READ] `ZohoCRM.modules.{leads,contacts}.READ` is no scope: `{` cannot stand in a scope
          help: a request has no alternatives: name each scope by itself, separated by commas
        ");
    }

    #[test]
    fn a_text_without_end_is_not_repeated() {
        let text = "a.".repeat(300);
        let found = found("ZS001", &text).replace(text.trim_end_matches('.'), "…");
        insta::assert_snapshot!(found, @r"
        ZS001 error […] a text of 599 bytes is no scope: it is longer than 512 bytes
          help: no scope of Zoho has 512 bytes: is a separator missing between two scopes?
        ZS001 note [.] a stray `.` stands here
          help: delete it
          delete the stray dot: …
        ");
    }

    #[test]
    fn what_cannot_be_seen_is_named() {
        let found = found("ZS001", "ZohoBooks.invoices.READ\u{200b},ZohoBooks.b\u{e4}nk.READ");
        insta::assert_snapshot!(found.replace('\u{200b}', "…"), @r"
        ZS001 error [ZohoBooks.bänk.READ] `ZohoBooks.bänk.READ` is no scope: `ä` cannot stand in a scope
          help: a scope has names of letters, digits, `_`, `-` and `$`, with dots between them
        ");
    }

    /// One odd case and one stray dot, and no false alarm.
    #[test]
    fn a_real_list_gives_what_is_wrong_with_it_and_no_more() {
        insta::assert_snapshot!(found("ZS0", "ZohoBooks.invoices.Create, ZohoBooks.invoices.UPDATE,ZohoBooks.invoices.READ,ZohoBooks.invoices.DELETE."), @r"
        ZS003 note [ZohoBooks.invoices.Create] `ZohoBooks.invoices.Create` is spelt `ZohoBooks.invoices.CREATE` in the catalog
          help: case is style, and Zoho accepted others where that was observed; write `ZohoBooks.invoices.CREATE`
          write `ZohoBooks.invoices.CREATE`: ZohoBooks.invoices.CREATE, ZohoBooks.invoices.UPDATE,ZohoBooks.invoices.READ,ZohoBooks.invoices.DELETE.
        ZS001 note [.] a stray `.` follows `ZohoBooks.invoices.DELETE`
          help: delete it
          delete the stray dot: ZohoBooks.invoices.Create, ZohoBooks.invoices.UPDATE,ZohoBooks.invoices.READ,ZohoBooks.invoices.DELETE
        ");
    }
}
