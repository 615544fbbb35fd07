//! What the first visit of `/login` brings over the wire: the page and every file that it names, with their headers.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::bench::figure::Figure;
use crate::bench::workplace::Workplace;

const LIMIT: f64 = 100.0;

pub(crate) fn measure(workplace: &Workplace) -> Result<Vec<Figure>> {
    let mut server = workplace.start()?;
    let address = server.connect(|address| TcpStream::connect(address).map(|_| address))?;
    let (page, files) = visit(address)?;
    server.stop(workplace.shell)?;
    let total = page + files;
    Ok(vec![
        Figure::new("first visit of /login, the page", page, "KB"),
        Figure::new("first visit of /login, everything", total, "KB").at_most(LIMIT),
    ])
}

/// Gets the page and its files as a browser would that knows brotli; returns how much of each came, in KB of 1000 bytes.
fn visit(address: SocketAddr) -> Result<(f64, f64)> {
    let page = get(address, "/login")?;
    let mut bytes = 0;
    for file in files_of(&String::from_utf8_lossy(&page)) {
        bytes += get(address, file)?.len();
    }
    ensure!(bytes > 0, "the page names no files");
    Ok((page.len() as f64 / 1000.0, bytes as f64 / 1000.0))
}

/// Gets an answer as it comes, with its headers.
fn get(address: SocketAddr, path: &str) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: localhost:{}\r\naccept: */*\r\naccept-encoding: br\r\nconnection: close\r\n\r\n",
        address.port()
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream
        .read_to_end(&mut answer)
        .with_context(|| format!("no answer to {path}"))?;
    ensure!(
        answer.starts_with(b"HTTP/1.1 200 "),
        "{path} is not answered with 200"
    );
    Ok(answer)
}

/// Finds the addresses of files in the quotes of a page; each is asked for once, however often it is named.
fn files_of(page: &str) -> BTreeSet<&str> {
    let quoted = page.split('"');
    quoted
        .filter(|text| text.starts_with("/pkg/") || *text == "/favicon.svg")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_named_twice_is_asked_for_once() {
        let page = r#"<link href="/favicon.svg"><link href="/pkg/a.js"><a href="/"><script>const script = "/pkg/a.js";"#;
        assert!(files_of(page).into_iter().eq(["/favicon.svg", "/pkg/a.js"]));
    }
}
