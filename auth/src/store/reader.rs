//! Connections that read, and how long they are waited for and used.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration as StdDuration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::measure::{Stopwatch, Work};
use crate::store::Store;

/// How long a connection stays out of its pool.
const CHECKED_FOR: StdDuration = StdDuration::from_secs(60);

/// Connections to a file that have been used, the last one on top: what it has read is still in its memory.
///
/// The pool asks each whether it is still there when it comes back, which takes as long as a read. So they come back
/// once a minute.
#[derive(Clone)]
pub(super) struct Shelf {
    /// As many as the pool can open for those who come here.
    places: Arc<Semaphore>,
    patience: StdDuration,
    /// None when the store is closed.
    kept: Arc<Mutex<Option<Kept>>>,
}

#[derive(Default)]
struct Kept(Vec<Checked>);

impl Drop for Kept {
    /// A connection goes back to its pool by a task. Where none can be started any more, there is no pool to go back to.
    fn drop(&mut self) {
        if Handle::try_current().is_err() {
            for checked in self.0.drain(..) {
                drop(checked.connection.leak());
            }
        }
    }
}

/// A connection, and when it came from its pool.
struct Checked {
    connection: PoolConnection<Any>,
    at: Instant,
}

impl Shelf {
    pub(super) fn new(connections: usize, patience: StdDuration) -> Self {
        Self {
            places: Arc::new(Semaphore::new(connections)),
            patience,
            kept: Arc::new(Mutex::new(Some(Kept::default()))),
        }
    }

    async fn take(&self, pool: &AnyPool) -> Result<(Checked, Place)> {
        let permit = Arc::clone(&self.places).acquire_owned();
        let permit = tokio::time::timeout(self.patience, permit).await;
        let permit = permit.map_err(|_| Error::Unavailable(sqlx::Error::PoolTimedOut))?;
        let place = Place {
            shelf: self.clone(),
            _permit: permit.map_err(Error::internal)?,
        };
        let checked = match self.pop() {
            Some(kept) => kept,
            None => Checked::from(pool.acquire().await?),
        };
        Ok((checked, place))
    }

    fn pop(&self) -> Option<Checked> {
        self.lock().as_mut()?.0.pop()
    }

    /// Once it is closed, connections go back to the pool, which waits for them.
    fn put(&self, checked: Checked, now: Instant) {
        if let Some(kept) = self.lock().as_mut()
            && now < checked.at + CHECKED_FOR
        {
            kept.0.push(checked);
        }
    }

    pub(super) fn close(&self) {
        self.lock().take();
    }

    fn lock(&self) -> MutexGuard<'_, Option<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<PoolConnection<Any>> for Checked {
    fn from(connection: PoolConnection<Any>) -> Self {
        let at = Instant::now();
        Self { connection, at }
    }
}

/// The right to use a connection, and where it is put back.
struct Place {
    shelf: Shelf,
    _permit: OwnedSemaphorePermit,
}

/// A connection that is given back when this is dropped.
pub(super) struct Reader {
    /// None when this is dropped.
    connection: Option<Checked>,
    place: Option<Place>,
    in_use: Stopwatch,
}

impl Store {
    pub(super) async fn reader(&self) -> Result<Reader> {
        let waiting = Stopwatch::start();
        let (connection, place) = match &self.shelf {
            Some(shelf) => {
                let (connection, place) = shelf.take(&self.reader).await?;
                (connection, Some(place))
            }
            None => (Checked::from(self.reader.acquire().await?), None),
        };
        waiting.database(Work::WaitToRead);
        Ok(Reader {
            connection: Some(connection),
            place,
            in_use: Stopwatch::start(),
        })
    }
}

impl Deref for Reader {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        let checked = self.connection.as_ref();
        &checked.expect("it is given back once").connection
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        let checked = self.connection.as_mut();
        &mut checked.expect("it is given back once").connection
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.in_use.database(Work::Read);
        if let (Some(connection), Some(place)) = (self.connection.take(), &self.place) {
            place.shelf.put(connection, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use tokio::task::JoinSet;

    use super::*;
    use crate::store::Database;

    async fn store(dir: &TempDir) -> Arc<Store> {
        let file = dir.path().join("reader.db");
        let database = Database::file(&file, StdDuration::from_millis(200));
        Arc::new(Store::open(&database).await.unwrap())
    }

    fn kept(store: &Store) -> usize {
        let shelf = store.shelf.as_ref().unwrap();
        shelf.lock().as_ref().map_or(0, |kept| kept.0.len())
    }

    #[tokio::test]
    async fn a_connection_that_was_used_is_used_again() {
        let dir = TempDir::new().unwrap();
        let store = store(&dir).await;
        for _ in 0..5 {
            store.has_users().await.unwrap();
        }
        assert_eq!(kept(&store), 1);
    }

    #[tokio::test]
    async fn a_connection_goes_back_to_the_pool_after_a_while() {
        let dir = TempDir::new().unwrap();
        let store = store(&dir).await;
        let shelf = store.shelf.as_ref().unwrap();
        for (age, left) in [
            (CHECKED_FOR - StdDuration::from_secs(1), 1),
            (CHECKED_FOR, 0),
        ] {
            let (checked, _place) = shelf.take(&store.reader).await.unwrap();
            let later = checked.at + age;
            shelf.put(checked, later);
            assert_eq!(kept(&store), left, "{age:?}");
        }
    }

    #[tokio::test]
    async fn many_who_read_at_once_are_all_served() {
        let dir = TempDir::new().unwrap();
        let store = store(&dir).await;
        let mut reading = JoinSet::new();
        for _ in 0..200 {
            let store = Arc::clone(&store);
            reading.spawn(async move { store.has_users().await.unwrap() });
        }
        assert_eq!(reading.join_all().await, [false; 200]);
        let most = super::super::readers() - super::super::OF_READING;
        assert!(kept(&store) <= usize::try_from(most).unwrap());
    }

    #[tokio::test]
    async fn who_finds_all_in_use_is_told_so_after_a_while() {
        let dir = TempDir::new().unwrap();
        let store = store(&dir).await;
        let mut all = Vec::new();
        while let Ok(reader) = store.reader().await {
            all.push(reader);
        }
        let late = store.has_users().await;
        assert!(matches!(late, Err(Error::Unavailable(_))));
        all.pop();
        assert!(!store.has_users().await.unwrap());
    }

    #[test]
    fn a_store_may_outlive_its_runtime() {
        let dir = TempDir::new().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let store = runtime.block_on(async {
            let store = store(&dir).await;
            store.has_users().await.unwrap();
            store
        });
        drop(runtime);
        assert_eq!(kept(&store), 1);
        drop(store);
    }

    #[tokio::test]
    async fn a_reader_that_outlives_the_store_keeps_it_from_closing_only_until_it_ends() {
        let dir = TempDir::new().unwrap();
        let store = store(&dir).await;
        store.has_users().await.unwrap();
        let reader = store.reader().await.unwrap();
        let closing = tokio::spawn({
            let store = Arc::clone(&store);
            async move { store.close().await }
        });
        while !store.reader.is_closed() {
            tokio::task::yield_now().await;
        }
        drop(reader);
        closing.await.unwrap();
        assert!(store.has_users().await.is_err());
    }
}
