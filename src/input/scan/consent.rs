//! The consent URLs of a source, as far as their literal parts tell.

use std::ops::Range;

use super::template::Template;
use crate::input::{ConsentUrl, Flow, Item, Request, read_url, recognise};
use crate::scope::is_placeholder;
use crate::text::{Place, SourceId, Span};

/// A consent URL: its parts, and what it asks for besides the scopes that a scan sees.
pub(super) struct Around {
    pub(super) url: ConsentUrl,
    /// Where it stands, what is joined to it included.
    pub(super) range: Range<usize>,
    /// One-word scopes, and texts in the place of scopes that are none.
    pub(super) others: Vec<Item>,
    /// Where the program fills in its scopes.
    filled: Vec<Range<usize>>,
}

impl Around {
    /// The names in what the program fills in for its scopes.
    pub(super) fn names<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let words = |range: &Range<usize>| {
            let words = text.get(range.clone()).unwrap_or("").split(|c: char| !c.is_alphanumeric() && c != '_');
            words.filter(|word| !word.is_empty()).collect::<Vec<_>>()
        };
        self.filled.iter().flat_map(words).collect::<Vec<_>>().into_iter()
    }

    /// Whether it asks for scopes that stand beside it: none are in it, and it has none of a program's to fill in.
    pub(super) fn asks_beside(&self) -> bool {
        let asks = matches!(self.url.flow, Flow::Authorize | Flow::Portal | Flow::Device);
        asks && is_of_zoho(&self.url) && self.url.param("scope").is_none()
    }

    /// Whether there is something to say of it although no scope stands in it.
    pub(super) fn speaks_alone(&self) -> bool {
        let asks = match self.url.flow {
            Flow::Authorize | Flow::Portal => !self.url.params.is_empty(),
            Flow::AuthToken => true,
            Flow::Device | Flow::Token | Flow::Enhance => !self.others.is_empty(),
        };
        asks && is_of_zoho(&self.url)
    }
}

/// All consent URLs of a text, in order. `is_service` tells whether a name begins as a service's does.
pub(super) fn all(source: SourceId, text: &str, is_service: impl Fn(&str) -> bool) -> Vec<Around> {
    Template::all(text).into_iter().filter_map(|template| of_template(source, &template, &is_service)).collect()
}

fn of_template(source: SourceId, template: &Template, is_service: impl Fn(&str) -> bool) -> Option<Around> {
    let mut request = read_url(source, &template.text, 0)?;
    request.relocate(|span| template.origin(span));
    let Request { items, url, .. } = request;
    let url = ConsentUrl { open: template.open, ..url? };
    // At a host of Zoho's everything is asked of Zoho.
    let of_zoho = is_of_zoho(&url);
    let is_other = |item: &Item| match &item.scope {
        Ok(scope) if of_zoho => {
            !scope.parts().first().is_some_and(|part| is_placeholder(part)) && is_name(&item.written)
        }
        Ok(scope) => scope.is_word() && recognise::is_oidc_word(&item.written),
        Err(_) => (of_zoho || item.written.split('.').next().is_some_and(&is_service)) && is_dotted_name(&item.written),
    };
    // What stands in a token's URL for a scope, and is one word, is what an example has there.
    let is_asked = |item: &Item| url.flow != Flow::Token || item.scope.as_ref().is_ok_and(|scope| !scope.is_word());
    let others = items.into_iter().filter(|item| is_other(item) && is_asked(item)).collect();
    let scopes = url.params.iter().filter(|param| param.name.eq_ignore_ascii_case("scope"));
    let filled = scopes.filter(|param| param.value.contains('{'));
    let filled = filled.map(|param| param.value_place.span.start..param.value_place.span.end).collect();
    Some(Around { url, range: template.range.clone(), others, filled })
}

/// The consent URL that stands in another, such as the address of a sign-in page.
pub(in crate::input) fn inside(source: SourceId, text: &str, offset: usize) -> Option<Request> {
    let mark = ["oauth/v", "oauth%2Fv", "oauth%2fv"].iter().find_map(|mark| text.find(mark))?;
    let template = Template::around(text, 0, mark)?;
    let mut request = read_url(source, &template.text, 0)?;
    request.relocate(|span| template.origin(span).shifted(offset));
    Some(request)
}

/// Whether a URL leads to a page of Zoho's own, or to a host that looks like one.
pub(super) fn is_of_zoho(url: &ConsentUrl) -> bool {
    url.host.starts_with("accounts.zoho") || url.host.starts_with("account.zoho")
}

/// Whether a text is what it seems, and no part of a template.
fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && !["your", "xxx", "scopes", "scope"].iter().any(|word| text.to_ascii_lowercase().contains(word))
}

/// Whether a text is names with dots, also such as are parted by what Zoho takes for no separator.
fn is_dotted_name(text: &str) -> bool {
    text.split(['|', ';', ':', '/']).all(|name| {
        name.contains('.') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
    })
}

/// The place of the first of some items, up to the last.
pub(super) fn place_of(source: SourceId, items: &[Item]) -> Option<Place> {
    let (first, last) = (items.first()?, items.last()?);
    Some(Place::new(source, Span::new(first.place.span.start, last.place.span.end)))
}
