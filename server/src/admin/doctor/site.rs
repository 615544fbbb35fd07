//! The running site, as a browser reaches it: by the public URL, through whatever stands before the server.
//!
//! No account is needed. A refresh token that is none of ours is taken back by a cookie of the same name: so it shows
//! whether the cookie that people are signed in by gets through both ways as it is.

mod answer;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use auth::CookieJarStyle;
use axum::http::Response;
use time::OffsetDateTime;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, Proxy};
use url::{Host, Url};

use crate::admin::doctor::clock::compare;
use crate::admin::doctor::{Findings, said};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read.
const LONGEST: u64 = 64 << 10;
/// No token of ours.
const NOT_A_TOKEN: &str = "doctor";
/// Nobody's (RFC 2606).
const ANOTHER_SITE: &str = "https://doctor.invalid";

pub(super) struct Visit {
    pub(super) url: Url,
    pub(super) cookies: CookieJarStyle,
    /// The public keys that the site should have; none when the database could not be asked.
    pub(super) jwks: Option<String>,
    pub(super) now: OffsetDateTime,
}

impl Visit {
    /// Blocks: to be run beside the async threads.
    pub(super) fn findings(&self) -> Findings {
        let mut findings = Findings::default();
        if let Err(error) = self.visit(&mut findings) {
            let message = format!("{} does not answer: {}", self.url, said(error));
            findings.fail("site", message);
        }
        findings
    }

    fn visit(&self, findings: &mut Findings) -> anyhow::Result<()> {
        let agent = agent(&self.url)?;
        let cookie = format!("{}={NOT_A_TOKEN}", self.cookies.refresh_name());
        let page = agent
            .get(self.at("login")?)
            .header("cookie", cookie)
            .call()?;
        answer::page(&page, &self.cookies, findings);
        if let Some(date) = answer::date(page.headers()) {
            compare("the site's", self.now, date, findings);
        }
        self.is_ours(&agent, findings)?;
        let own = self.url.origin().ascii_serialization();
        answer::own_origin(self.post(&agent, &own)?.status(), &own, findings);
        answer::foreign_origin(self.post(&agent, ANOTHER_SITE)?.status(), findings);
        if self.url.scheme() == "https" {
            self.plain(&agent, findings)?;
        }
        Ok(())
    }

    /// Whether it is this installation that answers.
    fn is_ours(&self, agent: &Agent, findings: &mut Findings) -> anyhow::Result<()> {
        let Some(ours) = &self.jwks else {
            return Ok(());
        };
        let mut answer = agent.get(self.at(".well-known/jwks.json")?).call()?;
        let theirs = answer.body_mut().with_config().limit(LONGEST);
        let theirs = theirs.read_to_string().unwrap_or_default();
        answer::keys(ours, &theirs, findings);
        Ok(())
    }

    /// Asks for what changes nothing but a colour, as a page of `origin` would.
    fn post(&self, agent: &Agent, origin: &str) -> anyhow::Result<Response<Body>> {
        let request = agent.post(self.at("theme")?).header("origin", origin);
        let form = request.header("content-type", "application/x-www-form-urlencoded");
        Ok(form.send("theme=system&next=%2F")?)
    }

    /// What there is without TLS.
    fn plain(&self, agent: &Agent, findings: &mut Findings) -> anyhow::Result<()> {
        if self.url.port().is_some() {
            return Ok(());
        }
        let host = self.url.host_str().context("a host")?;
        let answer = agent.get(format!("http://{host}/login")).call();
        answer::plain(answer.ok().as_ref(), findings);
        Ok(())
    }

    fn at(&self, path: &str) -> anyhow::Result<String> {
        Ok(self.url.join(path)?.into())
    }
}

/// A client that trusts whom the system trusts, follows nothing and takes every status as an answer.
fn agent(url: &Url) -> anyhow::Result<Agent> {
    let system = rustls_native_certs::load_native_certs();
    let roots: Vec<_> = system
        .certs
        .iter()
        .map(|certificate| Certificate::from_der(certificate).to_owned())
        .collect();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(provider)
        .build();
    // What is on this machine is not asked for by way of another.
    let proxy = match url.host() {
        Some(Host::Domain(name)) if name != "localhost" => Proxy::try_from_env(),
        _ => None,
    };
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(PATIENCE))
        .user_agent("latchkey-doctor")
        .proxy(proxy)
        .tls_config(tls);
    Ok(config.build().into())
}
