//! The rows of links that were sent by mail.

use sqlx::Row;
use sqlx::any::AnyRow;
use time::OffsetDateTime;

use crate::account::Email;
use crate::error::{Error, Result};
use crate::link::Purpose;
use crate::session::SessionId;
use crate::store::rows::{millis, optional_time, read_optional_id, time};
use crate::store::{Store, Writing};

/// What the database holds of a link.
#[derive(Clone)]
pub(crate) struct LinkRow {
    pub(crate) hash: String,
    pub(crate) purpose: Purpose,
    pub(crate) user_id: i64,
    /// Its place in the order of letters.
    pub(crate) mail_id: i64,
    /// Whose mailbox it went to.
    pub(crate) email: Email,
    /// The session that it is about.
    pub(crate) session: Option<SessionId>,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) used_at: Option<OffsetDateTime>,
}

impl LinkRow {
    fn read(row: &AnyRow) -> Result<Self> {
        let purpose: String = row.try_get("purpose")?;
        Ok(Self {
            hash: row.try_get("hash")?,
            purpose: Purpose::from_name(&purpose)
                .ok_or_else(|| Error::internal(format!("{purpose} is no purpose of a link")))?,
            user_id: row.try_get("user_id")?,
            mail_id: row.try_get("mail_id")?,
            email: Email::stored(row.try_get("email")?),
            session: read_optional_id(row, "session_id")?,
            created_at: time(row, "created_at")?,
            expires_at: time(row, "expires_at")?,
            used_at: optional_time(row, "used_at")?,
        })
    }
}

impl Store {
    /// A link that can still be used.
    pub(crate) async fn link(&self, hash: &str, now: OffsetDateTime) -> Result<Option<LinkRow>> {
        let query = sqlx::query(
            "select * from links where hash = $1 and used_at is null and expires_at > $2",
        );
        let query = query.bind(hash.to_owned()).bind(millis(now));
        let row = query.fetch_optional(&mut *self.reader().await?).await?;
        row.as_ref().map(LinkRow::read).transpose()
    }

    /// All links of an account, the newest first.
    pub(crate) async fn links_of(&self, user_id: i64) -> Result<Vec<LinkRow>> {
        let query = sqlx::query("select * from links where user_id = $1 order by mail_id desc");
        let rows = query
            .bind(user_id)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        // What a newer version wrote is passed over.
        let is_known = |row: &&AnyRow| {
            let purpose: String = row.try_get("purpose").unwrap_or_default();
            Purpose::from_name(&purpose).is_some()
        };
        rows.iter().filter(is_known).map(LinkRow::read).collect()
    }
}

impl Writing {
    /// Keeps a link, or, when its letter is sent once more, gives it its time again.
    /// Returns whether it can be used: what was used or became void stays so.
    pub(crate) async fn put_link(&mut self, link: &LinkRow) -> Result<bool> {
        let done = sqlx::query(
            "insert into links (hash, purpose, user_id, mail_id, email, session_id, created_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (hash) do update set expires_at = excluded.expires_at
             where links.used_at is null",
        )
        .bind(link.hash.clone())
        .bind(link.purpose.name())
        .bind(link.user_id)
        .bind(link.mail_id)
        .bind(link.email.as_str().to_owned())
        .bind(link.session.map(String::from))
        .bind(millis(link.created_at))
        .bind(millis(link.expires_at))
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Uses a link up. Of all who try, one gets it.
    pub(crate) async fn use_link(&mut self, hash: &str, now: OffsetDateTime) -> Result<bool> {
        let query = sqlx::query(
            "update links set used_at = $1 where hash = $2 and used_at is null and expires_at > $1",
        );
        let query = query.bind(millis(now)).bind(hash.to_owned());
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }

    /// Whether a link of the purpose was sent after the letter of this number.
    pub(crate) async fn has_newer_link(
        &mut self,
        user_id: i64,
        purpose: Purpose,
        mail_id: i64,
    ) -> Result<bool> {
        let query = sqlx::query(
            "select hash from links where user_id = $1 and purpose = $2 and mail_id > $3 limit 1",
        );
        let query = query.bind(user_id).bind(purpose.name()).bind(mail_id);
        Ok(query.fetch_optional(self.connection()).await?.is_some())
    }

    /// Makes the links of one purpose void that came with letters before this one.
    pub(crate) async fn void_links_before(
        &mut self,
        user_id: i64,
        purpose: Purpose,
        mail_id: i64,
        now: OffsetDateTime,
    ) -> Result<()> {
        let query = sqlx::query(
            "update links set used_at = $1
             where user_id = $2 and purpose = $3 and mail_id < $4 and used_at is null",
        );
        let query = query.bind(millis(now)).bind(user_id);
        let query = query.bind(purpose.name()).bind(mail_id);
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Makes every link of an account void, but for those that undo a change of address and came with
    /// letters before `mail_id`: whoever had the account earlier has the better claim to it.
    pub(crate) async fn void_links(
        &mut self,
        user_id: i64,
        mail_id: i64,
        now: OffsetDateTime,
    ) -> Result<()> {
        let query = sqlx::query(
            "update links set used_at = $1
             where user_id = $2 and used_at is null and not (purpose = $3 and mail_id < $4)",
        );
        let query = query.bind(millis(now)).bind(user_id);
        let query = query.bind(Purpose::UndoEmail.name()).bind(mail_id);
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Removes links that have been of no use for so long that no letter can bring them back.
    pub(crate) async fn remove_links(&mut self, ended_before: OffsetDateTime) -> Result<()> {
        let query = sqlx::query("delete from links where expires_at < $1");
        let query = query.bind(millis(ended_before));
        query.execute(self.connection()).await?;
        Ok(())
    }
}
