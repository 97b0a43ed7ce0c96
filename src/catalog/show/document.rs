//! The document that `zscope catalog show` writes.

use serde::Serialize;

use crate::catalog::model::{Host, OtherPath};
use crate::catalog::{DataClass, Status};

/// The answer of `zscope catalog show`: what is known of a service, or of one resource or scope of it.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// The first part of its scopes.
    pub service: String,
    /// The product's name.
    pub product: String,
    /// The kind of product.
    pub category: String,
    /// Where the vendor documents its API; empty when no page was found.
    pub docs: String,
    /// Other names under which the service was seen.
    pub aliases: Vec<String>,
    /// API hosts; `{dc}` stands for the data centre's domain ending.
    pub hosts: Vec<String>,
    /// The same hosts with the path prefixes that are answered there, where not all are.
    pub addresses: Vec<Host>,
    /// Path prefixes of its calls.
    pub base_paths: Vec<String>,
    /// Path prefixes that its calls can have as well.
    pub other_paths: Vec<OtherPath>,
    /// The scope for everything in the service, when there is evidence for one.
    pub full_access: Option<ShownScope>,
    /// What operation words stand for, beyond the general rules.
    pub meanings: Vec<ShownMeaning>,
    /// The resources: all, or the one that was asked for.
    pub resources: Vec<ShownResource>,
    /// One-word scopes.
    pub words: Vec<ShownWord>,
    /// Parents that cover children; where one resource was asked for, those that it is parent or child of.
    pub groups: Vec<ShownGroup>,
    /// How many calls the catalog knows of the service.
    pub endpoint_count: usize,
    /// The calls that name the resource or scope that was asked for; empty for a whole service.
    pub endpoints: Vec<ShownEndpoint>,
    /// Misspellings in the vendor's own material.
    pub errata: Vec<ShownErratum>,
    /// Scopes that should not be used any more.
    pub deprecated: Vec<ShownPattern>,
    /// Scopes reported not to exist.
    pub invalid: Vec<ShownPattern>,
    /// Facts that a reader should know.
    pub notes: Vec<ShownNote>,
    /// What was seen and is no scope or call of the catalog.
    pub left_out: Vec<ShownLeftOut>,
    /// Where the facts come from.
    pub sources: Vec<ShownSource>,
}

/// Who says something, and how far it can be trusted.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    /// How far it can be trusted.
    pub status: Status,
    /// Addresses of those who say it.
    pub sources: Vec<String>,
    /// What a reader should know besides.
    pub note: Option<String>,
}

/// A scope.
#[derive(Clone, Debug, Serialize)]
pub struct ShownScope {
    /// The whole scope.
    pub scope: String,
    /// Its last part.
    pub operation: String,
    /// Who says that it exists.
    #[serde(flatten)]
    pub said: Said,
}

/// A resource and its scopes.
#[derive(Clone, Debug, Serialize)]
pub struct ShownResource {
    /// The path between service and operation.
    pub resource: String,
    /// What it is.
    pub grants: String,
    /// What kind of data it holds: this project's own judgement.
    pub data: Vec<DataClass>,
    /// What a reader should know besides.
    pub note: Option<String>,
    /// Its scopes: all, or the one that was asked for.
    pub operations: Vec<ShownScope>,
}

/// A one-word scope.
#[derive(Clone, Debug, Serialize)]
pub struct ShownWord {
    /// The word.
    pub scope: String,
    /// What it gives.
    pub grants: String,
    /// What kind of data it gives: this project's own judgement.
    pub data: Vec<DataClass>,
    /// Who says that it exists.
    #[serde(flatten)]
    pub said: Said,
}

/// An operation word that stands for others.
#[derive(Clone, Debug, Serialize)]
pub struct ShownMeaning {
    /// The word.
    pub operation: String,
    /// What it stands for.
    pub means: Vec<String>,
    /// For which resources; `null` for all.
    pub resources: Option<String>,
    /// Who says so.
    #[serde(flatten)]
    pub said: Said,
}

/// A parent that covers children.
#[derive(Clone, Debug, Serialize)]
pub struct ShownGroup {
    /// The parent's path.
    pub parent: String,
    /// Which paths it covers: a pattern.
    pub children: String,
    /// Holes: paths that it was seen not to cover.
    pub except: Vec<String>,
    /// With which operations; empty for all.
    pub operations: Vec<String>,
    /// Who says so.
    #[serde(flatten)]
    pub said: Said,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownEndpoint {
    /// Method and path template.
    pub call: String,
    /// What it does.
    pub summary: String,
    /// `documented`, `unstated` or `none`: see [`Stats::endpoints_by_need`](crate::catalog::Stats::endpoints_by_need).
    pub need: &'static str,
    /// Alternatives, of each of which all scopes are needed. For `unstated` one list of what the vendor names.
    pub needs: Vec<Vec<String>>,
    /// What a reader should know besides.
    pub note: Option<String>,
    /// Addresses of those who say it.
    pub sources: Vec<String>,
}

/// A misspelling in the vendor's own material.
#[derive(Clone, Debug, Serialize)]
pub struct ShownErratum {
    /// What is written there.
    pub written: String,
    /// What is meant.
    pub means: String,
    /// Who writes it.
    #[serde(flatten)]
    pub said: Said,
}

/// Scopes that should not be used, or do not exist.
#[derive(Clone, Debug, Serialize)]
pub struct ShownPattern {
    /// Which, after the service: a pattern.
    pub scope: String,
    /// Since when, in the vendor's words.
    pub since: Option<String>,
    /// What to use instead: resources or scopes, after the service.
    pub instead: Vec<String>,
    /// Who says so.
    #[serde(flatten)]
    pub said: Said,
}

/// A fact in prose.
#[derive(Clone, Debug, Serialize)]
pub struct ShownNote {
    /// The fact.
    pub text: String,
    /// Addresses of those who say it.
    pub sources: Vec<String>,
}

/// Something that was seen and left out.
#[derive(Clone, Debug, Serialize)]
pub struct ShownLeftOut {
    /// The scope or call as it was seen.
    pub what: String,
    /// Why it is left out.
    pub reason: String,
    /// Addresses of those who write it.
    pub sources: Vec<String>,
}

/// Where facts come from.
#[derive(Clone, Debug, Serialize)]
pub struct ShownSource {
    /// The name that the catalog file uses.
    pub id: String,
    /// What kind of source it is.
    pub kind: String,
    /// Its address.
    pub address: String,
    /// When it was read.
    pub seen: String,
}
