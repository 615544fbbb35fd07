//! `latchkey healthcheck`, for an image that has no other program to ask with.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, ensure};

/// Who waits for longer has an answer as well.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the node that listens at `address` whether it is alive. Whether it reaches its database is another question:
/// who is started anew because of that does not reach it either.
///
/// # Errors
/// When it is not, or nobody listens there.
pub fn ask(address: SocketAddr) -> anyhow::Result<()> {
    let address = reachable(address);
    let nobody = || format!("nobody answers at {address}");
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).with_context(nobody)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .with_context(nobody)?;
    let mut line = String::new();
    BufReader::new(stream)
        .read_line(&mut line)
        .with_context(nobody)?;
    let status = line.split(' ').nth(1);
    ensure!(
        status == Some("200"),
        "the node at {address} is not well: {}",
        line.trim_end()
    );
    Ok(())
}

/// Who listens everywhere is asked on the loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_everywhere_is_asked_on_the_loopback() {
        let asked = |address: &str| reachable(address.parse().unwrap()).to_string();
        assert_eq!(asked("0.0.0.0:3000"), "127.0.0.1:3000");
        assert_eq!(asked("[::]:3000"), "[::1]:3000");
        assert_eq!(asked("10.0.0.7:3000"), "10.0.0.7:3000");
    }
}
