//! What there is no room for.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use axum::http::StatusCode;

use crate::helpers::TestApp;
use crate::program::Program;
use crate::scratch::Scratch;
use crate::start::latchkey;

#[tokio::test]
async fn requests_beyond_the_limit_are_turned_away_and_what_is_small_is_served() {
    let app = TestApp::that_is_full().await;
    for path in ["/", "/login", "/dashboard/"] {
        let answer = app.browser().get(path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(answer.header("retry-after"), "2");
        assert!(
            answer.body.contains("Many people are here"),
            "{}",
            answer.body
        );
    }
    let stranger = app.browser().get("/dashboard").await;
    assert_eq!(stranger.status, StatusCode::SEE_OTHER);
    let mut visitor = app.browser();
    let (name, value) = (product::REFRESH_COOKIE, "x");
    visitor.jar.insert(name.to_owned(), value.to_owned());
    let visitor = visitor.get("/dashboard").await;
    assert_eq!(visitor.status, StatusCode::SERVICE_UNAVAILABLE);
    let answer = app.program().get("/api/users/me").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["error"]["name"], "ServiceUnavailableError");
    for path in ["/.well-known/jwks.json", "/readyz"] {
        assert_eq!(
            app.program().get(path).await.status,
            StatusCode::OK,
            "{path}"
        );
    }
}

/// Whether the other end is still there: it says nothing, and does not close.
fn is_open(socket: &mut TcpStream) -> bool {
    let patience = Duration::from_millis(300);
    socket.set_read_timeout(Some(patience)).unwrap();
    let is_waiting = |error: &std::io::Error| {
        let kind = error.kind();
        kind == std::io::ErrorKind::WouldBlock || kind == std::io::ErrorKind::TimedOut
    };
    socket.read(&mut [0]).is_err_and(|error| is_waiting(&error))
}

#[test]
fn one_client_holds_a_quarter_of_the_connections_and_no_more() {
    let scratch = Scratch::new();
    let mut command = latchkey(scratch.dir.path());
    let program = Program::start_by(command.env("LATCHKEY_MAX_CONNECTIONS", "16"));
    let connect = || TcpStream::connect(program.address).unwrap();
    let mut held: Vec<_> = (0..4).map(|_| connect()).collect();
    for socket in &mut held {
        assert!(is_open(socket));
    }
    let mut refused = connect();
    refused
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    assert_eq!(refused.read(&mut [0]).unwrap_or(0), 0, "it is closed");
    drop(held.pop());
    // The place is free when the server has seen that it is.
    while !program
        .try_get("/readyz")
        .is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
    {}
}

#[test]
fn a_head_that_is_too_large_or_has_too_many_lines_is_refused() {
    let scratch = Scratch::new();
    let program = Program::start_by(&mut latchkey(scratch.dir.path()));
    let many = "x: y\r\n".repeat(200);
    let large = format!("x: {}\r\n", "y".repeat(300 * 1024));
    for lines in [many, large] {
        let mut socket = TcpStream::connect(program.address).unwrap();
        let head = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n");
        // It may be answered and closed before all of it was sent.
        let _ = socket.write_all(head.as_bytes());
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
            "{answer}"
        );
    }
    assert!(program.get("/login").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_request_that_could_be_read_in_two_ways_ends_the_connection() {
    let scratch = Scratch::new();
    let program = Program::start_by(&mut latchkey(scratch.dir.path()));
    let hidden = "GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for lines in [
        "Content-Length: 0\r\nContent-Length: 44\r\n",
        "Content-Length: 44\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Content-Length: +0\r\n",
        "Content-Length: 0 , 0\r\n",
        "Host : localhost\r\n",
    ] {
        let mut socket = TcpStream::connect(program.address).unwrap();
        let head =
            format!("POST /login HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n0\r\n\r\n{hidden}");
        let _ = socket.write_all(head.as_bytes());
        socket.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let answers = answer.matches("HTTP/1.1 ").count();
        assert!(answers <= 1, "{lines:?} has {answers} answers: {answer}");
    }
}

#[test]
fn who_sends_a_head_or_reads_an_answer_too_slowly_is_cut_off() {
    let scratch = Scratch::new();
    let program = Program::start_by(&mut latchkey(scratch.dir.path()));
    let mut slow = TcpStream::connect(program.address).unwrap();
    slow.write_all(b"GET /login HTTP/1.1\r\nHost: local")
        .unwrap();
    let mut deaf = TcpStream::connect(program.address).unwrap();
    // It asks for more than the buffers between hold, and reads none of it.
    let request = "GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(64);
    let began = std::time::Instant::now();
    let patience = Duration::from_secs(90);
    deaf.set_write_timeout(Some(patience)).unwrap();
    // It waits for room, until there is nobody there any more.
    while deaf.write_all(request.as_bytes()).is_ok() {}
    slow.set_read_timeout(Some(patience)).unwrap();
    let mut said = Vec::new();
    slow.read_to_end(&mut said).unwrap();
    assert!(began.elapsed() < patience);
    assert!(program.get("/login").starts_with("HTTP/1.1 200"));
}

#[test]
fn bodies_that_trickle_in_take_no_place_of_the_others() {
    let scratch = Scratch::new();
    let mut command = latchkey(scratch.dir.path());
    let program = Program::start_by(command.env("LATCHKEY_MAX_REQUESTS", "8"));
    let head = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\
                Content-Type: application/x-www-form-urlencoded\r\n\r\nidentifier=";
    let mut held: Vec<_> = (0..16)
        .map(|_| {
            let mut socket = TcpStream::connect(program.address).unwrap();
            socket.write_all(head.as_bytes()).unwrap();
            socket
        })
        .collect();
    // One client has two on their way at most; the others are told at once.
    let mut turned_away = 0;
    for socket in &mut held {
        if !is_open(socket) {
            turned_away += 1;
        }
    }
    assert_eq!(turned_away, 14);
    assert!(program.get("/login").starts_with("HTTP/1.1 200"));
    assert!(program.get("/api/users/me").starts_with("HTTP/1.1 403"));
}
