//! Refreshing: where the generation of a session moves, or the session turns out to be over.

use time::OffsetDateTime;
use tracing::Instrument;

use crate::Auth;
use crate::audit::{Entry, Event};
use crate::error::{Error, Refusal, Result};
use crate::mail::Kind;
use crate::measure::{self, traced};
use crate::rotation::Decision;
use crate::session::{Client, Session, SessionRow, SignedIn};
use crate::store::{Rotation, Which, Writing};
use crate::throttle::Errand;
use crate::token::{self, RefreshToken, Tokens};

/// What became of a token whose session was looked up.
enum Outcome {
    /// The session is at the generation of this row.
    Granted(Box<SessionRow>),
    Refused(Refusal),
    /// Somebody else moved the session between our look at it and our step.
    Raced,
}

impl Auth {
    /// Exchanges a refresh token for a new pair.
    ///
    /// The decision, the conditional update and the check for revocation are one transaction, so no
    /// descendant of a revoked session is ever minted.
    ///
    /// # Errors
    /// [`Error::Refused`] when the token will never be good again; [`Error::Unavailable`] and
    /// [`Error::TooManyAttempts`] when it may be.
    pub async fn refresh(
        &self,
        token: &str,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let refreshing = self.open_and_exchange(token, client, now);
        let signed_in = refreshing.instrument(traced!("refresh")).await;
        measure::refresh(&signed_in);
        signed_in
    }

    async fn open_and_exchange(
        &self,
        token: &str,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let presented =
            RefreshToken::open(token, self.secrets()).ok_or(Error::Refused(Refusal::Forged))?;
        // Behind the check: what strangers make up must not use up what those at the same address need.
        self.pace_of_session(presented.session, now)?;
        self.pace(Errand::Refreshes, client, now)?;
        let (auth, client) = (self.clone(), client.clone());
        to_the_end(async move { auth.exchange(&presented, &client, now).await }).await
    }

    async fn exchange(
        &self,
        presented: &RefreshToken,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        loop {
            match self.step(presented, client, now).await? {
                Outcome::Granted(row) => return self.mint(&row, now),
                Outcome::Refused(why) => return Err(Error::Refused(why)),
                // The parent gets the current generation, now that there is one.
                Outcome::Raced => {}
            }
        }
    }

    /// Decides in one transaction. Whatever comes out of it is said after the commit: what the decision
    /// was made from may be the work of others in the same transaction.
    async fn step(
        &self,
        presented: &RefreshToken,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<Outcome> {
        let mut writing = self.store().write_once().await?;
        let row = writing.session(presented.session).await?;
        let decision = row
            .as_ref()
            .map(|row| row.decide(presented.generation, now));
        let count = match decision {
            Some(Decision::Rotate) => measure::rotated,
            _ => measure::repeated,
        };
        let outcome = match (row, decision) {
            (Some(row), Some(Decision::Rotate)) => {
                self.advance(&mut writing, row, client, now).await?
            }
            // The row is held, so that nothing is minted for a session that is revoked between.
            (Some(row), Some(Decision::Repeat)) if writing.hold_session(&row).await? => {
                Outcome::Granted(Box::new(row))
            }
            (Some(_), Some(Decision::Repeat)) => Outcome::Raced,
            (Some(row), Some(Decision::Refuse(Refusal::Revoked))) => {
                writing.commit().await?;
                self.learn(&row, now);
                return Ok(Outcome::Refused(Refusal::Revoked));
            }
            (row, decision) => {
                writing.commit().await?;
                let why = refusal(decision);
                return self.conclude(presented, row, why, client, now).await;
            }
        };
        writing.commit().await?;
        if matches!(outcome, Outcome::Granted(_)) {
            count();
        }
        Ok(outcome)
    }

    async fn advance(
        &self,
        writing: &mut Writing,
        row: SessionRow,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<Outcome> {
        let idle = self.config().lifespans.limits(row.persistence).idle;
        let idle_expires_at = (now + idle).min(row.expires_at);
        let rotation = Rotation {
            at: now,
            idle_expires_at,
            client,
        };
        if !writing.advance(&row, &rotation).await? {
            return Ok(Outcome::Raced);
        }
        Ok(Outcome::Granted(Box::new(SessionRow {
            generation: row.generation + 1,
            idle_expires_at,
            ..row
        })))
    }

    /// Ends the session for the reason that was found, and puts the reason into the trail: once, however
    /// often the token comes back. The row is looked at again, in a transaction of more than one statement.
    async fn conclude(
        &self,
        presented: &RefreshToken,
        row: Option<SessionRow>,
        why: Refusal,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<Outcome> {
        let mut writing = self.store().write().await?;
        let mut entry = Entry {
            user_id: row.as_ref().map(|row| row.user_id),
            session: Some(presented.session),
            detail: Some(why.name()),
            ..Entry::new(Event::RefreshRefused, client, now)
        };
        if why == Refusal::Unknown {
            if !writing.has_entry(presented.session, entry.event).await? {
                writing.audit(&entry).await?;
            }
            writing.commit().await?;
            return Ok(Outcome::Refused(why));
        }
        // Reuse is decided anew: the generation may have been the current one's parent by an answer that
        // was on its way. The limits only ever move for those who were in time.
        let row = writing.session(presented.session).await?;
        let again = row.map(|row| row.decide(presented.generation, now));
        match again {
            Some(Decision::Revoke) => {
                tracing::warn!(session = ?presented.session, "a spent refresh token was presented");
                (entry.event, entry.detail) = (Event::SessionReused, None);
            }
            Some(Decision::Expire(_)) => entry.event = Event::SessionExpired,
            _ => return Ok(Outcome::Raced),
        }
        self.end(&mut writing, Which::One(presented.session), &entry)
            .await?;
        if entry.event == Event::SessionReused {
            self.tell_of_copy(&mut writing, &entry).await?;
        }
        let is_reuse = entry.event == Event::SessionReused;
        self.commit_revocation(writing, &[presented.session], now)
            .await?;
        if is_reuse {
            measure::reuse_caught();
        }
        Ok(Outcome::Refused(why))
    }

    async fn tell_of_copy(&self, writing: &mut Writing, entry: &Entry<'_>) -> Result<()> {
        let Some(user_id) = entry.user_id else {
            return Ok(());
        };
        match writing.email_of(user_id).await? {
            Some(email) => self.tell(writing, &email, Kind::SessionCopied, entry).await,
            None => Ok(()),
        }
    }

    /// Computes the tokens of the generation that `row` is at.
    pub(crate) fn mint(&self, row: &SessionRow, now: OffsetDateTime) -> Result<SignedIn> {
        let session = Session {
            id: row.id,
            user: row.user.clone(),
            generation: row.generation,
            role: row.role.clone(),
            methods: row.methods.clone(),
            authenticated_at: row.authenticated_at,
            issued_at: now,
            not_before: now,
            access_expires_at: (now + self.config().lifespans.access)
                .min(row.expires_at)
                .min(row.idle_expires_at),
        };
        let refresh = RefreshToken {
            session: row.id,
            generation: row.generation,
        };
        let tokens = Tokens {
            access: token::sign(
                &session,
                self.keys().ring().current(),
                &self.config().issuer,
            )?,
            refresh: refresh.seal(self.secrets()),
        };
        Ok(SignedIn {
            session,
            tokens,
            persistence: row.persistence,
            idle_expires_at: row.idle_expires_at,
            account: None,
        })
    }
}

/// What a decision that grants nothing is called. There is no row when there is no decision.
fn refusal(decision: Option<Decision>) -> Refusal {
    match decision {
        Some(Decision::Expire(why) | Decision::Refuse(why)) => why,
        Some(Decision::Revoke) => Refusal::Reused,
        None | Some(Decision::Rotate | Decision::Repeat) => Refusal::Unknown,
    }
}

/// Runs `work` to its end even when nobody waits for it any more: who signs out and closes the window
/// at once has signed out.
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    tokio::spawn(work.in_current_span())
        .await
        .map_err(Error::broken_off)?
}
