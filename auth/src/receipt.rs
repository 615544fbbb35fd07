//! Proof of receipt: learns which generations arrived at their browsers, off the request's path.
//!
//! The first time a node verifies an access token of a generation, it queues one write. A full queue
//! or a slow database never delays a request: it only keeps the grace for the parent token open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::session::SessionId;
use crate::store::Store;

/// Writes that may wait.
const QUEUE: usize = 1024;
/// Writes that go into one transaction.
const AT_ONCE: usize = 128;
/// Sessions that are remembered as seen; past it the memory starts anew.
const REMEMBERED: usize = 50_000;

type Seen = Arc<Mutex<HashMap<SessionId, i64>>>;

pub(crate) struct Receipts {
    seen: Seen,
    queue: Sender<(SessionId, i64)>,
}

impl Receipts {
    /// Starts the writer, which ends when the receipts are dropped.
    pub(crate) fn new(store: Arc<Store>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let seen = Seen::default();
        tokio::spawn(write(store, Arc::clone(&seen), waiting));
        Self { seen, queue }
    }

    /// Notes that an access token of `generation` was used.
    pub(crate) fn note(&self, id: SessionId, generation: i64) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.get(&id).is_some_and(|newest| *newest >= generation) {
            return;
        }
        if self.queue.try_send((id, generation)).is_err() {
            return;
        }
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.insert(id, generation);
    }
}

#[cfg(test)]
impl Receipts {
    pub(crate) fn has_noted(&self, id: SessionId, generation: i64) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&id) == Some(&generation)
    }
}

async fn write(store: Arc<Store>, seen: Seen, mut waiting: Receiver<(SessionId, i64)>) {
    let mut batch = Vec::with_capacity(AT_ONCE);
    while waiting.recv_many(&mut batch, AT_ONCE).await > 0 {
        if let Err(error) = store.mark_used(&batch).await {
            tracing::warn!(receipts = batch.len(), %error, "receipts were not written");
            // Forgotten, so that the next use of the token tries again.
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            for (id, _) in &batch {
                seen.remove(id);
            }
        }
        batch.clear();
    }
}
