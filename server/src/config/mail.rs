//! How letters leave, from the settings.

use anyhow::{Context, bail, ensure};
use auth::{CookieSecurity, MailConfig, MailRoute, Sender, SmtpSecurity, SmtpServer};
use const_format::concatcp;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::config::Settings;
use crate::config::check::is_loopback;

/// Who letters are from that never leave this machine.
const NOBODY: &str = concatcp!(product::NAME, " <", product::ID, "@localhost.localdomain>");

impl Settings {
    pub(super) fn mail(&self, security: CookieSecurity) -> anyhow::Result<MailConfig> {
        let Some(url) = &self.smtp_url else {
            ensure!(
                security == CookieSecurity::Http,
                "LATCHKEY_SMTP_URL is not set, and a site on https has to send letters: \
                 smtps://user:password@mail.example.org is one"
            );
            let from = self.mail_from.as_deref().unwrap_or(NOBODY);
            return Ok(MailConfig {
                route: MailRoute::Folder(self.data_dir.join("outbox")),
                from: sender(from)?,
            });
        };
        let from = self
            .mail_from
            .as_deref()
            .context("LATCHKEY_MAIL_FROM is not set: with a mail server, letters need a sender")?;
        Ok(MailConfig {
            route: MailRoute::Smtp(server(url)?),
            from: sender(from)?,
        })
    }
}

fn sender(text: &str) -> anyhow::Result<Sender> {
    text.parse()
        .with_context(|| format!("LATCHKEY_MAIL_FROM is {text:?}"))
}

/// The URL may hold a password: what is wrong is said without it.
fn server(url: &Url) -> anyhow::Result<SmtpServer> {
    let host = url
        .host()
        .context("LATCHKEY_SMTP_URL has no host: it should be like smtps://mail.example.org")?;
    let is_here = is_loopback(&host)
        || matches!(host, Host::Domain(name) if name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()));
    let security = match (url.scheme(), url.query()) {
        ("smtps", None) => SmtpSecurity::Tls,
        ("smtp", None) => SmtpSecurity::StartTls,
        ("smtp", Some("tls=none")) if is_here => SmtpSecurity::Plain,
        ("smtp", Some("tls=none")) => bail!(
            "LATCHKEY_SMTP_URL says tls=none: everyone on the way could read the letters, and follow the links \
             in them. Only a mail server on this machine may be spoken to like that"
        ),
        ("smtp" | "smtps", Some(_)) => {
            bail!("LATCHKEY_SMTP_URL has a part after ? that is not known: only tls=none is")
        }
        _ => bail!("LATCHKEY_SMTP_URL must begin with smtps:// or smtp://"),
    };
    let port = url.port().unwrap_or(match security {
        SmtpSecurity::Tls => 465,
        SmtpSecurity::StartTls => 587,
        SmtpSecurity::Plain => 25,
    });
    let decoded = |part: &str| -> anyhow::Result<String> {
        let text = percent_decode_str(part).decode_utf8();
        Ok(text
            .context("LATCHKEY_SMTP_URL: the user or the password")?
            .into_owned())
    };
    let credentials = match (url.username(), url.password()) {
        ("", None) => None,
        (user, Some(password)) => Some((decoded(user)?, decoded(password)?.into())),
        (_, None) => bail!("LATCHKEY_SMTP_URL names a user without a password"),
    };
    Ok(SmtpServer {
        host: host.to_string().trim_matches(['[', ']']).to_owned(),
        port,
        security,
        credentials,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> anyhow::Result<SmtpServer> {
        server(&Url::parse(url).unwrap())
    }

    #[test]
    fn a_connection_is_protected_unless_it_stays_on_this_machine() {
        for (url, host, port, security) in [
            (
                "smtps://mail.example.org",
                "mail.example.org",
                465,
                SmtpSecurity::Tls,
            ),
            (
                "smtp://mail.example.org",
                "mail.example.org",
                587,
                SmtpSecurity::StartTls,
            ),
            (
                "smtp://localhost:1025",
                "localhost",
                1025,
                SmtpSecurity::StartTls,
            ),
            (
                "smtp://localhost:1025?tls=none",
                "localhost",
                1025,
                SmtpSecurity::Plain,
            ),
            (
                "smtp://127.0.0.1?tls=none",
                "127.0.0.1",
                25,
                SmtpSecurity::Plain,
            ),
            ("smtp://[::1]:25?tls=none", "::1", 25, SmtpSecurity::Plain),
        ] {
            let server = parse(url).unwrap();
            assert_eq!(
                (server.host.as_str(), server.port, server.security),
                (host, port, security),
                "{url}"
            );
        }
    }

    #[test]
    fn what_cannot_be_a_mail_server_is_refused_without_its_password() {
        for url in [
            "http://u:secret@mail.example.org",
            "smtp://u:secret@mail.example.org?tls=none",
            "smtps://u:secret@mail.example.org?tls=opportunistic",
            "smtps://secret@mail.example.org",
        ] {
            let said = format!("{:#}", parse(url).err().unwrap());
            assert!(
                said.contains("LATCHKEY_SMTP_URL") && !said.contains("secret"),
                "{said}"
            );
        }
    }

    #[test]
    fn user_and_password_may_hold_anything() {
        let server = parse("smtps://a%40b:p%3A%2F@mail.example.org").unwrap();
        let (user, password) = server.credentials.unwrap();
        assert_eq!(user, "a@b");
        assert_eq!(secrecy::ExposeSecret::expose_secret(&password), "p:/");
    }
}
