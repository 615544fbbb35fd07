//! What the domain says of itself: keys, letters, the trail.

use app::ssr::own;
use auth::{Auth, Error, KeyState, MailRoute};
use time::OffsetDateTime;

use crate::admin::doctor::{DoctorArgs, Findings, clock as clocks, said};
use crate::admin::moment;
use crate::clock::Clock;
use crate::config::Config;

pub(super) async fn open(config: &Config, clock: &Clock, findings: &mut Findings) -> Option<Auth> {
    match Auth::open(config.auth.clone(), clock.now()).await {
        Ok(auth) => Some(auth),
        Err(Error::SealedUnderAnotherSecret) => {
            let message = "they are sealed under another LATCHKEY_SECRET than the one that is set";
            findings.fail("keys", message);
            None
        }
        Err(error) => {
            findings.fail("database", said(error));
            None
        }
    }
}

pub(super) async fn check(
    auth: &Auth,
    arguments: &DoctorArgs,
    clock: &Clock,
    findings: &mut Findings,
) {
    match auth.newest_event().await {
        Ok(Some(newest)) => clocks::since(newest, clock.now(), findings),
        Ok(None) => {}
        Err(error) => findings.fail("trail", said(error)),
    }
    own_tables(auth, findings).await;
    keys(auth, clock.now(), findings).await;
    mail(auth, arguments, clock.now(), findings).await;
    if arguments.deep {
        trail(auth, findings).await;
    }
}

async fn own_tables(auth: &Auth, findings: &mut Findings) {
    const CHECK: &str = "own tables";
    let found = match own::standing(auth.own_tables()).await {
        Ok(Some(found)) => found,
        Ok(None) => return,
        Err(error) => return findings.fail(CHECK, said(error)),
    };
    let (missing, unknown) = (found.missing, found.unknown);
    if !unknown.is_empty() {
        let message = format!("a newer program took the steps {unknown:?} of app/migrations");
        findings.fail(CHECK, message);
    } else if !missing.is_empty() {
        let message = format!(
            "the steps {missing:?} of app/migrations are missing: `latchkey migrate`, or the next start, takes them"
        );
        findings.warn(CHECK, message);
    } else {
        findings.ok(CHECK, "all steps of app/migrations were taken");
    }
}

async fn keys(auth: &Auth, now: OffsetDateTime, findings: &mut Findings) {
    let keys = match auth.key_list().await {
        Ok(keys) => keys,
        Err(error) => return findings.fail("keys", said(error)),
    };
    let signing = keys.iter().find_map(|key| match key.state {
        KeyState::Signing { until, .. } => Some((key, until)),
        _ => None,
    });
    match signing {
        None => findings.fail("keys", "none signs: nobody can sign in"),
        Some((key, until)) if until < now => {
            let message = format!(
                "{} was to sign until {} only: no server has run since, or none reaches the database",
                key.kid,
                moment(until)
            );
            findings.warn("keys", message);
        }
        Some((key, until)) => {
            let (kid, algorithm, until) = (&key.kid, key.algorithm.name(), moment(until));
            findings.ok("keys", format!("{kid} signs by {algorithm}, until {until}"));
        }
    }
}

async fn mail(auth: &Auth, arguments: &DoctorArgs, now: OffsetDateTime, findings: &mut Findings) {
    let route = match &auth.config().mail.route {
        MailRoute::Smtp(server) => format!("{}:{}", server.host, server.port),
        MailRoute::Folder(folder) => folder.display().to_string(),
        MailRoute::Memory(_) => "the memory".to_owned(),
    };
    if let Some(to) = &arguments.send_mail_to {
        return match auth.send_test_mail(to, now).await {
            Ok(Ok(())) => findings.ok("mail", format!("{route} has taken a letter to {to}")),
            Ok(Err(why)) => findings.fail("mail", format!("{route} takes no letter: {why}")),
            Err(error) => findings.fail("mail", format!("--send-mail-to is {to:?}: {error}")),
        };
    }
    match auth.reach_mail().await {
        Ok(()) => findings.ok("mail", format!("{route} would take a letter")),
        Err(why) => findings.fail("mail", format!("{route} cannot be reached: {why}")),
    }
}

async fn trail(auth: &Auth, findings: &mut Findings) {
    match auth.verify_trail().await {
        Ok(Ok(trail)) => {
            let message = format!("{} rows, none changed and none missing", trail.rows);
            findings.ok("trail", message);
        }
        Ok(Err(damage)) => findings.fail("trail", damage.to_string()),
        Err(error) => findings.fail("trail", said(error)),
    }
}
