//! The log: a line for each request, and no secret.

use std::fs;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{interval, timeout};

use crate::helpers::{PASSWORD, TestApp};
use crate::program::Program;
use crate::watching::{ADDRESS, REGISTER, ask, cookies, jar, registration, values};

#[tokio::test]
async fn each_answer_has_an_id_of_its_own_whatever_the_client_sent() {
    let app = TestApp::new().await;
    let mut ids = std::collections::BTreeSet::new();
    let foreign = Request::post("/login")
        .header("sec-fetch-site", "cross-site")
        .header("x-request-id", "mine");
    let large = vec![b'x'; 1 << 20];
    let form = "application/x-www-form-urlencoded";
    let large_form = Request::post("/login").header("content-type", form);
    for (request, body, status) in [
        (Request::get("/login"), vec![], StatusCode::OK),
        (
            Request::get("/login").header("x-request-id", "mine"),
            vec![],
            StatusCode::OK,
        ),
        (Request::get("/nowhere"), vec![], StatusCode::NOT_FOUND),
        (Request::get("/dashboard"), vec![], StatusCode::SEE_OTHER),
        (Request::get("/api/users/me"), vec![], StatusCode::FORBIDDEN),
        (foreign, vec![], StatusCode::FORBIDDEN),
        (large_form, large, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let answer = app.browser().send(request, Body::from(body)).await;
        assert_eq!(answer.status, status);
        let id = answer.header("x-request-id").to_owned();
        assert!(
            id.len() == 32 && id.chars().all(|c| c.is_ascii_hexdigit()),
            "{id:?}"
        );
        ids.insert(id);
    }
    assert_eq!(ids.len(), 7);
}

#[tokio::test]
async fn there_is_one_line_for_each_request_and_nothing_can_break_it() {
    let dir = TempDir::new().unwrap();
    let settings = [("RUST_LOG", "info"), ("LATCHKEY_LOG_FORMAT", "json")];
    let site = Program::with(dir.path(), &settings);
    let long = format!("GET /{}", "a/".repeat(3000));
    let mut ids = Vec::new();
    for (what, headers) in [
        (
            "GET /login?next=/dashboard%3Fsecret",
            "User-Agent: Netscape\r\n",
        ),
        ("GET /a%0d%0aforged", ""),
        (long.as_str(), ""),
        ("POST /login", "Sec-Fetch-Site: cross-site\r\n"),
        ("GET /api/nothing", "X-Request-Id: forged\r\n"),
    ] {
        let answer = ask(site.address, what, headers, "").await;
        ids.push(values(&answer, "x-request-id")[0].to_owned());
    }
    site.leave();
    let log = fs::read_to_string(dir.path().join("log")).unwrap();
    let lines = log.lines().map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<Value> = lines.collect();
    let told: Vec<_> = ids
        .iter()
        .map(|id| {
            let of_request = |line: &&Value| line["span"]["request_id"] == id.as_str();
            let found: Vec<_> = lines.iter().filter(of_request).collect();
            assert_eq!(found.len(), 1, "{log}");
            assert!(found[0]["milliseconds"].as_f64().unwrap() >= 0.0);
            assert_eq!(found[0]["level"], "INFO");
            let text = |name: &str| found[0][name].as_str().unwrap().to_owned();
            (text("method"), text("path"), found[0]["status"].as_u64())
        })
        .collect();
    let line =
        |method: &str, path: &str, status| (method.to_owned(), path.to_owned(), Some(status));
    let cut = format!("{}…", &long[4..204]);
    assert_eq!(
        told,
        [
            line("GET", "/login", 200),
            line("GET", "/a…", 400),
            line("GET", &cut, 308),
            line("POST", "/login", 403),
            line("GET", "/api/nothing", 404),
        ]
    );
    for unheard in ["forged", "secret", "Netscape", "127.0.0.1"] {
        assert!(!log.contains(unheard), "{unheard}: {log}");
    }
}

#[tokio::test]
async fn a_client_that_does_not_wait_for_its_answer_is_told_of() {
    let dir = TempDir::new().unwrap();
    // A hash that takes longer than to see that nobody is there any more.
    let settings = [("RUST_LOG", "info"), ("LATCHKEY_ARGON2", "m=65536,t=8,p=1")];
    let site = Program::with(dir.path(), &settings);
    let mut socket = TcpStream::connect(site.address).await.unwrap();
    let form = "identifier=nobody&password=of+no+account";
    let head = format!(
        "POST /login HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        form.len()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    // It is being answered: what nobody has begun to answer is in no log.
    let mut begun = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
    socket.read_exact(&mut begun).await.unwrap();
    assert_eq!(&begun, b"HTTP/1.1 100 Continue\r\n\r\n");
    socket.write_all(form.as_bytes()).await.unwrap();
    drop(socket);
    let log = dir.path().join("log");
    let told = async {
        let mut look = interval(Duration::from_millis(10));
        while !fs::read_to_string(&log).unwrap().contains("path=") {
            look.tick().await;
        }
    };
    timeout(Duration::from_secs(60), told).await.unwrap();
    site.leave();
    let log = fs::read_to_string(log).unwrap();
    assert_eq!(log.matches("path=").count(), 1, "{log}");
    assert!(
        log.contains("the client hung up method=\"POST\" path=\"/login\" milliseconds="),
        "{log}"
    );
}

#[tokio::test]
async fn no_secret_is_in_the_log_of_a_life_at_trace_in_either_format() {
    for format in ["text", "json"] {
        let dir = TempDir::new().unwrap();
        let master = "the master secret of this very test, long enough";
        let settings = [
            ("RUST_LOG", "trace"),
            ("LATCHKEY_LOG_FORMAT", format),
            ("LATCHKEY_SECRET", master),
        ];
        let site = Program::with(dir.path(), &settings);
        let mut secrets = vec![PASSWORD.to_owned(), ADDRESS.to_owned(), master.to_owned()];
        let answer = ask(site.address, REGISTER, "", &registration()).await;
        let first = cookies(&answer);
        let refresh: Vec<_> = first
            .iter()
            .filter(|(name, _)| name.ends_with("_refresh"))
            .cloned()
            .collect();
        assert!(first.len() == 3 && refresh.len() == 1, "{answer}");
        let renewed = cookies(&ask(site.address, "GET /dashboard", &jar(&refresh), "").await);
        assert_eq!(renewed.len(), 2);
        let (_, access) = renewed
            .iter()
            .find(|(name, _)| name.ends_with("_access"))
            .unwrap();
        let bearer = format!("Authorization: Bearer {access}\r\n");
        let me = ask(site.address, "GET /api/users/me", &bearer, "").await;
        assert!(me.contains(ADDRESS), "{me}");
        let form = registration().replace("username", "identifier");
        ask(site.address, "POST /login", "", &form).await;
        let forgotten = format!("email={ADDRESS}");
        ask(site.address, "POST /forgot-password", "", &forgotten).await;
        ask(
            site.address,
            "GET /reset-password?token=a-token-by-itself",
            "",
            "",
        )
        .await;
        ask(
            site.address,
            "GET /reset-password%3Ftoken=a-token-by-itself",
            "",
            "",
        )
        .await;
        ask(site.address, "GET /dashboard", &jar(&first), "").await;
        site.leave();
        secrets.push("a-token-by-itself".to_owned());
        secrets.extend(first.into_iter().chain(renewed).map(|(_, value)| value));
        let log = fs::read_to_string(dir.path().join("log")).unwrap();
        assert!(
            log.contains("select") && log.matches("milliseconds").count() >= 8,
            "it was a debug log: {log}"
        );
        for secret in secrets {
            assert!(!log.contains(&secret), "{secret}: {log}");
        }
        assert!(!log.contains("$argon2") && !log.contains("Bearer "));
    }
}
