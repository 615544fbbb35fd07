//! Rows that many ask for at once, read at once.
//!
//! To ask SQLite is to wake its thread and to be woken by it, which takes longer than the read itself; the pool
//! does so once more when a connection comes back. Here one connection stays out, and whoever asks while it is
//! busy is answered by the next read, together with the others.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::{Any, AnyPool, AssertSqlSafe};
use tokio::sync::{mpsc, oneshot};

use crate::account::Account;
use crate::error::Result;
use crate::store::rows::{ACCOUNT, read_account};

/// How many are read by one statement: the least of these that is enough. Each is prepared once.
const SIZES: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];

/// No more are taken at once.
const LARGEST: usize = SIZES[SIZES.len() - 1];

/// How many may wait.
const MOST: usize = 1024;

/// A statement with what is bound to it.
pub(super) type Bound = Query<'static, Any, AnyArguments>;

/// What is read, each by a key that no other has.
pub(super) trait ByKey: Clone + Send + 'static {
    type Key: Eq + Hash + Send + Sync;

    /// The statement for so many of them. Nothing in it comes from outside.
    fn statement(size: usize) -> String;

    /// Binds one key of those; none, which is that of nothing, where fewer are read.
    fn bind(statement: Bound, key: Option<&Self::Key>) -> Bound;

    /// The key and what it is of.
    fn read(row: &AnyRow) -> Result<(Self::Key, Self)>;
}

impl ByKey for Account {
    type Key = String;

    fn statement(size: usize) -> String {
        let places = places(size);
        format!(
            "select {ACCOUNT} from users where document_id in ({places}) and disabled_at is null"
        )
    }

    fn bind(statement: Bound, key: Option<&String>) -> Bound {
        statement.bind(key.cloned())
    }

    fn read(row: &AnyRow) -> Result<(String, Self)> {
        let account = read_account(row)?;
        Ok((account.document_id.clone(), account))
    }
}

/// Where to ask.
pub(super) struct Reading<T: ByKey>(mpsc::Sender<Asked<T>>);

/// Somebody who waits for a row. They hear nothing when the read failed.
struct Asked<T: ByKey> {
    key: T::Key,
    answer: oneshot::Sender<Option<T>>,
}

impl<T: ByKey> Reading<T> {
    /// Reads until the pool is closed, or nobody can ask any more.
    pub(super) fn start(reader: &AnyPool) -> Self {
        let (sender, asked) = mpsc::channel(MOST);
        tokio::spawn(answer(reader.clone(), asked));
        Self(sender)
    }

    /// What has the key, if it is there and can be used; none of both when it could not be read in company.
    pub(super) async fn get(&self, key: T::Key) -> Option<Option<T>> {
        let (answer, answered) = oneshot::channel();
        self.0.send(Asked { key, answer }).await.ok()?;
        answered.await.ok()
    }
}

async fn answer<T: ByKey>(reader: AnyPool, mut asked: mpsc::Receiver<Asked<T>>) {
    let mut closing = reader.close_event();
    let statements = SIZES.map(|size| Arc::from(T::statement(size)));
    let mut connection = None;
    let mut all = Vec::new();
    while let Ok(Some(first)) = closing.do_until(asked.recv()).await {
        all.push(first);
        // Who was woken by the same look at the sockets asks first: this task would be run before them.
        tokio::task::yield_now().await;
        while all.len() < LARGEST
            && let Ok(next) = asked.try_recv()
        {
            all.push(next);
        }
        match read(&reader, &mut connection, &statements, &all).await {
            Ok(found) => {
                for Asked { key, answer } in all.drain(..) {
                    // Who does not wait any more needs no answer.
                    let _ = answer.send(found.get(&key).cloned());
                }
            }
            // Each asks alone, and hears what is wrong.
            Err(error) => {
                tracing::debug!(%error, "rows were not read together");
                connection = None;
                all.clear();
            }
        }
    }
}

async fn read<T: ByKey>(
    reader: &AnyPool,
    connection: &mut Option<PoolConnection<Any>>,
    statements: &[Arc<str>; SIZES.len()],
    all: &[Asked<T>],
) -> Result<HashMap<T::Key, T>> {
    let connection = match connection {
        Some(connection) => connection,
        // There is always one for us: whoever else reads leaves it alone.
        None => connection.insert(reader.acquire().await?),
    };
    let which = SIZES.partition_point(|size| *size < all.len());
    let mut query = sqlx::query(AssertSqlSafe(Arc::clone(&statements[which])));
    for place in 0..SIZES[which] {
        query = T::bind(query, all.get(place).map(|asked| &asked.key));
    }
    let rows = query.fetch_all(&mut **connection).await?;
    rows.iter().map(T::read).collect()
}

/// Like `$1, $2`.
pub(super) fn places(size: usize) -> String {
    let places: Vec<String> = (1..=size).map(|place| format!("${place}")).collect();
    places.join(", ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration as StdDuration;

    use tempfile::TempDir;
    use tokio::task::JoinSet;

    use crate::store::{Database, Store};

    async fn store(dir: &TempDir) -> Store {
        let file = dir.path().join("reading.db");
        let database = Database::file(&file, StdDuration::from_secs(2));
        Store::open(&database).await.unwrap()
    }

    #[tokio::test]
    async fn each_of_many_gets_the_account_that_they_asked_for() {
        let dir = TempDir::new().unwrap();
        let store = Arc::new(store(&dir).await);
        store
            .run(
                "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 99)
                 insert into users (id, document_id, email, username, username_key, display_name, password_hash,
                                    password_changed_at, role, created_at, updated_at)
                 select n, 'd' || n, 'e' || n, 'u' || n, 'u' || n, '', '', 0, 'user', 0, 0 from numbers",
            )
            .await
            .unwrap();
        store
            .run("update users set disabled_at = 1 where id = 7")
            .await
            .unwrap();
        for many in [1, 3, 5, 64, 65, 300] {
            let mut asking = JoinSet::new();
            for n in 0..many {
                let (store, n) = (Arc::clone(&store), n % 120);
                asking.spawn(async move { (store.account(&format!("d{n}")).await.unwrap(), n) });
            }
            for (account, n) in asking.join_all().await {
                let is_there = (1..=99).contains(&n) && n != 7;
                let expected = is_there.then(|| format!("d{n}"));
                assert_eq!(
                    account.map(|account| account.document_id),
                    expected,
                    "{n} of {many}"
                );
            }
        }
    }

    #[tokio::test]
    async fn a_store_that_is_closed_answers_and_does_not_wait() {
        let dir = TempDir::new().unwrap();
        let store = store(&dir).await;
        assert_eq!(store.account("nobody").await.unwrap(), None);
        store.close().await;
        assert!(store.account("nobody").await.is_err());
    }

    #[tokio::test]
    async fn an_account_that_cannot_be_read_does_not_hide_the_others() {
        let dir = TempDir::new().unwrap();
        let store = store(&dir).await;
        store
            .run(
                "insert into users (id, document_id, email, username, username_key, display_name, password_hash,
                                    password_changed_at, role, created_at, updated_at)
                 values (1, 'good', 'e', 'u', 'u', '', '', 0, 'user', 0, 0),
                        (2, 'bad', 'f', 'v', 'v', '', '', 0, 'user', 'x', 0)",
            )
            .await
            .unwrap();
        let (good, bad) = tokio::join!(store.account("good"), store.account("bad"));
        assert_eq!(good.unwrap().unwrap().document_id, "good");
        assert!(bad.is_err());
    }
}
