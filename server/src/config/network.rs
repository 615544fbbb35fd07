//! The settings of what stands between clients and the site.

use anyhow::{bail, ensure};
use auth::RateLimits;
use ipnet::IpNet;
use url::Url;

use crate::client::Proxies;
use crate::config::check::is_loopback;
use crate::config::{RateLimitMode, Settings};
use crate::serve::Certificate;

impl Settings {
    pub(super) fn proxies(&self) -> anyhow::Result<Proxies> {
        let named = self.trusted_proxies.iter().map(|text| text.trim());
        let named = named.filter(|text| !text.is_empty());
        let networks: anyhow::Result<Vec<_>> = named.map(network).collect();
        Ok(Proxies::new(networks?))
    }

    pub(super) fn certificate(&self, public_url: &Url) -> anyhow::Result<Option<Certificate>> {
        let certificate = Certificate::new(self.tls_cert.clone(), self.tls_key.clone())?;
        ensure!(
            certificate.is_none() || public_url.scheme() == "https",
            "LATCHKEY_TLS_CERT is set, and LATCHKEY_PUBLIC_URL is {public_url}: a site that speaks TLS is asked for by \
             https"
        );
        Ok(certificate)
    }

    /// Without limits anybody could try passwords for ever: that is for this machine only.
    pub(super) fn limits(&self, public_url: &Url) -> anyhow::Result<RateLimits> {
        let is_here = public_url.host().is_some_and(|host| is_loopback(&host));
        match self.rate_limits {
            RateLimitMode::On => Ok(RateLimits::On),
            RateLimitMode::Off if is_here => Ok(RateLimits::Off),
            RateLimitMode::Off => bail!(
                "LATCHKEY_RATE_LIMITS is off, and LATCHKEY_PUBLIC_URL is {public_url}: without limits anybody \
                 could try passwords for ever. It can be off on localhost only"
            ),
        }
    }
}

/// A network, or one address.
fn network(text: &str) -> anyhow::Result<IpNet> {
    let one = text.parse::<std::net::IpAddr>().map(IpNet::from);
    let Ok(network) = text.parse::<IpNet>().or(one) else {
        bail!(
            "LATCHKEY_TRUSTED_PROXIES has {text:?}: it must be an address or a network, like 10.0.0.0/8"
        );
    };
    ensure!(
        network.prefix_len() > 0,
        "LATCHKEY_TRUSTED_PROXIES has {text:?}: that is everybody, and everybody could then say to be anybody"
    );
    Ok(network.trunc())
}
