//! The settings held against each other, and what follows from them.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration as StdDuration;

use anyhow::{Context, bail, ensure};
use auth::{
    Confirmation, CookieJarStyle, CookieSecurity, Cost, Database, HashPool, Lifespans, Limits,
    MailRoute, MasterSecret, Registration, SigningAlgorithm,
};
use cookie::SameSite;
use time::Duration;
use url::{Host, Url};

use crate::config::strength::{is_guessable, is_sound};
use crate::config::{
    Config, ConfirmationMode, RegistrationMode, SameSiteMode, Settings, SigningMode,
};
use crate::data_dir;

impl Settings {
    /// Checks the settings against each other, and makes the data folder and the secret.
    ///
    /// # Errors
    /// A sentence that names the setting that is wrong.
    pub fn check(self) -> anyhow::Result<Config> {
        let public_url = self.public_url()?;
        let security = match public_url.scheme() {
            "https" => CookieSecurity::Https,
            _ => CookieSecurity::Http,
        };
        ensure!(
            (8..=auth::PASSWORD_MAX_LENGTH).contains(&self.password_min_length),
            "LATCHKEY_PASSWORD_MIN_LENGTH is {}: it must be between 8 and {}",
            self.password_min_length,
            auth::PASSWORD_MAX_LENGTH
        );
        let same_site = match self.same_site {
            SameSiteMode::Lax => SameSite::Lax,
            SameSiteMode::Strict => SameSite::Strict,
        };
        let lifespans = self.lifespans()?;
        let password_cost = self.password_cost(security)?;
        let api = self.api(security)?;
        let proxies = self.proxies()?;
        let rate_limits = self.limits(&public_url)?;
        let certificate = self.certificate(&public_url)?;
        data_dir::make_folder(&self.data_dir)?;
        let auth = auth::Config {
            database: self.database()?,
            secret: self.master_secret(security)?,
            previous_secrets: self.former_secrets(security)?,
            issuer: public_url.origin().ascii_serialization(),
            lifespans,
            registration: match self.registration {
                RegistrationMode::Open => Registration::Open,
                RegistrationMode::Closed => Registration::Closed,
            },
            password_min_length: self.password_min_length,
            password_cost,
            hash_pool: self.hash_pool(),
            signing_algorithm: match self.signing_algorithm {
                SigningMode::EdDsa => SigningAlgorithm::EdDsa,
                SigningMode::Es256 => SigningAlgorithm::Es256,
                SigningMode::Hs256 => SigningAlgorithm::Hs256,
            },
            confirmation: match self.confirm_email {
                ConfirmationMode::Optional => Confirmation::Optional,
                ConfirmationMode::Required => Confirmation::Required,
            },
            mail: self.mail(security)?,
            rate_limits,
        };
        let outbox = match &auth.mail.route {
            MailRoute::Folder(folder) => Some(folder.clone()),
            MailRoute::Smtp(_) | MailRoute::Memory(_) => None,
        };
        let database_file = self.database_url.is_none().then(|| self.database_file());
        let cookies = CookieJarStyle::new(security, same_site);
        Ok(Config {
            site_addr: self.site_addr,
            site_root: self.site_root,
            metrics_addr: self.metrics_addr,
            certificate,
            public_url,
            cookies,
            database_file,
            outbox,
            notice_period: StdDuration::from_millis(self.notice_period),
            api,
            proxies,
            max_connections: count(self.max_connections),
            max_requests: count(self.max_requests),
            auth,
        })
    }

    fn public_url(&self) -> anyhow::Result<Url> {
        let Some(url) = self.public_url.clone() else {
            let default = format!("http://localhost:{}", self.site_addr.port());
            return Url::parse(&default).context("the default public URL");
        };
        ensure!(
            url.path() == "/"
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty(),
            "LATCHKEY_PUBLIC_URL is {url}: it must be a scheme, a host and perhaps a port, nothing more"
        );
        match (url.scheme(), url.host()) {
            ("https", Some(_)) => Ok(url),
            ("http", Some(host)) if is_loopback(&host) => Ok(url),
            ("http", Some(_)) => bail!(
                "LATCHKEY_PUBLIC_URL is {url}: over plain http everyone on the way can read the cookies. \
                 Use https, or http on localhost"
            ),
            _ => bail!("LATCHKEY_PUBLIC_URL is {url}: it must begin with https:// or http://"),
        }
    }

    fn password_cost(&self, security: CookieSecurity) -> anyhow::Result<Cost> {
        ensure!(
            security == CookieSecurity::Http || is_sound(self.argon2),
            "LATCHKEY_ARGON2 is m={},t={},p={}: on https it must cost no less than one of m=47104,t=1 and m=19456,t=2 and \
             m=12288,t=3 and m=9216,t=4 and m=7168,t=5, so that a stolen database does not give the passwords away",
            self.argon2.memory,
            self.argon2.iterations,
            self.argon2.parallelism
        );
        Ok(self.argon2)
    }

    fn lifespans(&self) -> anyhow::Result<Lifespans> {
        let limits = |idle: u32, absolute: u32| Limits {
            idle: Duration::seconds(idle.into()),
            absolute: Duration::seconds(absolute.into()),
        };
        let named = [
            ("LATCHKEY_ACCESS_TOKEN_LIFESPAN", self.access_token_lifespan),
            (
                "LATCHKEY_MAX_REFRESH_TOKEN_LIFESPAN",
                self.max_refresh_token_lifespan,
            ),
            (
                "LATCHKEY_IDLE_REFRESH_TOKEN_LIFESPAN",
                self.idle_refresh_token_lifespan,
            ),
            ("LATCHKEY_MAX_SESSION_LIFESPAN", self.max_session_lifespan),
            ("LATCHKEY_IDLE_SESSION_LIFESPAN", self.idle_session_lifespan),
        ];
        if let Some((name, _)) = named.iter().find(|(_, seconds)| *seconds == 0) {
            bail!("{name} is 0: nobody could stay signed in");
        }
        ensure!(
            Duration::seconds(self.access_token_lifespan.into()) <= auth::MAX_ACCESS_LIFESPAN,
            "LATCHKEY_ACCESS_TOKEN_LIFESPAN is {}: it must be an hour (3600) at most, because only a short life makes a copied token worth little",
            self.access_token_lifespan
        );
        for (idle, absolute) in [(&named[2], &named[1]), (&named[4], &named[3])] {
            ensure!(
                idle.1 <= absolute.1,
                "{} is {}: it must not be longer than {}, which is {}",
                idle.0,
                idle.1,
                absolute.0,
                absolute.1
            );
        }
        Ok(Lifespans {
            access: Duration::seconds(self.access_token_lifespan.into()),
            remembered: limits(
                self.idle_refresh_token_lifespan,
                self.max_refresh_token_lifespan,
            ),
            browser: limits(self.idle_session_lifespan, self.max_session_lifespan),
        })
    }

    fn database_file(&self) -> PathBuf {
        self.data_dir.join("latchkey.db")
    }

    fn database(&self) -> anyhow::Result<Database> {
        let patience = StdDuration::from_millis(self.database_patience);
        let Some(url) = self.database_url.clone() else {
            return Ok(Database::file(&self.database_file(), patience));
        };
        let is_known = ["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme));
        ensure!(
            is_known,
            "DATABASE_URL must begin with sqlite: or postgres://"
        );
        Ok(Database { url, patience })
    }

    fn master_secret(&self, security: CookieSecurity) -> anyhow::Result<MasterSecret> {
        match &self.secret {
            Some(secret) => {
                ensure!(
                    security == CookieSecurity::Http || !is_guessable(secret),
                    "LATCHKEY_SECRET could be guessed, and whoever does can be anybody here: \
                     `openssl rand -base64 48` makes a good one. Name the one before in LATCHKEY_PREVIOUS_SECRETS"
                );
                MasterSecret::new(secret.clone().into_bytes()).context("LATCHKEY_SECRET")
            }
            None if security == CookieSecurity::Https => bail!(
                "LATCHKEY_SECRET is not set, and a site on https needs one that outlives this machine: \
                 `openssl rand -base64 48` makes a good one"
            ),
            None => data_dir::read_or_make(&self.data_dir.join("secret.key")),
        }
    }

    fn former_secrets(&self, security: CookieSecurity) -> anyhow::Result<Vec<MasterSecret>> {
        let former = self
            .previous_secrets
            .iter()
            .filter(|secret| !secret.is_empty());
        // What it sealed still has to be opened.
        if security == CookieSecurity::Https && former.clone().any(|secret| is_guessable(secret)) {
            tracing::warn!(
                "a secret in LATCHKEY_PREVIOUS_SECRETS could be guessed, and still opens sessions: take it away soon"
            );
        }
        former
            .map(|secret| {
                MasterSecret::new(secret.clone().into_bytes()).context("LATCHKEY_PREVIOUS_SECRETS")
            })
            .collect()
    }
}

impl Settings {
    fn hash_pool(&self) -> HashPool {
        let usual = HashPool::default();
        let workers = self.hash_workers.map(|workers| usize::from(workers.get()));
        HashPool {
            workers: workers.and_then(NonZeroUsize::new).unwrap_or(usual.workers),
            queue: self.hash_queue.into(),
            ..usual
        }
    }
}

fn count(of: u32) -> usize {
    usize::try_from(of).unwrap_or(usize::MAX)
}

pub(super) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

pub(super) fn parse_cost(text: &str) -> Result<Cost, String> {
    let mut cost = Cost {
        memory: 19_456,
        iterations: 2,
        parallelism: 1,
    };
    for part in text.split(',') {
        let value = |digits: &str| {
            digits
                .parse()
                .map_err(|_| format!("{part:?} has no number"))
        };
        match part.trim().split_once('=') {
            Some(("m", digits)) => cost.memory = value(digits)?,
            Some(("t", digits)) => cost.iterations = value(digits)?,
            Some(("p", digits)) => cost.parallelism = value(digits)?,
            _ => return Err(format!("{part:?} is not one of m=…, t=…, p=…")),
        }
    }
    // RFC 9106: at least eight blocks of 1 KiB for each lane; more than 4 GiB is a typing mistake.
    let is_sound = cost.iterations >= 1
        && (1..=64).contains(&cost.parallelism)
        && (8 * cost.parallelism..=4 << 20).contains(&cost.memory);
    is_sound.then_some(cost).ok_or_else(|| {
        "m must be at least 8 × p and at most 4194304, t and p at least 1".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::config::Cli;

    #[test]
    fn what_is_shipped_is_what_the_documents_say() {
        let settings = Cli::try_parse_from(["latchkey"]).unwrap().settings;
        let cost = Cost {
            memory: 19_456,
            iterations: 2,
            parallelism: 1,
        };
        assert_eq!((settings.argon2, settings.password_min_length), (cost, 12));
        let lifespans = settings.lifespans().unwrap();
        let seconds = |span: Duration| span.whole_seconds();
        let of = |limits: Limits| (seconds(limits.idle), seconds(limits.absolute));
        assert_eq!(seconds(lifespans.access), 600);
        assert_eq!(of(lifespans.remembered), (14 * 86_400, 30 * 86_400));
        assert_eq!(of(lifespans.browser), (7200, 86_400));
    }
}
