//! What happened lately on an account, for those who look at it: one row for each account.
//!
//! On SQLite several who ask are answered by one read. Each event is an array of JSON there: a row of its own would be
//! handed from SQLite's thread by itself, and its columns named and typed anew, which takes longer than to find it.

use std::cmp::Reverse;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use time::OffsetDateTime;

use crate::audit::Activity;
use crate::error::{Error, Result};
use crate::measure::{Stopwatch, Work};
use crate::sign_ins::SignIns;
use crate::store::Store;
use crate::store::reading::{Bound, ByKey};
use crate::store::rows::{ACTIVITY, ActivityRow, millis, read_activity};

/// How many of the newest events are read. As a number that is bound, it would make SQLite plan anew each time.
pub(crate) const NEWEST: i64 = 8;

/// How many copied sessions are read.
const CAUGHT: i64 = 10;

/// In milliseconds, as times are stored. A day of UTC is never longer.
const DAY: i64 = 86_400_000;

/// What [`Store::lately`] finds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Newest {
    pub(crate) newest: Vec<Activity>,
    pub(crate) caught: Vec<Activity>,
    pub(crate) sign_ins: Vec<SignIns>,
}

impl Newest {
    /// A union has no order, nor has an array; and to give it one SQLite would make a table.
    fn sorted(mut self) -> Self {
        self.newest.sort_by_key(|event| Reverse(event.id));
        self.caught.sort_by_key(|event| Reverse(event.id));
        self
    }
}

/// Of whom, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    user_id: i64,
    caught_since: i64,
    counted_since: i64,
}

/// What SQLite says of one of them.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    newest: String,
    caught: String,
    sign_ins: String,
}

impl Store {
    /// The newest [`NEWEST`] events; with them what [`Store::reuses`] gives since `caught_since`, both newest first;
    /// and the sign-ins of each day since `counted_since`.
    pub(crate) async fn lately(
        &self,
        user_id: i64,
        caught_since: OffsetDateTime,
        counted_since: OffsetDateTime,
    ) -> Result<Newest> {
        let asked = Asked {
            user_id,
            caught_since: millis(caught_since),
            counted_since: millis(counted_since),
        };
        let in_company = Stopwatch::start();
        if let Some(reading) = &self.lately
            && let Some(Some(packed)) = reading.get(asked).await
        {
            in_company.database(Work::Read);
            return packed.unpack();
        }
        self.lately_alone(asked).await
    }

    /// In SQL that every database speaks.
    async fn lately_alone(&self, asked: Asked) -> Result<Newest> {
        let query = sqlx::query(AssertSqlSafe(format!(
            "select 0 as part, newest.* from ({}) as newest
             union all
             select 1 as part, caught.* from ({}) as caught
             union all
             select 2 as part, 0 as id, 0 as at, ({}) as event,
                    null as session_id, null as address, null as user_agent, null as detail",
            newest("$1"),
            caught("$1", "$2"),
            sign_ins("$1", "$3"),
        )));
        let query = query
            .bind(asked.user_id)
            .bind(asked.caught_since)
            .bind(asked.counted_since);
        let rows = query.fetch_all(&mut *self.reader().await?).await?;
        let mut found = Newest::default();
        for row in &rows {
            match row.try_get::<i32, _>("part")? {
                0 => found.newest.extend(read_activity(row)?),
                1 => found.caught.extend(read_activity(row)?),
                _ => found.sign_ins = SignIns::read_all(row.try_get("event")?)?,
            }
        }
        Ok(found.sorted())
    }
}

fn newest(user_id: &str) -> String {
    format!(
        "select {ACTIVITY} from audit where audit.user_id = {user_id} order by id desc limit {NEWEST}"
    )
}

fn caught(user_id: &str, since: &str) -> String {
    format!(
        "select {ACTIVITY} from audit
         where audit.user_id = {user_id} and at >= {since} and event = 'session_reused'
         order by at desc, id desc limit {CAUGHT}"
    )
}

/// As one text, however many days they are of, and from an index alone: the events stand in the statement for that.
fn sign_ins(user_id: &str, since: &str) -> String {
    format!(
        "select coalesce(string_agg(counted.day, ','), '')
         from (select (at / {DAY}) || ' ' || sum(case event when 'signed_in' then 1 else 0 end)
                      || ' ' || sum(case event when 'signed_in' then 0 else 1 end) as day
               from audit
               where audit.user_id = {user_id} and at >= {since} and event in ('signed_in', 'sign_in_failed')
               group by at / {DAY}) as counted"
    )
}

impl ByKey for Packed {
    type Key = Asked;

    fn statement(size: usize) -> String {
        let places: Vec<String> = (0..size)
            .map(|one| format!("(${}, ${}, ${})", 3 * one + 1, 3 * one + 2, 3 * one + 3))
            .collect();
        let in_array =
            |events| format!("select json_group_array(json_array({ACTIVITY})) from ({events})");
        format!(
            "with asked (who, caught_since, counted_since) as (values {})
             select who, caught_since, counted_since, ({}) as newest, ({}) as caught, ({}) as sign_ins
             from asked where who is not null",
            places.join(", "),
            in_array(newest("who")),
            in_array(caught("who", "caught_since")),
            sign_ins("who", "counted_since"),
        )
    }

    fn bind(statement: Bound, key: Option<&Asked>) -> Bound {
        statement
            .bind(key.map(|key| key.user_id))
            .bind(key.map(|key| key.caught_since))
            .bind(key.map(|key| key.counted_since))
    }

    fn read(row: &AnyRow) -> Result<(Asked, Self)> {
        let asked = Asked {
            user_id: row.try_get("who")?,
            caught_since: row.try_get("caught_since")?,
            counted_since: row.try_get("counted_since")?,
        };
        let packed = Self {
            newest: row.try_get("newest")?,
            caught: row.try_get("caught")?,
            sign_ins: row.try_get("sign_ins")?,
        };
        Ok((asked, packed))
    }
}

impl Packed {
    fn unpack(self) -> Result<Newest> {
        let found = Newest {
            newest: events(&self.newest)?,
            caught: events(&self.caught)?,
            sign_ins: SignIns::read_all(&self.sign_ins)?,
        };
        Ok(found.sorted())
    }
}

fn events(array: &str) -> Result<Vec<Activity>> {
    let rows: Vec<ActivityRow> = serde_json::from_str(array).map_err(Error::internal)?;
    rows.into_iter()
        .filter_map(|row| row.into_activity().transpose())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration as StdDuration;

    use tempfile::TempDir;
    use time::Duration;
    use tokio::task::JoinSet;

    use super::*;
    use crate::store::Database;

    /// People with different histories: from none to more events than are read, with letters that JSON writes
    /// otherwise, an event that nobody knows, and sessions that were caught.
    const HISTORIES: &str = r#"
        with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 600)
        insert into audit (id, at, event, user_id, session_id, address, user_agent, detail, previous_hash, hash)
        select n, n * 3600000,
               case n % 7 when 0 then 'sign_in_failed' when 1 then 'session_reused' when 2 then 'from_the_future'
                          else 'signed_in' end,
               (n * n) % 37, case n % 2 when 0 then 'AAAAAAAAAAAAAAAAAAAAAA' end,
               case n % 3 when 0 then '192.0.2.' || (n % 9) end,
               case n % 5 when 0 then null when 1 then '"quoted" \ and {[,]}' when 2 then 'ﻢﺣﻣﺩ 🦊 ' || char(10, 9, 1)
                          else 'plain' end,
               case n % 4 when 0 then '' when 1 then 'a word' end, '', ''
        from numbers"#;

    async fn store(dir: &TempDir) -> Arc<Store> {
        let file = dir.path().join("lately.db");
        let database = Database::file(&file, StdDuration::from_secs(2));
        let store = Store::open(&database).await.unwrap();
        store.run(HISTORIES).await.unwrap();
        Arc::new(store)
    }

    fn asked(number: i64) -> Asked {
        let hours = |hours: i64| hours * 3_600_000;
        Asked {
            user_id: number % 40,
            caught_since: hours(number % 11 * 50),
            counted_since: hours(number % 13 * 40),
        }
    }

    /// What is told to who asks with others: nothing when all of them have to ask alone.
    async fn in_company(store: &Store, asked: Asked) -> Option<Newest> {
        let reading = store.lately.as_ref().unwrap();
        let packed = reading.get(asked).await??;
        Some(packed.unpack().unwrap())
    }

    fn at(millis: i64) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(millis)
    }

    #[tokio::test]
    async fn who_asks_with_others_is_told_what_they_would_be_told_alone() {
        let dir = TempDir::new().unwrap();
        let store = store(&dir).await;
        let mut all = 0;
        for many in [1, 2, 7, 64, 65, 200] {
            let mut asking = JoinSet::new();
            for number in 0..many {
                let store = Arc::clone(&store);
                asking.spawn(async move { (number, in_company(&store, asked(number)).await) });
            }
            for (number, found) in asking.join_all().await {
                let found = found.unwrap();
                let asked = asked(number);
                let alone = store.lately_alone(asked).await.unwrap();
                assert_eq!(found, alone, "{number} of {many}");
                all += found.newest.len() + found.caught.len() + found.sign_ins.len();
            }
        }
        assert!(all > 1000, "{all}");
    }

    #[tokio::test]
    async fn nobody_has_no_history() {
        let dir = TempDir::new().unwrap();
        let store = store(&dir).await;
        let nobody = Asked {
            user_id: 4711,
            ..asked(0)
        };
        let found = in_company(&store, nobody).await;
        assert_eq!(found, Some(Newest::default()));
        let found = store.lately_alone(nobody).await.unwrap();
        assert_eq!(found, Newest::default());
    }

    #[tokio::test]
    async fn a_history_that_cannot_be_read_does_not_hide_the_others() {
        let dir = TempDir::new().unwrap();
        let store = store(&dir).await;
        store
            .run("update audit set user_agent = x'ff', event = 'signed_in' where id = 600")
            .await
            .unwrap();
        let (bad, good) = ((600 * 600) % 37, 1);
        let (bad, good) = tokio::join!(
            store.lately(bad, at(0), at(0)),
            store.lately(good, at(0), at(0))
        );
        assert!(bad.is_err());
        assert_eq!(good.unwrap().newest.len(), 8);
    }
}
