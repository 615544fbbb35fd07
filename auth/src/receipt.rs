//! Proof of receipt: learns which generations arrived at their browsers, off the request's path.
//!
//! The first time a node verifies an access token of a generation, it queues one write. A full queue
//! or a slow database never delays a request: it only keeps the grace for the parent token open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use time::{Duration, OffsetDateTime};
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::session::SessionId;
use crate::store::Store;

/// Writes that may wait.
const QUEUE: usize = 1024;
/// Writes that go into one transaction.
const AT_ONCE: usize = 128;
/// For how long a session is remembered as seen, at least; twice as long at most. To forget one costs a write.
const KEPT: Duration = Duration::minutes(10);
/// The most that are remembered in that time; past it the memory starts anew.
const REMEMBERED: usize = 50_000;

/// The newest generation that was seen of each session.
struct Seen {
    now: HashMap<SessionId, i64>,
    /// Those of the time before, of which some were not seen since.
    before: HashMap<SessionId, i64>,
    began: OffsetDateTime,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            now: HashMap::new(),
            before: HashMap::new(),
            began: OffsetDateTime::UNIX_EPOCH,
        }
    }
}

impl Seen {
    fn newest(&self, id: SessionId) -> Option<i64> {
        let known = self.now.get(&id).or_else(|| self.before.get(&id));
        known.copied()
    }

    fn insert(&mut self, id: SessionId, generation: i64, at: OffsetDateTime) {
        // Also when the clock was set back.
        if (at - self.began).abs() >= KEPT {
            self.before = std::mem::take(&mut self.now);
            self.began = at;
        }
        if self.now.len() >= REMEMBERED {
            self.now.clear();
        }
        self.now.insert(id, generation);
    }

    fn forget(&mut self, id: SessionId) {
        self.now.remove(&id);
        self.before.remove(&id);
    }
}

pub(crate) struct Receipts {
    seen: Arc<Mutex<Seen>>,
    queue: Sender<(SessionId, i64)>,
}

impl Receipts {
    /// Starts the writer, which ends when the receipts are dropped.
    pub(crate) fn new(store: Arc<Store>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let seen = Arc::default();
        tokio::spawn(write(store, Arc::clone(&seen), waiting));
        Self { seen, queue }
    }

    /// Notes that an access token of `generation` was used.
    pub(crate) fn note(&self, id: SessionId, generation: i64, now: OffsetDateTime) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.newest(id).is_some_and(|newest| newest >= generation) {
            return;
        }
        if self.queue.try_send((id, generation)).is_ok() {
            seen.insert(id, generation, now);
        }
    }
}

#[cfg(test)]
impl Receipts {
    pub(crate) fn has_noted(&self, id: SessionId, generation: i64) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.newest(id) == Some(generation)
    }
}

async fn write(store: Arc<Store>, seen: Arc<Mutex<Seen>>, mut waiting: Receiver<(SessionId, i64)>) {
    let mut batch = Vec::with_capacity(AT_ONCE);
    while waiting.recv_many(&mut batch, AT_ONCE).await > 0 {
        if let Err(error) = store.mark_used(&batch).await {
            tracing::warn!(receipts = batch.len(), %error, "receipts were not written");
            // Forgotten, so that the next use of the token tries again.
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            for (id, _) in &batch {
                seen.forget(*id);
            }
        }
        batch.clear();
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

    #[test]
    fn a_session_is_remembered_for_a_while_and_no_longer() {
        let mut seen = Seen::default();
        let [first, second, third] = [(); 3].map(|()| SessionId::random());
        seen.insert(first, 7, NOW);
        assert_eq!(seen.newest(first), Some(7));
        seen.insert(second, 1, NOW + KEPT);
        assert_eq!(
            (seen.newest(first), seen.newest(second)),
            (Some(7), Some(1))
        );
        seen.insert(third, 1, NOW + 2 * KEPT);
        assert_eq!((seen.newest(first), seen.newest(second)), (None, Some(1)));
        seen.insert(first, 8, NOW - Duration::days(1));
        assert_eq!((seen.newest(first), seen.newest(second)), (Some(8), None));
    }

    #[test]
    fn of_a_session_the_newest_counts_and_what_was_not_written_is_forgotten() {
        let mut seen = Seen::default();
        let id = SessionId::random();
        seen.insert(id, 1, NOW);
        seen.insert(id, 2, NOW + KEPT);
        assert_eq!(seen.newest(id), Some(2));
        seen.forget(id);
        assert_eq!(seen.newest(id), None);
    }
}
