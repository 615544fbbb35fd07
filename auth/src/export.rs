//! Everything that is held on a person, for themselves to take away.

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::Auth;
use crate::account::Account;
use crate::audit::{Activity, Entry, Event};
use crate::error::{Error, Result};
use crate::session::{Client, Persistence, Session, SessionRow};
use crate::store::{BrowserRow, LinkRow, MailRow};
use crate::throttle::Errand;

/// How many events are read at once.
const PAGE: i64 = 500;

/// What is held on a person, but for the trail, which may be long: [`Auth::export_activity`] has it in parts.
/// Times are RFC 3339. No hash, key or token is in it: they are ours to check with, and tell nothing of
/// anybody.
#[derive(Serialize)]
pub struct Export {
    account: ExportedAccount,
    sessions: Vec<ExportedSession>,
    browsers: Vec<ExportedBrowser>,
    links: Vec<ExportedLink>,
    letters: Vec<ExportedLetter>,
}

#[derive(Serialize)]
struct ExportedAccount {
    id: i64,
    document_id: String,
    email: String,
    email_confirmed_at: Option<String>,
    pending_email: Option<String>,
    username: String,
    display_name: String,
    role: String,
    language: Option<&'static str>,
    created_at: String,
    password_changed_at: String,
    deletion_at: Option<String>,
}

#[derive(Serialize)]
struct ExportedSession {
    id: String,
    kept_signed_in: bool,
    methods: Vec<String>,
    created_at: String,
    authenticated_at: String,
    last_seen_at: String,
    expires_at: String,
    ended_at: Option<String>,
    address: Option<String>,
    user_agent: Option<String>,
    device_id: Option<String>,
}

#[derive(Serialize)]
struct ExportedBrowser {
    first_seen_at: String,
    last_seen_at: String,
}

#[derive(Serialize)]
struct ExportedLink {
    purpose: &'static str,
    email: String,
    created_at: String,
    expires_at: String,
    used_at: Option<String>,
}

#[derive(Serialize)]
struct ExportedLetter {
    about: Option<&'static str>,
    recipient: String,
    created_at: String,
    delivered_at: Option<String>,
    failed_at: Option<String>,
    next_attempt_at: Option<String>,
    address: Option<String>,
    user_agent: Option<String>,
}

/// An event as it is exported.
#[derive(Serialize)]
pub struct ExportedEvent {
    id: i64,
    at: String,
    event: &'static str,
    detail: Option<String>,
    session: Option<String>,
    address: Option<String>,
    user_agent: Option<String>,
}

impl Auth {
    /// What is held on the owner of a session. The trail notes that it was asked for.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the account is gone or disabled; [`Error::ProofNeeded`] when the last
    /// proof of who asks is old; [`Error::TooManyAttempts`] when it was asked for too often.
    pub async fn export(
        &self,
        session: &Session,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<(Account, Export)> {
        if !session.is_proven(now) {
            return Err(Error::ProofNeeded);
        }
        self.pace(Errand::Export, client, now)?;
        let account = self.account(session).await?;
        let mut writing = self.store().write().await?;
        let entry = Entry {
            user_id: Some(account.id),
            session: Some(session.id),
            ..Entry::new(Event::DataExported, client, now)
        };
        writing.audit(&entry).await?;
        writing.commit().await?;
        let store = self.store();
        let standing = store.standing(account.id).await?;
        let known = standing.ok_or(Error::Unauthenticated)?.credentials;
        let export = Export {
            account: exported(&account, known.password_changed_at),
            sessions: Vec::from_iter(
                store
                    .all_sessions_of(account.id)
                    .await?
                    .into_iter()
                    .map(session_row),
            ),
            browsers: Vec::from_iter(store.browsers_of(account.id).await?.iter().map(browser)),
            links: Vec::from_iter(store.links_of(account.id).await?.iter().map(link)),
            letters: Vec::from_iter(
                store
                    .mails_of(account.id, i64::MAX)
                    .await?
                    .into_iter()
                    .map(letter),
            ),
        };
        Ok((account, export))
    }

    /// A part of the trail of an account, the newest first, from the event before `before` on. Empty when
    /// there is nothing older. The second part is what to ask with for the next one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn export_activity(
        &self,
        account: &Account,
        before: i64,
    ) -> Result<(Vec<ExportedEvent>, i64)> {
        let rows = self.store().activity(account.id, before, PAGE).await?;
        let next = rows.last().map_or(0, |row| row.id);
        Ok((rows.into_iter().map(event).collect(), next))
    }
}

fn text(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

fn exported(account: &Account, password_changed_at: OffsetDateTime) -> ExportedAccount {
    ExportedAccount {
        id: account.id,
        document_id: account.document_id.clone(),
        email: account.email.as_str().to_owned(),
        email_confirmed_at: account.confirmed_at.map(text),
        pending_email: account
            .pending_email
            .as_ref()
            .map(|email| email.as_str().to_owned()),
        username: account.username.as_str().to_owned(),
        display_name: account.display_name.as_str().to_owned(),
        role: account.role.clone(),
        language: account.language.map(words::Language::tag),
        created_at: text(account.created_at),
        password_changed_at: text(password_changed_at),
        deletion_at: account.deletion_at.map(text),
    }
}

fn session_row(row: SessionRow) -> ExportedSession {
    ExportedSession {
        id: row.id.to_string(),
        kept_signed_in: row.persistence == Persistence::Remembered,
        methods: row.methods,
        created_at: text(row.created_at),
        authenticated_at: text(row.authenticated_at),
        last_seen_at: text(row.last_seen_at),
        expires_at: text(row.expires_at.min(row.idle_expires_at)),
        ended_at: row.revoked_at.map(text),
        address: row.client.address,
        user_agent: row.client.user_agent,
        device_id: row.device.map(|device| device.as_str().to_owned()),
    }
}

fn browser(row: &BrowserRow) -> ExportedBrowser {
    ExportedBrowser {
        first_seen_at: text(row.first_seen_at),
        last_seen_at: text(row.last_seen_at),
    }
}

fn link(row: &LinkRow) -> ExportedLink {
    ExportedLink {
        purpose: row.purpose.name(),
        email: row.email.as_str().to_owned(),
        created_at: text(row.created_at),
        expires_at: text(row.expires_at),
        used_at: row.used_at.map(text),
    }
}

fn letter(row: MailRow) -> ExportedLetter {
    ExportedLetter {
        about: row.kind.map(|kind| kind.name()),
        recipient: row.recipient.as_str().to_owned(),
        created_at: text(row.created_at),
        delivered_at: row.delivered_at.map(text),
        failed_at: row.failed_at.map(text),
        next_attempt_at: row.next_at.map(text),
        address: row.client.address,
        user_agent: row.client.user_agent,
    }
}

fn event(row: Activity) -> ExportedEvent {
    ExportedEvent {
        id: row.id,
        at: text(row.at),
        event: row.event.name(),
        detail: row.detail,
        session: row.session.map(|id| id.to_string()),
        address: row.client.address,
        user_agent: row.client.user_agent,
    }
}
