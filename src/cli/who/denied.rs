//! `zscope who --denied`: an API's refusal, named as what it is, and the narrowest scope that ends it.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::super::error::CommandError;
use super::super::{audit, files};
use super::ASSUMED;
use crate::access;
use crate::catalog::Catalog;
use crate::catalog::calls::Call;
use crate::input::calls::{Certainty, Method, SeenCall, Via};
use crate::input::token::{self, Refusal, State};
use crate::least::{Least, Need, Options};
use crate::report::clean;
use crate::scope::Scope;
use crate::text::{Place, Sources, Span};

/// What a refusal says, and what to do.
#[derive(Serialize)]
pub(super) struct Denied {
    /// The API's code for it.
    code: String,
    /// The products whose APIs have this code.
    products: Option<&'static str>,
    /// The same answer comes for other reasons, too.
    ambiguous: bool,
    /// The narrowest scopes to add; empty where it is not known what the call needs, or nothing lacks.
    add: Vec<String>,
    /// Scopes that are there and that the added ones cover, so that they can go.
    replaces: Vec<String>,
    /// Whether what is there suffices for the call by the catalog; `null` where nobody knows.
    suffices: Option<bool>,
    /// What to know of it, in words.
    notes: Vec<String>,
    /// How the scope comes into the token.
    steps: Vec<String>,
}

/// What a text says.
pub(super) enum Said {
    /// A call was refused for want of a scope.
    Refusal(Refusal),
    /// The consent page does not know a scope that was asked for.
    NoSuchScope,
    /// Neither.
    Nothing,
}

pub(super) const NO_SUCH_SCOPE: &str = "`invalid_scope`: a scope that is asked for does not exist, or not in this data centre; no call lacks one\n  \
     help: `zscope check` tells which of a list is not known\n";

pub(super) const NO_REFUSAL: &str = "no answer in it says that a scope is missing: a token that is dead, a right that the user \
     lacks, or a wrong address are answered otherwise\n";

/// Reads an answer.
pub(super) fn read(path: &Path) -> Result<Said, CommandError> {
    let text = if path == Path::new("-") { files::read_stdin() } else { files::read_file(path) };
    let text = text.map_err(|error| CommandError::usage(format!("`{}`: {}", path.display(), error.message())))?;
    Ok(match token::refusal(&text) {
        Some(refusal) => Said::Refusal(refusal),
        None if text.contains("invalid_scope") => Said::NoSuchScope,
        None => Said::Nothing,
    })
}

/// The scopes that are there already.
pub(super) fn held(requested: Option<&OsStr>, granted: Option<&Path>) -> Result<Option<Vec<Scope>>, CommandError> {
    let mut sources = Sources::default();
    let mut held = requested.map(|list| audit::requested(list, &mut sources)).transpose()?;
    if let Some(path) = granted {
        let text = files::read_file(path)
            .map_err(|error| CommandError::usage(format!("`{}`: {}", path.display(), error.message())))?;
        let grants = token::read_tokens(&path.to_string_lossy(), &text, &mut sources).grants;
        for grant in grants.into_iter().filter(|grant| grant.state == State::Known) {
            let scopes = grant.request.items.into_iter().filter_map(|item| item.scope.ok());
            held.get_or_insert_default().extend(scopes);
        }
    }
    Ok(held)
}

impl Denied {
    pub(super) fn of(catalog: &Catalog, refusal: &Refusal, call: Option<&Call>, held: Option<&[Scope]>) -> Self {
        let mut denied = Self {
            code: refusal.code.clone(),
            products: refusal.products,
            ambiguous: refusal.is_ambiguous,
            add: Vec::new(),
            replaces: Vec::new(),
            suffices: None,
            notes: notes(refusal),
            steps: Vec::new(),
        };
        let Some(call) = call else {
            denied.notes.push("the text does not say which call was refused: name it beside --denied".to_owned());
            return denied;
        };
        let method = Method::named(call.method.as_deref().unwrap_or(ASSUMED));
        let url = call.host.as_ref().map(|host| format!("https://{host}")).unwrap_or_default() + &call.path();
        let place = Place::new(Sources::default().next_id(), Span::default());
        let seen = SeenCall::new(method, url, place, Certainty::Proven, Via::Line);
        let least = Least::of(catalog, &[seen], Options { likely: true, ..Options::default() });
        let mut add: Vec<Scope> = least.scopes.iter().map(|chosen| chosen.scope.clone()).collect();
        if let Some(held) = held {
            denied.suffices = least.suffices(held, 0);
            add.retain(|scope| !access::gives_need(catalog, held, scope));
            let is_replaced =
                |scope: &&Scope| add.iter().any(|add| add != *scope && access::covers(catalog, add, scope));
            denied.replaces = held.iter().filter(is_replaced).map(ToString::to_string).collect();
        }
        for missing in &least.missing {
            denied.notes.push(missing.reason.clone());
        }
        if denied.suffices == Some(true) {
            denied.notes.push(
                "by the catalog the scopes that are there suffice for the call: look for another token, another organization, or a right that the user lacks"
                    .to_owned(),
            );
        }
        if let Some(row) = least.rows.first()
            && row.need == Need::Nothing
        {
            denied.notes.push("the vendor says that the call needs no scope".to_owned());
        }
        if !add.is_empty() {
            denied.steps = steps(&add, held);
        }
        denied.add = add.iter().map(ToString::to_string).collect();
        denied
    }

    pub(super) fn render(&self) -> String {
        let whose = self.products.map(|products| format!(": {products}")).unwrap_or_default();
        let mut text = if self.ambiguous {
            format!("{}{whose}, where a call is not authorized: perhaps a scope is missing\n", clean(&self.code))
        } else {
            format!("{}{whose}, where the token lacks a scope that the call needs\n", clean(&self.code))
        };
        for note in &self.notes {
            let _ = writeln!(text, "  note: {}", clean(note));
        }
        if !self.add.is_empty() {
            let _ = writeln!(text, "  add {}", clean(&self.add.join(", ")));
        }
        if !self.replaces.is_empty() {
            let _ = writeln!(text, "  in the place of {}, which it covers", clean(&self.replaces.join(", ")));
        }
        for step in &self.steps {
            let _ = writeln!(text, "  {}", clean(step));
        }
        text
    }
}

/// What is known of an answer beyond its code.
fn notes(refusal: &Refusal) -> Vec<String> {
    let mut notes = Vec::new();
    if refusal.is_ambiguous {
        notes.push("the same answer comes for a token that is dead or another's, and for a user who lacks the right; where the token works for other calls of the product, it is the scope".to_owned());
    }
    match refusal.code.to_ascii_uppercase().as_str() {
        "OAUTHTOKEN_SCOPE_INVALID" => notes.push(
            "Cliq answers so as well where a token of client credentials lists the scope: such a token cannot hold scopes of a user"
                .to_owned(),
        ),
        "OAUTH_SCOPE_MISMATCH" | "OAUTH-SCOPE-MISMATCH" => notes.push(
            "an SDK calls settings/fields, settings/related_lists and settings/modules by itself, and the refusal may be that of such a call"
                .to_owned(),
        ),
        "F7007" => notes.push("WorkDrive answers with status 500; nothing is wrong with the server".to_owned()),
        _ => {}
    }
    notes
}

/// How scopes come into a token: by a new consent, or into the refresh token that is out.
fn steps(add: &[Scope], held: Option<&[Scope]>) -> Vec<String> {
    let list = add.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let whole = match held {
        Some(_) => "with the whole list".to_owned(),
        None => "with the scopes that it asks for now and these".to_owned(),
    };
    vec![
        format!("either consent again {whole} (access_type=offline&prompt=consent), and revoke the old refresh token"),
        "or add them to the refresh token that is out: POST /oauth/v2/token/scopeenhance with grant_type=update_scopes_token and the refresh token, at the accounts host where the client is registered".to_owned(),
        format!("and then the user opens /oauth/v2/token/addextrascope with response_type=update_scopes, enhance_token and scope={list}"),
    ]
}
