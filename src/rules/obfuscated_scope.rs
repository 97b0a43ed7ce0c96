//! ZS006 obfuscated-scope.

use super::{Check, Rule, SpellingContext};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::input::Disguise;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS006",
        "obfuscated-scope",
        Severity::Error,
        "a scope is written so that readers and searches do not see it",
        DOCS,
    ),
    check: Check::Spelling(check),
};

const DOCS: &str = r"## What it does
Reports a scope that reads like another text than it is: with letters of other alphabets that look the same, with dots
that are none, with characters that nobody sees, or with letters and dots in the notation of a string or of HTML
(`\x5a`, `\132`, `&#46;`, `\.`). It is judged as what it reads like.

## Why is this bad?
Whoever reviews the list sees a scope where the program asks for another text, or sees none where it asks for a scope;
a search for the scope does not find it. Nobody writes a scope like that to have it seen: at best it was copied from a
page that had it so, and then Zoho refuses it.

## Example
```scope
ZohoBooks.fullaccess&#46;all
```
```scope
ZohoBооks.invoices.READ
```

## Use instead
```scope
ZohoBooks.invoices.READ
```
";

fn check(cx: &SpellingContext<'_>) -> Vec<Finding> {
    let (Some(how), Ok(scope)) = (cx.item.disguise, &cx.judged.scope) else { return Vec::new() };
    let what = match how {
        Disguise::Invisible => "with characters that nobody sees in it",
        Disguise::LookAlike => "with characters of another alphabet in it",
        Disguise::Escape => "with escapes in the place of its letters or dots",
    };
    let message = format!("this reads like `{scope}`, {what}");
    vec![cx.finding(message).help(format!("write `{scope}`, or delete it"))]
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn what_it_reads_like_is_told() {
        let told = found(
            "ZS006",
            "Zoho\u{200b}Books.invoices.READ,ZohoBооks.invoices.READ,ZohoBooks\\.invoices.READ,ZohoBooks.bills.READ",
        );
        for what in ["with characters that nobody sees", "with characters of another alphabet", "with escapes"] {
            assert!(told.contains(&format!("this reads like `ZohoBooks.invoices.READ`, {what}")), "{told}");
        }
        assert_eq!(told.matches("ZS006 error").count(), 3, "{told}");
    }
}
