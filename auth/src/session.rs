//! A session is one sign-in on one device: a row whose generation says which refresh token is current.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use words::Language;

use crate::account::Account;
use crate::agent::{self, DeviceKind};
use crate::secret::{self, Secrets};
use crate::token::Tokens;

/// 128 random bits; as text in base64url, 22 characters. It stays the same over every rotation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionId([u8; 16]);

impl SessionId {
    pub(crate) fn random() -> Self {
        Self(secret::random())
    }

    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

/// Why a text is no session id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a session id")]
pub struct NotASessionId;

impl TryFrom<String> for SessionId {
    type Error = NotASessionId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotASessionId)?;
        bytes.try_into().map(Self).map_err(|_| NotASessionId)
    }
}

impl From<SessionId> for String {
    fn from(id: SessionId) -> Self {
        URL_SAFE_NO_PAD.encode(id.0)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from(*self))
    }
}

impl fmt::Debug for SessionId {
    /// The first characters are enough to follow a session through a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", &String::from(*self)[..6])
    }
}

/// Who is signed in, as a verified access token says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The device.
    pub id: SessionId,
    /// The account's `document_id`.
    pub user: String,
    /// Which generation of the session the token belongs to.
    pub generation: i64,
    /// The account's role when the token was made.
    pub role: String,
    /// Authentication method references (RFC 8176): `pwd`.
    pub methods: Vec<String>,
    /// When the person last proved who they are.
    pub authenticated_at: OffsetDateTime,
    /// When this access token was made.
    pub issued_at: OffsetDateTime,
    /// From when on this access token is accepted: `nbf`, or else when it was made.
    pub not_before: OffsetDateTime,
    /// When this access token stops to be accepted.
    pub access_expires_at: OffsetDateTime,
}

/// A sign-in or a refresh that succeeded.
#[derive(Clone)]
pub struct SignedIn {
    /// Who is signed in.
    pub session: Session,
    /// What to hand to the client.
    pub tokens: Tokens,
    /// Whether its cookies outlive the browser's window.
    pub persistence: Persistence,
    /// When the refresh token stops to be accepted if it is not used before.
    pub idle_expires_at: OffsetDateTime,
    /// The account, where it was read on the way.
    pub account: Option<Box<Account>>,
}

/// Whether a sign-in outlives the browser's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persistence {
    /// "Keep me signed in".
    Remembered,
    /// Until the browser is closed, and not for long.
    Browser,
}

/// How long things last.
#[derive(Debug, Clone, Copy)]
pub struct Lifespans {
    /// Of an access token.
    pub access: Duration,
    /// Of a session with "keep me signed in".
    pub remembered: Limits,
    /// Of a session without it.
    pub browser: Limits,
}

/// The ends of a session: without use, and in any case.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Without use.
    pub idle: Duration,
    /// In any case.
    pub absolute: Duration,
}

impl Lifespans {
    pub(crate) fn limits(&self, persistence: Persistence) -> Limits {
        match persistence {
            Persistence::Remembered => self.remembered,
            Persistence::Browser => self.browser,
        }
    }
}

/// Where a request came from, as far as it tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Client {
    /// The address, without a port.
    pub address: Option<String>,
    /// The `User-Agent` header, shortened.
    pub user_agent: Option<String>,
    /// Which browser it is, when it can keep a cookie. Not kept with sessions and events.
    pub browser: Option<Browser>,
    /// In which language it is answered, when that is a page. Not kept with sessions and events.
    pub language: Option<Language>,
}

/// 128 random bits that a browser keeps in a cookie over sign-ins and accounts. They let an account know
/// its browsers, and sign nobody in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Browser {
    id: [u8; 16],
    /// Whether it came in a cookie, or is about to go into one. A program is known by where it is and what it is
    /// called, which others can be and can say.
    is_kept: bool,
}

impl Browser {
    /// One that nobody has seen.
    #[must_use]
    pub fn random() -> Self {
        Self::kept(secret::random())
    }

    fn kept(id: [u8; 16]) -> Self {
        Self { id, is_kept: true }
    }

    /// Whether nobody else can be taken for it.
    pub(crate) fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// Reads the cookie; none when it is not one of ours.
    #[must_use]
    pub fn parse(cookie: &str) -> Option<Self> {
        URL_SAFE_NO_PAD
            .decode(cookie)
            .ok()?
            .try_into()
            .ok()
            .map(Self::kept)
    }

    /// For a program that keeps no cookie: the same for as long as it asks from the same address under the
    /// same name.
    pub(crate) fn of_program(client: &Client, secrets: &Secrets) -> Self {
        let address = client.address.as_deref().unwrap_or_default();
        let name = client.user_agent.as_deref().unwrap_or_default();
        Self {
            id: secrets.program(format!("{address}\n{name}").as_bytes()),
            is_kept: false,
        }
    }

    /// What goes into the cookie.
    pub(crate) fn to_cookie(self) -> String {
        URL_SAFE_NO_PAD.encode(self.id)
    }

    /// What the database knows it by.
    pub(crate) fn hash(self) -> String {
        secret::hash(&self.id)
    }
}

/// What a program calls the device that it runs on: 1 to 128 characters, unique within an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceId(String);

/// Why a text is no device id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not 1 to 128 characters that can be shown")]
pub struct NotADeviceId;

impl DeviceId {
    /// Takes what a column holds: it was valid when it was written.
    pub(crate) fn stored(column: String) -> Self {
        Self(column)
    }

    /// # Errors
    /// When the text is empty, too long or has control characters.
    pub fn parse(text: &str) -> Result<Self, NotADeviceId> {
        let is_good =
            (1..=128).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if is_good {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotADeviceId)
        }
    }

    /// As the program wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Browser(…)")
    }
}

impl Client {
    /// The longest user agent that is kept, in bytes.
    const MAX_USER_AGENT: usize = 400;

    /// Takes what a request says, cut to what is worth keeping.
    #[must_use]
    pub fn new(address: Option<String>, user_agent: Option<&str>) -> Self {
        let shorten = |text: &str| {
            let end = text.floor_char_boundary(Self::MAX_USER_AGENT);
            text[..end].chars().filter(|c| !c.is_control()).collect()
        };
        Self {
            address,
            user_agent: user_agent.map(shorten),
            browser: None,
            language: None,
        }
    }

    /// The browser and its system in words, like `Firefox on Linux`.
    #[must_use]
    pub fn browser_name(&self, language: Language) -> String {
        self.agent(language).0
    }

    /// The same, and what it runs on.
    #[must_use]
    pub fn agent(&self, language: Language) -> (String, DeviceKind) {
        let user_agent = self.user_agent.as_deref().unwrap_or_default();
        agent::called(user_agent, language.words())
    }
}

/// What the database holds of a session, beside the account it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct SessionRow {
    pub(crate) id: SessionId,
    pub(crate) user_id: i64,
    pub(crate) generation: i64,
    pub(crate) rotated_at: OffsetDateTime,
    pub(crate) used_generation: i64,
    pub(crate) persistence: Persistence,
    pub(crate) authenticated_at: OffsetDateTime,
    pub(crate) methods: Vec<String>,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) last_seen_at: OffsetDateTime,
    pub(crate) idle_expires_at: OffsetDateTime,
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) revoked_at: Option<OffsetDateTime>,
    pub(crate) client: Client,
    pub(crate) device: Option<DeviceId>,
    pub(crate) user: String,
    pub(crate) role: String,
    pub(crate) disabled: bool,
}

/// A session as its owner may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The same over every rotation.
    pub id: SessionId,
    /// Whether it outlives the browser's window.
    pub persistence: Persistence,
    /// Authentication method references (RFC 8176).
    pub methods: Vec<String>,
    /// When the person last proved who they are.
    pub authenticated_at: OffsetDateTime,
    /// When they signed in.
    pub created_at: OffsetDateTime,
    /// When the session was last refreshed.
    pub last_seen_at: OffsetDateTime,
    /// Without use.
    pub idle_expires_at: OffsetDateTime,
    /// In any case.
    pub expires_at: OffsetDateTime,
    /// From where it was last refreshed.
    pub client: Client,
    /// What the program that signed in calls its device, when it does.
    pub device: Option<DeviceId>,
}

impl From<SessionRow> for Device {
    fn from(row: SessionRow) -> Self {
        Self {
            id: row.id,
            persistence: row.persistence,
            methods: row.methods,
            authenticated_at: row.authenticated_at,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            idle_expires_at: row.idle_expires_at,
            expires_at: row.expires_at,
            client: row.client,
            device: row.device,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_agent_is_cut_between_characters_and_loses_its_control_characters() {
        let client = Client::new(None, Some(&format!("a\nb{}", "ü".repeat(400))));
        let kept = client.user_agent.unwrap();
        assert!(kept.starts_with("abü") && kept.len() <= 400);
    }
}
