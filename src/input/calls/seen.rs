//! Calls as they were seen, and what could not be read.

use std::collections::HashMap;
use std::fmt;

use crate::catalog::Needs;
use crate::text::Place;

/// The most calls that one reading keeps apart; what comes beyond is counted and told.
pub(super) const MOST_CALLS: usize = 100_000;

/// The most things that are told as not read, one by one.
const MOST_LEFT: usize = 200;

/// An API call that a program makes, made, or can be told to make, and where that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenCall {
    /// How it is made; `None` where the text does not tell.
    pub method: Option<Method>,
    /// The address as written, a URL or a path; what is filled in at run time is `{name}`. Empty where none is known: see
    /// [`SeenCall::needs`]. Its query may hold secrets: it is for looking the call up, never for showing.
    pub url: String,
    /// Where it stands; of equal calls, the first.
    pub place: Place,
    /// How sure it is that this call is made.
    pub certainty: Certainty,
    /// What kind of text told of it.
    pub via: Via,
    /// The scopes that it needs, where its source names them: of operations that have no address of their own.
    pub needs: Option<Needs>,
    /// The modules of Zoho CRM that it touches beyond what its address says, by API name, each once.
    pub modules: Vec<String>,
    /// The connection or the account under which it runs, where the text names one: calls of different groups need not
    /// share a token.
    pub group: Option<String>,
    /// How often it was seen.
    pub count: u64,
}

/// The methods of HTTP that calls have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
    /// `HEAD`
    Head,
    /// `OPTIONS`
    Options,
}

/// How sure it is that a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// The text says so: a record of it, or code that names method and address.
    Proven,
    /// A part of it is filled in at run time, or was taken from what stands around it.
    Likely,
    /// It may be made: the text names what can make it, and not that it does.
    Guessed,
}

/// What kind of text told of a call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    /// A line with a method and an address.
    Line,
    /// The `calls:` of a policy.
    Policy,
    /// A browser's record.
    Har,
    /// A collection of Postman's.
    Postman,
    /// An `OpenAPI` document of what an application uses.
    OpenApi,
    /// The log of a server or a proxy.
    Log,
    /// A command line of curl's.
    Curl,
    /// An address in source code.
    Literal,
    /// An operation of Zoho CRM's SDK.
    Sdk {
        /// Class and method, as the code writes them.
        name: String,
    },
    /// An integration task of Deluge.
    Deluge {
        /// Its name: `zoho.crm.getRecords`.
        task: String,
    },
    /// A tool of Zoho's MCP servers.
    Mcp {
        /// Its name: `ZohoCRM_getRecords`.
        tool: String,
    },
    /// What an SDK calls by itself, before or after the call that the code names.
    Hidden {
        /// The operation that causes it, as the code writes it.
        by: String,
    },
    /// A part of a request that holds several calls, or of a query.
    Within,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Where it stands.
    pub place: Place,
    /// Why it was not read: lower case, no full stop, user text in backticks.
    pub reason: String,
    /// How many things this is about.
    pub count: u64,
}

/// The calls of one text, equal ones once, in the order of the text, and what could not be read.
#[derive(Clone, Debug, Default)]
pub struct SeenCalls {
    /// The calls.
    pub calls: Vec<SeenCall>,
    /// What could not be read, the first two hundred places; more of it is one entry.
    pub left: Vec<Left>,
    known: HashMap<Key, usize>,
    beyond: Option<usize>,
}

/// What makes two calls the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    method: Option<Method>,
    url: String,
    certainty: Certainty,
    via: Via,
    needs: String,
    modules: Vec<String>,
    group: Option<String>,
}

impl Method {
    /// All of them.
    pub(super) const ALL: [Self; 7] =
        [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete, Self::Head, Self::Options];

    /// The method of that name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(name))
    }

    /// Its name, in upper case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
        }
    }
}

impl Certainty {
    /// Its word: `proven`, `likely`, `guessed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Likely => "likely",
            Self::Guessed => "guessed",
        }
    }
}

impl Via {
    /// The word for the kind of text, in kebab case.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Policy => "policy",
            Self::Har => "har",
            Self::Postman => "postman",
            Self::OpenApi => "openapi",
            Self::Log => "log",
            Self::Curl => "curl",
            Self::Literal => "literal",
            Self::Sdk { .. } => "sdk",
            Self::Deluge { .. } => "deluge",
            Self::Mcp { .. } => "mcp",
            Self::Hidden { .. } => "hidden",
            Self::Within => "within",
        }
    }
}

/// `address in source code`, `operation RecordOperations.get_records`: how a person is told.
impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line => f.write_str("line"),
            Self::Policy => f.write_str("calls of a policy"),
            Self::Har => f.write_str("HAR record"),
            Self::Postman => f.write_str("Postman request"),
            Self::OpenApi => f.write_str("OpenAPI operation"),
            Self::Log => f.write_str("log line"),
            Self::Curl => f.write_str("curl command"),
            Self::Literal => f.write_str("address in source code"),
            Self::Sdk { name } => write!(f, "SDK operation {name}"),
            Self::Deluge { task } => write!(f, "Deluge task {task}"),
            Self::Mcp { tool } => write!(f, "MCP tool {tool}"),
            Self::Hidden { by } => write!(f, "made by the SDK for {by}"),
            Self::Within => f.write_str("part of a request"),
        }
    }
}

impl SeenCall {
    /// A call seen once, of which the text tells no more.
    #[must_use]
    pub fn new(method: Option<Method>, url: impl Into<String>, place: Place, certainty: Certainty, via: Via) -> Self {
        let (url, modules) = (url.into(), Vec::new());
        Self { method, url, place, certainty, via, needs: None, modules, group: None, count: 1 }
    }

    fn key(&self) -> Key {
        Key {
            method: self.method,
            url: self.url.clone(),
            certainty: self.certainty,
            via: self.via.clone(),
            needs: self.needs.as_ref().map(|needs| format!("{needs:?}")).unwrap_or_default(),
            modules: self.modules.clone(),
            group: self.group.clone(),
        }
    }
}

impl SeenCalls {
    /// Adds a call, or counts it where an equal one is there.
    pub fn add(&mut self, call: SeenCall) {
        let key = call.key();
        if let Some(known) = self.known.get(&key).and_then(|at| self.calls.get_mut(*at)) {
            known.count += call.count;
            return;
        }
        if self.calls.len() < MOST_CALLS {
            self.known.insert(key, self.calls.len());
            self.calls.push(call);
            return;
        }
        let at = *self.beyond.get_or_insert(self.left.len());
        match self.left.get_mut(at) {
            Some(left) => left.count += call.count,
            None => {
                let reason = format!("more than {MOST_CALLS} different calls: the others are left out");
                self.left.push(Left { place: call.place, reason, count: call.count });
            }
        }
    }

    /// Tells of something that could not be read.
    pub fn leave(&mut self, place: Place, reason: impl Into<String>) {
        let last = self.left.len();
        match self.left.last_mut() {
            Some(left) if last > MOST_LEFT && Some(last - 1) != self.beyond => left.count += 1,
            _ if last >= MOST_LEFT => {
                let reason =
                    format!("more than {MOST_LEFT} places that could not be read: the others are counted alone");
                self.left.push(Left { place, reason, count: 1 });
            }
            _ => self.left.push(Left { place, reason: reason.into(), count: 1 }),
        }
    }

    /// Adds all that another reading found.
    pub fn append(&mut self, other: Self) {
        other.calls.into_iter().for_each(|call| self.add(call));
        for left in other.left {
            if self.left.len() < MOST_LEFT {
                self.left.push(left);
            } else {
                self.leave(left.place, left.reason);
            }
        }
    }

    /// Whether nothing was found, and nothing left out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.left.is_empty()
    }

    /// How many calls were seen, equal ones counted each.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.calls.iter().map(|call| call.count).sum()
    }
}
