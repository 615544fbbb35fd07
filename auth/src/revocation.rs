//! The sessions that were ended while an access token of theirs may still be valid.
//!
//! Every verification consults this set, so a revocation holds from the moment it is made. An entry
//! lives as long as any access token can, whatever lifespan was set when it was made: who shortens the
//! lifespan because something is wrong must not bring ended sessions back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use time::{Duration, OffsetDateTime};
use tokio::sync::Notify;

use crate::session::SessionId;
use crate::token;

/// How long an entry lives. The leeway counts twice: the clock of whoever signed may be ahead of the clock of
/// whoever revoked, and tokens are honoured for as much after their end. The minute covers a token that
/// another request, which began earlier and was slow, gets in the moment of the revocation.
pub(crate) const HOLD: Duration = token::MAX_ACCESS_LIFESPAN
    .saturating_add(token::LEEWAY)
    .saturating_add(token::LEEWAY)
    .saturating_add(Duration::MINUTE);

/// The set, and those who wait for a session to be in it.
#[derive(Default)]
pub struct Revocations {
    entries: RwLock<Entries>,
    waiting: Mutex<HashMap<SessionId, Arc<Notify>>>,
}

#[derive(Default)]
struct Entries {
    /// When no access token of the session can be good any more, in seconds since the Unix epoch.
    until: HashMap<SessionId, i64>,
    swept_at_size: usize,
    swept_at: i64,
}

/// How often what is over is looked for, in seconds.
const SWEEP: i64 = 60;

impl Revocations {
    /// Adds a session that was ended at `revoked_at`, for as long as a token of it can be valid.
    pub fn insert(&self, id: SessionId, revoked_at: OffsetDateTime, now: OffsetDateTime) {
        let until = (revoked_at + HOLD).unix_timestamp() + 1;
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        entries.until.insert(id, until);
        // Sweeping when the set has doubled keeps the cost of an insertion constant on average.
        if entries.until.len() > 2 * entries.swept_at_size + 64 {
            entries.sweep(now.unix_timestamp());
        }
    }

    /// Takes out what no token can be valid for any more, once a minute.
    pub(crate) fn sweep(&self, now: OffsetDateTime) {
        let now = now.unix_timestamp();
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.swept_at + SWEEP <= now {
            entries.sweep(now);
        }
    }

    /// Takes out a session that turned out to be alive.
    pub(crate) fn remove(&self, id: SessionId) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        entries.until.remove(&id);
    }

    /// Tells those who wait for the end of the session.
    pub(crate) fn wake(&self, id: SessionId) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(woken) = waiting.get(&id) {
            woken.notify_waiters();
        }
    }

    /// How many wait for the end of the session.
    #[cfg(test)]
    fn listeners(&self, id: SessionId) -> usize {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // One of them is the map's own.
        waiting
            .get(&id)
            .map_or(0, |woken| Arc::strong_count(woken) - 1)
    }

    /// Whether the session was ended.
    #[must_use]
    pub fn contains(&self, id: SessionId) -> bool {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.until.contains_key(&id)
    }

    /// Returns when the session is in the set.
    pub(crate) async fn ended(&self, id: SessionId) {
        let waiter = Waiter::new(self, id);
        let woken = waiter.woken.notified();
        let mut woken = std::pin::pin!(woken);
        // Enabled before the look into the set: what comes between the two is not missed.
        woken.as_mut().enable();
        if !self.contains(id) {
            woken.await;
        }
    }
}

impl Entries {
    fn sweep(&mut self, now: i64) {
        self.until.retain(|_, until| *until > now);
        self.until.shrink_to(64);
        self.swept_at_size = self.until.len();
        self.swept_at = now;
    }
}

/// A place among those who wait; it is given up when dropped.
struct Waiter<'a> {
    set: &'a Revocations,
    id: SessionId,
    woken: Arc<Notify>,
}

impl<'a> Waiter<'a> {
    fn new(set: &'a Revocations, id: SessionId) -> Self {
        let mut waiting = set.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let woken = Arc::clone(waiting.entry(id).or_default());
        Self { set, id, woken }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut waiting = self
            .set
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // The map's and ours: nobody else waits for this session.
        if Arc::strong_count(&self.woken) == 2 {
            waiting.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_go_when_no_token_of_theirs_can_be_valid() {
        let (set, start) = (Revocations::default(), OffsetDateTime::UNIX_EPOCH);
        let kept = SessionId::random();
        let later = start + HOLD + Duration::seconds(2);
        set.insert(kept, later, start);
        for _ in 0..1000 {
            set.insert(SessionId::random(), start, later);
        }
        assert!(set.contains(kept));
        assert!(set.entries.read().unwrap().until.len() < 200);
        set.sweep(later + Duration::minutes(2));
        assert_eq!(
            set.entries.read().unwrap().until.len(),
            1,
            "without an insertion, too"
        );
    }

    #[tokio::test]
    async fn whoever_waits_for_a_session_hears_of_its_end_and_leaves_nothing_behind() {
        let (set, id) = (Arc::new(Revocations::default()), SessionId::random());
        let waiting = |set: Arc<Revocations>| tokio::spawn(async move { set.ended(id).await });
        let (one, two) = (waiting(Arc::clone(&set)), waiting(Arc::clone(&set)));
        let gone = waiting(Arc::clone(&set));
        while set.listeners(id) < 3 {
            tokio::task::yield_now().await;
        }
        gone.abort();
        let now = OffsetDateTime::UNIX_EPOCH;
        set.insert(SessionId::random(), now, now);
        assert!(!one.is_finished());
        set.insert(id, now, now);
        set.wake(id);
        one.await.unwrap();
        two.await.unwrap();
        let _ = gone.await;
        set.ended(id).await;
        assert!(set.waiting.lock().unwrap().is_empty());
    }
}
