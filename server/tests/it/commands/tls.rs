//! A site on https, behind what ends TLS for it: a proxy that hands on what it gets, or takes some of it away.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::checkup::{found, states};
use crate::program::Program;
use crate::start::latchkey;

/// What a proxy writes for something else.
type Changes = &'static [(&'static str, &'static str)];

/// What it wrongly takes away, at the same length.
const HARM: Changes = &[
    ("; Secure", ";       "),
    ("strict-transport-security", "x-taken-away-by-the-proxy"),
];

async fn hand_on(from: impl AsyncRead + Unpin, to: impl AsyncWrite + Unpin, changes: Changes) {
    let (mut from, mut to) = (from, to);
    let mut part = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut part).await {
        // Headers are ASCII, and come in one part.
        let mut text = part[..length].to_vec();
        if let Ok(head) = std::str::from_utf8(&text) {
            let changed = changes
                .iter()
                .fold(head.to_owned(), |head, (was, is)| head.replace(was, is));
            text = changed.into_bytes();
        }
        if to.write_all(&text).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

/// Ends TLS for the site behind it, until the test is over.
async fn proxy(listener: TcpListener, acceptor: TlsAcceptor, site: SocketAddr, changes: Changes) {
    while let Ok((socket, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(outside) = acceptor.accept(socket).await else {
                return;
            };
            let (from, to) = tokio::io::split(outside);
            let (back, there) = TcpStream::connect(site).await.unwrap().into_split();
            tokio::join!(hand_on(from, there, &[]), hand_on(back, to, changes));
        });
    }
}

/// Makes a certificate for this machine, and puts it where it is trusted from.
fn acceptor(trusted: &Path) -> TlsAcceptor {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(trusted, cert.pem()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = rustls::pki_types::PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key);
    TlsAcceptor::from(Arc::new(config.unwrap()))
}

pub(crate) fn doctor(data: &Path, port: u16, trusted: &Path) -> Command {
    let mut command = latchkey(data);
    production(&mut command);
    command.env("LATCHKEY_PUBLIC_URL", format!("https://localhost:{port}"));
    command.env("SSL_CERT_FILE", trusted);
    command.args(["doctor", "--json"]);
    command
}

/// Starts a site that is reached at this URL, and returns when it listens.
fn start(data: &Path, url: &str) -> Program {
    // A port of its own: taken, noted and given back.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let mut command = latchkey(data);
    production(&mut command);
    start_by(command, address, url)
}

pub(crate) fn start_by(mut command: Command, address: SocketAddr, url: &str) -> Program {
    let mut child = command
        .env("LATCHKEY_PUBLIC_URL", url)
        .env("LEPTOS_SITE_ADDR", address.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap()).lines().next();
    assert!(said.expect("it starts").unwrap().contains(url));
    Program { child, address }
}

/// What a site on https has to be told.
pub(crate) fn production(command: &mut Command) {
    command.env("LATCHKEY_SECRET", "Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0");
    command.env("LATCHKEY_SMTP_URL", "smtp://127.0.0.1:1?tls=none");
    command.env("LATCHKEY_MAIL_FROM", "no-reply@example.org");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_proxy_takes_away_is_told() {
    let dir = TempDir::new().unwrap();
    let trusted = dir.path().join("authority.pem");
    let acceptor = acceptor(&trusted);
    let good = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let bad = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (good_port, bad_port) = (
        good.local_addr().unwrap().port(),
        bad.local_addr().unwrap().port(),
    );
    let url = format!("https://localhost:{good_port}");
    let site = start(dir.path(), &url);
    tokio::spawn(proxy(good, acceptor.clone(), site.address, &[]));
    tokio::spawn(proxy(bad, acceptor, site.address, HARM));
    let ask = async |port: u16, trusted: &Path| {
        let mut command = doctor(dir.path(), port, trusted);
        let asked = tokio::task::spawn_blocking(move || found(&mut command).1);
        asked.await.unwrap()
    };
    let checks = ask(good_port, &trusted).await;
    for name in ["site", "cookie", "hsts", "headers", "identity"] {
        assert_eq!(states(&checks, name), ["ok"], "{name}: {checks:?}");
    }
    assert_eq!(states(&checks, "origin"), ["ok", "ok"], "{checks:?}");
    let checks = ask(bad_port, &trusted).await;
    for name in ["cookie", "hsts"] {
        assert_eq!(states(&checks, name), ["fail"], "{name}: {checks:?}");
    }
    // An authority that nobody here trusts.
    let other = dir.path().join("other.pem");
    drop(self::acceptor(&other));
    let checks = ask(good_port, &other).await;
    assert_eq!(states(&checks, "site"), ["fail"], "{checks:?}");
}
