//! Changing an account: its names, its password, and whether it can be used.

use secrecy::{ExposeSecret, SecretString};
use time::OffsetDateTime;

use crate::Auth;
use crate::account::{DisplayName, Username};
use crate::audit::{Entry, Event};
use crate::error::{Error, Result};
use crate::link::Purpose;
use crate::login::Holder;
use crate::mail::Kind;
use crate::manage::OPERATOR;
use crate::password::{self, PasswordError};
use crate::refresh::to_the_end;
use crate::session::{Client, Session, SessionId, SessionRow, SignedIn};
use crate::store::{Credentials, ProfileChange, Taken, Which};

impl Auth {
    /// Changes what a person is called. A name that is not given stays as it is.
    ///
    /// # Errors
    /// What is wrong with the first field that is refused, or that the username is taken.
    pub async fn change_profile(
        &self,
        session: &Session,
        username: Option<&str>,
        display_name: Option<&str>,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<()> {
        let display_name = display_name.map(DisplayName::parse).transpose()?;
        let username = username.map(Username::parse).transpose()?;
        let account = self.account(session).await?;
        let username = username.filter(|name| *name != account.username);
        let display_name = display_name.filter(|name| *name != account.display_name);
        if username.is_none() && display_name.is_none() {
            return Ok(());
        }
        let mut writing = self.store().write().await?;
        let change = ProfileChange {
            document_id: &session.user,
            username: username.as_ref(),
            display_name: display_name.as_ref(),
            at: now,
        };
        match writing.update_profile(&change).await {
            Ok(()) => {}
            Err(Taken::Failed(error)) => return Err(error),
            Err(Taken::Name) => {
                drop(writing);
                self.store().settle().await?;
                return Err(Error::UsernameTaken);
            }
        }
        let entry = Entry {
            user_id: Some(account.id),
            session: Some(session.id),
            ..Entry::new(Event::ProfileChanged, client, now)
        };
        writing.audit(&entry).await?;
        writing.commit().await
    }

    /// Sets another password. Every session of the account ends, also the one that asks: a copy of its
    /// tokens must not outlive the password. Its owner goes on with the new pair that is returned.
    ///
    /// # Errors
    /// [`Error::BadCredentials`] when `current` is not the password, or what is wrong with the new one.
    pub async fn change_password(
        &self,
        session: &Session,
        current: SecretString,
        new: SecretString,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let known = self.prove(session, &current, client, now).await?;
        if current.expose_secret() == new.expose_secret() {
            return Err(PasswordError::Same.into());
        }
        let context = [known.email.as_str(), known.username.as_str()];
        password::check(&new, self.config().password_min_length, &context)?;
        let hash = self.hasher().hash(new).await?;
        let (auth, client, own) = (self.clone(), client.clone(), session.id);
        to_the_end(async move { auth.replace_password(known, &hash, own, client, now).await }).await
    }

    async fn replace_password(
        &self,
        known: Credentials,
        hash: &str,
        own: SessionId,
        client: Client,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let mut writing = self.store().write().await?;
        let is_same = writing.hold_account(&known).await?.is_some();
        let own = writing.session(own).await?;
        let own = own.filter(|own| is_same && own.revoked_at.is_none());
        let Some(own) = own else {
            writing.commit().await?;
            return Err(Error::Unauthenticated);
        };
        let user_id = known.user_id;
        writing.update_password(user_id, hash, now).await?;
        let holder = Holder::from(&known);
        let row = SessionRow {
            device: own.device,
            ..self.new_session(holder, own.persistence, client, now)
        };
        let entry = Entry {
            user_id: Some(user_id),
            detail: Some(Event::PasswordChanged.name()),
            ..Entry::new(Event::SessionEnded, &row.client, now)
        };
        let all = Which::AllOf { user_id, but: None };
        let ended = self.end(&mut writing, all, &entry).await?;
        writing.insert_session(&row).await?;
        let entry = Entry {
            event: Event::PasswordChanged,
            session: Some(row.id),
            detail: None,
            ..entry
        };
        writing.audit(&entry).await?;
        // Who asked for a link before may not be who knew the password.
        writing
            .void_links_before(user_id, Purpose::ResetPassword, i64::MAX, now)
            .await?;
        self.forget_names(&mut writing, &known.email, &known.username)
            .await?;
        // Whoever else knew the password has no browser that passes for a known one.
        writing.forget_browsers(user_id).await?;
        if let Some(browser) = &row.client.browser {
            writing.meet_browser(user_id, browser, now).await?;
        }
        self.tell(&mut writing, &known.email, Kind::PasswordChanged, &entry)
            .await?;
        self.commit_revocation(writing, &ended, now).await?;
        self.mint(&row, now)
    }

    /// Closes an account to its owner and ends all its sessions.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`] when nobody has that name.
    pub async fn disable(
        &self,
        identifier: &str,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<()> {
        let user_id = self.user(identifier).await?.account.id;
        let (auth, client) = (self.clone(), client.clone());
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let is_news = writing.disable(user_id, now).await?;
            let entry = Entry {
                user_id: Some(user_id),
                detail: Some(Event::AccountDisabled.name()),
                ..Entry::new(Event::SessionEnded, &client, now)
            };
            let all = Which::AllOf { user_id, but: None };
            let ended = auth.end(&mut writing, all, &entry).await?;
            if is_news {
                let entry = Entry {
                    event: Event::AccountDisabled,
                    detail: Some(OPERATOR),
                    ..entry
                };
                writing.audit(&entry).await?;
            }
            auth.commit_revocation(writing, &ended, now).await
        })
        .await
    }

    /// Opens it again. Sessions that were ended stay so.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`] when nobody has that name.
    pub async fn enable(
        &self,
        identifier: &str,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<()> {
        let user_id = self.user(identifier).await?.account.id;
        let mut writing = self.store().write().await?;
        let held = writing.hold(user_id).await?;
        if held.is_none_or(|held| held.is_deleted()) {
            writing.commit().await?;
            return Err(Error::UnknownAccount);
        }
        if writing.enable(user_id, now).await? {
            let entry = Entry {
                user_id: Some(user_id),
                detail: Some(OPERATOR),
                ..Entry::new(Event::AccountEnabled, client, now)
            };
            writing.audit(&entry).await?;
        }
        writing.commit().await
    }
}
