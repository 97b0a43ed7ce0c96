//! Requests over HTTPS.

use std::error::Error as _;
use std::ffi::OsString;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Certificate, redirect, retry};
use rustls::CertificateError;
use zeroize::Zeroizing;

use super::request::HEADERS;
use super::{Fault, FaultKind, MAX_ANSWER, Request, Response, Transport};

/// How long it may take to connect.
const CONNECT: Duration = Duration::from_secs(10);

/// How long to wait before the second attempt after a connection that did not come about.
const SECOND: Duration = Duration::from_millis(200);

/// How connections are made. Proxies are those of the environment (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`).
#[derive(Clone, Debug)]
pub struct Setup {
    /// How long a request may take in all.
    pub timeout: Duration,
    /// Certificates in PEM to trust beside those of the system, or of `SSL_CERT_FILE` in their place.
    pub authorities: Vec<Vec<u8>>,
}

/// A client that speaks HTTPS alone, follows no redirect, and tries again only where nothing was sent.
#[derive(Debug)]
pub struct Https {
    client: Client,
    timeout: Duration,
}

impl Https {
    /// Makes the client. This loads the system's certificates, which takes a while: not to be done offline.
    ///
    /// # Errors
    ///
    /// When a certificate cannot be read, the system has none, or a proxy of the environment cannot be used.
    pub fn new(setup: &Setup) -> Result<Self, Fault> {
        let certificate = |why: String| {
            Fault::new(FaultKind::Tls, why).help("name certificates in PEM with `--ca-file` or SSL_CERT_FILE")
        };
        proxies(|name| std::env::var_os(name))?;
        // The one place that chooses who does the cryptography. An error means that the choice was made before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut certificates = Vec::new();
        for pem in &setup.authorities {
            let found = Certificate::from_pem_bundle(pem)
                .map_err(|_| certificate("a certificate is not valid PEM".to_owned()))?;
            if found.is_empty() {
                return Err(certificate("a file holds no certificate in PEM".to_owned()));
            }
            certificates.extend(found);
        }
        let client = Client::builder()
            .https_only(true)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            // A connection for each request: one that the server has closed meanwhile raises the question of whether a
            // request was received.
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT.min(setup.timeout))
            .timeout(setup.timeout)
            .tls_certs_merge(certificates)
            .build()
            .map_err(|error| certificate(format!("TLS cannot be set up: {}", innermost(&error))))?;
        Ok(Self { client, timeout: setup.timeout })
    }

    fn attempt(&self, request: &Request) -> Result<reqwest::blocking::Response, reqwest::Error> {
        let builder = self.client.post(&request.url).body(request.body().as_bytes().to_vec());
        HEADERS.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).send()
    }

    fn timed_out(&self, host: &str) -> Fault {
        let seconds = self.timeout.as_secs_f32();
        Fault::new(FaultKind::Timeout, format!("no whole answer from `{host}` in {seconds} seconds"))
            .help("ask again later, or allow more with --timeout; whether the request was received is not known")
    }

    /// Reads a body to its end, its most, or the end of the time.
    fn body(&self, from: &mut impl Read, host: &str, started: Instant) -> Result<Zeroizing<Vec<u8>>, Fault> {
        // Never moved while it grows as far as usual answers do: no copy of a token stays behind.
        let mut body = Zeroizing::new(Vec::with_capacity(64 * 1024));
        let mut piece = Zeroizing::new([0_u8; 8192]);
        loop {
            if started.elapsed() > self.timeout {
                return Err(self.timed_out(host));
            }
            match from.read(piece.as_mut_slice()) {
                Ok(0) => return Ok(body),
                Ok(read) => body.extend_from_slice(piece.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) => return Err(self.timed_out(host)),
                Err(_) => {
                    return Err(Fault::new(FaultKind::CutOff, format!("the answer of `{host}` ends too early"))
                        .help("ask again later; whether a token was minted is not known"));
                }
            }
            if body.len() > MAX_ANSWER {
                let most = MAX_ANSWER / 1024;
                return Err(Fault::new(
                    FaultKind::Oversized,
                    format!("the answer of `{host}` is longer than {most} KiB"),
                )
                .help("check that the address is that of an accounts server of Zoho"));
            }
        }
    }

    /// What kept a request from its answer.
    fn fault(&self, host: &str, error: &reqwest::Error) -> Fault {
        if let Some(error) = cause::<rustls::Error>(error) {
            return tls(host, error);
        }
        if error.is_timeout() {
            return self.timed_out(host);
        }
        if error.is_dns() {
            return Fault::new(FaultKind::Dns, format!("the host `{host}` has no address"))
                .help("check the network and the name, or set HTTPS_PROXY where a proxy is needed");
        }
        if error.is_connect() {
            if innermost(error).contains("tunnel") {
                return Fault::new(FaultKind::Proxy, format!("the proxy does not connect to `{host}`"))
                    .help("check HTTPS_PROXY and NO_PROXY, and what the proxy permits");
            }
            let why = cause::<io::Error>(error).map(|error| format!(": {}", error.kind())).unwrap_or_default();
            return Fault::new(FaultKind::Connect, format!("no connection to `{host}`{why}"))
                .help("check the network, or set HTTPS_PROXY where a proxy is needed");
        }
        Fault::new(FaultKind::CutOff, format!("`{host}` ends the connection without an answer in HTTP"))
            .help("ask again later; whether a token was minted is not known")
    }
}

impl Transport for Https {
    fn send(&self, request: &Request) -> Result<Response, Fault> {
        let started = Instant::now();
        let host = host(&request.url);
        let answered = match self.attempt(request) {
            // Nothing was sent where no connection came about, so a second attempt asks nothing twice.
            Err(error) if error.is_connect() && self.fault(host, &error).kind == FaultKind::Connect => {
                std::thread::sleep(SECOND);
                self.attempt(request)
            }
            answered => answered,
        };
        let mut answer = answered.map_err(|error| self.fault(host, &error))?;
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (content_type, location) = (header(CONTENT_TYPE), header(LOCATION));
        let status = answer.status().as_u16();
        let body = self.body(&mut answer, host, started)?;
        Ok(Response { status, content_type, location, body })
    }
}

/// Variables of the environment that name a proxy for HTTPS.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Says which proxy of the environment cannot be used: the library would go past it, and nobody would know. What stands
/// there may hold a password and is not repeated.
fn proxies(variable: impl Fn(&str) -> Option<OsString>) -> Result<(), Fault> {
    for name in PROXIES {
        let Some(value) = variable(name).filter(|value| !value.is_empty()) else { continue };
        let is_usable = value.to_str().is_some_and(|text| {
            let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
            let url = url::Url::parse(&text);
            url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
                && !text.contains(char::is_whitespace)
        });
        if !is_usable {
            let message = format!("`{name}` is not the address of a proxy over HTTP");
            return Err(
                Fault::new(FaultKind::Proxy, message).help("write it as `http://proxy.example.com:8080`, or unset it")
            );
        }
    }
    Ok(())
}

/// Host and port of an address, as messages show it.
fn host(url: &str) -> &str {
    let rest = url.strip_prefix("https://").unwrap_or(url);
    rest.split('/').next().unwrap_or(rest)
}

fn tls(host: &str, error: &rustls::Error) -> Fault {
    let (why, help) = match error {
        rustls::Error::InvalidCertificate(error) => match error {
            CertificateError::UnknownIssuer => (
                "its certificate is of an unknown authority",
                "where a proxy opens TLS, name its authority with --ca-file or SSL_CERT_FILE",
            ),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                ("its certificate has expired", "check the clock of this machine")
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                ("its certificate is not valid yet", "check the clock of this machine")
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                ("its certificate is for another name", "check the address; something else answers in its place")
            }
            _ => ("its certificate is not valid", "something else may answer in its place"),
        },
        _ => ("TLS does not come about", "check that the address is that of an HTTPS server"),
    };
    Fault::new(FaultKind::Tls, format!("`{host}` does not prove who it is: {why}")).help(help)
}

/// The first cause of a kind in a chain of errors. What an [`io::Error`] holds is looked at as well: it is not among
/// its sources.
fn cause<T: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner as &(dyn std::error::Error + 'static)),
            None => error.source(),
        };
    }
    None
}

fn innermost(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

fn is_timeout(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>());
    error.kind() == io::ErrorKind::TimedOut || inner.is_some_and(reqwest::Error::is_timeout)
}
