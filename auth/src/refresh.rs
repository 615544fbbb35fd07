//! Refreshing and revoking: where the generation of a session moves, or the session ends.

use time::OffsetDateTime;

use crate::Auth;
use crate::audit::{Entry, Event};
use crate::error::{Error, Refusal, Result};
use crate::rotation::Decision;
use crate::session::{Client, Session, SessionId, SessionRow, SignedIn};
use crate::store::{Rotation, Writing};
use crate::token::{self, RefreshToken, Tokens};

impl Auth {
    /// Exchanges a refresh token for a new pair.
    ///
    /// The decision, the conditional update and the check for revocation are one transaction, so no
    /// descendant of a revoked session is ever minted.
    ///
    /// # Errors
    /// [`Error::Refused`] when the token will never be good again, [`Error::Unavailable`] when it may be.
    pub async fn refresh(
        &self,
        token: &str,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let presented =
            RefreshToken::open(token, self.secrets()).ok_or(Error::Refused(Refusal::Forged))?;
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
            let mut writing = self.store().write().await?;
            let row = writing.session(&presented.session).await?;
            let row = row.ok_or(Error::Refused(Refusal::Unknown))?;
            match row.decide(presented.generation, now) {
                Decision::Rotate => {
                    if let Some(rotated) = self.rotate(writing, &row, client, now).await? {
                        return Ok(rotated);
                    }
                    // Another request moved the generation meanwhile: the parent gets the current one again.
                }
                Decision::Repeat => return self.mint(&row, now),
                Decision::Revoke => {
                    tracing::warn!(session = ?row.id, user.id = row.user_id, "a spent refresh token was presented");
                    self.end_session(&mut writing, &row.id, Event::SessionReused, client, now)
                        .await?;
                    self.commit_revocation(writing, &row.id, now).await?;
                    return Err(Error::Refused(Refusal::Reused));
                }
                Decision::Refuse(why) => return Err(Error::Refused(why)),
            }
        }
    }

    async fn rotate(
        &self,
        mut writing: Writing,
        row: &SessionRow,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<Option<SignedIn>> {
        let idle = self.config().lifespans.limits(row.persistence).idle;
        let next = SessionRow {
            generation: row.generation + 1,
            idle_expires_at: (now + idle).min(row.expires_at),
            ..row.clone()
        };
        let minted = self.mint(&next, now)?;
        let rotation = Rotation {
            at: now,
            idle_expires_at: next.idle_expires_at,
            client,
        };
        if !writing.advance(row, &rotation).await? {
            return Ok(None);
        }
        writing.commit().await?;
        Ok(Some(minted))
    }

    /// Computes the tokens of the generation that `row` is at.
    pub(crate) fn mint(&self, row: &SessionRow, now: OffsetDateTime) -> Result<SignedIn> {
        let session = Session {
            id: row.id.clone(),
            user: row.user.clone(),
            generation: row.generation,
            role: row.role.clone(),
            methods: row.methods.clone(),
            authenticated_at: row.authenticated_at,
            issued_at: now,
            access_expires_at: (now + self.config().lifespans.access).min(row.expires_at),
        };
        let refresh = RefreshToken {
            session: row.id.clone(),
            generation: row.generation,
        };
        let tokens = Tokens {
            access: token::sign(&session, self.keys(), &self.config().issuer)?,
            refresh: refresh.seal(self.secrets()),
        };
        Ok(SignedIn {
            session,
            tokens,
            persistence: row.persistence,
            idle_expires_at: row.idle_expires_at,
        })
    }

    pub(crate) async fn end_session(
        &self,
        writing: &mut Writing,
        id: &SessionId,
        because: Event,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<()> {
        let Some(row) = writing.session(id).await? else {
            return Ok(());
        };
        if writing.revoke(id, because, now).await? {
            let entry = Entry {
                event: because,
                user_id: Some(row.user_id),
                session: Some(id),
                client,
                at: now,
            };
            writing.audit(&entry).await?;
        }
        Ok(())
    }

    /// Commits a revocation. The set is filled first, and whatever the commit says it stays: a commit that
    /// fails may still have happened, and a session that lives on only has to refresh a little more often.
    pub(crate) async fn commit_revocation(
        &self,
        writing: Writing,
        id: &SessionId,
        now: OffsetDateTime,
    ) -> Result<()> {
        self.revocations().insert(id.clone(), now, now);
        writing.commit().await
    }
}

/// Runs `work` to its end even when nobody waits for it any more: who signs out and closes the window
/// at once has signed out.
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    tokio::spawn(work).await.map_err(Error::internal)?
}
