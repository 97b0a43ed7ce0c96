//! A token endpoint that speaks real TLS, with an authority of its own, and answers as it is told: well, badly, slowly,
//! and with lies.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How a request is answered.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Status, `Content-Type`, body.
    Body(u16, &'static str, String),
    /// As `Body`, after a pause.
    Slow(Duration, String),
    /// One byte at a time, for ever.
    Drip,
    /// A body that is shorter than the header says.
    CutOff(String),
    /// The connection is closed without a word.
    Closed,
    /// Bytes that are no HTTP.
    Garbage,
    /// A body without end.
    Endless,
    /// Another address.
    Redirect(u16, String),
}

impl Reply {
    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self::Body(200, "application/json;charset=UTF-8", body.into())
    }
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Method, target and version.
    pub(crate) line: String,
    /// The headers, with lower-case names.
    pub(crate) headers: HashMap<String, String>,
    /// The form.
    pub(crate) form: HashMap<String, String>,
}

/// The server. It ends with the process.
pub(crate) struct TokenServer {
    pub(crate) port: u16,
    /// The certificate of the authority, in PEM.
    pub(crate) authority: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// How many authorities there are.
static COUNT: AtomicUsize = AtomicUsize::new(0);

type Answer = dyn Fn(&Seen) -> Reply + Send + Sync;

impl TokenServer {
    /// Starts a server on a port of its own. `answer` is asked about every request.
    pub(crate) fn start(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::for_name("localhost", answer)
    }

    /// The same, with a certificate for another name.
    pub(crate) fn for_name(name: &str, answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let (config, authority) = certificates(name);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer): (_, Arc<Answer>) = (Arc::clone(&seen), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, log, answer) = (Arc::clone(&config), Arc::clone(&log), Arc::clone(&answer));
                thread::spawn(move || {
                    // A client that goes away is none of the server's business.
                    let _ = serve(stream, config, &log, answer.as_ref());
                });
            }
        });
        Self { port, authority, seen }
    }

    /// The address for an inventory.
    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// The requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn certificates(name: &str) -> (Arc<ServerConfig>, String) {
    let authority_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    // Authorities of the same name would be taken for one another.
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    params.distinguished_name.push(DnType::CommonName, format!("authority {number} of the tests"));
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(params, authority_key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let chain: Vec<CertificateDer<'static>> = vec![leaf.der().clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    (Arc::new(config), authority.pem())
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>, log: &Mutex<Vec<Seen>>, answer: &Answer) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut tls = StreamOwned::new(connection, stream);
    let seen = read(&mut tls)?;
    let reply = answer(&seen);
    log.lock().unwrap().push(seen);
    match reply {
        Reply::Body(status, kind, body) => whole(&mut tls, status, kind, &body)?,
        Reply::Slow(pause, body) => {
            thread::sleep(pause);
            whole(&mut tls, 200, "application/json", &body)?;
        }
        Reply::Drip => {
            tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")?;
            loop {
                tls.write_all(b" ")?;
                tls.flush()?;
                thread::sleep(Duration::from_millis(50));
            }
        }
        Reply::CutOff(body) => {
            let more = body.len() + 100;
            write!(tls, "HTTP/1.1 200 OK\r\ncontent-length: {more}\r\n\r\n{body}")?;
        }
        Reply::Closed => return Ok(()),
        Reply::Garbage => tls.write_all(b"220 mail.example.com ESMTP\r\n")?,
        Reply::Endless => {
            tls.write_all(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{\"scope\": \"",
            )?;
            loop {
                tls.write_all(&[b'a'; 16 * 1024])?;
            }
        }
        Reply::Redirect(status, to) => {
            write!(tls, "HTTP/1.1 {status} Moved\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")?;
        }
    }
    tls.flush()?;
    tls.conn.send_close_notify();
    tls.flush()
}

fn whole(out: &mut impl Write, status: u16, kind: &str, body: &str) -> io::Result<()> {
    write!(
        out,
        "HTTP/1.1 {status} Status\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Reads one request.
fn read(from: &mut impl Read) -> io::Result<Seen> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let got = from.read(&mut piece)?;
        if got == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&piece[..got]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let (line, rest) = head.split_once("\r\n").unwrap_or((head, ""));
        let headers: HashMap<String, String> = rest
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if body.len() >= length {
            let form = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
            return Ok(Seen { line: line.to_owned(), headers, form });
        }
    }
}

/// A proxy that connects where it is asked to, and counts.
pub(crate) fn proxy() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let log = Arc::clone(&log);
            thread::spawn(move || tunnel(client, &log));
        }
    });
    (port, asked)
}

fn tunnel(mut client: TcpStream, log: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let line = head.lines().next().unwrap_or("").to_owned();
    let port = line.split_whitespace().nth(1).and_then(|to| to.rsplit_once(':')).map(|(_, port)| port.to_owned());
    log.lock().unwrap().push(line);
    let server = TcpStream::connect(format!("127.0.0.1:{}", port.unwrap_or_default()))?;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || io::copy(&mut from, &mut to));
    let (mut from, mut to) = (server, client);
    io::copy(&mut from, &mut to).map(drop)
}
