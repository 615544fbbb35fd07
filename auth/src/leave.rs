//! Leaving for good: an account is deleted a week after its owner asked for it, unless they sign in.

use std::sync::PoisonError;

use secrecy::SecretString;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use words::Language;

use crate::audit::{Entry, Event};
use crate::error::{Error, Result};
use crate::mail::{Kind, NewMail};
use crate::refresh::to_the_end;
use crate::revocation::HOLD;
use crate::session::{Client, Session, SessionId};
use crate::store::{Which, Writing};
use crate::{Auth, Confirmation};

/// How long there is to think again.
pub const DELETION_WAITS: Duration = Duration::days(7);
/// How long a row stays that somebody else has replaced: until all nodes have heard that its sessions ended.
const REPLACED_STAYS: Duration = HOLD;
/// How long an account stays that nobody confirmed or signed in to.
const UNUSED_STAYS: Duration = Duration::days(7);
/// How long letters stay that are done with.
const MAIL_STAYS: Duration = Duration::days(7);
/// How long links stay that have run out: longer than a letter may be on its way.
const LINKS_STAY: Duration = Duration::days(7);
/// How long a session stays that is over: much longer than tokens of it could be good ([`HOLD`]), and than its
/// owner is told that it was copied.
const SESSIONS_STAY: Duration = Duration::days(90);

/// How many sessions are looked at each time. Nothing orders them by their end, so they are looked at in the
/// order of their ids, and from the first one again after the last.
const PORTION: i64 = 1000;

/// How long a browser is known that is not used.
const BROWSER_STAYS: Duration = Duration::days(400);

impl Auth {
    /// Ends every session and lets the account go in a week. Returns when.
    ///
    /// # Errors
    /// [`Error::BadCredentials`] when the password is wrong.
    pub async fn plan_deletion(
        &self,
        session: &Session,
        password: SecretString,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<OffsetDateTime> {
        let known = self.prove(session, &password, client, now).await?;
        let gone_at = now + DELETION_WAITS;
        let (auth, client) = (self.clone(), client.clone());
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            if writing.hold_account(&known).await?.is_none() {
                writing.commit().await?;
                return Err(Error::Unauthenticated);
            }
            let user_id = known.user_id;
            writing.plan_deletion(user_id, gone_at, now).await?;
            let entry = Entry {
                user_id: Some(user_id),
                detail: Some(Event::DeletionPlanned.name()),
                ..Entry::new(Event::SessionEnded, &client, now)
            };
            let all = Which::AllOf { user_id, but: None };
            let ended = auth.end(&mut writing, all, &entry).await?;
            let entry = Entry {
                event: Event::DeletionPlanned,
                detail: None,
                ..entry
            };
            writing.audit(&entry).await?;
            let date = gone_at.format(&Rfc3339).unwrap_or_default();
            let mail = NewMail::to(&known.email, Kind::DeletionPlanned, &client, now);
            let mail = NewMail {
                detail: Some(&date),
                ..mail.about(user_id)
            };
            writing.queue_mail(&mail).await?;
            auth.commit_revocation(writing, &ended, now).await?;
            Ok(gone_at)
        })
        .await
    }

    /// Removes what has had its time: accounts whose week is over, sessions, links, letters, browsers.
    ///
    /// # Errors
    /// When the database does not answer; what is left is done the next time.
    pub async fn clean_up(&self, now: OffsetDateTime) -> Result<()> {
        let planned = self.store().due_deletions(now).await?;
        // Elsewhere whoever registers is signed in at once.
        let unused = match self.config().confirmation {
            Confirmation::Required => self.store().never_used(now - UNUSED_STAYS).await?,
            Confirmation::Optional => Vec::new(),
        };
        let planned = planned.into_iter().map(|id| (id, Due::Planned));
        for (user_id, due) in planned.chain(unused.into_iter().map(|id| (id, Due::Unused))) {
            // One that cannot be removed must not keep the others.
            if let Err(error) = self.delete(user_id, now, due).await {
                tracing::error!(user_id, %error, "an account is not removed");
            }
        }
        self.remove_sessions(now - SESSIONS_STAY).await?;
        let mut writing = self.store().write().await?;
        writing.remove_mails(now - MAIL_STAYS).await?;
        writing.remove_links(now - LINKS_STAY).await?;
        writing.remove_browsers(now - BROWSER_STAYS).await?;
        writing.commit().await?;
        self.forget_attempts(now).await
    }

    /// Looks at another portion of the sessions, and removes those that were over before.
    async fn remove_sessions(&self, before: OffsetDateTime) -> Result<()> {
        let portion = &self.0.portion;
        let from = portion
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let to = self.store().session_after(&from, PORTION).await?;
        let mut writing = self.store().write_once().await?;
        writing
            .remove_sessions(&from, to.as_deref(), before)
            .await?;
        writing.commit().await?;
        *portion.lock().unwrap_or_else(PoisonError::into_inner) = to.unwrap_or_default();
        Ok(())
    }

    /// Removes an account if that is still due. The trail keeps its number, which is never given again.
    async fn delete(&self, user_id: i64, now: OffsetDateTime, due: Due) -> Result<()> {
        let mut writing = self.store().write().await?;
        let held = writing.hold(user_id).await?;
        let was_used = writing.has_event(user_id, Event::SignedIn).await?;
        let held = held.filter(|held| match due {
            Due::Planned => held.account.deletion_at.is_some_and(|at| at <= now),
            Due::Unused => held.account.confirmed_at.is_none() && !was_used,
        });
        let Some(held) = held else {
            return writing.commit().await;
        };
        writing.delete_user(user_id).await?;
        writing.remove_mails_to(&held.account.email).await?;
        let nobody = Client::default();
        let entry = Entry {
            user_id: Some(user_id),
            ..Entry::new(Event::AccountDeleted, &nobody, now)
        };
        // An operator's deletion is in the trail from when it was done; this is what was left of it.
        if !writing.has_event(user_id, Event::AccountDeleted).await? {
            writing.audit(&entry).await?;
        }
        // Nobody was told of the deletion of what somebody replaced, or never used.
        if due == Due::Planned && !held.credentials.disabled {
            // There will be nobody to look it up from.
            let language = held.account.language.map(Language::tag);
            let mail = NewMail {
                detail: language,
                ..NewMail::to(&held.account.email, Kind::AccountDeleted, &nobody, now)
            };
            writing.queue_mail(&mail).await?;
        }
        writing.commit().await
    }

    /// Closes an account whose names go to somebody else. Its sessions are ended by
    /// [`Auth::end_displaced`].
    pub(crate) async fn displace(
        &self,
        writing: &mut Writing,
        user_id: i64,
        now: OffsetDateTime,
    ) -> Result<()> {
        writing.displace(user_id, now, now + REPLACED_STAYS).await
    }

    /// Ends the sessions of an account that was displaced. Returns them.
    pub(crate) async fn end_displaced(
        &self,
        writing: &mut Writing,
        user_id: i64,
        by: &Entry<'_>,
    ) -> Result<Vec<SessionId>> {
        let entry = Entry {
            event: Event::SessionEnded,
            user_id: Some(user_id),
            session: None,
            detail: Some(Event::AccountReplaced.name()),
            ..*by
        };
        let all = Which::AllOf { user_id, but: None };
        let ended = self.end(writing, all, &entry).await?;
        let entry = Entry {
            event: Event::AccountReplaced,
            detail: None,
            ..entry
        };
        writing.audit(&entry).await?;
        Ok(ended)
    }
}

/// Why an account goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Planned,
    Unused,
}
