//! `latchkey healthcheck`, for an image that has no other program to ask with.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use ureq::Agent;
use ureq::tls::TlsConfig;

/// Who waits for longer has an answer as well.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the node that listens at `address` whether it is alive. Whether it reaches its database is another question:
/// who is started anew because of that does not reach it either.
///
/// # Errors
/// When it is not, or nobody listens there.
pub fn ask(address: SocketAddr, speaks_tls: bool) -> anyhow::Result<()> {
    let address = reachable(address);
    // It is on this machine, under a name that is in no certificate; and nothing is told to it.
    let tls = TlsConfig::builder()
        .disable_verification(true)
        .unversioned_rustls_crypto_provider(
            Arc::new(rustls::crypto::aws_lc_rs::default_provider()),
        );
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .proxy(None)
        .tls_config(tls.build())
        .build()
        .into();
    let scheme = if speaks_tls { "https" } else { "http" };
    let answer = agent.get(format!("{scheme}://{address}/healthz")).call();
    let answer = answer.with_context(|| format!("nobody answers at {address}"))?;
    let status = answer.status();
    ensure!(status == 200, "the node at {address} is not well: {status}");
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
