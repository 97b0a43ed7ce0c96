//! One client and its open documents.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use lsp_types::{
    CodeActionParams, CodeLens, CodeLensParams, CompletionParams, Diagnostic, DiagnosticSeverity,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, GotoDefinitionParams, HoverParams, InitializeParams,
    Position, Range, TextDocumentPositionParams, Uri,
};
use serde_json::{Value, json};
use url::Url;

use super::messages::{self, params};
use super::source::{Analysis, Judge};
use super::text::{Encoding, Text};
use super::{Basis, Ground, Open, Trouble, actions, hover, policy};
use crate::policy::names_in;
use crate::report::clean;
use crate::rpc::{self, Fault, Message, Received, Request, code, put_frame};
use crate::text::Span;

/// How long nothing may come before what was changed is looked at.
const PAUSE: Duration = Duration::from_millis(40);

/// How many messages are taken ahead, to see whether they cancel others.
const AHEAD: usize = 4096;

/// The largest text that is judged while somebody types, in bytes.
const LARGEST: usize = 2 << 20;

/// What a cancelled request is answered with.
const CANCELLED: i64 = -32800;
/// What a request is answered with that comes before `initialize`.
const NOT_INITIALIZED: i64 = -32002;

/// What a client said of itself at the beginning.
#[derive(Default)]
struct Client {
    encoding: Encoding,
    /// It can be asked to watch files.
    watches: bool,
}

/// An open document.
struct Document {
    uri: Uri,
    path: PathBuf,
    version: i32,
    text: Text,
    /// What was found in the text as it is; nothing where nobody looked yet, or the text is too large.
    found: Option<Analysis>,
    /// Whether it has changed since anybody looked.
    is_stale: bool,
    /// What the client shows of it.
    shown: Vec<Diagnostic>,
}

/// The talk with one client.
pub(super) struct Session<'o> {
    out: &'o mut dyn Write,
    receiver: Receiver<Received>,
    /// What was received and not looked at.
    ahead: VecDeque<Result<Message, Fault>>,
    client: Option<Client>,
    is_shut_down: bool,
    folders: Vec<PathBuf>,
    documents: BTreeMap<String, Document>,
    /// By what was judged last in each folder.
    bases: BTreeMap<PathBuf, std::rc::Rc<Basis>>,
    /// Files that a policy or catalog has problems in, and that are not open.
    elsewhere: Vec<PathBuf>,
    /// What the person was told last of what keeps anything from being judged.
    told: BTreeMap<PathBuf, String>,
    /// Problems of policies and catalog files, by file.
    problems: BTreeMap<PathBuf, Vec<Diagnostic>>,
    /// By what is judged has changed.
    is_outdated: bool,
}

impl<'o> Session<'o> {
    pub(super) fn new(out: &'o mut dyn Write, receiver: Receiver<Received>) -> Self {
        Self {
            out,
            receiver,
            ahead: VecDeque::new(),
            client: None,
            is_shut_down: false,
            folders: Vec::new(),
            documents: BTreeMap::new(),
            bases: BTreeMap::new(),
            elsewhere: Vec::new(),
            told: BTreeMap::new(),
            problems: BTreeMap::new(),
            is_outdated: false,
        }
    }

    fn encoding(&self) -> Encoding {
        self.client.as_ref().map(|client| client.encoding).unwrap_or_default()
    }

    /// Reads by what the files of each folder are judged. Where that cannot be used as it is now, what could be used last
    /// holds on.
    pub(super) fn load(&mut self, ground: &dyn Ground) -> Vec<(PathBuf, std::rc::Rc<Basis>)> {
        self.is_outdated = false;
        self.problems.clear();
        let open: Open =
            self.documents.values().map(|open| (open.path.clone(), open.text.as_str().to_owned())).collect();
        for folder in self.folders.clone() {
            let encoding = self.encoding();
            if !self.bases.contains_key(&folder)
                && let Some(basis) = ground.stand_in(&folder)
            {
                self.bases.insert(folder.clone(), std::rc::Rc::new(basis));
            }
            let mut said = String::new();
            match ground.basis(&folder, &open) {
                Ok(basis) => {
                    self.bases.insert(folder.clone(), std::rc::Rc::new(basis));
                }
                Err(Trouble::Problems(sources, problems)) => {
                    for (id, problem) in problems {
                        let source = sources.get(id);
                        let text = Text::new(source.text().to_owned(), encoding);
                        let shown = policy::problem(&problem, &text);
                        self.problems.entry(PathBuf::from(source.name())).or_default().push(shown);
                    }
                }
                Err(Trouble::Other(what)) => said = what,
            }
            if self.told.get(&folder).map_or("", String::as_str) != said {
                let message = json!({ "type": 1, "message": format!("zscope: {said}") });
                if !said.is_empty() {
                    // Whoever cannot be written to is seen by the next answer.
                    let _ = self.notify("window/showMessage", message);
                }
                self.told.insert(folder.clone(), said);
            }
        }
        let folders = &self.folders;
        self.bases.retain(|folder, _| folders.contains(folder));
        self.bases.iter().map(|(folder, basis)| (folder.clone(), basis.clone())).collect()
    }

    /// Answers until by what is judged has changed, or the end; whether that was in order.
    pub(super) fn run(&mut self, judges: &[Judge<'_>]) -> io::Result<Option<bool>> {
        for document in self.documents.values_mut() {
            document.is_stale = true;
        }
        self.refresh(judges)?;
        self.tell_of_files()?;
        loop {
            let is_waiting = self.is_outdated || self.documents.values().any(|document| document.is_stale);
            let Some(message) = self.next(is_waiting.then_some(PAUSE)) else { return Ok(Some(false)) };
            match message {
                None if self.is_outdated => return Ok(None),
                None => self.refresh(judges)?,
                Some(Err(fault)) => self.send(&fault.answer())?,
                Some(Ok(Message::Request(request))) => self.request(request, judges)?,
                Some(Ok(Message::Notification { method, .. })) if method == "exit" => {
                    return Ok(Some(self.is_shut_down));
                }
                Some(Ok(Message::Notification { method, params })) => {
                    self.notification(&method, params, judges)?;
                    if method == "textDocument/didOpen" && !self.is_outdated {
                        self.refresh(judges)?;
                    }
                    if self.is_outdated && matches!(method.as_str(), "initialized" | "textDocument/didOpen") {
                        return Ok(None);
                    }
                }
                Some(Ok(Message::Response { .. })) => {}
            }
        }
    }

    /// The next message; the inner nothing where none came in time, the outer where none will come.
    #[expect(clippy::option_option, reason = "the two ways in which there is no message")]
    fn next(&mut self, pause: Option<Duration>) -> Option<Option<Result<Message, Fault>>> {
        if self.ahead.is_empty() {
            let received = match pause {
                None => self.receiver.recv().ok()?,
                Some(pause) => match self.receiver.recv_timeout(pause) {
                    Ok(received) => received,
                    Err(RecvTimeoutError::Timeout) => return Some(None),
                    Err(RecvTimeoutError::Disconnected) => return None,
                },
            };
            self.take(received);
        }
        while self.ahead.len() < AHEAD {
            match self.receiver.try_recv() {
                Ok(received) => self.take(received),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        self.ahead.pop_front().map(Some).or(Some(None))
    }

    /// Takes what came; what it cancels is answered so when its turn comes.
    fn take(&mut self, received: Received) {
        let message = match received {
            Received::Text(text) => rpc::parsed(&text).and_then(rpc::message),
            Received::Broken(what) => Err(Fault::new(Value::Null, code::PARSE, what)),
        };
        if let Ok(Message::Notification { method, params }) = &message
            && method == "$/cancelRequest"
        {
            let name = params.get("id");
            for waiting in &mut self.ahead {
                if let Ok(Message::Request(request)) = waiting
                    && Some(&request.id) == name
                {
                    *waiting = Err(Fault::new(request.id.clone(), CANCELLED, "the request was cancelled"));
                }
            }
            return;
        }
        self.ahead.push_back(message);
    }

    fn send(&mut self, message: &Value) -> io::Result<()> {
        put_frame(self.out, message)
    }

    fn notify(&mut self, method: &str, params: Value) -> io::Result<()> {
        self.send(&rpc::notification(method, params))
    }

    fn request(&mut self, request: Request, judges: &[Judge<'_>]) -> io::Result<()> {
        let Request { id, method, params } = request;
        let answer = match method.as_str() {
            "initialize" if self.client.is_none() => self.initialize(&id, params),
            _ if self.client.is_none() => {
                Err(Fault::new(id.clone(), NOT_INITIALIZED, "the session is not initialized"))
            }
            "shutdown" => {
                self.is_shut_down = true;
                Ok(Value::Null)
            }
            _ if self.is_shut_down => Err(Fault::new(id.clone(), code::INVALID_REQUEST, "the session is shut down")),
            _ => {
                // An answer is about the text as it is.
                self.refresh(judges)?;
                self.answer(&id, &method, params, judges)
            }
        };
        self.send(&match answer {
            Ok(result) => rpc::result(id, result),
            Err(fault) => fault.answer(),
        })
    }

    fn initialize(&mut self, id: &Value, given: Value) -> Result<Value, Fault> {
        let given: InitializeParams = params(id, given)?;
        let general = given.capabilities.general.as_ref();
        let encodings = general.and_then(|general| general.position_encodings.clone()).unwrap_or_default();
        let watches = given.capabilities.workspace.as_ref();
        let watches = watches.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        let client = Client {
            encoding: Encoding::of(&encodings),
            watches: watches.and_then(|watches| watches.dynamic_registration).unwrap_or_default(),
        };
        let named = given.workspace_folders.unwrap_or_default().into_iter().map(|folder| folder.uri);
        #[expect(deprecated, reason = "older clients name their one folder so")]
        let root = given.root_uri;
        let mut folders: Vec<PathBuf> = named.filter_map(|uri| path_of(&uri)).collect();
        if folders.is_empty() {
            folders.extend(root.and_then(|uri| path_of(&uri)));
        }
        self.folders = folders;
        self.is_outdated = true;
        let result = messages::initialized(client.encoding);
        self.client = Some(client);
        Ok(result)
    }

    fn notification(&mut self, method: &str, given: Value, judges: &[Judge<'_>]) -> io::Result<()> {
        let none = Value::Null;
        match method {
            "initialized" if self.client.as_ref().is_some_and(|client| client.watches) => {
                self.send(&rpc::request("zscope-watch", "client/registerCapability", messages::watched()))?;
            }
            "textDocument/didOpen" => {
                if let Ok(given) = params::<DidOpenTextDocumentParams>(&none, given) {
                    self.open(given);
                }
            }
            "textDocument/didChange" => {
                if let Ok(given) = params::<DidChangeTextDocumentParams>(&none, given) {
                    self.change(&given, judges);
                }
            }
            "textDocument/didClose" => {
                if let Ok(given) = params::<DidCloseTextDocumentParams>(&none, given)
                    && let Some(closed) = self.documents.remove(given.text_document.uri.as_str())
                {
                    self.is_outdated |= is_basis(judges, &closed.path);
                    self.publish(&closed.uri, None, &[])?;
                }
            }
            "workspace/didChangeWatchedFiles" => {
                if let Ok(given) = params::<DidChangeWatchedFilesParams>(&none, given) {
                    let mut changed = given.changes.iter().filter_map(|change| path_of(&change.uri));
                    self.is_outdated |= changed.any(|path| is_basis(judges, &path));
                }
            }
            "workspace/didChangeWorkspaceFolders" => {
                if let Ok(given) = params::<DidChangeWorkspaceFoldersParams>(&none, given) {
                    let gone: Vec<PathBuf> =
                        given.event.removed.iter().filter_map(|folder| path_of(&folder.uri)).collect();
                    self.folders.retain(|folder| !gone.contains(folder));
                    self.folders.extend(given.event.added.iter().filter_map(|folder| path_of(&folder.uri)));
                    self.is_outdated = true;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, given: DidOpenTextDocumentParams) {
        let opened = given.text_document;
        let path = path_of(&opened.uri).unwrap_or_else(|| PathBuf::from(name_of(&opened.uri)));
        // A file on its own is judged by what lies around it.
        if !self.folders.iter().any(|folder| path.starts_with(folder))
            && let Some(folder) = path.parent().filter(|folder| folder.is_absolute())
        {
            self.folders.push(folder.to_owned());
            self.is_outdated = true;
        }
        let text = Text::new(opened.text, self.encoding());
        let document = Document {
            uri: opened.uri.clone(),
            path,
            version: opened.version,
            text,
            found: None,
            is_stale: true,
            shown: Vec::new(),
        };
        self.is_outdated |= is_policy_name(&document.path);
        self.documents.insert(opened.uri.as_str().to_owned(), document);
    }

    fn change(&mut self, given: &DidChangeTextDocumentParams, judges: &[Judge<'_>]) {
        let Some(document) = self.documents.get_mut(given.text_document.uri.as_str()) else { return };
        for change in &given.content_changes {
            document.text.change(change.range, &change.text);
        }
        document.version = given.text_document.version;
        document.is_stale = true;
        self.is_outdated |= is_basis(judges, &document.path);
    }

    /// Looks at every document that has changed, and tells the client.
    fn refresh(&mut self, judges: &[Judge<'_>]) -> io::Result<()> {
        let stale: Vec<String> =
            self.documents.iter().filter(|(_, open)| open.is_stale).map(|(uri, _)| uri.clone()).collect();
        for uri in stale {
            let Some(document) = self.documents.get_mut(&uri) else { continue };
            document.is_stale = false;
            document.found = None;
            let judge = judge_of(judges, &document.path);
            let shown = match judge {
                _ if document.text.as_str().len() > LARGEST => vec![too_large()],
                Some(judge) if is_basis(judges, &document.path) || is_policy_name(&document.path) => {
                    let own = self.problems.get(&document.path).cloned();
                    own.unwrap_or_else(|| policy::faults(judge, &document.path, &document.text))
                }
                None => Vec::new(),
                Some(judge) if judge.basis.is_stand_in => {
                    self.problems.get(&document.path).cloned().unwrap_or_default()
                }
                Some(judge) => {
                    let found = judge.analyse(&document.path, document.text.as_str());
                    let shown = found.diagnostics(&document.text);
                    document.found = Some(found);
                    shown
                }
            };
            let (uri, version) = (document.uri.clone(), document.version);
            document.shown.clone_from(&shown);
            self.publish(&uri, Some(version), &shown)?;
        }
        Ok(())
    }

    /// Tells of problems in files that are not open, and of those that have gone.
    fn tell_of_files(&mut self) -> io::Result<()> {
        let is_open = |path: &Path| self.documents.values().any(|document| document.path == path);
        let now: Vec<PathBuf> = self.problems.keys().filter(|path| !is_open(path)).cloned().collect();
        let gone: Vec<PathBuf> =
            self.elsewhere.iter().filter(|path| !now.contains(path) && !is_open(path)).cloned().collect();
        for path in now.iter().chain(&gone) {
            let shown = self.problems.get(path).cloned().unwrap_or_default();
            if let Some(uri) = super::source::uri_of(path) {
                self.publish(&uri, None, &shown)?;
            }
        }
        self.elsewhere = now;
        Ok(())
    }

    fn publish(&mut self, uri: &Uri, version: Option<i32>, shown: &[Diagnostic]) -> io::Result<()> {
        let mut told = json!({ "uri": uri, "diagnostics": shown });
        if let Some(version) = version {
            told["version"] = version.into();
        }
        self.notify("textDocument/publishDiagnostics", told)
    }

    fn answer(&self, id: &Value, method: &str, given: Value, judges: &[Judge<'_>]) -> Result<Value, Fault> {
        match method {
            "textDocument/hover" => {
                let at: HoverParams = params(id, given)?;
                let found = self.place(&at.text_document_position_params, judges);
                Ok(json!(found.and_then(|(document, judge, offset)| hover_at(document, judge, offset))))
            }
            "textDocument/codeAction" => {
                let given: CodeActionParams = params(id, given)?;
                let wanted = given.context.only.as_deref();
                let is_wanted = wanted.is_none_or(|kinds| {
                    kinds.iter().any(|kind| kind.as_str().is_empty() || kind.as_str().starts_with("quickfix"))
                });
                let Some(document) = self.documents.get(given.text_document.uri.as_str()).filter(|_| is_wanted) else {
                    return Ok(json!([]));
                };
                let Some(judge) = judge_of(judges, &document.path) else { return Ok(json!([])) };
                let page = actions::Page {
                    uri: &document.uri,
                    path: &document.path,
                    text: &document.text,
                    shown: &document.shown,
                };
                let asked = document.text.span(given.range);
                Ok(json!(match &document.found {
                    Some(found) => actions::offered(&page, judge, found, asked),
                    None => policy::offered(&page, judge, asked),
                }))
            }
            "textDocument/completion" => {
                let at: CompletionParams = params(id, given)?;
                let found = self.place(&at.text_document_position, judges);
                let policies = found.filter(|(document, ..)| is_of_policy(document, judges));
                Ok(json!(policies.map(|(document, judge, offset)| policy::completion(judge, &document.text, offset))))
            }
            "textDocument/definition" => {
                let at: GotoDefinitionParams = params(id, given)?;
                let found = self.place(&at.text_document_position_params, judges);
                let policies = found.filter(|(document, ..)| is_of_policy(document, judges));
                Ok(json!(policies.and_then(|(document, judge, offset)| {
                    policy::definition(judge, &document.path, &document.text, offset)
                })))
            }
            "textDocument/codeLens" => {
                let given: CodeLensParams = params(id, given)?;
                let document = self.documents.get(given.text_document.uri.as_str());
                let lenses: Vec<CodeLens> = document
                    .filter(|document| is_of_policy(document, judges))
                    .and_then(|document| Some((document, judge_of(judges, &document.path)?)))
                    .map(|(document, judge)| policy::lenses(judge, &document.path, &document.text))
                    .unwrap_or_default();
                Ok(json!(lenses))
            }
            "codeLens/resolve" => {
                let lens: CodeLens = params(id, given)?;
                Ok(json!(policy::resolved(judges, lens)))
            }
            _ => {
                let name: String = clean(method).chars().take(60).collect();
                Err(Fault::new(id.clone(), code::NO_METHOD, format!("there is no method `{name}`")))
            }
        }
    }

    /// The document, what judges it, and the byte at a position.
    fn place<'s>(
        &'s self,
        at: &TextDocumentPositionParams,
        judges: &'s [Judge<'s>],
    ) -> Option<(&'s Document, &'s Judge<'s>, usize)> {
        let document = self.documents.get(at.text_document.uri.as_str())?;
        Some((document, judge_of(judges, &document.path)?, document.text.offset(at.position)))
    }
}

fn hover_at(document: &Document, judge: &Judge<'_>, offset: usize) -> Option<lsp_types::Hover> {
    let Some(found) = &document.found else { return policy::hover(judge, &document.text, offset) };
    let mut page = String::new();
    let mut span = Span::default();
    for (judged, _) in found.scopes_at(offset) {
        let Ok(scope) = &judged.scope else { continue };
        if page.is_empty() {
            span = judged.place.span;
            page = hover::of_scope(&judge.basis.catalog, scope);
        }
        page.push('\n');
        page.push_str(&hover::of_judged(judged, &found.report.sources));
    }
    (!page.is_empty()).then(|| hover::hover(page, document.text.range(span)))
}

/// What judges a file: that of the nearest folder above it, else the first.
fn judge_of<'j, 'b>(judges: &'j [Judge<'b>], path: &Path) -> Option<&'j Judge<'b>> {
    let around = judges.iter().filter(|judge| path.starts_with(judge.folder));
    around.max_by_key(|judge| judge.folder.as_os_str().len()).or(judges.first())
}

/// Whether others are judged by a file, or may come to be.
fn is_basis(judges: &[Judge<'_>], path: &Path) -> bool {
    is_policy_name(path) || judges.iter().any(|judge| judge.basis.files.iter().any(|file| path.starts_with(file)))
}

/// Whether a file bears the name of a policy.
fn is_policy_name(path: &Path) -> bool {
    path.parent().is_some_and(|folder| names_in(folder).any(|name| name == path))
}

/// Whether a document is a policy.
fn is_of_policy(document: &Document, judges: &[Judge<'_>]) -> bool {
    let is_source = |judge: &Judge<'_>| judge.basis.sources.names().any(|name| Path::new(name) == document.path);
    is_policy_name(&document.path) || judges.iter().any(is_source)
}

fn too_large() -> Diagnostic {
    let start = Position::new(0, 0);
    Diagnostic {
        range: Range::new(start, start),
        severity: Some(DiagnosticSeverity::INFORMATION),
        source: Some("zscope".to_owned()),
        message: format!(
            "a text of more than {} MiB is not judged while it is edited\nhelp: `zscope scan` reads files of any size",
            LARGEST >> 20
        ),
        ..Diagnostic::default()
    }
}

/// The file of an address; nothing for one of another kind.
fn path_of(uri: &Uri) -> Option<PathBuf> {
    Url::parse(uri.as_str()).ok()?.to_file_path().ok()
}

/// The last part of an address that is none of a file: enough to tell how the text is written.
fn name_of(uri: &Uri) -> String {
    uri.as_str().rsplit(['/', ':']).next().unwrap_or_default().to_owned()
}
