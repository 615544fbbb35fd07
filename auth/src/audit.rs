//! What happened: an append-only trail in which each row carries the hash of the one before it.

mod tail;
mod verify;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use time::OffsetDateTime;

pub use crate::audit::tail::TrailRow;
pub use crate::audit::verify::{Damage, Verified};

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
    /// A session was ended from elsewhere: the detail is the event that made it so.
    SessionEnded,
    /// A refresh token came too late: the detail says which limit had passed.
    SessionExpired,
    /// A refresh token of ours is for a session, or a generation of it, that is not there.
    RefreshRefused,
    /// The username or the display name is another.
    ProfileChanged,
    /// The password is another, and the other sessions are over.
    PasswordChanged,
    /// The address was shown to be theirs.
    EmailConfirmed,
    /// Another address was asked for; it is to be confirmed.
    EmailChangeAsked,
    /// The account moved to another address, which was shown to be theirs.
    EmailChanged,
    /// The account was taken back to the address it had; its password opens nothing any more.
    EmailChangeUndone,
    /// A password was set by a link, and every session is over.
    PasswordReset,
    /// A session was ended by a link, because its owner said that it was not theirs.
    SessionDisowned,
    /// The password was given again in a session.
    Reauthenticated,
    /// A password that was asked for again was wrong.
    ReauthenticationFailed,
    /// All that is held on the owner was downloaded.
    DataExported,
    /// The account is to be deleted.
    DeletionPlanned,
    /// It is not: its owner signed in.
    DeletionCalledOff,
    /// The account is gone.
    AccountDeleted,
    /// Nobody had shown that the address was theirs, and somebody else has it now.
    AccountReplaced,
    /// The account can no longer be used.
    AccountDisabled,
    /// The account can be used again.
    AccountEnabled,
    /// An operator made the account.
    AccountAdded,
    /// The account came from another system: the detail says which.
    AccountImported,
    /// The account has another role, which is the detail, and every session is over.
    RoleChanged,
    /// An operator set the password, and every session is over.
    PasswordSet,
    /// An operator made a link, or had one sent, to set a password.
    PasswordLinkMade,
    /// A signing key was made and published; the detail of key events is its `kid`.
    KeyCreated,
    /// A key signs from now on.
    KeyPromoted,
    /// A key signs no more.
    KeyRetired,
    /// What a key signed is not accepted any more.
    KeyRemoved,
}

impl Event {
    const ALL: [(Self, &'static str); 35] = [
        (Self::SignedUp, "signed_up"),
        (Self::SignedIn, "signed_in"),
        (Self::SignInFailed, "sign_in_failed"),
        (Self::SignedOut, "signed_out"),
        (Self::SessionReplaced, "session_replaced"),
        (Self::SessionReused, "session_reused"),
        (Self::SessionEnded, "session_ended"),
        (Self::SessionExpired, "session_expired"),
        (Self::RefreshRefused, "refresh_refused"),
        (Self::ProfileChanged, "profile_changed"),
        (Self::PasswordChanged, "password_changed"),
        (Self::EmailConfirmed, "email_confirmed"),
        (Self::EmailChangeAsked, "email_change_asked"),
        (Self::EmailChanged, "email_changed"),
        (Self::EmailChangeUndone, "email_change_undone"),
        (Self::PasswordReset, "password_reset"),
        (Self::SessionDisowned, "session_disowned"),
        (Self::Reauthenticated, "reauthenticated"),
        (Self::ReauthenticationFailed, "reauthentication_failed"),
        (Self::DataExported, "data_exported"),
        (Self::DeletionPlanned, "deletion_planned"),
        (Self::DeletionCalledOff, "deletion_called_off"),
        (Self::AccountDeleted, "account_deleted"),
        (Self::AccountReplaced, "account_replaced"),
        (Self::AccountDisabled, "account_disabled"),
        (Self::AccountEnabled, "account_enabled"),
        (Self::AccountAdded, "account_added"),
        (Self::AccountImported, "account_imported"),
        (Self::RoleChanged, "role_changed"),
        (Self::PasswordSet, "password_set"),
        (Self::PasswordLinkMade, "password_link_made"),
        (Self::KeyCreated, "key_created"),
        (Self::KeyPromoted, "key_promoted"),
        (Self::KeyRetired, "key_retired"),
        (Self::KeyRemoved, "key_removed"),
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
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) event: Event,
    pub(crate) user_id: Option<i64>,
    pub(crate) session: Option<SessionId>,
    pub(crate) client: &'a Client,
    pub(crate) detail: Option<&'a str>,
    pub(crate) at: OffsetDateTime,
}

impl<'a> Entry<'a> {
    /// An event that is about no account and no session; the rest is filled in by the caller.
    pub(crate) fn new(event: Event, client: &'a Client, at: OffsetDateTime) -> Self {
        Self {
            event,
            user_id: None,
            session: None,
            client,
            detail: None,
            at,
        }
    }
}

/// A row of the trail as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) id: i64,
    /// Milliseconds since the Unix epoch.
    pub(crate) at: i64,
    pub(crate) event: String,
    pub(crate) user_id: Option<i64>,
    pub(crate) session_id: Option<String>,
    pub(crate) client: Client,
    pub(crate) detail: Option<String>,
    pub(crate) previous_hash: String,
    pub(crate) hash: String,
}

impl Record {
    /// SHA-256 over every column and the hash before it. Each value goes in with its length, so that
    /// no two rows are the same bytes. A detail goes in when there is one: rows from before the column
    /// keep their hash.
    pub(crate) fn computed_hash(&self) -> String {
        let mut context = digest::Context::new(&digest::SHA256);
        let mut add = |value: Option<&str>| {
            let length = value.map_or(-1, |text| text.len() as i64);
            context.update(&length.to_be_bytes());
            context.update(value.unwrap_or_default().as_bytes());
        };
        add(Some(&self.previous_hash));
        add(Some(&self.id.to_string()));
        add(Some(&self.at.to_string()));
        add(Some(&self.event));
        add(self.user_id.map(|id| id.to_string()).as_deref());
        add(self.session_id.as_deref());
        add(self.client.address.as_deref());
        add(self.client.user_agent.as_deref());
        if self.detail.is_some() {
            add(self.detail.as_deref());
        }
        URL_SAFE_NO_PAD.encode(context.finish())
    }
}

/// A row of the trail as the account's owner may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Its number; the newest has the highest.
    pub id: i64,
    /// What happened.
    pub event: Event,
    /// When.
    pub at: OffsetDateTime,
    /// On which device, when it is about one.
    pub session: Option<SessionId>,
    /// From where.
    pub client: Client,
    /// What the event leaves open, in a word.
    pub detail: Option<String>,
}
