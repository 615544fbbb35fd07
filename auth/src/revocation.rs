//! The sessions that were ended while an access token of theirs may still be valid.
//!
//! Every verification consults this set, so a revocation holds from the moment it is made. An entry
//! lives as long as an access token can, so the set is bounded by the revocations of one lifespan.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use time::OffsetDateTime;

use crate::session::SessionId;

#[derive(Default)]
pub(crate) struct Revocations(RwLock<Entries>);

#[derive(Default)]
struct Entries {
    /// When the last access token of the session is over, by session.
    until: HashMap<SessionId, OffsetDateTime>,
    swept_at_size: usize,
}

impl Revocations {
    pub(crate) fn insert(&self, id: SessionId, until: OffsetDateTime, now: OffsetDateTime) {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        entries.until.insert(id, until);
        // Sweeping when the set has doubled keeps the cost of an insertion constant on average.
        if entries.until.len() > 2 * entries.swept_at_size + 64 {
            entries.until.retain(|_, until| *until > now);
            entries.swept_at_size = entries.until.len();
        }
    }

    pub(crate) fn remove(&self, id: &SessionId) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .until
            .remove(id);
    }

    pub(crate) fn contains(&self, id: &SessionId) -> bool {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .until
            .contains_key(id)
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    #[test]
    fn entries_go_when_no_token_of_theirs_can_be_valid() {
        let (set, start) = (Revocations::default(), OffsetDateTime::UNIX_EPOCH);
        let kept = SessionId::random();
        set.insert(kept.clone(), start + Duration::hours(1), start);
        for _ in 0..1000 {
            set.insert(
                SessionId::random(),
                start + Duration::SECOND,
                start + Duration::MINUTE,
            );
        }
        assert!(set.contains(&kept));
        assert!(set.0.read().unwrap().until.len() < 200);
    }
}
