//! What rules see, by what they look at.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Drift, IgnoreUse, PolicyChange, WaiverUse};
use crate::access::{self, Identity};
use crate::catalog::{Catalog, DataClass, Endpoint};
use crate::finding::{Finding, KnownFinding, RuleInfo, Subject};
use crate::input::token::Grant;
use crate::input::{ConsentUrl, Flow, Item, Request};
use crate::judge::{Judge, Judged};
use crate::least::{Comparison, Least};
use crate::policy::{DataOverride, Effective, Policy, UnknownGrant};
use crate::scope::Scope;
use crate::text::{Place, Span};

/// What rules on scopes measure by.
#[derive(Clone, Copy, Debug)]
pub struct Measure<'a> {
    /// What is known of Zoho's scopes.
    pub catalog: &'a Catalog,
    /// The policy in force for the application.
    pub policy: &'a Effective<'a>,
    /// What that policy says of scopes.
    pub judge: Judge<'a>,
    /// Data classes that the policy gives to resources instead of the catalog's. The first that matches decides.
    pub data: &'a [DataOverride],
    /// What the calls need that the policy lists for the application; `None` where it lists none.
    pub calls: Option<&'a Least<'a>>,
}

/// What a rule sees of all that an application asks for, or of all that a token of its holds.
#[derive(Clone, Copy, Debug)]
pub struct AppContext<'a> {
    pub(super) rule: &'static RuleInfo,
    /// What its calls need.
    pub least: &'a Least<'a>,
    pub(super) scopes: &'a [(usize, &'a Judged)],
    /// The first request, or what the token holds.
    pub(super) place: Place,
    /// Whether a token holds the scopes.
    pub is_held: bool,
}

/// What a rule sees of one scope.
#[derive(Clone, Copy, Debug)]
pub struct ScopeContext<'a> {
    pub(super) rule: &'static RuleInfo,
    pub(super) measure: Measure<'a>,
    /// The scope with its verdict.
    pub judged: &'a Judged,
    /// The scope as the catalog spells it.
    pub scope: &'a Scope,
    /// What the catalog knows of it.
    pub identity: &'a Identity<'a>,
    pub(super) at: usize,
    /// Whether suggestions and calls are worth a search.
    pub in_detail: bool,
    /// Whether a token holds it.
    pub is_held: bool,
}

/// What a rule sees of one item of a list.
#[derive(Clone, Copy, Debug)]
pub struct SpellingContext<'a> {
    pub(super) rule: &'static RuleInfo,
    /// What is known of Zoho's scopes.
    pub catalog: &'a Catalog,
    /// The item as it was read.
    pub item: &'a Item,
    /// The item, judged.
    pub judged: &'a Judged,
    pub(super) at: usize,
    /// Whether a token holds it, so that nobody wrote it.
    pub is_held: bool,
}

/// What a rule sees of a list.
#[derive(Clone, Copy, Debug)]
pub struct ListContext<'a> {
    pub(super) rule: &'static RuleInfo,
    pub(super) measure: Measure<'a>,
    /// The list as it was read.
    pub request: &'a Request,
    /// Its scopes, judged; one for each of `request.items`, in the same order.
    pub scopes: &'a [Judged],
    /// Whether a token holds them. Rules on how a list is written are silent about it: Zoho's server wrote it.
    pub is_held: bool,
    /// What the application requests, in the catalog's spelling, where the list is held and that is known.
    pub requested: Option<&'a [Scope]>,
}

/// What a rule sees of a URL.
#[derive(Clone, Copy, Debug)]
pub struct UrlContext<'a> {
    pub(super) rule: &'static RuleInfo,
    /// The URL.
    pub url: &'a ConsentUrl,
    /// The scopes that it asks for, judged.
    pub scopes: &'a [Judged],
}

/// What a rule sees of a text beside a list.
#[derive(Clone, Copy, Debug)]
pub struct TextContext<'a> {
    pub(super) rule: &'static RuleInfo,
    pub(super) measure: Measure<'a>,
    /// The list, with what stands beside it.
    pub request: &'a Request,
    /// Its scopes, judged.
    pub scopes: &'a [Judged],
    /// Whether a token holds them: nothing fills them in any more.
    pub is_held: bool,
}

/// What a rule sees of a grant.
#[derive(Clone, Copy, Debug)]
pub struct GrantContext<'a> {
    pub(super) rule: &'static RuleInfo,
    /// The policy in force for its application.
    pub policy: &'a Effective<'a>,
    /// The grant as it was read.
    pub grant: &'a Grant,
    /// How it stands to the policy's applications.
    pub standing: Standing<'a>,
}

/// How a grant stands to the applications of the policy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing<'a> {
    /// Whether the policy has apps, and none of the names that the input has for the grant is one of theirs.
    pub is_unmatched: bool,
    /// Another application than its own that the record names.
    pub claimed: Option<&'a str>,
    /// The entry of the policy that accepts that nobody knows what it holds.
    pub accepted: Option<&'a UnknownGrant>,
}

/// What a rule sees of a whole run, once every finding has been filtered.
#[derive(Clone, Copy)]
pub struct RunContext<'a> {
    pub(crate) rule: &'static RuleInfo,
    /// Every rule of the run.
    pub rules: &'a [&'static RuleInfo],
    /// What is known of Zoho's scopes.
    pub catalog: &'a Catalog,
    /// The policy, with all its apps.
    pub policy: &'a Policy,
    /// The policy's waivers, each with what became of it in this run.
    pub waivers: &'a [WaiverUse<'a>],
    /// The comments that accept findings, each with what became of it in this run.
    pub ignores: &'a [IgnoreUse],
    /// The day for which the run judges.
    pub as_of: Date,
    /// How what tokens hold differs from the lock file; nothing where none was compared.
    pub drift: &'a [Drift],
    /// What the change that is judged does to the policy; nothing where none was compared.
    pub changes: &'a [PolicyChange],
}

/// What a rule sees of an entry of the baseline.
#[derive(Clone, Copy, Debug)]
pub struct BaselineContext<'a> {
    pub(crate) rule: &'static RuleInfo,
    /// The entry.
    pub known: &'a KnownFinding,
    /// Where it stands.
    pub place: Place,
}

/// A finding about one scope of a list, at its place.
fn on_scope(rule: &'static RuleInfo, at: usize, judged: &Judged, message: impl Into<String>) -> Finding {
    let finding = Finding::new(rule, judged.place, message).about(Subject::Scope(at));
    match &judged.scope {
        Ok(scope) => finding.scope(scope),
        Err(_) => finding.evidence(judged.place),
    }
}

/// Whether a scope's place covers the text as written and nothing else, so that new text can take its place.
fn is_replaceable(judged: &Judged) -> bool {
    judged.place.span.len() == judged.written.len()
}

impl Measure<'_> {
    /// Everything that a scope may reach and that the catalog knows, each with its kinds of data as the policy has
    /// them, or else the catalog.
    pub(crate) fn touches(&self, scope: &Scope) -> Arc<[(Scope, Vec<DataClass>)]> {
        let touched = access::touches(self.catalog, scope);
        if self.data.is_empty() {
            return touched;
        }
        let with_classes = |(scope, classes): &(Scope, Vec<DataClass>)| {
            let path = scope.parts().get(..scope.parts().len().saturating_sub(1)).unwrap_or(&[]);
            let said = self.data.iter().find(|said| said.pattern.matches_parts(path));
            (scope.clone(), said.map_or(classes, |said| &said.classes).clone())
        };
        touched.iter().map(with_classes).collect()
    }
}

impl<'a> Deref for ScopeContext<'a> {
    type Target = Measure<'a>;

    fn deref(&self) -> &Measure<'a> {
        &self.measure
    }
}

impl<'a> Deref for ListContext<'a> {
    type Target = Measure<'a>;

    fn deref(&self) -> &Measure<'a> {
        &self.measure
    }
}

impl ScopeContext<'_> {
    /// A finding about the scope.
    pub fn finding(&self, message: impl Into<String>) -> Finding {
        on_scope(self.rule, self.at, self.judged, message)
    }

    /// A call that the scope surely opens, as a sentence.
    #[must_use]
    pub fn opened_call(&self) -> Option<String> {
        let call = access::example_call(self.catalog, self.scope).filter(|_| self.in_detail)?;
        Some(format!("for example, it opens `{}`: {}", call.call(), call.summary))
    }

    /// A call that the scope surely opens and that changes something, as a sentence.
    #[must_use]
    pub fn opened_change(&self) -> Option<String> {
        if !self.in_detail {
            return None;
        }
        let changes = |call: &&Endpoint| call.states_its_method() && call.method != "GET";
        let first = access::example_call(self.catalog, self.scope).filter(changes);
        let call = first.or_else(|| access::opened_calls(self.catalog, self.scope).into_iter().find(changes))?;
        Some(format!("for example, it opens `{}`: {}", call.call(), call.summary))
    }

    /// The scopes of the catalog that the scope opens directly, each once.
    #[must_use]
    pub fn narrower(&self) -> Vec<Scope> {
        let mut seen = HashSet::new();
        let opened = access::opens(self.catalog, self.scope).into_iter().map(|edge| edge.scope);
        opened.filter(|scope| access::identify(self.catalog, scope).is_known() && seen.insert(scope.clone())).collect()
    }

    /// Offers to write the scope that is meant, where nothing but the scope would be replaced.
    #[must_use]
    pub fn with_correction(&self, finding: Finding, meant: &Scope) -> Finding {
        if is_replaceable(self.judged) {
            finding.fix("write the scope that is meant", self.judged.place, meant.to_string())
        } else {
            finding
        }
    }
}

impl AppContext<'_> {
    /// The scopes against what the calls need.
    #[must_use]
    pub fn compare(&self) -> Comparison {
        let scopes = self.scopes.iter().filter_map(|(_, judged)| judged.scope.as_ref().ok().cloned());
        self.least.compare(&scopes.collect::<Vec<Scope>>())
    }

    /// The number of a scope, where it stands first.
    #[must_use]
    pub fn place_of(&self, scope: &Scope) -> Option<usize> {
        self.scopes.iter().position(|(_, judged)| judged.scope.as_ref() == Ok(scope))
    }

    /// A finding about one of the scopes.
    pub fn finding(&self, at: usize, message: impl Into<String>) -> Finding {
        match self.scopes.get(at) {
            Some((number, judged)) => on_scope(self.rule, *number, judged, message),
            None => self.of_list(message),
        }
    }

    /// A finding about all of them.
    pub fn of_list(&self, message: impl Into<String>) -> Finding {
        Finding::new(self.rule, self.place, message).about(Subject::List)
    }
}

impl SpellingContext<'_> {
    /// A finding about the item.
    pub fn finding(&self, message: impl Into<String>) -> Finding {
        on_scope(self.rule, self.at, self.judged, message)
    }

    /// Whether other text can take the item's place.
    #[must_use]
    pub fn is_replaceable(&self) -> bool {
        is_replaceable(self.judged)
    }
}

impl<'a> ListContext<'a> {
    /// A finding about one of the scopes.
    pub fn finding(&self, at: usize, message: impl Into<String>) -> Finding {
        match self.scopes.get(at) {
            Some(judged) => on_scope(self.rule, at, judged, message),
            None => self.of_list(message),
        }
    }

    /// A finding about the list as a whole.
    pub fn of_list(&self, message: impl Into<String>) -> Finding {
        Finding::new(self.rule, self.request.place, message).about(Subject::List)
    }

    /// The scopes that can be read, each once and where it stands first, with its index. Order and duplicates never
    /// matter to what a list gives.
    pub fn distinct(&self) -> impl Iterator<Item = (usize, &'a Judged, &'a Scope)> + use<'a> {
        let mut seen = HashSet::new();
        let readable = self.scopes.iter().enumerate();
        let readable = readable.filter_map(|(at, judged)| Some((at, judged, judged.scope.as_ref().ok()?)));
        readable.filter(move |(_, _, scope)| seen.insert(*scope))
    }

    /// What to delete so that a scope is gone together with what parts it from the scope before, or for the first one
    /// from the scope after; nothing where more may stand between them.
    #[must_use]
    pub fn removal(&self, at: usize) -> Option<Place> {
        let this = self.scopes.get(at)?;
        let place = this.place;
        let neighbour = self.scopes.get(at.checked_sub(1).unwrap_or(1))?.place;
        let (start, end) =
            if at == 0 { (place.span.start, neighbour.span.start) } else { (neighbour.span.end, place.span.end) };
        let in_order =
            neighbour.source == place.source && start <= place.span.start && place.span.end <= end && start < end;
        let holds_both = |span: Span| span.start <= start && end <= span.end;
        let in_one_value = self.request.url.as_ref().is_none_or(|url| {
            // The list may stand elsewhere, and be filled in there.
            let (url_span, params) = (url.place.span, &url.params);
            let apart = start >= url_span.end || end <= url_span.start;
            apart || params.iter().any(|param| holds_both(param.value_place.span))
        });
        (in_order && in_one_value && is_replaceable(this)).then(|| Place::new(place.source, Span::new(start, end)))
    }
}

impl<'a> UrlContext<'a> {
    /// A finding about a part of the URL.
    pub fn finding(&self, place: Place, message: impl Into<String>) -> Finding {
        Finding::new(self.rule, place, message).about(Subject::Url)
    }

    /// The URL, when it sends a browser to Zoho's consent page and is more than the page's bare address.
    #[must_use]
    pub fn consent_page(&self) -> Option<&'a ConsentUrl> {
        let is_page = matches!(self.url.flow, Flow::Authorize | Flow::Portal) && !self.url.params.is_empty();
        is_page.then_some(self.url)
    }
}

impl TextContext<'_> {
    /// A finding on a piece of the text, on which it rests.
    pub fn finding(&self, place: Place, message: impl Into<String>) -> Finding {
        Finding::new(self.rule, place, message).about(Subject::Text).evidence(place)
    }
}

impl GrantContext<'_> {
    /// A finding about the grant.
    pub fn finding(&self, place: Place, message: impl Into<String>) -> Finding {
        Finding::new(self.rule, place, message).about(Subject::Grant(0))
    }
}

impl RunContext<'_> {
    /// A finding about the run.
    pub fn finding(&self, place: Place, message: impl Into<String>) -> Finding {
        Finding::new(self.rule, place, message)
    }

    /// A finding about the policy, in so far as it is an application's.
    pub fn of_policy(&self, app: Option<&String>, place: Place, message: impl Into<String>) -> Finding {
        let finding = self.finding(place, message).about(Subject::Policy);
        Finding { app: app.cloned(), ..finding }
    }
}
