//! A site that speaks TLS by itself, without a proxy in front.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::commands::checkup::{found, states};
use crate::commands::tls::{doctor, production, start_by};
use crate::program::Program;
use crate::start::{latchkey, refusal};

/// Writes a certificate for this machine, and its key.
fn certify(folder: &Path) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
}

fn with_certificate(folder: &Path) -> Command {
    let mut command = latchkey(&folder.join("data"));
    production(&mut command);
    command
        .env("LATCHKEY_TLS_CERT", folder.join("cert.pem"))
        .env("LATCHKEY_TLS_KEY", folder.join("key.pem"));
    command
}

fn start(folder: &Path) -> Program {
    certify(folder);
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let url = format!("https://localhost:{}", address.port());
    start_by(with_certificate(folder), address, &url)
}

/// Connects, and offers to speak these protocols.
async fn connect(site: &Program, folder: &Path, protocols: &[&str]) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(folder.join("cert.pem")).unwrap();
    roots.add(certificate).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect();
    let socket = TcpStream::connect(site.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, socket);
    connecting.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_speaks_http_2_with_it() {
    let dir = TempDir::new().unwrap();
    let site = start(dir.path());
    let stream = connect(&site, dir.path(), &["h2", "http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    for (path, status) in [("/login", 200), ("/dashboard", 303), ("/api/users/me", 403)] {
        let url = format!("https://localhost:{}{path}", site.address.port());
        let request = hyper::Request::get(url)
            .header("accept", "text/html")
            .body(Empty::<&[u8]>::new())
            .unwrap();
        let answer = sender.send_request(request).await.unwrap();
        assert_eq!(answer.version(), hyper::Version::HTTP_2);
        assert_eq!(answer.status(), status, "{path}");
        let hsts = answer.headers().get("strict-transport-security");
        assert!(hsts.is_some(), "{path}");
        answer.into_body().collect().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_well_for_who_looks_from_outside() {
    let dir = TempDir::new().unwrap();
    let site = start(dir.path());
    let folder = dir.path().to_owned();
    let asked = tokio::task::spawn_blocking(move || {
        let data = folder.join("data");
        let port = site.address.port();
        let mut command = doctor(&data, port, &folder.join("cert.pem"));
        let checks = found(&mut command).1;
        let mut health = latchkey(Path::new("/no/such/folder"));
        let health = health
            .args(["healthcheck", "--site-addr", &site.address.to_string()])
            .args(["--tls-cert", "any"]);
        (checks, health.status().unwrap())
    });
    let (checks, health) = asked.await.unwrap();
    for name in ["site", "cookie", "hsts", "headers", "identity"] {
        assert_eq!(states(&checks, name), ["ok"], "{name}: {checks:?}");
    }
    assert!(health.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_agrees_on_keys_and_says_nothing_is_cut_off() {
    use tokio::io::AsyncReadExt;

    let dir = TempDir::new().unwrap();
    let site = start(dir.path());
    let mut silent = connect(&site, dir.path(), &["h2", "http/1.1"]).await;
    let mut slow = connect(&site, dir.path(), &["http/1.1"]).await;
    tokio::io::AsyncWriteExt::write_all(&mut slow, b"GET /login HT")
        .await
        .unwrap();
    let mut said = Vec::new();
    // To be cut off is an end, or an error.
    let both = async {
        let _ = silent.read_to_end(&mut said).await;
        let _ = slow.read_to_end(&mut Vec::new()).await;
    };
    let patience = std::time::Duration::from_secs(90);
    tokio::time::timeout(patience, both).await.unwrap();
}

#[test]
fn who_speaks_no_tls_is_sent_away() {
    let dir = TempDir::new().unwrap();
    let site = start(dir.path());
    let mut socket = std::net::TcpStream::connect(site.address).unwrap();
    socket
        .write_all(b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut said = Vec::new();
    let _ = socket.read_to_end(&mut said);
    assert!(!String::from_utf8_lossy(&said).contains("200"));
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_at_the_start() {
    let dir = TempDir::new().unwrap();
    certify(dir.path());
    let refused = |changes: &[(&str, Option<&str>)]| {
        let mut command = with_certificate(dir.path());
        command
            .env("LATCHKEY_PUBLIC_URL", "https://localhost:3000")
            .env("LEPTOS_SITE_ADDR", "127.0.0.1:0");
        for (name, value) in changes {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        refusal(&mut command)
    };
    let (cert, key) = ("LATCHKEY_TLS_CERT", "LATCHKEY_TLS_KEY");
    let other = TempDir::new().unwrap();
    certify(other.path());
    let of_other = other.path().join("key.pem");
    let key_file = dir.path().join("key.pem");
    for (changes, said) in [
        (vec![(key, None)], "TLS needs both"),
        (vec![(cert, None)], "TLS needs both"),
        (
            vec![(cert, Some("/no/such/file"))],
            "LATCHKEY_TLS_CERT is /no/such/file: it cannot be read",
        ),
        (
            vec![(cert, key_file.to_str())],
            "there is no certificate in it",
        ),
        (
            vec![(key, of_other.to_str())],
            "does not go with the certificate",
        ),
        (
            vec![("LATCHKEY_PUBLIC_URL", Some("http://localhost:3000"))],
            "a site that speaks TLS is asked for by https",
        ),
    ] {
        let refusal = refused(&changes);
        assert!(refusal.contains(said), "{refusal}");
        assert!(!refusal.contains("PRIVATE KEY"));
    }
}
