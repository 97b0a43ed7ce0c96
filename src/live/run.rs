//! Asking about many grants: each once, the grants of one client one after the other.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::places::resolve;
use super::request::{self, Credentials, Value};
use super::{Answer, Environment, Fault, FaultKind, Transport, answer};
use crate::live::inventory::{ClientId, Grant, GrantType, Whereabouts};
use crate::secret::Secret;

/// How a run goes.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many clients are asked about at the same time; at least 1.
    pub jobs: usize,
    /// How long to wait between two grants of one client.
    pub pause: Duration,
    /// Whether to give each access token back.
    pub revoke: bool,
    /// How long a program may take to print a secret.
    pub patience: Duration,
}

/// Who follows a run.
pub trait Watch: Sync {
    /// A grant is done with. Called once for each, in any order and from any thread.
    fn advance(&self) {}

    /// Whether nothing more is to be asked.
    fn is_stopped(&self) -> bool {
        false
    }
}

impl Default for Options {
    fn default() -> Self {
        let (pause, patience) = (Duration::from_millis(500), Duration::from_secs(30));
        Self { jobs: 4, pause, revoke: false, patience }
    }
}

/// What was learnt of one grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What it holds, or why that is not known.
    pub answer: Result<Answer, Fault>,
    /// Whether the access token was given back, if that was asked for.
    pub revoked: Option<Result<(), Fault>>,
}

impl Asked {
    fn fault(fault: Fault) -> Self {
        Self { answer: Err(fault), revoked: None }
    }
}

/// The secrets of one grant.
struct Ready {
    client_id: Secret,
    client_secret: Secret,
    refresh_token: Option<Secret>,
}

/// Asks about each grant once. There is one result for each grant, in their order. When `watch` stops the run, what has
/// been sent is brought to its end, and the other grants are not asked about.
pub fn run(
    grants: &[&Grant],
    transport: &dyn Transport,
    environment: &dyn Environment,
    options: &Options,
    watch: &dyn Watch,
) -> Vec<Asked> {
    let ready = each(grants.len(), options.jobs, |n| {
        let ready = if watch.is_stopped() { Err(stopped()) } else { resolve_all(grants[n], environment, options) };
        vec![(n, ready)]
    });
    let mut results: Vec<Option<Asked>> = Vec::with_capacity(grants.len());
    let mut clients: Vec<Vec<(usize, Ready)>> = Vec::new();
    let (mut groups, mut tokens) = (HashMap::new(), HashMap::new());
    for (n, ready) in ready {
        let same = ready.as_ref().ok().and_then(|ready| {
            let key = token_key(grants[n], ready);
            let first = *tokens.entry(key).or_insert(n);
            (first != n).then_some(first)
        });
        let fault = match (ready, same) {
            (Ok(_), Some(first)) => {
                let first = grants[first].label();
                Fault::new(FaultKind::Duplicate, format!("this is the same grant as `{first}`, which was asked about"))
                    .help("a grant is asked about once: give each its own refresh token, or leave one out")
            }
            (Ok(ready), None) => {
                let key = (grants[n].server.accounts.clone(), ready.client_id.clone());
                let group = *groups.entry(key).or_insert_with(|| {
                    clients.push(Vec::new());
                    clients.len() - 1
                });
                clients[group].push((n, ready));
                results.push(None);
                continue;
            }
            (Err(fault), _) => fault,
        };
        watch.advance();
        results.push(Some(Asked::fault(fault)));
    }
    let asked =
        each(clients.len(), options.jobs, |client| ask_client(grants, &clients[client], transport, options, watch));
    for (n, asked) in asked {
        results[n] = Some(asked);
    }
    let unasked = || Asked::fault(Fault::new(FaultKind::NotAsked, "the grant was not asked about"));
    results.into_iter().map(|asked| asked.unwrap_or_else(unasked)).collect()
}

/// What makes two grants the same: they would mint tokens of the same refresh token, or of the same client credentials.
fn token_key(grant: &Grant, ready: &Ready) -> (String, Secret, Secret) {
    let token = match (&ready.refresh_token, &grant.grant_type) {
        (Some(token), _) => token.clone(),
        (None, GrantType::ClientCredentials { soid, scopes }) => {
            let scopes: Vec<&str> = scopes.iter().map(|scope| scope.value.as_str()).collect();
            Secret::new(format!("{soid} {}", scopes.join(",")))
        }
        (None, GrantType::RefreshToken { .. }) => Secret::new(String::new()),
    };
    (grant.server.accounts.clone(), ready.client_id.clone(), token)
}

/// A grant that was not asked about since somebody ended the run.
fn stopped() -> Fault {
    Fault::new(FaultKind::NotAsked, "not asked about: the run was interrupted")
}

fn resolve_all(grant: &Grant, environment: &dyn Environment, options: &Options) -> Result<Ready, Fault> {
    let resolve = |what, place: &Whereabouts| resolve(what, place, environment, options.patience);
    Ok(Ready {
        client_id: match &grant.client_id {
            ClientId::Written(id) => Secret::new(id.value.clone()),
            ClientId::At(place) => resolve("the client id", &place.value)?,
        },
        client_secret: resolve("the client secret", &grant.client_secret.value)?,
        refresh_token: match &grant.grant_type {
            GrantType::RefreshToken { token } => Some(resolve("the refresh token", &token.value)?),
            GrantType::ClientCredentials { .. } => None,
        },
    })
}

/// Asks about the grants of one client, with a pause between them.
fn ask_client(
    grants: &[&Grant],
    client: &[(usize, Ready)],
    transport: &dyn Transport,
    options: &Options,
    watch: &dyn Watch,
) -> Vec<(usize, Asked)> {
    let mut throttled: Option<String> = None;
    let mut results = Vec::with_capacity(client.len());
    for (position, (n, ready)) in client.iter().enumerate() {
        let grant = grants[*n];
        let asked = if let Some(label) = &throttled {
            let message =
                format!("not asked about: the client was told at `{label}` that there were too many requests");
            Asked::fault(Fault::new(FaultKind::NotAsked, message).help("wait ten minutes before asking again"))
        } else {
            if position > 0 && !watch.is_stopped() {
                std::thread::sleep(options.pause);
            }
            if watch.is_stopped() { Asked::fault(stopped()) } else { ask(grant, ready, transport, options) }
        };
        if matches!(&asked.answer, Err(fault) if fault.kind == FaultKind::Throttled) {
            throttled = Some(grant.label());
        }
        results.push((*n, asked));
        watch.advance();
    }
    results
}

fn ask(grant: &Grant, ready: &Ready, transport: &dyn Transport, options: &Options) -> Asked {
    let secret = |secret: &Secret| Value::Secret(secret.clone());
    let credentials = Credentials {
        client_id: secret(&ready.client_id),
        client_secret: secret(&ready.client_secret),
        refresh_token: ready.refresh_token.as_ref().map(secret),
    };
    let mut secrets = vec![&ready.client_secret];
    secrets.extend(&ready.refresh_token);
    let response = match transport.send(&request::token(grant, credentials)) {
        Ok(response) => response,
        Err(fault) => return Asked::fault(fault),
    };
    let (answer, token) = match answer::read(&response, &secrets) {
        Ok(found) => found,
        Err(fault) => return Asked::fault(fault),
    };
    drop(response);
    let revoked = options.revoke.then(|| {
        let response = transport.send(&request::revoke(grant, Value::Secret(token)))?;
        answer::revoked(&response)
    });
    Asked { answer: Ok(answer), revoked }
}

/// Does `count` pieces of work on several threads; the results are in order of their number.
fn each<T: Send>(count: usize, jobs: usize, work: impl Fn(usize) -> Vec<(usize, T)> + Sync) -> Vec<(usize, T)> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= count {
                return done;
            }
            done.extend(work(n));
        }
    };
    let mut results: Vec<(usize, T)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs.clamp(1, count.max(1))).map(|_| scope.spawn(worker)).collect();
        // A thread that panicked has no results; what it was to ask about counts as not asked.
        threads.into_iter().filter_map(|thread| thread.join().ok()).flatten().collect()
    });
    results.sort_by_key(|(n, _)| *n);
    results
}
