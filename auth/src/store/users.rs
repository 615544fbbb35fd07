//! The accounts' rows.

use sqlx::Row;
use time::OffsetDateTime;
use words::Language;

use crate::account::{Account, DisplayName, Email, Identifier, Username};
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::measure::{Stopwatch, Work};
use crate::session::Persistence;
use crate::store::addresses::GONE;
use crate::store::rows::{millis, read_account};
use crate::store::{Credentials, Place, Store, Writing};

/// What somebody may do who has just registered.
pub(crate) const ROLE: &str = "user";

const BY_EMAIL: &str = "select id, document_id, role, password_hash, password_changed_at, disabled_at, email, username,
            confirmed_at from users where email = $1";

const BY_USERNAME: &str = "select id, document_id, role, password_hash, password_changed_at, disabled_at, email, username,
            confirmed_at from users where username_key = $1";

impl Store {
    pub(crate) async fn credentials(&self, identifier: &Identifier) -> Result<Option<Credentials>> {
        let query = match identifier {
            Identifier::Email(email) => sqlx::query(BY_EMAIL).bind(email.as_str().to_owned()),
            Identifier::Username(key) => sqlx::query(BY_USERNAME).bind(key.clone()),
        };
        let row = query.fetch_optional(&mut *self.reader().await?).await?;
        row.as_ref().map(Credentials::read).transpose()
    }

    pub(crate) async fn account(&self, document_id: &str) -> Result<Option<Account>> {
        let in_company = Stopwatch::start();
        if let Some(reading) = &self.accounts
            && let Some(account) = reading.get(document_id.to_owned()).await
        {
            in_company.database(Work::Read);
            return Ok(account);
        }
        let query =
            sqlx::query("select * from users where document_id = $1 and disabled_at is null");
        let row = query
            .bind(document_id.to_owned())
            .fetch_optional(&mut *self.reader().await?)
            .await?;
        row.as_ref().map(read_account).transpose()
    }

    /// An account by its number, whether or not it can be used, and what signing in to it takes.
    pub(crate) async fn standing(&self, user_id: i64) -> Result<Option<Standing>> {
        let query = sqlx::query("select * from users where id = $1").bind(user_id);
        let row = query.fetch_optional(&mut *self.reader().await?).await?;
        row.as_ref().map(Standing::read).transpose()
    }

    /// Accounts whose time has come.
    pub(crate) async fn due_deletions(&self, now: OffsetDateTime) -> Result<Vec<i64>> {
        let query =
            sqlx::query("select id from users where deletion_at <= $1 order by id limit 100");
        let rows = query
            .bind(millis(now))
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
    }

    /// Accounts that somebody registered before then, and nobody has confirmed or been signed in to. The trail
    /// says so: sessions may be removed one day, and an account that came in another way was not registered.
    pub(crate) async fn never_used(&self, created_before: OffsetDateTime) -> Result<Vec<i64>> {
        let query = sqlx::query(
            "select id from users where confirmed_at is null and disabled_at is null and created_at < $1
                 and exists (select 1 from audit where audit.user_id = users.id and event = $2)
                 and not exists (select 1 from audit where audit.user_id = users.id and event = $3)
             order by id limit 100",
        );
        let query = query.bind(millis(created_before));
        let query = query
            .bind(Event::SignedUp.name())
            .bind(Event::SignedIn.name());
        let rows = query.fetch_all(&mut *self.reader().await?).await?;
        rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
    }

    pub(crate) async fn has_users(&self) -> Result<bool> {
        Ok(sqlx::query("select id from users limit 1")
            .fetch_optional(&mut *self.reader().await?)
            .await?
            .is_some())
    }
}

impl Writing {
    /// Inserts an account. Whether its names are free is for the database to decide.
    ///
    /// # Errors
    /// [`Taken::Name`] when a unique column refused the row.
    pub(crate) async fn insert_user(&mut self, user: &NewUser) -> std::result::Result<i64, Taken> {
        let id = self.next("users").await?;
        let inserted = sqlx::query(
            "insert into users (id, document_id, email, username, username_key, display_name, password_hash,
                                password_changed_at, role, language, created_at, updated_at)
             values ($1, $2, $3, $4, $5, '', $6, $7, $8, $9, $7, $7)",
        )
        .bind(id)
        .bind(user.document_id.clone())
        .bind(user.place.column(&user.email))
        .bind(user.username.as_str().to_owned())
        .bind(user.username.key())
        .bind(user.password_hash.clone())
        .bind(millis(user.at))
        .bind(ROLE)
        .bind(user.language.map(Language::tag))
        .execute(self.connection())
        .await;
        inserted.map(|_| id).map_err(Taken::from)
    }

    pub(crate) async fn email_of(&mut self, user_id: i64) -> Result<Option<Email>> {
        let query = sqlx::query("select email from users where id = $1").bind(user_id);
        let row = query.fetch_optional(self.connection()).await?;
        row.map(|row| Ok(Email::stored(row.try_get("email")?)))
            .transpose()
    }

    pub(crate) async fn is_username_taken(
        &mut self,
        username: &Username,
        by_others_than: &[i64],
    ) -> Result<bool> {
        let query =
            sqlx::query("select id from users where username_key = $1").bind(username.key());
        let row = query.fetch_optional(self.connection()).await?;
        let id: Option<i64> = row.map(|row| row.try_get("id")).transpose()?;
        Ok(id.is_some_and(|id| !by_others_than.contains(&id)))
    }

    /// Keeps an account as it is until the transaction is over.
    pub(crate) async fn hold(&mut self, user_id: i64) -> Result<Option<Standing>> {
        let query =
            sqlx::query("update users set updated_at = updated_at where id = $1 returning *");
        let row = query
            .bind(user_id)
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(Standing::read).transpose()
    }

    /// The same for the account that has an address.
    pub(crate) async fn hold_by_email(&mut self, email: &Email) -> Result<Option<Standing>> {
        let query =
            sqlx::query("update users set updated_at = updated_at where email = $1 returning *");
        let row = query
            .bind(email.as_str().to_owned())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(Standing::read).transpose()
    }

    pub(crate) async fn plan_deletion(
        &mut self,
        user_id: i64,
        gone_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<()> {
        let query = sqlx::query("update users set deletion_at = $1, updated_at = $2 where id = $3");
        let query = query.bind(millis(gone_at)).bind(millis(now)).bind(user_id);
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Returns the address of the account, when it was to be deleted.
    pub(crate) async fn call_off_deletion(
        &mut self,
        user_id: i64,
        now: OffsetDateTime,
    ) -> Result<Option<Email>> {
        let query = sqlx::query(
            "update users set deletion_at = null, updated_at = $1
             where id = $2 and deletion_at is not null and disabled_at is null returning email",
        );
        let query = query.bind(millis(now)).bind(user_id);
        let row = query.fetch_optional(self.connection()).await?;
        row.map(|row| Ok(Email::stored(row.try_get("email")?)))
            .transpose()
    }

    /// Removes an account with all that belongs to it.
    pub(crate) async fn delete_user(&mut self, user_id: i64) -> Result<()> {
        let query = sqlx::query("delete from users where id = $1").bind(user_id);
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Remembers in which language the owner of an account is spoken to, unless that is known.
    pub(crate) async fn note_language(
        &mut self,
        account: &Account,
        language: Option<Language>,
    ) -> Result<()> {
        let Some(language) = language.filter(|language| Some(*language) != account.language) else {
            return Ok(());
        };
        let query = sqlx::query("update users set language = $1 where id = $2");
        let query = query.bind(language.tag()).bind(account.id);
        query.execute(self.connection()).await?;
        Ok(())
    }

    pub(crate) async fn update_profile(
        &mut self,
        change: &ProfileChange<'_>,
    ) -> std::result::Result<(), Taken> {
        sqlx::query(
            "update users set username = coalesce($1, username), username_key = coalesce($2, username_key),
                              display_name = coalesce($3, display_name), updated_at = $4
             where document_id = $5",
        )
        .bind(change.username.map(|name| name.as_str().to_owned()))
        .bind(change.username.map(Username::key))
        .bind(change.display_name.map(|name| name.as_str().to_owned()))
        .bind(millis(change.at))
        .bind(change.document_id.to_owned())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Replaces a hash by another of the same password, unless the password was changed meanwhile.
    pub(crate) async fn rehash(&mut self, user_id: i64, before: &str, after: &str) -> Result<()> {
        sqlx::query("update users set password_hash = $1 where id = $2 and password_hash = $3")
            .bind(after.to_owned())
            .bind(user_id)
            .bind(before.to_owned())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Keeps an account as it is until the transaction is over. There is none when its password or its role are not
    /// those of then, or it cannot be used: all of it may change while a password is verified.
    pub(crate) async fn hold_account(&mut self, known: &Credentials) -> Result<Option<Account>> {
        // An update that changes nothing locks the row on Postgres too.
        let row = sqlx::query(
            "update users set updated_at = updated_at
             where id = $1 and password_changed_at = $2 and role = $3 and disabled_at is null
             returning *",
        )
        .bind(known.user_id)
        .bind(millis(known.password_changed_at))
        .bind(known.role.clone())
        .fetch_optional(self.connection())
        .await?;
        row.as_ref().map(read_account).transpose()
    }

    pub(crate) async fn update_password(
        &mut self,
        user_id: i64,
        hash: &str,
        at: OffsetDateTime,
    ) -> Result<()> {
        sqlx::query(
            "update users set password_hash = $1, password_changed_at = $2, updated_at = $2
             where id = $3",
        )
        .bind(hash.to_owned())
        .bind(millis(at))
        .bind(user_id)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Returns whether the account was there, and in the other state before.
    pub(crate) async fn disable(&mut self, user_id: i64, at: OffsetDateTime) -> Result<bool> {
        let query = sqlx::query(
            "update users set disabled_at = $1, updated_at = $1 where id = $2 and disabled_at is null",
        );
        let query = query.bind(millis(at)).bind(user_id);
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }

    /// Returns whether the account was there, and in the other state before.
    pub(crate) async fn enable(&mut self, user_id: i64, at: OffsetDateTime) -> Result<bool> {
        let query = sqlx::query(
            "update users set disabled_at = null, updated_at = $1 where id = $2 and disabled_at is not null",
        );
        let query = query.bind(millis(at)).bind(user_id);
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }
}

/// Why a row with a name in it was not written.
pub(crate) enum Taken {
    Name,
    Failed(Error),
}

impl From<Error> for Taken {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<sqlx::Error> for Taken {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(refused) if refused.is_unique_violation() => Self::Name,
            _ => Self::Failed(error.into()),
        }
    }
}

/// An account and what signing in to it takes.
pub(crate) struct Standing {
    pub(crate) account: Account,
    pub(crate) credentials: Credentials,
}

impl Standing {
    /// Whether there is nothing left of it but its number.
    pub(crate) fn is_deleted(&self) -> bool {
        self.account.email.as_str().starts_with(GONE)
    }

    fn read(row: &sqlx::any::AnyRow) -> Result<Self> {
        Ok(Self {
            account: read_account(row)?,
            credentials: Credentials::read(row)?,
        })
    }
}

#[derive(Clone)]
pub(crate) struct NewUser {
    pub(crate) document_id: String,
    pub(crate) email: Email,
    pub(crate) place: Place,
    pub(crate) username: Username,
    pub(crate) password_hash: String,
    /// Of the first session.
    pub(crate) persistence: Persistence,
    pub(crate) language: Option<Language>,
    pub(crate) at: OffsetDateTime,
}

impl NewUser {
    /// The account as whoever made it may see it: also when the address is somebody else's.
    pub(crate) fn account(&self, id: i64) -> Account {
        Account {
            id,
            document_id: self.document_id.clone(),
            email: self.email.clone(),
            username: self.username.clone(),
            display_name: DisplayName::default(),
            role: ROLE.to_owned(),
            confirmed_at: None,
            pending_email: None,
            deletion_at: None,
            language: self.language,
            created_at: self.at,
            updated_at: self.at,
        }
    }
}

pub(crate) struct ProfileChange<'a> {
    pub(crate) document_id: &'a str,
    /// None where it stays.
    pub(crate) username: Option<&'a Username>,
    /// None where it stays.
    pub(crate) display_name: Option<&'a DisplayName>,
    pub(crate) at: OffsetDateTime,
}
