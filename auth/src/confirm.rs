//! Showing that an address is one's own, and moving to another.
//!
//! A link alone shows that somebody reads the mailbox. That they also have the account is shown by its
//! password, or by being signed in: otherwise whoever signs up with a stranger's address, or mistypes their
//! own, would end up with an account that the two can enter.

use secrecy::SecretString;
use time::OffsetDateTime;

use crate::Auth;
use crate::account::Email;
use crate::audit::{Entry, Event};
use crate::error::{Error, Result};
use crate::link::{Purpose, is_of};
use crate::login::{Beginning, Holder};
use crate::mail::{Kind, NewMail, Pace};
use crate::refresh::to_the_end;
use crate::session::{Client, Persistence, Session, SessionId, SignedIn};
use crate::store::{Credentials, LinkRow, Standing, Taken, Writing};
use crate::throttle::{Errand, Target};

/// What came of confirming.
pub enum Confirmed {
    /// By somebody who is signed in to the account.
    Here,
    /// By its password: they are signed in now.
    SignedIn(Box<SignedIn>),
}

impl Auth {
    /// Queues a letter with another link, for an address that somebody typed. Whether there is an account
    /// with it is said to nobody, and not looked up before the letter is sent.
    ///
    /// # Errors
    /// When it is no address, or the database does not answer.
    pub async fn ask_for_confirmation(
        &self,
        email: &str,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<()> {
        self.queue_blindly(email, Kind::ConfirmAddress, client, now)
            .await
    }

    /// Queues a letter by an address alone. Too many of them are dropped without a word.
    pub(crate) async fn queue_blindly(
        &self,
        email: &str,
        kind: Kind,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<()> {
        let email = Email::parse(email)?;
        self.pace(Errand::Letter, client, now)?;
        let (auth, client) = (self.clone(), client.clone());
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let mail = NewMail::to(&email, kind, &client, now);
            auth.queue_or_withhold(&mut writing, &mail, Pace::ASKED)
                .await?;
            writing.commit().await
        })
        .await
    }

    /// Queues a letter with another link for the address that the account waits for.
    ///
    /// # Errors
    /// [`Error::Throttled`] when there was one just now; [`Error::AlreadyConfirmed`] when none is waited for.
    pub async fn send_confirmation_again(
        &self,
        session: &Session,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<Email> {
        self.pace(Errand::Letter, client, now)?;
        let account = self.account(session).await?;
        let (email, kind) = match (account.pending_email, account.confirmed_at) {
            (Some(pending), _) => (pending, Kind::ConfirmNewAddress),
            (None, None) => (account.email, Kind::ConfirmAddress),
            (None, Some(_)) => return Err(Error::AlreadyConfirmed),
        };
        let mut writing = self.store().write().await?;
        let mail = NewMail::to(&email, kind, client, now).about(account.id);
        let queued = self.queue_at_pace(&mut writing, &mail, Pace::ASKED).await;
        // Also when it was refused: it may have been for a letter of others that is not committed yet.
        writing.commit().await?;
        queued.map(|()| email)
    }

    /// Asks for another address. It counts when it is confirmed; until then the account keeps the one it has.
    /// To ask for that one is to call the change off: then there is nothing to be confirmed.
    ///
    /// # Errors
    /// [`Error::BadCredentials`] when the password is wrong; [`Error::SameEmail`] when it is the one it has,
    /// and no other is waited for; [`Error::Throttled`] when that address was written to too often.
    pub async fn change_email(
        &self,
        session: &Session,
        password: SecretString,
        email: &str,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<Option<Email>> {
        let email = Email::parse(email)?;
        let known = self.prove(session, &password, client, now).await?;
        if known.email == email {
            self.keep_email(&known, now).await?;
            return Ok(None);
        }
        let (auth, client, session) = (self.clone(), client.clone(), session.id);
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            if writing.hold_account(&known).await?.is_none() {
                writing.commit().await?;
                return Err(Error::Unauthenticated);
            }
            let mail = NewMail::to(&email, Kind::ConfirmNewAddress, &client, now);
            let mail = mail.about(known.user_id);
            writing
                .await_email(known.user_id, Some(&email), now)
                .await?;
            let entry = Entry {
                user_id: Some(known.user_id),
                session: Some(session),
                ..Entry::new(Event::EmailChangeAsked, &client, now)
            };
            writing.audit(&entry).await?;
            auth.queue_at_pace(&mut writing, &mail, Pace::IN_PASSING)
                .await?;
            writing.commit().await?;
            Ok(Some(email))
        })
        .await
    }

    /// The address that was waited for is waited for no more, and its links are void by that.
    async fn keep_email(&self, known: &Credentials, now: OffsetDateTime) -> Result<()> {
        let mut writing = self.store().write().await?;
        let held = writing.hold(known.user_id).await?;
        let is_waiting = held.is_some_and(|held| held.account.pending_email.is_some());
        if is_waiting {
            writing.await_email(known.user_id, None, now).await?;
        }
        writing.commit().await?;
        if is_waiting {
            Ok(())
        } else {
            Err(Error::SameEmail)
        }
    }

    /// Uses a link that shows that an address is one's own, as somebody who is signed in to the account or
    /// knows its password.
    ///
    /// # Errors
    /// [`Error::LinkGone`]; [`Error::BadCredentials`] when the password is needed and wrong;
    /// [`Error::EmailTaken`] when another account has confirmed the address meanwhile.
    pub async fn confirm_email(
        &self,
        token: &str,
        password: SecretString,
        client: &Client,
        session: Option<&Session>,
        now: OffsetDateTime,
    ) -> Result<Confirmed> {
        let (link, standing) = self.find_link_at_pace(token, client, now).await?;
        if link.purpose != Purpose::ConfirmEmail {
            return Err(Error::LinkGone);
        }
        let is_here = is_of(session, &standing);
        if !is_here {
            let (known, event) = (&standing.credentials, Event::SignInFailed);
            let user_id = known.user_id;
            let target = Target::Link { user_id };
            self.demand(known, target, &password, event, client, now)
                .await?;
        }
        let (auth, client) = (self.clone(), client.clone());
        let former = session.map(|session| session.id);
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let standing = auth
                .hold_for_link(&mut writing, &link, &standing, now)
                .await?;
            let entry = Entry {
                user_id: Some(standing.account.id),
                session: former.filter(|_| is_here),
                ..Entry::new(Event::EmailConfirmed, &client, now)
            };
            let ended = auth
                .settle_email(&mut writing, &link, &standing, &entry)
                .await?;
            if is_here {
                auth.commit_revocation(writing, &ended, now).await?;
                return Ok(Confirmed::Here);
            }
            let holder = Holder::from(&standing.credentials);
            let row = auth.new_session(holder, Persistence::Browser, client, now);
            let new = Beginning::new(row, former, &[Event::SignedIn]);
            let new = Beginning { ended, ..new };
            let signed_in = auth.begin_session(writing, new, now).await?;
            Ok(Confirmed::SignedIn(Box::new(signed_in)))
        })
        .await
    }

    /// Takes a link and its account for oneself: both are as they were when they were looked at.
    pub(crate) async fn hold_for_link(
        &self,
        writing: &mut Writing,
        link: &LinkRow,
        seen: &Standing,
        now: OffsetDateTime,
    ) -> Result<Standing> {
        let held = writing.hold(link.user_id).await?;
        let is_same = |held: &Standing| {
            link.counts_for(held)
                && held.credentials.password_changed_at == seen.credentials.password_changed_at
        };
        let held = held.filter(is_same).ok_or(Error::LinkGone)?;
        if writing.use_link(&link.hash, now).await? {
            Ok(held)
        } else {
            Err(Error::LinkGone)
        }
    }

    /// Makes the link's address the account's own. Returns the sessions that this ends: those of accounts
    /// that had the address without showing that it is theirs.
    pub(crate) async fn settle_email(
        &self,
        writing: &mut Writing,
        link: &LinkRow,
        standing: &Standing,
        entry: &Entry<'_>,
    ) -> Result<Vec<SessionId>> {
        let (account, now) = (&standing.account, entry.at);
        if account.email == link.email {
            writing.line_up().await?;
            writing.confirm(account.id, now).await?;
            writing.audit(entry).await?;
            return Ok(Vec::new());
        }
        let ended = self
            .displace_others(writing, &link.email, account.id, entry)
            .await?;
        writing.line_up().await?;
        match writing.settle_email(account.id, &link.email, now).await {
            Ok(()) => {}
            Err(Taken::Name) => return Err(Error::EmailTaken),
            Err(Taken::Failed(error)) => return Err(error),
        }
        let entry = Entry {
            event: Event::EmailChanged,
            ..*entry
        };
        writing.audit(&entry).await?;
        // Who comes back to an address that the account was moved from undoes that move. The mailboxes in
        // between may be a thief's: a link to one of them would outlive the owner's own.
        let since = now - Purpose::UndoEmail.lifespan();
        let left = writing
            .first_of_move_from(&link.email, account.id, since)
            .await?;
        let earlier = left.unwrap_or(i64::MAX);
        writing.call_off_mails(account.id, earlier).await?;
        // What went to the mailbox of before has no say any more, but for taking the address back.
        writing.void_links(account.id, earlier, now).await?;
        // Nobody has shown that the address of before is theirs: a letter to it might let a stranger in.
        if account.confirmed_at.is_some() && left.is_none() {
            let mail = NewMail::to(&account.email, Kind::AddressChanged, entry.client, now);
            writing.queue_mail(&mail.about(account.id)).await?;
        }
        Ok(ended)
    }

    /// Takes the address from accounts that never showed that it is theirs.
    pub(crate) async fn displace_others(
        &self,
        writing: &mut Writing,
        email: &Email,
        own: i64,
        entry: &Entry<'_>,
    ) -> Result<Vec<SessionId>> {
        let occupants = writing.occupants(email).await?;
        let others = occupants.iter().filter(|other| other.user_id != own);
        let mut displaced = Vec::new();
        for other in others {
            if !other.can_be_displaced {
                return Err(Error::EmailTaken);
            }
            self.displace(writing, other.user_id, entry.at).await?;
            displaced.push(other.user_id);
        }
        let mut ended = Vec::new();
        for user_id in displaced {
            ended.extend(self.end_displaced(writing, user_id, entry).await?);
        }
        Ok(ended)
    }
}
