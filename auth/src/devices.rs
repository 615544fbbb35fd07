//! The sessions of an account: listing them, ending them, and hearing of their end.

use time::{Date, Duration, OffsetDateTime};

use crate::audit::{Activity, Entry, Event};
use crate::error::{Error, Result};
use crate::refresh::to_the_end;
use crate::session::{Browser, Client, Device, DeviceId, Session, SessionId, SessionRow};
use crate::sign_ins::SignIns;
use crate::store::{Which, Writing};
use crate::token::RefreshToken;
use crate::{Account, Auth};

/// How long the owner is told of a copied session in every place where they may look.
const WARN_FOR: Duration = Duration::days(14);

/// A copied session that was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// When the copy was used, and from where.
    pub event: Activity,
    /// From where the session was last refreshed before; none when it is long gone.
    pub last_seen: Option<Client>,
}

/// What happened on an account of late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lately {
    /// The newest first.
    pub newest: Vec<Activity>,
    /// Copied sessions, the newest first.
    pub warnings: Vec<Warning>,
    /// The oldest day first; days without any are left out.
    pub sign_ins: Vec<SignIns>,
}

impl Auth {
    /// The account of a live session, and what the database holds of the session.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when either is gone or over.
    pub async fn account_and_device(&self, session: &Session) -> Result<(Account, Device)> {
        let owned = self.store().owned(session.id).await?;
        owned
            .filter(|owned| owned.account.document_id == session.user)
            .map(|owned| (owned.account, owned.device))
            .ok_or(Error::Unauthenticated)
    }

    /// The live sessions of an account, the one seen last first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn devices(&self, account: &Account, now: OffsetDateTime) -> Result<Vec<Device>> {
        let rows = self.store().sessions_of(account.id, now).await?;
        Ok(rows.into_iter().map(Device::from).collect())
    }

    /// The copied sessions of the last two weeks, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn warnings(&self, account: &Account, now: OffsetDateTime) -> Result<Vec<Warning>> {
        let caught = self.store().reuses(account.id, now - WARN_FOR).await?;
        self.tell_of(caught).await
    }

    /// What an overview shows of an account: the newest eight events, newest first; what [`Auth::warnings`] gives;
    /// and the sign-ins of each day since `since`, for those that had any.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lately(
        &self,
        account: &Account,
        since: Date,
        now: OffsetDateTime,
    ) -> Result<Lately> {
        let counted_since = since.midnight().assume_utc();
        let found = self
            .store()
            .lately(account.id, now - WARN_FOR, counted_since)
            .await?;
        Ok(Lately {
            newest: found.newest,
            warnings: self.tell_of(found.caught).await?,
            sign_ins: found.sign_ins,
        })
    }

    async fn tell_of(&self, caught: Vec<Activity>) -> Result<Vec<Warning>> {
        let mut warnings = Vec::with_capacity(caught.len());
        for event in caught {
            let row = match event.session {
                Some(id) => self.store().session(id).await?,
                None => None,
            };
            let last_seen = row.map(|row| row.client);
            warnings.push(Warning { event, last_seen });
        }
        Ok(warnings)
    }

    /// Ends the session that `own` is: its tokens are refused from the moment this returns.
    ///
    /// # Errors
    /// When the database does not answer; then the session may live on.
    pub async fn log_out(
        &self,
        own: SessionId,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<()> {
        let (auth, client) = (self.clone(), client.clone());
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let row = writing.session(own).await?;
            if let Some(row) = row {
                let entry = Entry {
                    user_id: Some(row.user_id),
                    ..Entry::new(Event::SignedOut, &client, now)
                };
                auth.end(&mut writing, Which::One(own), &entry).await?;
            }
            auth.commit_revocation(writing, &[own], now).await
        })
        .await
    }

    /// Ends one session of the account that `own` is of, from another of them.
    ///
    /// # Errors
    /// [`Error::UnknownSession`] when it is somebody else's, or over.
    pub async fn end_device(
        &self,
        own: &Session,
        ending: SessionId,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<()> {
        let account = self.account(own).await?;
        let (auth, client) = (self.clone(), client.clone());
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let row = writing.session(ending).await?;
            let row = row.filter(|row| row.user_id == account.id);
            if row.as_ref().is_none_or(|row| row.revoked_at.is_some()) {
                writing.commit().await?;
                row.iter().for_each(|row| auth.learn(row, now));
                return Err(Error::UnknownSession);
            }
            let entry = Entry {
                user_id: Some(account.id),
                ..Entry::new(Event::SessionEnded, &client, now)
            };
            auth.end(&mut writing, Which::One(ending), &entry).await?;
            auth.commit_revocation(writing, &[ending], now).await
        })
        .await
    }

    /// Ends every session of the account but `own`. Returns how many there were.
    ///
    /// # Errors
    /// When the database does not answer; then they may live on.
    pub async fn end_other_devices(
        &self,
        own: &Session,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<usize> {
        let account = self.account(own).await?;
        let (auth, client, but) = (self.clone(), client.clone(), Some(own.id));
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let entry = Entry {
                user_id: Some(account.id),
                ..Entry::new(Event::SessionEnded, &client, now)
            };
            let which = Which::AllOf {
                user_id: account.id,
                but,
            };
            let ended = auth.end(&mut writing, which, &entry).await?;
            auth.commit_revocation(writing, &ended, now).await?;
            Ok(ended.len())
        })
        .await
    }

    /// Ends every session of the account, `own` among them. Returns how many there were.
    ///
    /// # Errors
    /// When the database does not answer; then they may live on.
    pub async fn log_out_everywhere(
        &self,
        own: &Session,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<usize> {
        self.end_own(own, None, client, now).await
    }

    /// Ends what a program that signed in called one device. Returns how many sessions there were.
    ///
    /// # Errors
    /// When the database does not answer; then they may live on.
    pub async fn log_out_device(
        &self,
        own: &Session,
        device: DeviceId,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<usize> {
        self.end_own(own, Some(device), client, now).await
    }

    /// Ends the sessions of the account: all of them, or those on one device.
    async fn end_own(
        &self,
        own: &Session,
        device: Option<DeviceId>,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<usize> {
        let user_id = self.account(own).await?.id;
        let (auth, client) = (self.clone(), client.clone());
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let entry = Entry {
                user_id: Some(user_id),
                ..Entry::new(Event::SignedOut, &client, now)
            };
            let which = match &device {
                Some(device) => Which::OnDevice { user_id, device },
                None => Which::AllOf { user_id, but: None },
            };
            let ended = auth.end(&mut writing, which, &entry).await?;
            auth.commit_revocation(writing, &ended, now).await?;
            Ok(ended.len())
        })
        .await
    }

    /// What lets an account know a program again that keeps no cookie.
    #[must_use]
    pub fn known_again(&self, client: Client) -> Client {
        let browser = client
            .browser
            .unwrap_or_else(|| Browser::of_program(&client, self.secrets()));
        Client {
            browser: Some(browser),
            ..client
        }
    }

    /// Which session a refresh token of ours is for, whether or not it is alive. The database is not asked.
    #[must_use]
    pub fn session_of(&self, refresh_token: &str) -> Option<SessionId> {
        RefreshToken::open(refresh_token, self.secrets()).map(|token| token.session)
    }

    /// When the session ends if nothing is done with it; none when it is over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ends_at(
        &self,
        id: SessionId,
        now: OffsetDateTime,
    ) -> Result<Option<OffsetDateTime>> {
        let row = self.store().session(id).await?;
        let end = row.filter(|row| row.revoked_at.is_none() && !row.disabled);
        let end = end.map(|row| row.idle_expires_at.min(row.expires_at));
        Ok(end.filter(|end| *end > now))
    }

    /// Returns when the session is ended, here or on a node that this one hears of. Limits that pass by
    /// themselves are not waited for.
    pub async fn ended(&self, id: SessionId) {
        self.revocations().ended(id).await;
    }

    /// Ends the sessions that `which` names, each with a row in the trail that is `entry` otherwise.
    pub(crate) async fn end(
        &self,
        writing: &mut Writing,
        which: Which<'_>,
        entry: &Entry<'_>,
    ) -> Result<Vec<SessionId>> {
        let ended = writing.revoke(which, entry.event, entry.at).await?;
        for id in &ended {
            let of_session = Entry {
                session: Some(*id),
                ..*entry
            };
            writing.audit(&of_session).await?;
        }
        Ok(ended)
    }

    /// Takes note of a session that another node has ended, before the news of it have come.
    pub(crate) fn learn(&self, ended: &SessionRow, now: OffsetDateTime) {
        if let Some(at) = ended.revoked_at {
            self.revocations().insert(ended.id, at, now);
            self.revocations().wake(ended.id);
        }
    }

    /// Commits a revocation. The set is filled first, so that none of these sessions is accepted once the
    /// commit can be seen; who waits for their end is told after it.
    ///
    /// When the commit fails, the sessions stay in the set unless it is certain that they live on: a server
    /// may have done what it could not say any more.
    pub(crate) async fn commit_revocation(
        &self,
        writing: Writing,
        ended: &[SessionId],
        now: OffsetDateTime,
    ) -> Result<()> {
        for id in ended {
            self.revocations().insert(*id, now, now);
        }
        let committed = writing.commit().await;
        for id in ended {
            if committed.is_err() && self.store().knows_what_failed() && self.lives(*id).await {
                self.revocations().remove(*id);
            } else {
                self.revocations().wake(*id);
            }
        }
        committed
    }

    /// Whether the database says that the session is alive. When it says nothing, it is not.
    async fn lives(&self, id: SessionId) -> bool {
        let row = self.store().session(id).await;
        row.is_ok_and(|row| row.is_some_and(|row| row.revoked_at.is_none()))
    }
}
