//! What can go wrong in the domain: one variant per outcome that a caller treats differently.

use tokio::task::JoinError;

use crate::account::{EmailError, NameError, UsernameError};
use crate::password::PasswordError;

/// What a call into the domain gives.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call into the domain gave nothing. The text of each variant is for logs.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says it")]
pub enum Error {
    /// The name, the password or both are wrong, or the account is disabled.
    /// Which of them is said to nobody.
    #[error("wrong name or password")]
    BadCredentials,
    /// The access token is missing, malformed, forged, expired or revoked.
    #[error("not signed in")]
    Unauthenticated,
    /// The refresh token will never be accepted again.
    #[error("the session is over: {0}")]
    Refused(Refusal),
    #[error("email: {0}")]
    Email(#[from] EmailError),
    #[error("the email address is taken")]
    EmailTaken,
    /// It is the address that the account has.
    #[error("the email address is the same")]
    SameEmail,
    #[error("the email address is confirmed already")]
    AlreadyConfirmed,
    /// It never was one, was used, is too old, or has become void: which of them is said to nobody.
    #[error("the link is no good")]
    LinkGone,
    /// Whoever asks has to show again who they are.
    #[error("the last proof is too old")]
    ProofNeeded,
    /// Too many letters in too short a time.
    #[error("too often: wait for {} seconds", retry_after.whole_seconds())]
    Throttled { retry_after: time::Duration },
    /// Too many tries of somebody, or from somewhere, in too short a time.
    #[error("too many tries: wait for {} seconds", retry_after.whole_seconds())]
    TooManyAttempts { retry_after: time::Duration },
    #[error("username: {0}")]
    Username(#[from] UsernameError),
    #[error("the username is taken")]
    UsernameTaken,
    #[error("name: {0}")]
    DisplayName(#[from] NameError),
    #[error("password: {0}")]
    Password(#[from] PasswordError),
    /// There is no account of this name.
    #[error("no such account")]
    UnknownAccount,
    /// It is the id of one account and the username of another.
    #[error("more than one account")]
    AmbiguousAccount,
    /// The account is closed, or nobody has shown whose its address is.
    #[error("no link for this account")]
    NoLinkFor,
    /// There is no session of this id on the account, or it is over.
    #[error("no such session")]
    UnknownSession,
    /// There is no signing key of this `kid`.
    #[error("no such key")]
    UnknownKey,
    /// The key signs: another has to be promoted before it can go.
    #[error("the key is the one that signs")]
    KeyInUse,
    #[error("registration is closed")]
    RegistrationClosed,
    /// The keys in the database were sealed under a secret that was not given.
    #[error("the signing key was sealed under another secret")]
    SealedUnderAnotherSecret,
    /// More passwords wait to be hashed than is sensible: try again in a moment.
    #[error("too many sign-ins at once")]
    Busy,
    /// The database does not answer, or is locked by somebody else: try again in a moment.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why a refresh token was refused for good. It is for the log and the audit trail:
/// the one who presents the token learns only that the session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says it")]
pub enum Refusal {
    #[error("not a token of ours")]
    Forged,
    #[error("no such session")]
    Unknown,
    #[error("idle for too long")]
    Idle,
    #[error("older than a session may be")]
    Expired,
    #[error("signed out")]
    Revoked,
    #[error("a spent token was presented again")]
    Reused,
    #[error("the account is disabled")]
    Disabled,
}

impl Refusal {
    pub(crate) const ALL: [Self; 7] = [
        Self::Forged,
        Self::Unknown,
        Self::Idle,
        Self::Expired,
        Self::Revoked,
        Self::Reused,
        Self::Disabled,
    ];

    /// The word for the trail.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Forged => "forged",
            Self::Unknown => "unknown",
            Self::Idle => "idle",
            Self::Expired => "absolute",
            Self::Revoked => "revoked",
            Self::Reused => "reused",
            Self::Disabled => "disabled",
        }
    }
}

impl Error {
    /// Of a task that panicked. Its own text would quote the panic, and that may hold anything.
    pub(crate) fn broken_off(_: JoinError) -> Self {
        Self::internal("a task broke off")
    }

    pub(crate) fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            sqlx::Error::Database(ref refused) if is_transient(refused.as_ref()) => {
                Self::Unavailable(error)
            }
            other => Self::internal(other),
        }
    }
}

/// Tells a database that is busy, full or shutting down from a mistake in a statement.
fn is_transient(error: &dyn sqlx::error::DatabaseError) -> bool {
    let code = error.code().unwrap_or_default();
    // SQLite's extended codes keep the primary code in the low byte: 5 busy, 6 locked, 8 read-only,
    // 10 input/output, 13 full, 14 cannot open.
    if code.len() < 5
        && let Ok(code) = code.parse::<u32>()
    {
        return matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14);
    }
    // Postgres: connection exceptions, read-only (a standby, or one that is about to become one), serialization
    // failures, lack of resources, a lock that somebody else holds, shutdown.
    ["08", "25006", "40", "53", "55P03", "57"]
        .iter()
        .any(|class| code.starts_with(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_not_quoted_by_the_error_that_it_becomes() {
        let password = "seven quiet otters";
        let task = tokio::spawn(async move { panic!("not expected: {password}") });
        let error = Error::broken_off(task.await.map(|(): ()| ()).unwrap_err());
        assert!(!format!("{error:?} {error}").contains(password));
    }
}
