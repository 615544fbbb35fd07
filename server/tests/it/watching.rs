//! What a running site tells whoever runs it.

mod log;
mod measured;
mod traces;

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::helpers::PASSWORD;

const ADDRESS: &str = "ada.of.the.test@example.org";
const REGISTER: &str = "POST /register";

/// What Ada sends to make an account.
fn registration() -> String {
    format!("email={ADDRESS}&username=ada&password={PASSWORD}").replace(' ', "+")
}

/// Asks, and returns all of the answer. `headers` end each with a line of their own.
async fn ask(site: SocketAddr, what: &str, headers: &str, body: &str) -> String {
    let mut socket = TcpStream::connect(site).await.unwrap();
    let length = body.len();
    let request = format!(
        "{what} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The values of a header.
fn values<'a>(answer: &'a str, name: &str) -> Vec<&'a str> {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines
        .filter(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .collect()
}

/// The values of the cookies that an answer sets.
fn cookies(answer: &str) -> Vec<(String, String)> {
    let set = values(answer, "set-cookie").into_iter();
    let pairs = set.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Those cookies as a header that brings them back.
fn jar(cookies: &[(String, String)]) -> String {
    let pairs = cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    format!("Cookie: {}\r\n", pairs.collect::<Vec<_>>().join("; "))
}
