//! The accounts' rows as an operator sees and makes them.

use sqlx::Row;
use sqlx::any::AnyRow;
use time::OffsetDateTime;

use crate::account::{DisplayName, Email, Username};
use crate::error::Result;
use crate::hasher::UNUSABLE;
use crate::manage::{Role, UserInfo, UserPage};
use crate::store::addresses::{CLAIM, GONE};
use crate::store::rows::{millis, optional_time, read_account, time};
use crate::store::{Store, Writing};

impl UserInfo {
    fn read(row: &AnyRow) -> Result<Self> {
        let mut account = read_account(row)?;
        let claimed = account.email.as_str().strip_prefix(CLAIM);
        let claimed = claimed.map(str::to_owned);
        let is_claimant = claimed.is_some();
        if let Some(address) = claimed {
            account.email = Email::stored(address);
        }
        Ok(Self {
            account,
            is_claimant,
            disabled_at: optional_time(row, "disabled_at")?,
            password_changed_at: time(row, "password_changed_at")?,
            has_password: row.try_get::<&str, _>("password_hash")? != UNUSABLE,
        })
    }
}

impl Store {
    /// Accounts in the order of their numbers; those that have only a number left are not among them.
    pub(crate) async fn users(&self, page: &UserPage) -> Result<Vec<UserInfo>> {
        let query = sqlx::query(
            "select * from users
             where id > $1 and email not like $2
                 and (lower(email) like $3 escape '\\' or username_key like $3 escape '\\'
                      or lower(display_name) like $3 escape '\\')
             order by id limit $4",
        );
        let query = query
            .bind(page.after)
            .bind(format!("{GONE}%"))
            .bind(pattern(page.search.as_deref().unwrap_or_default()))
            .bind(page.limit);
        let rows = query.fetch_all(&mut *self.reader().await?).await?;
        rows.iter().map(UserInfo::read).collect()
    }

    pub(crate) async fn user(&self, user_id: i64) -> Result<Option<UserInfo>> {
        let query = sqlx::query("select * from users where id = $1 and email not like $2");
        let query = query.bind(user_id).bind(format!("{GONE}%"));
        let row = query.fetch_optional(&mut *self.reader().await?).await?;
        row.as_ref().map(UserInfo::read).transpose()
    }

    /// The number of the account with this `document_id`, whether or not it can be used.
    pub(crate) async fn number_of(&self, document_id: &str) -> Result<Option<i64>> {
        // Postgres takes no such character in a text.
        if document_id.contains('\0') {
            return Ok(None);
        }
        let query = sqlx::query("select id from users where document_id = $1");
        let query = query.bind(document_id.to_owned());
        let row = query.fetch_optional(&mut *self.reader().await?).await?;
        row.map(|row| Ok(row.try_get("id")?)).transpose()
    }
}

impl Writing {
    /// Inserts an account, as it is. None when one of its names, its number or its id is another's.
    pub(crate) async fn add_user(&mut self, new: &NewRow) -> Result<Option<i64>> {
        let id = match new.number {
            NewNumber::Next => self.next("users").await?,
            NewNumber::Kept(id) if self.take_number(id).await? => id,
            NewNumber::Kept(_) => self.next("users").await?,
        };
        let inserted = sqlx::query(
            "insert into users (id, document_id, email, username, username_key, display_name, password_hash,
                                password_changed_at, role, confirmed_at, disabled_at, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing",
        )
        .bind(id)
        .bind(new.document_id.clone())
        .bind(new.email.as_str().to_owned())
        .bind(new.username.as_str().to_owned())
        .bind(new.username.key())
        .bind(new.display_name.as_str().to_owned())
        .bind(new.password_hash.clone())
        .bind(millis(new.at))
        .bind(new.role.name())
        .bind(new.confirmed_at.map(millis))
        .bind(new.disabled_at.map(millis))
        .bind(millis(new.created_at))
        .bind(millis(new.at))
        .execute(self.connection())
        .await?;
        Ok((inserted.rows_affected() == 1).then_some(id))
    }

    /// Takes a number of an account that was never given. Returns whether it could be had.
    async fn take_number(&mut self, id: i64) -> Result<bool> {
        let query =
            sqlx::query("update counters set value = $1 where name = 'users' and value < $1");
        let done = query.bind(id).execute(self.connection()).await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn email_owner(&mut self, email: &Email) -> Result<Option<i64>> {
        let query = sqlx::query("select id from users where email = $1");
        let query = query.bind(email.as_str().to_owned());
        let row = query.fetch_optional(self.connection()).await?;
        row.map(|row| Ok(row.try_get("id")?)).transpose()
    }

    pub(crate) async fn has_document(&mut self, document_id: &str) -> Result<bool> {
        let query = sqlx::query("select id from users where document_id = $1");
        let query = query.bind(document_id.to_owned());
        Ok(query.fetch_optional(self.connection()).await?.is_some())
    }

    /// Returns whether the account was there, and had another role before.
    pub(crate) async fn set_role(
        &mut self,
        user_id: i64,
        role: Role,
        at: OffsetDateTime,
    ) -> Result<bool> {
        let query =
            sqlx::query("update users set role = $1, updated_at = $2 where id = $3 and role <> $1");
        let query = query.bind(role.name()).bind(millis(at)).bind(user_id);
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }

    /// Takes everything from an account but its number and its id, and closes it.
    pub(crate) async fn empty_user(
        &mut self,
        user_id: i64,
        now: OffsetDateTime,
        gone_at: OffsetDateTime,
    ) -> Result<()> {
        self.displace(user_id, now, gone_at).await?;
        let query = sqlx::query(
            "update users set username = '', display_name = '', password_hash = $1, confirmed_at = null
             where id = $2",
        );
        let query = query.bind(UNUSABLE).bind(user_id);
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Takes from the sessions of an account what tells of a person.
    pub(crate) async fn empty_sessions(&mut self, user_id: i64) -> Result<()> {
        let query = sqlx::query(
            "update sessions set address = null, user_agent = null, device_id = null where user_id = $1",
        );
        query.bind(user_id).execute(self.connection()).await?;
        Ok(())
    }

    /// Removes the letters, links and browsers of an account.
    pub(crate) async fn remove_belongings(&mut self, user_id: i64, address: &Email) -> Result<()> {
        for statement in [
            "delete from mails where user_id = $1",
            "delete from links where user_id = $1",
            "delete from browsers where user_id = $1",
        ] {
            let query = sqlx::query(statement).bind(user_id);
            query.execute(self.connection()).await?;
        }
        self.remove_mails_to(address).await
    }
}

/// An account that did not register.
pub(crate) struct NewRow {
    pub(crate) number: NewNumber,
    pub(crate) document_id: String,
    pub(crate) email: Email,
    pub(crate) username: Username,
    pub(crate) display_name: DisplayName,
    pub(crate) password_hash: String,
    pub(crate) role: Role,
    pub(crate) confirmed_at: Option<OffsetDateTime>,
    pub(crate) disabled_at: Option<OffsetDateTime>,
    pub(crate) created_at: OffsetDateTime,
    /// When it is written.
    pub(crate) at: OffsetDateTime,
}

/// Which number an account gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NewNumber {
    Next,
    /// This one, when no account ever had it or a higher one.
    Kept(i64),
}

/// What `like` finds a text by. `\` stands before what means something to it.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars().filter(|c| *c != '\0') {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
