//! The rows of attempts that failed.

use sqlx::Row;
use time::{Duration, OffsetDateTime};

use crate::error::Result;
use crate::session::Browser;
use crate::store::rows::{millis, time};
use crate::store::{Store, Writing};

/// More milliseconds than any failure is remembered.
const NEVER: i64 = 1 << 50;

/// How often something failed in a row, and when last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FailuresRow {
    pub(crate) failures: i64,
    pub(crate) last_at: OffsetDateTime,
}

impl Store {
    /// The rows of two keys, each if there is one.
    pub(crate) async fn failures(
        &self,
        one: &str,
        other: &str,
    ) -> Result<(Option<FailuresRow>, Option<FailuresRow>)> {
        let query = sqlx::query("select * from attempts where key in ($1, $2)");
        let rows = query
            .bind(one)
            .bind(other)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        let mut found = (None, None);
        for row in &rows {
            let read = Some(FailuresRow {
                failures: row.try_get("failures")?,
                last_at: time(row, "last_at")?,
            });
            let key: String = row.try_get("key")?;
            if key == one {
                found.0 = read;
            } else {
                found.1 = read;
            }
        }
        Ok(found)
    }

    /// Whether the account was signed in to from there before.
    pub(crate) async fn knows_browser(&self, user_id: i64, browser: &Browser) -> Result<bool> {
        let query = sqlx::query("select 1 from browsers where user_id = $1 and hash = $2");
        let query = query.bind(user_id).bind(browser.hash());
        Ok(query
            .fetch_optional(&mut *self.reader().await?)
            .await?
            .is_some())
    }
}

impl Writing {
    /// One more, or the first one when the last was before `since`, or after `later`: that is no time at all. One is
    /// forgiven each time that `forgiven` has passed since the last.
    pub(crate) async fn count_failure(
        &mut self,
        key: &str,
        since: OffsetDateTime,
        later: OffsetDateTime,
        forgiven: Option<Duration>,
        now: OffsetDateTime,
    ) -> Result<()> {
        let query = sqlx::query(
            "insert into attempts (key, failures, last_at) values ($1, 1, $2)
             on conflict (key) do update set last_at = excluded.last_at, failures =
                 case when attempts.last_at not between $3 and $4 then 1
                      when attempts.last_at >= $2 then attempts.failures + 1
                      when attempts.failures <= ($2 - attempts.last_at) / $5 then 1
                      else attempts.failures - ($2 - attempts.last_at) / $5 + 1 end",
        );
        let forgiven = forgiven.map_or(NEVER, |every| every.whole_milliseconds() as i64);
        let query = query.bind(key).bind(millis(now));
        let query = query.bind(millis(since)).bind(millis(later)).bind(forgiven);
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Notes a name that was tried in vain. Returns whether that is news since `since`.
    pub(crate) async fn count_name(
        &mut self,
        pair: &str,
        since: OffsetDateTime,
        later: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<bool> {
        let query = sqlx::query(
            "insert into attempts (key, failures, last_at) values ($1, 1, $2)
             on conflict (key) do update set last_at = excluded.last_at
                 where attempts.last_at not between $3 and $4",
        );
        let query = query.bind(pair).bind(millis(now));
        let query = query.bind(millis(since)).bind(millis(later));
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }

    pub(crate) async fn forget_failures(&mut self, key: &str) -> Result<()> {
        let query = sqlx::query("delete from attempts where key = $1").bind(key);
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Removes what failed last before then.
    pub(crate) async fn remove_attempts(&mut self, before: OffsetDateTime) -> Result<()> {
        let query = sqlx::query("delete from attempts where last_at < $1");
        query
            .bind(millis(before))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
