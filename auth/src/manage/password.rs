//! Another password for an account, without the one before.
//!
//! A link is better than a password that two people know (ASVS 5.0, 6.4.6): both are there, because an account
//! whose owner gets no mail has to be opened somehow.

use secrecy::SecretString;
use time::OffsetDateTime;

use crate::Auth;
use crate::account::Account;
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::link::{LinkToken, Purpose};
use crate::mail::{Kind, NewMail};
use crate::manage::OPERATOR;
use crate::manage::acts::by_operator;
use crate::password;
use crate::refresh::to_the_end;
use crate::session::Client;
use crate::store::LinkRow;

impl Auth {
    /// Sets a password. Every session ends, and whatever somebody may have begun with the account is void.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`], or what is wrong with the password.
    pub async fn set_password(
        &self,
        who: &str,
        new: SecretString,
        now: OffsetDateTime,
    ) -> Result<()> {
        let account = self.user(who).await?.account;
        let context = [account.email.as_str(), account.username.as_str()];
        password::check(&new, self.config().password_min_length, &context)?;
        let hash = self.hasher().hash(new).await?;
        let auth = self.clone();
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let held = writing.hold(account.id).await?;
            let Some(held) = held.filter(|held| !held.is_deleted()) else {
                writing.commit().await?;
                return Err(Error::UnknownAccount);
            };
            writing.update_password(account.id, &hash, now).await?;
            writing.await_email(account.id, None, now).await?;
            let nobody = Client::default();
            let entry = by_operator(Event::PasswordSet, account.id, &nobody, now);
            let ended = auth.take_back(&mut writing, i64::MAX, &entry).await?;
            writing.audit(&entry).await?;
            let Account {
                email, username, ..
            } = &held.account;
            auth.forget_names(&mut writing, email, username).await?;
            auth.tell(
                &mut writing,
                &held.account.email,
                Kind::PasswordChanged,
                &entry,
            )
            .await?;
            auth.commit_revocation(writing, &ended, now).await
        })
        .await
    }

    /// Makes a link to set a password, for the operator to hand over. It confirms the address when it is used:
    /// so there is none for an address that nobody has confirmed, and [`Auth::send_reset`] is what is left.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`]; [`Error::NoLinkFor`] when the account is closed, or its address not confirmed.
    pub async fn make_reset_link(&self, who: &str, now: OffsetDateTime) -> Result<LinkToken> {
        let user_id = self.user(who).await?.account.id;
        let auth = self.clone();
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let held = writing.hold(user_id).await?;
            let held =
                held.filter(|held| held.credentials.is_confirmed && !held.credentials.disabled);
            let Some(held) = held else {
                writing.commit().await?;
                return Err(Error::NoLinkFor);
            };
            let nobody = Client::default();
            let entry = by_operator(Event::PasswordLinkMade, user_id, &nobody, now);
            writing.audit(&entry).await?;
            let token = LinkToken::random();
            let purpose = Purpose::ResetPassword;
            let mail_id = writing.next_mail_id().await?;
            writing
                .put_link(&LinkRow {
                    hash: token.hash(),
                    purpose,
                    user_id,
                    mail_id,
                    email: held.account.email,
                    session: None,
                    created_at: now,
                    expires_at: now + purpose.lifespan(),
                    used_at: None,
                })
                .await?;
            writing
                .void_links_before(user_id, purpose, mail_id, now)
                .await?;
            writing.commit().await?;
            Ok(token)
        })
        .await
    }

    /// Sends the owner a letter with a link to set a password. A server that runs sends it; without one, the next
    /// that starts.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`]; [`Error::NoLinkFor`] when the account is closed, or the address another's.
    pub async fn send_reset(&self, who: &str, now: OffsetDateTime) -> Result<()> {
        let found = self.user(who).await?;
        let auth = self.clone();
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let held = writing.hold(found.account.id).await?;
            let held = held.filter(|held| !held.credentials.disabled && !found.is_claimant);
            let Some(held) = held else {
                writing.commit().await?;
                return Err(Error::NoLinkFor);
            };
            let nobody = Client::default();
            let user_id = held.account.id;
            let entry = by_operator(Event::PasswordLinkMade, user_id, &nobody, now);
            writing.audit(&entry).await?;
            let mail = NewMail::to(&held.account.email, Kind::ResetPassword, &nobody, now);
            let mail = NewMail {
                detail: Some(OPERATOR),
                ..mail.about(user_id)
            };
            writing.queue_mail(&mail).await?;
            writing.commit().await
        })
        .await
    }
}
