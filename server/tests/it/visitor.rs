//! Somebody at the other end of a socket, who goes by what has arrived and by nothing else.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::helpers::PASSWORD;

/// A name, and the newest pair of tokens that reached its owner.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) name: String,
    access: String,
    refresh: String,
}

/// Each returns None when the head of the answer did not arrive, and fails when it is not the right one.
impl Visitor {
    pub(crate) async fn sign_up(site: SocketAddr, name: String) -> Option<Self> {
        let form = format!("email={name}%40example.org&username={name}&password={PASSWORD}");
        let answer = ask(site, "POST /register", "", &form.replace(' ', "+")).await?;
        let (access, refresh) = pair(&answer);
        Some(Self {
            name,
            access,
            refresh,
        })
    }

    pub(crate) async fn log_in(&mut self, site: SocketAddr) -> Option<()> {
        let form = format!("identifier={}&password={PASSWORD}", self.name);
        let answer = ask(site, "POST /login", "", &form.replace(' ', "+")).await?;
        (self.access, self.refresh) = pair(&answer);
        Some(())
    }

    /// Comes with the refresh token alone.
    pub(crate) async fn refresh(&mut self, site: SocketAddr) -> Option<()> {
        let cookie = format!("{}={}", product::REFRESH_COOKIE, self.refresh);
        let answer = ask(site, "GET /login", &cookie, "").await?;
        (self.access, self.refresh) = pair(&answer);
        Some(())
    }

    /// Comes with the access token alone.
    pub(crate) async fn see_account(&self, site: SocketAddr) -> Option<()> {
        let cookie = format!("{}={}", product::ACCESS_COOKIE, self.access);
        let answer = ask(site, "POST /fn/account", &cookie, "").await?;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        Some(())
    }

    /// Listens for the end of the session, and returns when the stream has begun.
    pub(crate) async fn listen(&self, site: SocketAddr) -> TcpStream {
        let refresh = &self.refresh;
        let request = format!(
            "GET /session/events HTTP/1.1\r\nHost: localhost\r\nCookie: {}={refresh}\r\n\r\n",
            product::REFRESH_COOKIE
        );
        let mut socket = TcpStream::connect(site).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(socket.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.contains("text/event-stream"), "{head}");
        socket
    }

    /// Both tokens do what they are for, and so does the pair that they are exchanged for.
    pub(crate) async fn still_holds_a_good_pair(&mut self, site: SocketAddr) {
        self.see_account(site).await.expect("the site is up");
        self.refresh(site).await.expect("the site is up");
        self.see_account(site).await.expect("the site is up");
    }
}

/// Sends a request on a connection of its own, and returns the head of the answer.
async fn ask(site: SocketAddr, what: &str, cookie: &str, form: &str) -> Option<String> {
    let length = form.len();
    let request = format!(
        "{what} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: application/json\r\nCookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    );
    let mut socket = TcpStream::connect(site).await.ok()?;
    socket.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    // A connection that breaks is no reason to forget what came before it did.
    let _ = socket.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    let (head, _body) = answer.split_once("\r\n\r\n")?;
    Some(head.to_owned())
}

/// The two cookies of an answer that signs in.
fn pair(answer: &str) -> (String, String) {
    let cookie = |name: &str| {
        let set = format!("set-cookie: {name}=");
        let line = answer.lines().find_map(|line| line.strip_prefix(&set));
        let value = line.and_then(|line| line.split(';').next());
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    };
    cookie(product::ACCESS_COOKIE)
        .zip(cookie(product::REFRESH_COOKIE))
        .unwrap_or_else(|| panic!("nobody was signed in: {answer}"))
}
