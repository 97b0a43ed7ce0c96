//! Scope or look-alike: what the catalog, the spelling and the place say together.

use super::context::Context;
use super::token::Token;
use crate::access::{self, Known, Unknown};
use crate::catalog::Catalog;
use crate::finding::Confidence;
use crate::input::operation::Operation;
use crate::scope::Scope;

/// What a token is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// A scope.
    Scope(Confidence),
    /// A scope if it stands in a list with others that surely are.
    InCompany,
    /// Something else.
    Other,
}

/// Words in the names of a program's own types and constants.
const OWN_NAMES: [&str; 24] = [
    "action",
    "api",
    "auth",
    "client",
    "config",
    "const",
    "constants",
    "controller",
    "entity",
    "enum",
    "error",
    "event",
    "factory",
    "handler",
    "helper",
    "manager",
    "model",
    "module",
    "operation",
    "permission",
    "scope",
    "service",
    "status",
    "type",
];

/// How a token is spelt, and what the catalog says of it.
#[allow(clippy::struct_excessive_bools, reason = "each is a sign of its own, and any may come with any")]
struct Facts<'t> {
    token: &'t Token,
    context: Context,
    /// The text speaks of Zoho.
    zoho: bool,
    /// The service begins with `Zoho`, so that nothing else is called that.
    distinct: bool,
    /// The service is spelt as the catalog spells it.
    exact_service: bool,
    /// The catalog knows the scope.
    known: bool,
    /// The catalog knows the resource.
    known_resource: bool,
    /// It is a slip that stands in the vendor's own material.
    published: bool,
    /// It is a resource that the catalog knows, with no operation after it.
    family: bool,
    operation: Option<Operation>,
    /// The resource is spelt as the catalog spells it.
    exact_resource: bool,
    /// The operation is in capitals.
    capitals: bool,
}

/// Decides what a token is. `zoho` tells whether its text speaks of Zoho.
pub(super) fn decide(catalog: &Catalog, token: &Token, context: Context, zoho: bool) -> Decision {
    // `ZohoMail.{scope_name}.{operation}` tells how scopes are made, and names none.
    if token.parts.len() < 2 || token.parts.iter().skip(1).all(|part| part.starts_with('{')) {
        return Decision::Other;
    }
    let operation = token.operation().and_then(Operation::of);
    // A domain, a member, a file: by far the most of what is found, and not worth a look into the catalog.
    if token.parts.len() == 2 && operation.is_none() && !context.under_scope_key {
        return Decision::Other;
    }
    let scope = Scope::from_parts(token.parts.clone());
    let identity = access::identify(catalog, &scope);
    let name = token.parts.first().map_or("", String::as_str);
    let service = identity.service();
    // By its own name, or by another under which it was seen.
    let named = service.is_some() || catalog.alias(name).is_some();
    let facts = Facts {
        token,
        context,
        zoho,
        distinct: name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("zoho")),
        exact_service: service.is_some_and(|service| service.name == name),
        known: identity.is_known(),
        known_resource: matches!(identity.known, Known::Operation(..) | Known::No(Unknown::Operation(..)))
            || identity.is_known(),
        published: identity.erratum.is_some(),
        family: token.parts.len() == 2
            && service.is_some_and(|service| service.resource(token.parts.get(1..).unwrap_or(&[])).is_some()),
        exact_resource: identity.is_known() && identity.scope.resource() == token.resource(),
        operation,
        capitals: token.operation().is_some_and(|word| word.bytes().all(|b| b.is_ascii_uppercase() || b == b'-')),
    };
    if token.parts.len() == 2 {
        return facts.without_resource();
    }
    if token.operation().is_some() && facts.operation.is_none() && !facts.known && !facts.published {
        return facts.with_unknown_operation();
    }
    let decision = match (service, facts.distinct) {
        (Some(_), true) => facts.named_after_zoho(),
        (Some(_), false) => facts.named_otherwise(),
        _ if scope.is_full_access() && service.is_none() => facts.full_access(),
        (None, true) => facts.unknown_service(),
        // Another name under which a service was seen.
        (None, false) => Decision::InCompany,
    };
    match decision {
        Decision::Scope(confidence) if token.operation().is_none() => {
            Decision::Scope(confidence.min(Confidence::Medium))
        }
        Decision::InCompany if context.under_scope_key && (facts.distinct || zoho || facts.known) => {
            Decision::Scope(Confidence::Medium)
        }
        Decision::InCompany | Decision::Other
            if !facts.used_otherwise()
                && (facts.published && (context.quoted || context.after_scope_word)
                    || named && context.after_scope_word && facts.core() && (facts.distinct || zoho)) =>
        {
            Decision::Scope(Confidence::Medium)
        }
        decision => decision,
    }
}

impl Facts<'_> {
    /// Everything in a service that the catalog does not know: nothing else is written like that.
    fn full_access(&self) -> Decision {
        match () {
            () if self.context.used_as_code || self.context.in_path => Decision::Other,
            () if self.context.quoted || self.told() => Decision::Scope(Confidence::High),
            () => Decision::Scope(Confidence::Medium),
        }
    }

    fn core(&self) -> bool {
        self.operation == Some(Operation::Core)
    }

    /// Whether all of it is in capitals.
    fn in_capitals(&self) -> bool {
        self.token.parts.iter().all(|part| !part.contains(|c: char| c.is_ascii_lowercase()))
    }

    /// Whether a part of the resource is spelt like a type: with a capital, and not all in capitals.
    fn like_a_type(&self) -> bool {
        !self.exact_resource
            && self.token.resource().iter().any(|part| part.starts_with(|c: char| c.is_ascii_uppercase()))
    }

    /// Whether the place says that it is code, a package or a path.
    fn used_otherwise(&self) -> bool {
        self.context.used_as_code || self.context.after_keyword || self.context.in_path
    }

    /// Whether the place says that it is a scope.
    fn told(&self) -> bool {
        self.context.under_scope_key || self.context.after_scope_word
    }

    /// Whether the service has a name of its own, spelt as the catalog spells it: one that begins with `Zoho`, or one
    /// of several words (`WorkDrive`), unlike `Desk`.
    fn own_name(&self) -> bool {
        let name = self.token.parts.first().map_or("", String::as_str);
        let several_words = name.bytes().skip(1).any(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        self.exact_service && (self.distinct || several_words)
    }

    /// A service with an operation, or with a resource, and nothing more: no scope of any service, but asked for all the
    /// same.
    fn without_resource(&self) -> Decision {
        let Context { quoted, under_scope_key, .. } = self.context;
        if self.used_otherwise() || !self.own_name() {
            return Decision::Other;
        }
        if self.operation.is_none() {
            let asked = self.family && quoted && under_scope_key;
            return if asked { Decision::Scope(Confidence::Medium) } else { Decision::Other };
        }
        if under_scope_key || quoted && self.core() && self.capitals {
            Decision::Scope(Confidence::Medium)
        } else {
            Decision::InCompany
        }
    }

    /// A last part that names no operation anywhere: a slip, or an operation of one service.
    fn with_unknown_operation(&self) -> Decision {
        let long = self.token.operation().is_some_and(|word| word.len() >= 3);
        if self.capitals
            && long
            && self.known_resource
            && self.own_name()
            && self.context.quoted
            && !self.used_otherwise()
        {
            Decision::Scope(Confidence::Medium)
        } else {
            Decision::Other
        }
    }

    /// A service that begins with `Zoho` and stands in the catalog.
    fn named_after_zoho(&self) -> Decision {
        let Context { quoted, under_scope_key, used_as_code, after_keyword, in_path, alone, .. } = self.context;
        let full = matches!(self.token.resource(), [one] if one.eq_ignore_ascii_case("fullaccess"));
        let sure = Decision::Scope(Confidence::High);
        let likely = Decision::Scope(Confidence::Medium);
        if self.token.operation().is_none() {
            return match (self.known_resource || self.token.resource().len() == 1, used_as_code || in_path) {
                (true, false) => likely,
                _ => Decision::Other,
            };
        }
        if self.core() && self.capitals {
            return match () {
                () if used_as_code && !self.known => Decision::Other,
                () if self.known || quoted || under_scope_key || !self.like_a_type() => sure,
                () if self.exact_service => likely,
                () => Decision::InCompany,
            };
        }
        if used_as_code || in_path || after_keyword {
            return Decision::Other;
        }
        if self.known {
            let as_documented = self.capitals || self.exact_service && (alone || !self.like_a_type());
            return if quoted || self.told() || as_documented { sure } else { Decision::InCompany };
        }
        if self.core() {
            return if quoted && (full || self.exact_service && !self.like_a_type()) {
                likely
            } else {
                Decision::InCompany
            };
        }
        if self.capitals && self.exact_service && (quoted || self.known_resource) {
            likely
        } else {
            Decision::InCompany
        }
    }

    /// A service of the catalog with a name that other things have as well, such as `Desk`.
    fn named_otherwise(&self) -> Decision {
        let Context { quoted, under_scope_key, used_as_code, after_keyword, in_path, .. } = self.context;
        let own_name = self.own_name();
        let evidence = self.zoho || self.told();
        if used_as_code && !(self.known && self.capitals && quoted) {
            return Decision::Other;
        }
        if self.token.operation().is_none() {
            let fits = self.exact_service && self.zoho && !in_path;
            return if fits && (self.known_resource || quoted) {
                Decision::Scope(Confidence::Medium)
            } else {
                Decision::Other
            };
        }
        let name = self.token.parts.first().map_or("", String::as_str);
        let long = name.len() >= 9;
        if self.core() && self.capitals {
            return match (self.known, self.exact_service, evidence) {
                (true, true, _) | (true, false, true) => Decision::Scope(Confidence::High),
                (true, false, false) if long => Decision::Scope(Confidence::Medium),
                // In capitals, in quotes and assigned it is no name of a program's own.
                (true, false, false) if self.context.assigned && self.in_capitals() => {
                    Decision::Scope(Confidence::High)
                }
                (true, false, false) => Decision::Scope(Confidence::Low),
                (false, true, _) if !in_path && (self.zoho || under_scope_key || own_name && quoted) => {
                    Decision::Scope(Confidence::Medium)
                }
                _ => Decision::InCompany,
            };
        }
        if in_path || after_keyword {
            return Decision::Other;
        }
        // All in small letters it may be the name of a call or of an event: `workdrive.files.delete`. `AaaServer` is no
        // word of any program's.
        let raised = self.token.parts.iter().any(|part| part.contains(|c: char| c.is_ascii_uppercase()));
        let plain = raised || self.told() || name.eq_ignore_ascii_case("AaaServer");
        if self.known
            && (self.exact_service || long && plain)
            && (evidence || quoted)
            && (!self.like_a_type() || quoted)
        {
            Decision::Scope(if evidence || own_name { Confidence::High } else { Confidence::Medium })
        } else {
            Decision::InCompany
        }
    }

    /// A name that begins with `Zoho` and stands in no catalog.
    fn unknown_service(&self) -> Decision {
        let Context { quoted, used_as_code, after_keyword, in_path, .. } = self.context;
        if used_as_code || in_path || after_keyword || self.token.operation().is_none() {
            return Decision::Other;
        }
        let name = self.token.parts.first().map_or("", String::as_str).to_ascii_lowercase();
        let own = OWN_NAMES.iter().any(|word| name.contains(word));
        let plain = !self.like_a_type();
        if self.core() && self.capitals && !own && (quoted || plain) {
            Decision::Scope(Confidence::Medium)
        } else if own && !quoted {
            Decision::Other
        } else {
            Decision::InCompany
        }
    }
}
