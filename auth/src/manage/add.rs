//! An account that an operator makes, whether or not strangers may.

use secrecy::SecretString;
use time::OffsetDateTime;

use crate::Auth;
use crate::account::{DisplayName, Email, Username};
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::hasher::UNUSABLE;
use crate::mail::{Kind, NewMail};
use crate::manage::acts::by_operator;
use crate::manage::{Role, UserInfo};
use crate::password;
use crate::refresh::to_the_end;
use crate::secret;
use crate::session::Client;
use crate::store::{NewNumber, NewRow};

/// What an operator says of a new account, as typed.
pub struct NewAccount {
    /// Becomes an [`Email`].
    pub email: String,
    /// Becomes a [`Username`].
    pub username: String,
    /// Becomes a [`DisplayName`]; may be empty.
    pub display_name: String,
    /// What its owner may do.
    pub role: Role,
    /// None when its owner sets one by a link: until then nothing opens the account.
    pub password: Option<SecretString>,
    /// Whose word it is that the address is the owner's.
    pub vouching: Vouching,
}

/// Who says that an address is its owner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouching {
    /// The operator does: nobody who registers with the address can replace the account.
    Operator,
    /// The owner will, by the link in a letter. Until then, whoever registers with the address replaces it.
    Owner,
}

impl Auth {
    /// Makes an account. Nobody is signed in.
    ///
    /// # Errors
    /// What is wrong with the first field that is refused, or which name is taken.
    pub async fn add_user(&self, new: NewAccount, now: OffsetDateTime) -> Result<UserInfo> {
        let email = Email::parse(&new.email)?;
        let username = Username::parse(&new.username)?;
        let display_name = DisplayName::parse(&new.display_name)?;
        let password_hash = match new.password {
            Some(password) => {
                let context = [email.as_str(), username.as_str()];
                password::check(&password, self.config().password_min_length, &context)?;
                self.hasher().hash(password).await?
            }
            None => UNUSABLE.to_owned(),
        };
        let row = NewRow {
            number: NewNumber::Next,
            document_id: secret::random_id(),
            email,
            username,
            display_name,
            password_hash,
            role: new.role,
            confirmed_at: (new.vouching == Vouching::Operator).then_some(now),
            disabled_at: None,
            created_at: now,
            at: now,
        };
        let auth = self.clone();
        let added = to_the_end(async move { auth.write_user(&row).await }).await?;
        self.user_numbered(added).await
    }

    async fn write_user(&self, row: &NewRow) -> Result<i64> {
        let mut writing = self.store().write().await?;
        let Some(user_id) = writing.add_user(row).await? else {
            let is_address = writing.email_owner(&row.email).await?.is_some();
            // It may be the work of others that is not committed yet.
            writing.commit().await?;
            return Err(if is_address {
                Error::EmailTaken
            } else {
                Error::UsernameTaken
            });
        };
        let nobody = Client::default();
        let entry = by_operator(Event::AccountAdded, user_id, &nobody, row.at);
        writing.audit(&entry).await?;
        if row.confirmed_at.is_none() {
            let mail = NewMail::to(&row.email, Kind::ConfirmAddress, &nobody, row.at);
            writing.queue_mail(&mail.about(user_id)).await?;
        }
        writing.commit().await?;
        Ok(user_id)
    }
}
