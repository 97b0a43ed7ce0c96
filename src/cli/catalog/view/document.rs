//! The document that `zscope catalog show` writes.

use serde::Serialize;

use crate::catalog::model::{Host, OtherPath};
use crate::catalog::{DataClass, Status};

/// The answer of `zscope catalog show`: what is known of a service, or of one resource or scope of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Shown {
    /// The first part of its scopes.
    pub(crate) service: String,
    /// The product's name.
    pub(crate) product: String,
    /// The kind of product.
    pub(crate) category: String,
    /// Where the vendor documents its API; empty when no page was found.
    pub(crate) docs: String,
    /// Other names under which the service was seen.
    pub(crate) aliases: Vec<String>,
    /// API hosts; `{dc}` stands for the data centre's domain ending.
    pub(crate) hosts: Vec<String>,
    /// The same hosts with the path prefixes that are answered there, where not all are.
    pub(crate) addresses: Vec<Host>,
    /// Path prefixes of its calls.
    pub(crate) base_paths: Vec<String>,
    /// Path prefixes that its calls can have as well.
    pub(crate) other_paths: Vec<OtherPath>,
    /// The scope for everything in the service, when there is evidence for one.
    pub(crate) full_access: Option<ShownScope>,
    /// What operation words stand for, beyond the general rules.
    pub(crate) meanings: Vec<ShownMeaning>,
    /// The resources: all, or the one that was asked for.
    pub(crate) resources: Vec<ShownResource>,
    /// One-word scopes.
    pub(crate) words: Vec<ShownWord>,
    /// Parents that cover children; where one resource was asked for, those that it is parent or child of.
    pub(crate) groups: Vec<ShownGroup>,
    /// How many calls the catalog knows of the service.
    pub(crate) endpoint_count: usize,
    /// The calls that name the resource or scope that was asked for; empty for a whole service.
    pub(crate) endpoints: Vec<ShownEndpoint>,
    /// Misspellings in the vendor's own material.
    pub(crate) errata: Vec<ShownErratum>,
    /// Scopes that should not be used any more.
    pub(crate) deprecated: Vec<ShownPattern>,
    /// Scopes reported not to exist.
    pub(crate) invalid: Vec<ShownPattern>,
    /// Facts that a reader should know.
    pub(crate) notes: Vec<ShownNote>,
    /// What was seen and is no scope or call of the catalog.
    pub(crate) left_out: Vec<ShownLeftOut>,
    /// Where the facts come from.
    pub(crate) sources: Vec<ShownSource>,
}

/// Who says something, and how far it can be trusted.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Evidence {
    /// How far it can be trusted.
    pub(crate) status: Status,
    /// Addresses of those who say it.
    pub(crate) sources: Vec<String>,
    /// What a reader should know besides.
    pub(crate) note: Option<String>,
}

/// A scope.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShownScope {
    /// The whole scope.
    pub(crate) scope: String,
    /// Its last part.
    pub(crate) operation: String,
    /// What kind of data it opens, where that differs from the resource's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<Vec<DataClass>>,
    /// Who says that it exists.
    #[serde(flatten)]
    pub(crate) said: Evidence,
}

/// A resource and its scopes.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShownResource {
    /// The path between service and operation.
    pub(crate) resource: String,
    /// What it is.
    pub(crate) grants: String,
    /// What kind of data it holds: this project's own judgement.
    pub(crate) data: Vec<DataClass>,
    /// What a reader should know besides.
    pub(crate) note: Option<String>,
    /// Its scopes: all, or the one that was asked for.
    pub(crate) operations: Vec<ShownScope>,
}

/// A one-word scope.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShownWord {
    /// The word.
    pub(crate) scope: String,
    /// What it gives.
    pub(crate) grants: String,
    /// What kind of data it gives: this project's own judgement.
    pub(crate) data: Vec<DataClass>,
    /// Who says that it exists.
    #[serde(flatten)]
    pub(crate) said: Evidence,
}

/// An operation word that stands for others.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShownMeaning {
    /// The word.
    pub(crate) operation: String,
    /// What it stands for.
    pub(crate) means: Vec<String>,
    /// For which resources; `null` for all.
    pub(crate) resources: Option<String>,
    /// Who says so.
    #[serde(flatten)]
    pub(crate) said: Evidence,
}

/// A parent that covers children.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShownGroup {
    /// The parent's path.
    pub(crate) parent: String,
    /// Which paths it covers: a pattern.
    pub(crate) children: String,
    /// Holes: paths that it was seen not to cover.
    pub(crate) except: Vec<String>,
    /// With which operations; empty for all.
    pub(crate) operations: Vec<String>,
    /// Who says so.
    #[serde(flatten)]
    pub(crate) said: Evidence,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ShownEndpoint {
    /// Method and path template.
    pub(crate) call: String,
    /// What it does.
    pub(crate) summary: String,
    /// `documented`, `unstated` or `none`: see [`Stats::endpoints_by_need`](crate::catalog::Stats::endpoints_by_need).
    pub(crate) need: &'static str,
    /// Alternatives, of each of which all scopes are needed. For `unstated` one list of what the vendor names.
    pub(crate) needs: Vec<Vec<String>>,
    /// What a reader should know besides.
    pub(crate) note: Option<String>,
    /// Addresses of those who say it.
    pub(crate) sources: Vec<String>,
}

/// A misspelling in the vendor's own material.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShownErratum {
    /// What is written there.
    pub(crate) written: String,
    /// What is meant.
    pub(crate) means: String,
    /// Who writes it.
    #[serde(flatten)]
    pub(crate) said: Evidence,
}

/// Scopes that should not be used, or do not exist.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShownPattern {
    /// Which, after the service: a pattern.
    pub(crate) scope: String,
    /// Since when, in the vendor's words.
    pub(crate) since: Option<String>,
    /// What to use instead: resources or scopes, after the service.
    pub(crate) instead: Vec<String>,
    /// Who says so.
    #[serde(flatten)]
    pub(crate) said: Evidence,
}

/// A fact in prose.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShownNote {
    /// The fact.
    pub(crate) text: String,
    /// Addresses of those who say it.
    pub(crate) sources: Vec<String>,
}

/// Something that was seen and left out.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShownLeftOut {
    /// The scope or call as it was seen.
    pub(crate) what: String,
    /// Why it is left out.
    pub(crate) reason: String,
    /// Addresses of those who write it.
    pub(crate) sources: Vec<String>,
}

/// Where facts come from.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShownSource {
    /// The name that the catalog file uses.
    pub(crate) id: String,
    /// What kind of source it is.
    pub(crate) kind: String,
    /// Its address.
    pub(crate) address: String,
    /// When it was read.
    pub(crate) seen: String,
}
