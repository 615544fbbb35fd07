//! The rows of browsers that an account was signed in to from.

use time::OffsetDateTime;

use crate::error::Result;
use crate::session::Browser;
use crate::store::rows::{millis, time};
use crate::store::{Store, Writing};

/// When a browser was used first and last.
pub(crate) struct BrowserRow {
    pub(crate) first_seen_at: OffsetDateTime,
    pub(crate) last_seen_at: OffsetDateTime,
}

impl Store {
    /// The browsers of an account, the one seen last first.
    pub(crate) async fn browsers_of(&self, user_id: i64) -> Result<Vec<BrowserRow>> {
        let query =
            sqlx::query("select * from browsers where user_id = $1 order by last_seen_at desc");
        let rows = query
            .bind(user_id)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        let read = |row| {
            Ok(BrowserRow {
                first_seen_at: time(row, "first_seen_at")?,
                last_seen_at: time(row, "last_seen_at")?,
            })
        };
        rows.iter().map(read).collect()
    }
}

impl Writing {
    /// Remembers a browser. Returns whether it was known.
    pub(crate) async fn meet_browser(
        &mut self,
        user_id: i64,
        browser: &Browser,
        now: OffsetDateTime,
    ) -> Result<bool> {
        let query =
            sqlx::query("update browsers set last_seen_at = $1 where user_id = $2 and hash = $3");
        let query = query.bind(millis(now)).bind(user_id).bind(browser.hash());
        if query.execute(self.connection()).await?.rows_affected() == 1 {
            return Ok(true);
        }
        sqlx::query(
            "insert into browsers (user_id, hash, first_seen_at, last_seen_at)
             values ($1, $2, $3, $3) on conflict (user_id, hash) do nothing",
        )
        .bind(user_id)
        .bind(browser.hash())
        .bind(millis(now))
        .execute(self.connection())
        .await?;
        Ok(false)
    }

    /// Forgets every browser of an account.
    pub(crate) async fn forget_browsers(&mut self, user_id: i64) -> Result<()> {
        let query = sqlx::query("delete from browsers where user_id = $1").bind(user_id);
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Removes the browsers that have not been seen since then.
    pub(crate) async fn remove_browsers(&mut self, seen_before: OffsetDateTime) -> Result<()> {
        let query = sqlx::query("delete from browsers where last_seen_at < $1");
        query
            .bind(millis(seen_before))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
