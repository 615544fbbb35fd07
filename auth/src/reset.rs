//! Setting a password without the one before, and taking an account back by its mailbox.

use secrecy::SecretString;
use time::OffsetDateTime;

use crate::Auth;
use crate::account::{Account, Email};
use crate::audit::{Entry, Event};
use crate::error::{Error, Result};
use crate::hasher::UNUSABLE;
use crate::link::{LinkToken, Purpose};
use crate::login::{Beginning, Holder};
use crate::mail::{Kind, NewMail};
use crate::password;
use crate::refresh::to_the_end;
use crate::session::{Client, Persistence, Session, SessionId, SignedIn};
use crate::store::{LinkRow, Standing, Taken, Which, Writing};

impl Auth {
    /// Queues a letter with a link to set a password. Whether there is an account with the address is said
    /// to nobody, and not looked up before the letter is sent.
    ///
    /// # Errors
    /// When it is no address, or the database does not answer.
    pub async fn ask_for_reset(
        &self,
        email: &str,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<()> {
        self.queue_blindly(email, Kind::ResetPassword, client, now)
            .await
    }

    /// Sets a password by a link, ends every session, and begins one. The mailbox is confirmed by it, and
    /// whatever somebody else had begun with the account is void.
    ///
    /// # Errors
    /// [`Error::LinkGone`], or what is wrong with the password; then the link can be used again.
    pub async fn reset_password(
        &self,
        token: &str,
        new: SecretString,
        client: &Client,
        former: Option<&Session>,
        persistence: Persistence,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let (link, seen) = self.find_link_at_pace(token, client, now).await?;
        if link.purpose != Purpose::ResetPassword {
            return Err(Error::LinkGone);
        }
        let context = [seen.account.email.as_str(), seen.account.username.as_str()];
        password::check(&new, self.config().password_min_length, &context)?;
        let hash = self.hasher().hash(new).await?;
        let former = former.map(|session| session.id);
        let (auth, client) = (self.clone(), client.clone());
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let standing = auth.hold_for_link(&mut writing, &link, &seen, now).await?;
            let user_id = standing.account.id;
            writing.update_password(user_id, &hash, now).await?;
            writing.confirm(user_id, now).await?;
            writing.await_email(user_id, None, now).await?;
            let entry = Entry {
                user_id: Some(user_id),
                ..Entry::new(Event::PasswordReset, &client, now)
            };
            let ended = auth.take_back(&mut writing, i64::MAX, &entry).await?;
            let mail = NewMail::to(&standing.account.email, Kind::PasswordChanged, &client, now);
            let mail = mail.about(user_id);
            let Account {
                email, username, ..
            } = &standing.account;
            auth.forget_names(&mut writing, email, username).await?;
            let holder = Holder::from(&standing.credentials);
            let row = auth.new_session(holder, persistence, client.clone(), now);
            let new = Beginning::new(row, former, &[Event::PasswordReset, Event::SignedIn]);
            let new = Beginning {
                ended,
                letters: &[mail],
                ..new
            };
            auth.begin_session(writing, new, now).await
        })
        .await
    }

    /// Takes an account back from somebody else, by a link: ends the session that it is about, or moves the
    /// account back to the address it had. Returns the token with which its owner sets a new password.
    ///
    /// After a change of address was undone the old password opens nothing: whoever made the change knew it.
    ///
    /// # Errors
    /// [`Error::LinkGone`]; [`Error::EmailTaken`] when another account has confirmed the address meanwhile.
    pub async fn secure_account(
        &self,
        token: &str,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<LinkToken> {
        let (link, seen) = self.find_link_at_pace(token, client, now).await?;
        if !matches!(link.purpose, Purpose::UndoEmail | Purpose::EndSession) {
            return Err(Error::LinkGone);
        }
        let (auth, client) = (self.clone(), client.clone());
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let standing = auth.hold_for_link(&mut writing, &link, &seen, now).await?;
            let entry = Entry {
                user_id: Some(standing.account.id),
                ..Entry::new(Event::SessionDisowned, &client, now)
            };
            let ended = match link.purpose {
                Purpose::UndoEmail => auth.undo(&mut writing, &link, &standing, &entry).await?,
                _ => auth.disown(&mut writing, &link, &entry).await?,
            };
            let token = auth.hand_over(&mut writing, &link, now).await?;
            auth.commit_revocation(writing, &ended, now).await?;
            Ok(token)
        })
        .await
    }

    async fn undo(
        &self,
        writing: &mut Writing,
        link: &LinkRow,
        standing: &Standing,
        entry: &Entry<'_>,
    ) -> Result<Vec<SessionId>> {
        let (user_id, now) = (standing.account.id, entry.at);
        let entry = Entry {
            event: Event::EmailChangeUndone,
            ..*entry
        };
        let mut ended = self
            .displace_others(writing, &link.email, user_id, &entry)
            .await?;
        writing.line_up().await?;
        match writing.settle_email(user_id, &link.email, now).await {
            Ok(()) => {}
            Err(Taken::Name) => return Err(Error::EmailTaken),
            Err(Taken::Failed(error)) => return Err(error),
        }
        writing.update_password(user_id, UNUSABLE, now).await?;
        writing.call_off_deletion(user_id, now).await?;
        ended.extend(self.take_back(writing, link.mail_id, &entry).await?);
        writing.audit(&entry).await?;
        Ok(ended)
    }

    async fn disown(
        &self,
        writing: &mut Writing,
        link: &LinkRow,
        entry: &Entry<'_>,
    ) -> Result<Vec<SessionId>> {
        let Some(session) = link.session else {
            return Ok(Vec::new());
        };
        let ended = self.end(writing, Which::One(session), entry).await?;
        // The browser that it was must not pass for a known one.
        writing.forget_browsers(link.user_id).await?;
        Ok(ended)
    }

    /// Ends every session, and whatever else somebody may have left behind: links, letters, known browsers.
    /// Links that undo a change of address stay when they are older than `mail_id`.
    pub(crate) async fn take_back(
        &self,
        writing: &mut Writing,
        mail_id: i64,
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
        let ended = self.end(writing, all, &ending).await?;
        writing.call_off_mails(user_id, mail_id).await?;
        writing.void_links(user_id, mail_id, entry.at).await?;
        writing.forget_browsers(user_id).await?;
        Ok(ended)
    }

    /// Makes a link that needs no letter: it goes to whoever has just shown that the mailbox is theirs.
    async fn hand_over(
        &self,
        writing: &mut Writing,
        by: &LinkRow,
        now: OffsetDateTime,
    ) -> Result<LinkToken> {
        let token = LinkToken::random();
        let purpose = Purpose::ResetPassword;
        let mail_id = writing.next_mail_id().await?;
        let row = LinkRow {
            hash: token.hash(),
            purpose,
            mail_id,
            session: None,
            created_at: now,
            expires_at: now + purpose.lifespan(),
            ..by.clone()
        };
        writing.put_link(&row).await?;
        writing
            .void_links_before(by.user_id, purpose, mail_id, now)
            .await?;
        Ok(token)
    }

    /// Letters that tell the owner of a change go to the address that the account has.
    pub(crate) async fn tell(
        &self,
        writing: &mut Writing,
        to: &Email,
        kind: Kind,
        entry: &Entry<'_>,
    ) -> Result<()> {
        let mail = NewMail::to(to, kind, entry.client, entry.at);
        let mail = NewMail {
            user_id: entry.user_id,
            session: entry.session,
            ..mail
        };
        writing.queue_mail(&mail).await
    }
}
