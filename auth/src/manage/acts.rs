//! Roles, the ends of sessions, and the end of an account.

use time::OffsetDateTime;

use crate::Auth;
use crate::account::Email;
use crate::audit::{Entry, Event};
use crate::error::{Error, Result};
use crate::mail::{Kind, NewMail};
use crate::manage::{OPERATOR, Role};
use crate::refresh::to_the_end;
use crate::revocation::HOLD;
use crate::session::{Client, SessionId};
use crate::store::{Which, Writing};

impl Auth {
    /// Gives an account a role. When that is another, every session ends: the one before is in their tokens.
    /// Returns whether it is another, and how many sessions ended.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`].
    pub async fn set_role(
        &self,
        who: &str,
        role: Role,
        now: OffsetDateTime,
    ) -> Result<Option<usize>> {
        let user_id = self.user(who).await?.account.id;
        let auth = self.clone();
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            if !writing.set_role(user_id, role, now).await? {
                writing.commit().await?;
                return Ok(None);
            }
            let nobody = Client::default();
            let entry = Entry {
                user_id: Some(user_id),
                detail: Some(role.name()),
                ..Entry::new(Event::RoleChanged, &nobody, now)
            };
            let ended = auth.end_all_for(&mut writing, &entry).await?;
            writing.audit(&entry).await?;
            auth.commit_revocation(writing, &ended, now).await?;
            Ok(Some(ended.len()))
        })
        .await
    }

    /// Ends one session of an account.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`]; [`Error::UnknownSession`] when it is another account's, or over.
    pub async fn end_user_session(
        &self,
        who: &str,
        ending: SessionId,
        now: OffsetDateTime,
    ) -> Result<()> {
        let user_id = self.user(who).await?.account.id;
        let auth = self.clone();
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let row = writing.session(ending).await?;
            let is_there =
                row.is_some_and(|row| row.user_id == user_id && row.revoked_at.is_none());
            if !is_there {
                writing.commit().await?;
                return Err(Error::UnknownSession);
            }
            let nobody = Client::default();
            let entry = by_operator(Event::SessionEnded, user_id, &nobody, now);
            auth.end(&mut writing, Which::One(ending), &entry).await?;
            auth.commit_revocation(writing, &[ending], now).await
        })
        .await
    }

    /// Ends every session of an account. Returns how many there were.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`].
    pub async fn end_user_sessions(&self, who: &str, now: OffsetDateTime) -> Result<usize> {
        let user_id = self.user(who).await?.account.id;
        let auth = self.clone();
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let nobody = Client::default();
            let entry = by_operator(Event::SessionEnded, user_id, &nobody, now);
            let all = Which::AllOf { user_id, but: None };
            let ended = auth.end(&mut writing, all, &entry).await?;
            auth.commit_revocation(writing, &ended, now).await?;
            Ok(ended.len())
        })
        .await
    }

    /// Deletes an account at once, without the week that its owner would have. Nothing of a person is left but in
    /// the trail; the empty row goes when every node has heard that its sessions are over, which it has to be there
    /// for.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`].
    pub async fn delete_user(&self, who: &str, now: OffsetDateTime) -> Result<()> {
        let found = self.user(who).await?;
        let user_id = found.account.id;
        let auth = self.clone();
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let Some(held) = writing.hold(user_id).await? else {
                writing.commit().await?;
                return Err(Error::UnknownAccount);
            };
            writing.empty_user(user_id, now, now + HOLD).await?;
            let nobody = Client::default();
            let entry = by_operator(Event::AccountDeleted, user_id, &nobody, now);
            writing.line_up().await?;
            writing.empty_sessions(user_id).await?;
            let ended = auth.end_all_for(&mut writing, &entry).await?;
            writing.audit(&entry).await?;
            let address = &held.account.email;
            writing.remove_belongings(user_id, address).await?;
            if !held.credentials.disabled && !found.is_claimant {
                auth.say_goodbye(&mut writing, address, now).await?;
            }
            auth.commit_revocation(writing, &ended, now).await
        })
        .await
    }

    async fn say_goodbye(
        &self,
        writing: &mut Writing,
        to: &Email,
        now: OffsetDateTime,
    ) -> Result<()> {
        let nobody = Client::default();
        let mail = NewMail::to(to, Kind::AccountDeleted, &nobody, now);
        writing.queue_mail(&mail).await
    }

    /// Ends every session of the account that `entry` is about, because of it.
    pub(super) async fn end_all_for(
        &self,
        writing: &mut Writing,
        entry: &Entry<'_>,
    ) -> Result<Vec<SessionId>> {
        let Some(user_id) = entry.user_id else {
            return Ok(Vec::new());
        };
        let ending = Entry {
            event: Event::SessionEnded,
            detail: Some(entry.event.name()),
            ..*entry
        };
        let all = Which::AllOf { user_id, but: None };
        self.end(writing, all, &ending).await
    }
}

/// An event of an account that its owner did not bring about.
pub(super) fn by_operator(
    event: Event,
    user_id: i64,
    nobody: &Client,
    now: OffsetDateTime,
) -> Entry<'_> {
    Entry {
        user_id: Some(user_id),
        detail: Some(OPERATOR),
        ..Entry::new(event, nobody, now)
    }
}
