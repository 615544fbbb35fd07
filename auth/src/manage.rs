//! What an operator does with accounts, from the command line of the machine that they run.
//!
//! Nobody proves anything here: whoever can start the program on the database can do more than this. Each act is
//! in the trail with [`OPERATOR`] as its detail, or with the number of the account that it was done to.
//!
//! The role is in access tokens. A change of it ends every session of the account, as a closed account does, so
//! that no token goes round that says what is not so any more (ASVS 5.0, 8.3.2).

mod acts;
mod add;
mod password;

use time::OffsetDateTime;

pub use crate::manage::add::{NewAccount, Vouching};

use crate::Auth;
use crate::account::Account;
use crate::error::{Error, Result};
use crate::session::Device;

/// The detail of an event that an operator brought about.
pub(crate) const OPERATOR: &str = "operator";

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What everybody may.
    User,
    /// What the product behind the door lets its administrators do.
    Admin,
}

impl Role {
    /// As tokens and the database say it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

/// An account as an operator may see it: without a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// What its owner may see too.
    pub account: Account,
    /// Whether the address is another account's, which was there before: this one can never be confirmed.
    pub is_claimant: bool,
    /// When it was closed to its owner; none when it is open.
    pub disabled_at: Option<OffsetDateTime>,
    /// When the password was last set.
    pub password_changed_at: OffsetDateTime,
    /// Whether any password opens it.
    pub has_password: bool,
}

/// A part of the list of accounts.
#[derive(Debug, Clone, Default)]
pub struct UserPage {
    /// Those with a higher number than this.
    pub after: i64,
    /// How many at most.
    pub limit: i64,
    /// What is in the address, the username or the name, letter case aside.
    pub search: Option<String>,
}

impl Auth {
    /// The accounts in the order of their numbers.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn users(&self, page: &UserPage) -> Result<Vec<UserInfo>> {
        self.store().users(page).await
    }

    /// Finds an account by its address, its username, its `document_id`, or `#` and its number.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`]; [`Error::AmbiguousAccount`] when it is the id of one account and the username of
    /// another: nobody must be able to stand before somebody else by the choice of a name.
    pub async fn user(&self, who: &str) -> Result<UserInfo> {
        if let Some(number) = who.strip_prefix('#') {
            let number = number.parse().map_err(|_| Error::UnknownAccount)?;
            return self.user_numbered(number).await;
        }
        let by_id = self.store().number_of(who).await?;
        let by_name = self.find(who).await?.map(|known| known.user_id);
        match (by_id, by_name) {
            (Some(one), Some(other)) if one != other => Err(Error::AmbiguousAccount),
            (Some(number), _) | (None, Some(number)) => self.user_numbered(number).await,
            (None, None) => Err(Error::UnknownAccount),
        }
    }

    pub(crate) async fn user_numbered(&self, number: i64) -> Result<UserInfo> {
        let found = self.store().user(number).await?;
        found.ok_or(Error::UnknownAccount)
    }

    /// The live sessions of an account, the one seen last first.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`]; when the database does not answer.
    pub async fn user_sessions(&self, who: &str, now: OffsetDateTime) -> Result<Vec<Device>> {
        let found = self.user(who).await?;
        self.devices(&found.account, now).await
    }
}
