//! The settings, as a start would check them, and what is allowed but not wise.

use std::path::PathBuf;

use auth::{Cost, MailRoute};

use crate::admin::doctor::{Findings, said};
use crate::config::strength::{is_guessable, is_sound};
use crate::config::{Config, Settings};

/// Returns what follows from the settings, and the data folder.
pub(super) fn check(settings: Settings, findings: &mut Findings) -> Option<(Config, PathBuf)> {
    let folder = settings.data_dir.clone();
    let secret = settings.secret.clone();
    let former = settings.previous_secrets.len();
    let config = match settings.check() {
        Ok(config) => config,
        Err(error) => {
            findings.fail("settings", said(error));
            return None;
        }
    };
    findings.ok(
        "settings",
        format!("a server would start with them, at {}", config.public_url),
    );
    if config.public_url.scheme() == "http" {
        findings.ok("https", "plain http, which is for this machine only");
    }
    secrets(secret.as_deref(), former, findings);
    cost(config.auth.password_cost, findings);
    if let MailRoute::Folder(folder) = &config.auth.mail.route {
        let folder = folder.display();
        findings.ok("settings", format!("letters are files in {folder}"));
    }
    Some((config, folder))
}

fn secrets(secret: Option<&str>, former: usize, findings: &mut Findings) {
    match secret {
        None => findings.ok(
            "secret",
            "in secret.key, which was drawn at the first start",
        ),
        Some(text) if is_guessable(text) => findings.warn(
            "secret",
            "LATCHKEY_SECRET was not drawn: `openssl rand -base64 48` makes a good one",
        ),
        Some(text) => findings.ok("secret", format!("{} bytes long", text.len())),
    }
    if former > 0 {
        let message = format!(
            "{former} former ones are accepted: take them away when the longest session that began under them is over"
        );
        findings.ok("secret", message);
    }
}

fn cost(cost: Cost, findings: &mut Findings) {
    let Cost {
        memory,
        iterations,
        parallelism,
    } = cost;
    let said = format!("argon2id with m={memory},t={iterations},p={parallelism}");
    if is_sound(cost) {
        findings.ok("passwords", said);
    } else {
        let message = format!("{said} is weaker than what OWASP asks for: m=19456,t=2,p=1");
        findings.warn("passwords", message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::doctor::State;

    #[test]
    fn a_secret_that_was_typed_and_a_cheap_hash_are_told() {
        let mut findings = Findings::default();
        secrets(Some(&"abc".repeat(11)), 0, &mut findings);
        secrets(
            Some("Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0"),
            0,
            &mut findings,
        );
        let cheap = |memory, iterations| Cost {
            memory,
            iterations,
            parallelism: 1,
        };
        cost(cheap(64, 1), &mut findings);
        cost(cheap(12_288, 3), &mut findings);
        let states: Vec<_> = findings.0.iter().map(|one| one.state).collect();
        assert_eq!(states, [State::Warn, State::Ok, State::Warn, State::Ok]);
    }
}
