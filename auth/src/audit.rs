//! What happened: an append-only trail in which each row carries the hash of the one before it.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use time::OffsetDateTime;

use crate::session::{Client, SessionId};

/// A security event, under the name it has in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// An account was made.
    SignedUp,
    /// A session began.
    SignedIn,
    /// A password was wrong, or the name was nobody's.
    SignInFailed,
    /// A session was ended by its owner.
    SignedOut,
    /// A sign-in from a browser that still had a session: that one was ended.
    SessionReplaced,
    /// A spent refresh token was presented again: somebody has a copy.
    SessionReused,
    /// The username or the display name is another.
    ProfileChanged,
}

impl Event {
    const ALL: [(Self, &'static str); 7] = [
        (Self::SignedUp, "signed_up"),
        (Self::SignedIn, "signed_in"),
        (Self::SignInFailed, "sign_in_failed"),
        (Self::SignedOut, "signed_out"),
        (Self::SessionReplaced, "session_replaced"),
        (Self::SessionReused, "session_reused"),
        (Self::ProfileChanged, "profile_changed"),
    ];

    /// The name that the database and other programs know the event by.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(event, _)| *event == self);
        found.expect("every event is in the table").1
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(event, _)| *event)
    }
}

/// An event on its way into the trail.
pub(crate) struct Entry<'a> {
    pub(crate) event: Event,
    pub(crate) user_id: Option<i64>,
    pub(crate) session: Option<&'a SessionId>,
    pub(crate) client: &'a Client,
    pub(crate) at: OffsetDateTime,
}

impl Entry<'_> {
    /// SHA-256 over every column and the hash before it. Each value goes in with its length, so that
    /// no two rows are the same bytes.
    pub(crate) fn hash(&self, id: i64, at: i64, previous: &str) -> String {
        let mut context = digest::Context::new(&digest::SHA256);
        let mut add = |value: Option<&str>| {
            let length = value.map_or(-1, |text| text.len() as i64);
            context.update(&length.to_be_bytes());
            context.update(value.unwrap_or_default().as_bytes());
        };
        add(Some(previous));
        add(Some(&id.to_string()));
        add(Some(&at.to_string()));
        add(Some(self.event.name()));
        add(self.user_id.map(|id| id.to_string()).as_deref());
        add(self.session.map(SessionId::as_str));
        add(self.client.address.as_deref());
        add(self.client.user_agent.as_deref());
        URL_SAFE_NO_PAD.encode(context.finish())
    }
}

/// A row of the trail as the account's owner may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// What happened.
    pub event: Event,
    /// When.
    pub at: OffsetDateTime,
    /// From where.
    pub client: Client,
}
