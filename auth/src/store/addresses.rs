//! Which account stands at which address.

use time::OffsetDateTime;

use crate::account::Email;
use crate::error::Result;
use crate::store::rows::millis;
use crate::store::users::Taken;
use crate::store::{Credentials, Writing};

/// What stands in the place of an address and of a username, before the id of an account that has neither any
/// more. No address and no username has a blank in it.
pub(super) const GONE: &str = "replaced ";

impl Writing {
    /// The accounts that stand at an address: the one that has it, and the one that claims it.
    pub(crate) async fn occupants(&mut self, email: &Email) -> Result<Vec<Occupant>> {
        let query = sqlx::query("select * from users where email in ($1, $2) order by id");
        let query = query
            .bind(Place::Holder.column(email))
            .bind(Place::Claimant.column(email));
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(Occupant::read).collect()
    }

    /// Takes the names from an account that somebody else replaces, and closes it. Its row goes later: other
    /// nodes have to hear of its sessions' end.
    pub(crate) async fn displace(
        &mut self,
        user_id: i64,
        now: OffsetDateTime,
        gone_at: OffsetDateTime,
    ) -> Result<()> {
        sqlx::query(
            "update users set email = $4 || document_id, username_key = $4 || document_id,
                              pending_email = null, disabled_at = $1, updated_at = $1, deletion_at = $2
             where id = $3",
        )
        .bind(millis(now))
        .bind(millis(gone_at))
        .bind(user_id)
        .bind(GONE)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The address is theirs, as they have shown, and no other is waited for.
    ///
    /// # Errors
    /// [`Taken::Name`] when another account has it.
    pub(crate) async fn settle_email(
        &mut self,
        user_id: i64,
        email: &Email,
        now: OffsetDateTime,
    ) -> std::result::Result<(), Taken> {
        sqlx::query(
            "update users set email = $1, confirmed_at = $2, pending_email = null, updated_at = $2
             where id = $3",
        )
        .bind(email.as_str().to_owned())
        .bind(millis(now))
        .bind(user_id)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The address that they have is confirmed to be theirs; another that is waited for still is.
    pub(crate) async fn confirm(&mut self, user_id: i64, now: OffsetDateTime) -> Result<()> {
        let query = sqlx::query(
            "update users set confirmed_at = $1, updated_at = $1 where id = $2 and confirmed_at is null",
        );
        let query = query.bind(millis(now)).bind(user_id);
        query.execute(self.connection()).await?;
        Ok(())
    }

    pub(crate) async fn await_email(
        &mut self,
        user_id: i64,
        email: Option<&Email>,
        now: OffsetDateTime,
    ) -> Result<()> {
        let query =
            sqlx::query("update users set pending_email = $1, updated_at = $2 where id = $3");
        let query = query.bind(email.map(|email| email.as_str().to_owned()));
        let query = query.bind(millis(now)).bind(user_id);
        query.execute(self.connection()).await?;
        Ok(())
    }
}

/// How an account stands to its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Holder,
    /// Another account has it: this one is never to be confirmed. It is there so that nobody learns of the
    /// other by what happens, or does not happen, after a registration.
    Claimant,
}

/// Before the address that a [`Place::Claimant`] stands at.
pub(super) const CLAIM: &str = "claim ";

impl Place {
    pub(super) fn column(self, email: &Email) -> String {
        match self {
            Self::Holder => email.as_str().to_owned(),
            // No address has a blank in it.
            Self::Claimant => format!("{CLAIM}{}", email.as_str()),
        }
    }
}

/// An account that stands at an address which somebody wants.
pub(crate) struct Occupant {
    pub(crate) user_id: i64,
    /// Whether it can be replaced: nobody has shown that the address is theirs.
    pub(crate) can_be_displaced: bool,
}

impl Occupant {
    fn read(row: &sqlx::any::AnyRow) -> Result<Self> {
        let known = Credentials::read(row)?;
        Ok(Self {
            user_id: known.user_id,
            // Also when it is disabled: it was not the owner of the address who was shut out, for all we know.
            can_be_displaced: !known.is_confirmed,
        })
    }
}
