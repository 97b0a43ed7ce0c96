//! What the server says of itself, and how parameters are read.

use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions, CompletionOptions,
    HoverProviderCapability, InitializeResult, OneOf, ServerCapabilities, ServerInfo, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::text::Encoding;
use crate::rpc::{Fault, code};

/// What the server can do.
pub(super) fn initialized(encoding: Encoding) -> Value {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        ..TextDocumentSyncOptions::default()
    };
    let actions =
        CodeActionOptions { code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]), ..CodeActionOptions::default() };
    let completion = CompletionOptions {
        trigger_characters: Some([".", ":", " ", "-"].map(str::to_owned).to_vec()),
        ..CompletionOptions::default()
    };
    let folders =
        WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(OneOf::Left(true)) };
    let capabilities = ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(completion),
        definition_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(true) }),
        workspace: Some(WorkspaceServerCapabilities { workspace_folders: Some(folders), file_operations: None }),
        ..ServerCapabilities::default()
    };
    let server =
        ServerInfo { name: env!("CARGO_PKG_NAME").to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
    json!(InitializeResult { capabilities, server_info: Some(server) })
}

/// What the client is asked to watch: policies wherever they lie, and whatever they may name.
pub(super) fn watched() -> Value {
    let watchers = ["**/*.yaml", "**/*.yml"].map(|glob| json!({ "globPattern": glob }));
    json!({ "registrations": [{
        "id": "zscope-files",
        "method": "workspace/didChangeWatchedFiles",
        "registerOptions": { "watchers": watchers },
    }] })
}

/// Reads the parameters of a request.
pub(super) fn params<T: DeserializeOwned>(id: &Value, params: Value) -> Result<T, Fault> {
    serde_json::from_value(params).map_err(|_| {
        Fault::new(id.clone(), code::INVALID_PARAMS, "the parameters are not those of the method".to_owned())
    })
}
