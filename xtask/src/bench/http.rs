//! The least HTTP client that can time requests over one connection.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self> {
        Self::over(TcpStream::connect(address)?)
    }

    /// Speaks over a connection that is there.
    pub(crate) fn over(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Self {
            host: stream.peer_addr()?,
            stream: BufReader::new(stream),
        })
    }

    /// Whether the server has neither closed this connection nor said something that nobody asked for.
    pub(crate) fn is_open(&self) -> bool {
        let stream = self.stream.get_ref();
        let peeked = stream
            .set_nonblocking(true)
            .and_then(|()| stream.peek(&mut [0]));
        let is_quiet = peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        is_quiet && stream.set_nonblocking(false).is_ok()
    }

    /// Gets a page as a browser without cookies would; reads all of it and returns its status.
    pub(crate) fn get(&mut self, path: &str) -> Result<u16> {
        let answer = self.send(&format!("GET {path}"), "accept: text/html\r\n", "")?;
        Ok(answer.status)
    }

    /// Gets a page with one cookie.
    pub(crate) fn get_with_cookie(&mut self, path: &str, cookie: &str) -> Result<Answer> {
        self.send(&format!("GET {path}"), &format!("cookie: {cookie}\r\n"), "")
    }

    /// Gets JSON with an access token.
    pub(crate) fn get_with_bearer(&mut self, path: &str, token: &str) -> Result<Answer> {
        let headers = format!("authorization: Bearer {token}\r\n");
        self.send(&format!("GET {path}"), &headers, "")
    }

    /// Posts JSON.
    pub(crate) fn post_json(&mut self, path: &str, body: &Value) -> Result<Answer> {
        self.post_json_with(path, body, "")
    }

    /// Posts JSON with an access token.
    pub(crate) fn post_json_with_bearer(
        &mut self,
        path: &str,
        token: &str,
        body: &Value,
    ) -> Result<Answer> {
        self.post_json_with(path, body, &format!("authorization: Bearer {token}\r\n"))
    }

    fn post_json_with(&mut self, path: &str, body: &Value, headers: &str) -> Result<Answer> {
        let body = body.to_string();
        let headers = format!(
            "content-type: application/json\r\ncontent-length: {}\r\n{headers}",
            body.len()
        );
        self.send(&format!("POST {path}"), &headers, &body)
    }

    /// Posts a form as a program would.
    pub(crate) fn post(&mut self, path: &str, form: &str) -> Result<Answer> {
        self.post_with_cookie(path, form, "")
    }

    /// The same with one cookie.
    pub(crate) fn post_with_cookie(
        &mut self,
        path: &str,
        form: &str,
        cookie: &str,
    ) -> Result<Answer> {
        let headers = format!(
            "accept: application/json\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             cookie: {cookie}\r\ncontent-length: {}\r\n",
            form.len()
        );
        self.send(&format!("POST {path}"), &headers, form)
    }

    /// Sends a request with its headers, each ended by `\r\n`, and reads the answer to its end.
    pub(crate) fn send(&mut self, what: &str, headers: &str, body: &str) -> Result<Answer> {
        let port = self.host.port();
        let request = format!("{what} HTTP/1.1\r\nhost: localhost:{port}\r\n{headers}\r\n{body}");
        self.stream.get_mut().write_all(request.as_bytes())?;
        read_response(&mut self.stream).with_context(|| format!("no answer to {what}"))
    }
}

/// What is looked at of a response.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The headers, one a line, but for those that are about the connection and the moment.
    pub(crate) head: String,
    /// `name=value` of each cookie that is set.
    pub(crate) cookies: Vec<String>,
    pub(crate) body: Vec<u8>,
    /// Whether the server takes no other request over this connection.
    pub(crate) is_last: bool,
}

impl Answer {
    /// The cookie whose name has this end, as it is sent back: it begins with the name of the product.
    pub(crate) fn cookie(&self, end: &str) -> Option<&String> {
        let is_wanted = |cookie: &&String| {
            let name = cookie.split('=').next();
            name.is_some_and(|name| name.ends_with(end))
        };
        self.cookies.iter().find(is_wanted)
    }
}

/// Headers that a server writes by itself.
const OF_THE_MOMENT: [&str; 4] = ["connection", "content-length", "date", "transfer-encoding"];

fn read_response(stream: &mut impl BufRead) -> Result<Answer> {
    let status_line = read_line(stream)?;
    let status = status_line
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok());
    let status = status.with_context(|| format!("no status in `{status_line}`"))?;
    let mut length = 0;
    let mut chunked = false;
    let mut is_last = false;
    let mut cookies = Vec::new();
    let mut head = String::new();
    loop {
        let header = read_line(stream)?;
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        match (name.to_ascii_lowercase().as_str(), value.trim()) {
            ("content-length", bytes) => length = bytes.parse()?,
            ("transfer-encoding", "chunked") => chunked = true,
            ("connection", "close") => is_last = true,
            ("set-cookie", cookie) => cookies.extend(cookie.split(';').next().map(str::to_owned)),
            _ => {}
        }
        if !OF_THE_MOMENT.contains(&name.to_ascii_lowercase().as_str()) {
            head.push_str(&header);
            head.push('\n');
        }
    }
    let mut body = Vec::new();
    if chunked {
        read_chunks(stream, &mut body)?;
    } else {
        stream.take(length).read_to_end(&mut body)?;
        ensure!(body.len() as u64 == length, "the answer breaks off");
    }
    Ok(Answer {
        status,
        head,
        cookies,
        body,
        is_last,
    })
}

fn read_chunks(stream: &mut impl BufRead, body: &mut Vec<u8>) -> Result<()> {
    loop {
        let size = read_line(stream)?;
        let size = u64::from_str_radix(size.trim(), 16).context("no size of a chunk")?;
        let read = stream.take(size).read_to_end(body)?;
        ensure!(read as u64 == size, "a chunk breaks off");
        // Each, the empty last one too, ends with an empty line.
        ensure!(read_line(stream)?.is_empty(), "a chunk has no end");
        if size == 0 {
            return Ok(());
        }
    }
}

fn read_line(stream: &mut impl BufRead) -> Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_read_to_their_end_and_no_further() {
        let mut stream = "HTTP/1.1 303 See Other\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n\
            HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n\
            HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno"
            .as_bytes();
        let redirect = read_response(&mut stream).unwrap();
        assert_eq!(
            (redirect.status, &*redirect.head),
            (303, "location: /login\n")
        );
        let chunked = read_response(&mut stream).unwrap();
        assert_eq!((chunked.status, &*chunked.body), (200, &b"abc"[..]));
        assert_eq!(read_response(&mut stream).unwrap().status, 404);
        assert!(read_response(&mut stream).is_err());
    }
}
