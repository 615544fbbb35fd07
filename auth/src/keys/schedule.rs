//! When a key is made, published, promoted, retired and removed: a pure function of the rows and the time.

use time::{Duration, OffsetDateTime};

use crate::keys::SigningAlgorithm;
use crate::revocation;
use crate::store::KeyRow;

/// How long a key signs.
pub(super) const PERIOD: Duration = Duration::days(30);
/// How long before it signs a key is published, when nothing is urgent.
const AHEAD: Duration = Duration::days(1);
/// The least: what a verifier may keep of `/.well-known/jwks.json`, and time for all nodes to learn of it.
pub(super) const PUBLISHED_FOR: Duration = Duration::minutes(15);
/// How long a key verifies after it has signed its last token: as long as that one can live.
pub(super) const VERIFIES_FOR: Duration = revocation::HOLD;

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Make a key that is to sign from then on.
    Create(SigningAlgorithm, OffsetDateTime),
    /// Let this key sign, instead of the one that does.
    Promote(String),
    /// Forget this key.
    Remove(String),
}

/// The key that signs.
pub(super) fn signing(rows: &[KeyRow]) -> Option<&KeyRow> {
    rows.iter()
        .rfind(|row| row.promoted_at.is_some() && row.retired_at.is_none())
}

/// The key that is to sign next.
pub(super) fn next(rows: &[KeyRow]) -> Option<&KeyRow> {
    rows.iter().find(|row| row.promoted_at.is_none())
}

/// What is due. `wanted` is given by a node that starts, whose setting may be another than before.
pub(super) fn due(
    rows: &[KeyRow],
    wanted: Option<SigningAlgorithm>,
    now: OffsetDateTime,
) -> Option<Step> {
    let algorithm_of = |row: &KeyRow| SigningAlgorithm::from_name(&row.algorithm);
    let Some(current) = signing(rows) else {
        let first = next(rows).map(|row| Step::Promote(row.id.clone()));
        let algorithm = wanted.unwrap_or(SigningAlgorithm::EdDsa);
        return Some(first.unwrap_or(Step::Create(algorithm, now)));
    };
    if let Some(next) = next(rows) {
        if wanted.is_some() && algorithm_of(next) != wanted {
            return Some(Step::Remove(next.id.clone()));
        }
        if next.promote_at.is_none_or(|at| at <= now) {
            return Some(Step::Promote(next.id.clone()));
        }
    } else {
        let used = algorithm_of(current);
        let ends = current.promoted_at.unwrap_or(current.created_at) + PERIOD;
        if let Some(wanted) = wanted.filter(|wanted| Some(*wanted) != used) {
            return Some(Step::Create(wanted, now + PUBLISHED_FOR));
        }
        if let Some(used) = used.filter(|_| ends - AHEAD <= now) {
            return Some(Step::Create(used, ends.max(now + PUBLISHED_FOR)));
        }
    }
    let spent = |row: &&KeyRow| row.retired_at.is_some_and(|at| at + VERIFIES_FOR <= now);
    rows.iter()
        .find(spent)
        .map(|row| Step::Remove(row.id.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use SigningAlgorithm::{EdDsa, Es256};

    const START: OffsetDateTime = time::macros::datetime!(2026-11-21 12:00 UTC);

    fn key(id: &str, created_at: OffsetDateTime) -> KeyRow {
        KeyRow {
            id: id.to_owned(),
            algorithm: EdDsa.name().to_owned(),
            public_key: String::new(),
            sealed_private_key: String::new(),
            created_at,
            promote_at: None,
            promoted_at: None,
            retired_at: None,
        }
    }

    fn in_force(id: &str, since: OffsetDateTime) -> KeyRow {
        let promoted_at = Some(since);
        KeyRow {
            promoted_at,
            ..key(id, since)
        }
    }

    #[test]
    fn a_new_database_gets_a_key_of_the_wanted_kind_that_signs_at_once() {
        assert_eq!(
            due(&[], Some(Es256), START),
            Some(Step::Create(Es256, START))
        );
        let made = KeyRow {
            promote_at: Some(START),
            ..key("a", START)
        };
        assert_eq!(
            due(&[made], Some(EdDsa), START),
            Some(Step::Promote("a".to_owned()))
        );
    }

    #[test]
    fn the_next_key_is_published_a_day_before_it_signs() {
        let rows = [in_force("a", START)];
        let end = START + PERIOD;
        assert_eq!(due(&rows, None, end - AHEAD - Duration::SECOND), None);
        assert_eq!(
            due(&rows, None, end - AHEAD),
            Some(Step::Create(EdDsa, end))
        );
        let published = KeyRow {
            promote_at: Some(end),
            ..key("b", end - AHEAD)
        };
        let rows = [rows[0].clone(), published];
        assert_eq!(due(&rows, None, end - Duration::SECOND), None);
        assert_eq!(due(&rows, None, end), Some(Step::Promote("b".to_owned())));
    }

    #[test]
    fn a_site_that_slept_for_a_year_still_publishes_before_it_signs() {
        let now = START + Duration::days(365);
        let step = due(&[in_force("a", START)], None, now);
        assert_eq!(step, Some(Step::Create(EdDsa, now + PUBLISHED_FOR)));
    }

    #[test]
    fn a_retired_key_goes_when_its_last_token_is_over() {
        let retired = KeyRow {
            retired_at: Some(START),
            ..in_force("a", START - PERIOD)
        };
        let rows = [retired, in_force("b", START)];
        assert_eq!(
            due(&rows, None, START + VERIFIES_FOR - Duration::SECOND),
            None
        );
        assert_eq!(
            due(&rows, None, START + VERIFIES_FOR),
            Some(Step::Remove("a".to_owned()))
        );
    }

    #[test]
    fn another_algorithm_replaces_the_next_key_and_then_the_one_that_signs() {
        let next = KeyRow {
            promote_at: Some(START + PERIOD),
            ..key("b", START)
        };
        let rows = [in_force("a", START), next];
        assert_eq!(
            due(&rows, Some(Es256), START),
            Some(Step::Remove("b".to_owned()))
        );
        assert_eq!(
            due(&rows[..1], Some(Es256), START),
            Some(Step::Create(Es256, START + PUBLISHED_FOR))
        );
        assert_eq!(
            due(&rows, None, START),
            None,
            "a node that runs changes nothing"
        );
    }
}
