//! Finding out what a letter is to say, when its turn has come.
//!
//! It is looked at the account as it is then, and not when the letter was queued: a letter that has become
//! pointless is not sent, and a link that nobody may have any more does not come to life.

use time::OffsetDateTime;
use words::Language;

use crate::Auth;
use crate::account::Email;
use crate::error::Result;
use crate::link::{LinkToken, Purpose};
use crate::mail::Kind;
use crate::mail::letter::{self, Facts, Written};
use crate::store::{LinkRow, MailRow, Standing, Writing};

impl Auth {
    /// Finds out what the letter is to say. None when there is nothing to say any more.
    pub(super) async fn prepare(
        &self,
        mail: &MailRow,
        now: OffsetDateTime,
    ) -> Result<Option<Written>> {
        let Some(mut kind) = mail.kind.filter(|_| is_reachable(&mail.recipient)) else {
            return Ok(None);
        };
        let mut writing = self.store().write().await?;
        let standing = match mail.user_id {
            Some(id) => writing.hold(id).await?,
            None => writing.hold_by_email(&mail.recipient).await?,
        };
        // While it was in hand its account may have been taken back: its link must not come to life then.
        if !writing.is_mail_due(mail.id).await? {
            writing.commit().await?;
            return Ok(None);
        }
        let mut link = match (&standing, purpose(kind)) {
            (Some(standing), Some(purpose)) => {
                self.lay_link(&mut writing, mail, standing, purpose, now)
                    .await?
            }
            _ => None,
        };
        // Whether the address is another's must not show in what is held on the one who asked: so there is a
        // link all the same, and nobody gets it.
        if kind == Kind::ConfirmNewAddress
            && let Some(standing) = &standing
            && is_taken(&mut writing, &mail.recipient, standing).await?
        {
            (kind, link) = (Kind::AddressTaken, None);
        }
        writing.commit().await?;
        let is_due = match kind {
            Kind::AddressTaken | Kind::AccountDeleted => true,
            _ => standing.is_some() && purpose(kind).is_some() == link.is_some(),
        };
        if !is_due {
            return Ok(None);
        }
        let is_theirs = |standing: &&Standing| {
            let account = &standing.account;
            kind == Kind::AddressChanged
                || (account.confirmed_at.is_some() && account.email == mail.recipient)
        };
        let known = standing.as_ref().filter(is_theirs);
        let language = match kind {
            Kind::AccountDeleted => mail.detail.as_deref().and_then(Language::from_tag),
            _ => standing
                .as_ref()
                .and_then(|standing| standing.account.language),
        };
        let written = letter::write(&Facts {
            kind,
            recipient: &mail.recipient,
            username: known.map(|standing| standing.account.username.as_str()),
            link: link.as_ref(),
            client: &mail.client,
            at: mail.created_at,
            detail: mail.detail.as_deref(),
            site: &self.config().issuer,
            language: language.unwrap_or_default(),
        })?;
        Ok(Some(written))
    }

    /// Makes the link of a letter good. None when the letter has come too late for it.
    async fn lay_link(
        &self,
        writing: &mut Writing,
        mail: &MailRow,
        standing: &Standing,
        purpose: Purpose,
        now: OffsetDateTime,
    ) -> Result<Option<LinkToken>> {
        let token = LinkToken::of_letter(self.secrets(), mail.id, &mail.nonce);
        let user_id = standing.account.id;
        let row = LinkRow {
            hash: token.hash(),
            purpose,
            user_id,
            mail_id: mail.id,
            email: mail.recipient.clone(),
            session: mail.session,
            created_at: now,
            expires_at: now + purpose.lifespan(),
            used_at: None,
        };
        // Neither after a newer one, nor after the password was changed.
        let is_late = purpose == Purpose::ResetPassword
            && (mail.created_at < standing.credentials.password_changed_at
                || writing.has_newer_link(user_id, purpose, mail.id).await?);
        if is_late || !row.counts_for(standing) || !writing.put_link(&row).await? {
            return Ok(None);
        }
        if purpose == Purpose::ResetPassword {
            writing
                .void_links_before(user_id, purpose, mail.id, now)
                .await?;
        }
        if mail.user_id.is_none() {
            writing.assign_mail(mail.id, user_id).await?;
        }
        Ok(Some(token))
    }
}

/// What the link in a letter is for; none when it has none.
fn purpose(kind: Kind) -> Option<Purpose> {
    match kind {
        Kind::ConfirmAddress | Kind::ConfirmNewAddress => Some(Purpose::ConfirmEmail),
        Kind::ResetPassword => Some(Purpose::ResetPassword),
        Kind::AddressChanged => Some(Purpose::UndoEmail),
        Kind::NewBrowser => Some(Purpose::EndSession),
        Kind::AddressTaken
        | Kind::PasswordChanged
        | Kind::SessionCopied
        | Kind::DeletionPlanned
        | Kind::DeletionCalledOff
        | Kind::AccountDeleted => None,
    }
}

/// Whether there is a mailbox at all: an account that makes way for another, or never can be confirmed, has
/// something with a blank in it where the address would be.
fn is_reachable(recipient: &Email) -> bool {
    !recipient.as_str().contains(' ')
}

/// Whether another account has the address, and has shown that it is theirs.
async fn is_taken(writing: &mut Writing, email: &Email, by_other_than: &Standing) -> Result<bool> {
    let occupants = writing.occupants(email).await?;
    let own = by_other_than.account.id;
    let mut others = occupants.iter().filter(|other| other.user_id != own);
    Ok(others.any(|other| !other.can_be_displaced))
}
