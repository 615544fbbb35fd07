//! Showing again who one is: what lies behind a sensitive page asks for the password when the last proof is
//! old. When that was is in every token as `auth_time`; a refresh does not change it.

use secrecy::SecretString;
use time::{Duration, OffsetDateTime};

use crate::Auth;
use crate::audit::{Entry, Event};
use crate::error::{Error, Result};
use crate::hasher::Verdict;
use crate::login::{Beginning, Holder};
use crate::refresh::to_the_end;
use crate::session::{Client, Session, SessionId, SessionRow, SignedIn};
use crate::store::{Credentials, Which};
use crate::throttle::{Attempt, Target};

/// How long a proof is good for what is sensitive.
pub const PROOF_LASTS: Duration = Duration::minutes(15);

impl Session {
    /// Whether its owner has shown who they are not long ago.
    #[must_use]
    pub fn is_proven(&self, now: OffsetDateTime) -> bool {
        now - self.authenticated_at <= PROOF_LASTS
    }
}

impl Auth {
    /// Shows again, by the password, that the session is in its owner's hands. The session ends and another
    /// goes on in its place: a copy of its tokens must not be proven by what only the owner has done.
    ///
    /// # Errors
    /// [`Error::BadCredentials`] when the password is wrong.
    pub async fn reauthenticate(
        &self,
        session: &Session,
        password: SecretString,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let known = self.prove(session, &password, client, now).await?;
        let (auth, client, own) = (self.clone(), client.clone(), session.id);
        to_the_end(async move { auth.go_on_proven(&known, own, client, now).await }).await
    }

    /// What is over stays over, and the longest time that a session may last does not begin anew.
    async fn go_on_proven(
        &self,
        known: &Credentials,
        own: SessionId,
        client: Client,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let mut writing = self.store().write().await?;
        let is_same = writing.hold_account(known).await?.is_some();
        let own = writing.session(own).await?;
        let Some(own) = own.filter(|own| is_same && own.is_alive(now)) else {
            writing.commit().await?;
            return Err(Error::Unauthenticated);
        };
        let new = self.new_session(Holder::from(known), own.persistence, client, now);
        let row = SessionRow {
            device: own.device,
            created_at: own.created_at,
            idle_expires_at: new.idle_expires_at.min(own.expires_at),
            expires_at: own.expires_at,
            ..new
        };
        let entry = Entry {
            user_id: Some(known.user_id),
            detail: Some(Event::Reauthenticated.name()),
            ..Entry::new(Event::SessionReplaced, &row.client, now)
        };
        let ended = self.end(&mut writing, Which::One(own.id), &entry).await?;
        // Somebody else has ended it meanwhile.
        if ended.is_empty() {
            return Err(Error::Unauthenticated);
        }
        let new = Beginning {
            ended,
            // A browser that begins to be known by this is told of like one that signs in.
            tell: Some(&known.email),
            ..Beginning::new(row, None, &[Event::Reauthenticated])
        };
        self.begin_session(writing, new, now).await
    }

    /// Compares a password with that of the session's account. A wrong one is put into the trail.
    ///
    /// # Errors
    /// [`Error::BadCredentials`] when it is another; [`Error::TooManyAttempts`] when there were too many of those.
    pub(crate) async fn prove(
        &self,
        session: &Session,
        password: &SecretString,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<Credentials> {
        let account = self.account(session).await?;
        let standing = self.store().standing(account.id).await?;
        let known = standing.ok_or(Error::Unauthenticated)?.credentials;
        let event = Event::ReauthenticationFailed;
        let target = Target::Session(session.id);
        self.demand(&known, target, password, event, client, now)
            .await?;
        Ok(known)
    }

    /// Compares a password with that of an account. A wrong one is put into the trail, as `event`.
    ///
    /// # Errors
    /// [`Error::BadCredentials`] when it is another.
    pub(crate) async fn demand(
        &self,
        known: &Credentials,
        target: Target<'_>,
        password: &SecretString,
        event: Event,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<()> {
        let attempt = self.begin_proof(target, client, now).await?;
        if self.verify_password(Some(known), password).await? != Verdict::Wrong {
            return self.forgive(attempt).await;
        }
        self.audit_failure(event, Some(known.user_id), attempt, client, now)
            .await?;
        Err(Error::BadCredentials)
    }

    async fn forgive(&self, attempt: Option<Attempt>) -> Result<()> {
        let Some(attempt) = attempt.filter(Attempt::is_marked) else {
            return Ok(());
        };
        let auth = self.clone();
        to_the_end(async move {
            let mut writing = auth.store().write_once().await?;
            writing.succeeded(&attempt).await?;
            writing.commit().await
        })
        .await
    }
}
