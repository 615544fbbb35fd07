//! How a node hears of what others did to sessions and keys.
//!
//! Each change raises a number in the database, and whoever finds it higher than the last they know
//! asks for what came between. Postgres wakes the other nodes by a notification; when that is lost, and
//! on SQLite, where only the command line is another, they look by themselves after a moment.

use std::sync::Arc;
use std::time::Duration as StdDuration;

use sqlx::Row;
use sqlx::postgres::PgListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::error::Result;
use crate::store::Store;

const CHANNEL: &str = "latchkey";
pub(super) const NOTIFY: &str = "select pg_notify('latchkey', '')";

/// How long a node goes without looking, where a notification may have been lost. What is promised is
/// five seconds.
const POLL_BESIDE_NOTIFICATIONS: StdDuration = StdDuration::from_secs(2);
const POLL: StdDuration = StdDuration::from_secs(1);
/// Within it every node that reaches the database knows what was changed there, also when a notification was lost.
pub const HEARD_WITHIN: StdDuration = StdDuration::from_secs(3);
/// Before the next attempt to listen.
const RECONNECT: StdDuration = StdDuration::from_millis(500);

/// How often sessions were ended, and keys changed, since the database was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Numbers {
    pub(crate) revocations: i64,
    pub(crate) keys: i64,
}

impl Store {
    pub(crate) async fn numbers(&self) -> Result<Numbers> {
        let query =
            sqlx::query("select name, value from counters where name in ('revocations', 'keys')");
        let mut numbers = Numbers::default();
        for row in query.fetch_all(&self.watcher).await? {
            match row.try_get::<&str, _>("name")? {
                "revocations" => numbers.revocations = row.try_get("value")?,
                _ => numbers.keys = row.try_get("value")?,
            }
        }
        Ok(numbers)
    }

    /// Begins to listen.
    pub(crate) fn news(&self) -> News {
        let woken = Arc::new(Notify::new());
        let is_sqlite = self.queue.is_some();
        let listener =
            (!is_sqlite).then(|| tokio::spawn(listen(self.url.clone(), Arc::clone(&woken))));
        let patience = if is_sqlite {
            POLL
        } else {
            POLL_BESIDE_NOTIFICATIONS
        };
        News {
            woken,
            patience,
            listener,
        }
    }
}

/// Ends to listen when it is dropped.
pub(crate) struct News {
    woken: Arc<Notify>,
    patience: StdDuration,
    listener: Option<JoinHandle<()>>,
}

impl News {
    /// Waits until there may be something new.
    pub(crate) async fn wait(&self) {
        let _ = tokio::time::timeout(self.patience, self.woken.notified()).await;
    }
}

impl Drop for News {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            listener.abort();
        }
    }
}

async fn listen(url: String, woken: Arc<Notify>) {
    loop {
        if let Err(error) = hear(&url, &woken).await {
            tracing::warn!(%error, "notifications of other nodes are not heard");
        }
        tokio::time::sleep(RECONNECT).await;
    }
}

/// Listens until the connection is lost.
async fn hear(url: &str, woken: &Notify) -> std::result::Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    // What was said before we listened was not heard.
    woken.notify_one();
    while listener.try_recv().await?.is_some() {
        woken.notify_one();
    }
    Ok(())
}
