//! Group commit, for a database with one writer.
//!
//! Whoever writes takes a turn in a transaction that is shared, and waits until it is committed. It is
//! committed when nobody waits for a turn: alone, a writer pays for its own fsync, and in a crowd one
//! fsync serves all. Nobody is answered before the commit that holds their work, nor from the
//! uncommitted work of others: those who only read finish by [`Turn::commit`] too.
//!
//! Whoever knows that more will come in a moment has the commit wait for them, for [`COMPANY`] at most: in a storm
//! of sign-ins passwords are hashed one after the other, and without waiting each would pay for a commit of its own.

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration as StdDuration;

use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use crate::error::{Error, Result};
use crate::store::trail::TrailEnd;

/// How long a commit waits for company: less than somebody notices who has waited in a line.
const COMPANY: StdDuration = StdDuration::from_millis(40);

/// The most turns that one transaction takes: whoever came first must not wait for ever.
const MOST: usize = 256;

#[derive(Clone)]
pub(super) struct Queue {
    /// Of one connection.
    pool: AnyPool,
    patience: StdDuration,
    batch: Arc<Mutex<Batch>>,
    waiting: Arc<AtomicUsize>,
    /// How many transactions there were.
    begun: Arc<AtomicU64>,
}

/// The transaction that is open, if any.
#[derive(Default)]
struct Batch {
    transaction: Option<Transaction<'static, Any>>,
    /// Those whose work is in it.
    members: Vec<oneshot::Sender<Outcome>>,
    /// How many had a turn in it, also those who gave it up.
    turns: usize,
    /// Which one it is.
    number: u64,
    /// Whether it will be committed without anybody doing so.
    is_planned: bool,
    /// Where the trail ends, once it was looked up: nobody else can write before the commit.
    trail: Option<TrailEnd>,
}

/// Of a commit; the text of the failure, which several have to be told.
type Outcome = std::result::Result<(), Arc<str>>;

/// What happens to the work of others when a turn is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protection {
    /// A savepoint keeps it. For work that may well be refused half way.
    Savepoint,
    /// It is lost, and they are told. For work that is refused before it writes or not at all: it saves two
    /// statements.
    None,
}

/// When a turn is committed of which nobody waits for the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Haste {
    Now,
    /// In [`COMPANY`] at the latest.
    Soon,
}

/// Somebody's time with the one connection that writes.
pub(super) struct Turn {
    queue: Queue,
    /// None when the turn is over.
    batch: Option<OwnedMutexGuard<Batch>>,
    protection: Protection,
    /// Where the trail ended before.
    trail: Option<TrailEnd>,
}

impl Queue {
    pub(super) fn new(pool: AnyPool, patience: StdDuration) -> Self {
        Self {
            pool,
            patience,
            batch: Arc::default(),
            waiting: Arc::default(),
            begun: Arc::default(),
        }
    }

    /// Waits for a turn, and begins the transaction when there is none to join.
    pub(super) async fn turn(&self, protection: Protection) -> Result<Turn> {
        let mut waiting = Waiting::new(self.clone());
        let lock = Arc::clone(&self.batch).lock_owned();
        let lock = tokio::time::timeout(self.patience, lock).await;
        let mut batch = lock.map_err(|_| Error::Unavailable(sqlx::Error::PoolTimedOut))?;
        waiting.has_turn = true;
        drop(waiting);
        if batch.transaction.is_none() {
            batch.transaction = Some(self.pool.begin_with("begin immediate").await?);
            batch.number = self.begun.fetch_add(1, Ordering::Relaxed);
        }
        batch.turns += 1;
        // From here on a turn that is dropped is given up in order.
        let is_shared = !batch.members.is_empty();
        let mut turn = Turn {
            queue: self.clone(),
            trail: batch.trail.clone(),
            batch: Some(batch),
            protection: Protection::None,
        };
        if is_shared && protection == Protection::Savepoint {
            sqlx::query("savepoint turn")
                .execute(turn.connection())
                .await?;
            turn.protection = protection;
        }
        Ok(turn)
    }

    /// Whether it is time to commit.
    fn is_done(&self, batch: &Batch) -> bool {
        self.waiting.load(Ordering::SeqCst) == 0 || batch.turns >= MOST
    }
}

impl Turn {
    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        let batch = self.batch.as_mut().expect("a turn is over only once");
        let transaction = batch.transaction.as_mut();
        transaction.expect("a turn begins with a transaction")
    }

    /// Where the trail ends, as far as that is known in this transaction.
    pub(super) fn trail(&mut self) -> &mut Option<TrailEnd> {
        &mut self.batch.as_mut().expect("a turn is over only once").trail
    }

    /// Hands the connection on, and waits until what was done with it is committed.
    pub(super) async fn commit(mut self, haste: Haste) -> Result<()> {
        if self.protection == Protection::Savepoint {
            sqlx::query("release savepoint turn")
                .execute(self.connection())
                .await?;
        }
        let mut batch = self.batch.take().expect("a turn is over only once");
        let (done, outcome) = oneshot::channel();
        batch.members.push(done);
        // Tasks of their own: the commit is everybody's, and whoever began it may go away.
        if haste == Haste::Soon && batch.turns < MOST {
            if !batch.is_planned {
                batch.is_planned = true;
                tokio::spawn(finish_soon(self.queue.clone(), batch.number));
            }
            drop(batch);
        } else if self.queue.is_done(&batch) {
            tokio::spawn(finish(batch));
        } else {
            drop(batch);
        }
        match outcome.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => Err(lost(&why)),
            Err(_) => Err(lost("the transaction was given up")),
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(mut batch) = self.batch.take() else {
            return;
        };
        if Handle::try_current().is_ok() {
            let (queue, trail) = (self.queue.clone(), self.trail.take());
            tokio::spawn(give_up(batch, queue, self.protection, trail));
        } else {
            *batch = Batch::default();
        }
    }
}

/// Commits that transaction, if nobody else has done so before.
async fn finish_soon(queue: Queue, number: u64) {
    tokio::time::sleep(COMPANY).await;
    let batch = queue.batch.lock_owned().await;
    if batch.number == number && batch.transaction.is_some() {
        finish(batch).await;
    }
}

async fn finish(mut batch: OwnedMutexGuard<Batch>) {
    let Batch {
        transaction,
        members,
        trail,
        ..
    } = std::mem::take(&mut *batch);
    let outcome = match transaction {
        Some(transaction) => commit(transaction, trail).await,
        None => Ok(()),
    };
    let outcome = outcome.map_err(|error| Arc::from(error.to_string()));
    drop(batch);
    for member in members {
        // Who does not wait any more has gone.
        let _ = member.send(Outcome::clone(&outcome));
    }
}

async fn commit(
    mut transaction: Transaction<'static, Any>,
    trail: Option<TrailEnd>,
) -> std::result::Result<(), sqlx::Error> {
    if let Some(trail) = trail {
        trail.settle(&mut transaction).await?;
    }
    transaction.commit().await
}

/// Takes back what was done in a turn, and leaves the work of the others in place if it can.
async fn give_up(
    mut batch: OwnedMutexGuard<Batch>,
    queue: Queue,
    protection: Protection,
    trail: Option<TrailEnd>,
) {
    batch.trail = trail;
    let is_undone = match (protection, batch.transaction.as_mut()) {
        (Protection::Savepoint, Some(transaction)) => sqlx::query("rollback to savepoint turn")
            .execute(&mut **transaction)
            .await
            .is_ok(),
        _ => false,
    };
    if !is_undone {
        // Dropping a transaction rolls it back, and dropping the senders tells the members.
        *batch = Batch::default();
    } else if queue.is_done(&batch) {
        finish(batch).await;
    }
}

/// One who waits for a turn. When they leave without it, nobody else may be there to commit.
struct Waiting {
    queue: Queue,
    has_turn: bool,
}

impl Waiting {
    fn new(queue: Queue) -> Self {
        queue.waiting.fetch_add(1, Ordering::SeqCst);
        Self {
            queue,
            has_turn: false,
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.queue.waiting.fetch_sub(1, Ordering::SeqCst);
        if self.has_turn || Handle::try_current().is_err() {
            return;
        }
        let queue = self.queue.clone();
        tokio::spawn(async move {
            let batch = Arc::clone(&queue.batch).lock_owned().await;
            if queue.is_done(&batch) && !batch.members.is_empty() {
                finish(batch).await;
            }
        });
    }
}

fn lost(why: &str) -> Error {
    Error::Unavailable(sqlx::Error::Io(io::Error::other(format!(
        "not committed: {why}"
    ))))
}
