//! The least HTTP client that can time requests over one connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};

pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Self {
            stream: BufReader::new(stream),
            host: address,
        })
    }

    /// Gets a page as a browser without cookies would; reads all of it and returns its status.
    pub(crate) fn get(&mut self, path: &str) -> Result<u16> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost:{}\r\naccept: text/html\r\n\r\n",
            self.host.port()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        read_response(&mut self.stream).with_context(|| format!("no answer to GET {path}"))
    }
}

fn read_response(stream: &mut impl BufRead) -> Result<u16> {
    let status_line = read_line(stream)?;
    let status = status_line
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok());
    let status = status.with_context(|| format!("no status in `{status_line}`"))?;
    let mut length = 0;
    let mut chunked = false;
    loop {
        let header = read_line(stream)?.to_ascii_lowercase();
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        match (name, value.trim()) {
            ("content-length", bytes) => length = bytes.parse()?,
            ("transfer-encoding", "chunked") => chunked = true,
            _ => {}
        }
    }
    if chunked {
        skip_chunks(stream)?;
    } else {
        skip(stream, length)?;
    }
    Ok(status)
}

fn skip_chunks(stream: &mut impl BufRead) -> Result<()> {
    loop {
        let size = read_line(stream)?;
        let size = u64::from_str_radix(size.trim(), 16).context("no size of a chunk")?;
        // Each chunk, the empty last one too, ends with an empty line.
        skip(stream, size + 2)?;
        if size == 0 {
            return Ok(());
        }
    }
}

fn skip(stream: &mut impl BufRead, bytes: u64) -> Result<()> {
    std::io::copy(&mut stream.take(bytes), &mut std::io::sink())?;
    Ok(())
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
        assert_eq!(read_response(&mut stream).unwrap(), 303);
        assert_eq!(read_response(&mut stream).unwrap(), 200);
        assert_eq!(read_response(&mut stream).unwrap(), 404);
        assert!(read_response(&mut stream).is_err());
    }
}
