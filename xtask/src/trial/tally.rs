//! What became of the requests of a load: how many, how answered, and when.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What one request was told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Told {
    /// Done. Of a write it is what may never be lost.
    Good,
    /// 503: come again.
    Busy,
    /// 429: too often.
    TooOften,
    /// Any other refusal: of an honest client none is right.
    Wrong(u16),
    /// It was sent, and the connection broke before an answer came.
    Silence,
    /// Nobody listened.
    Nobody,
}

/// The requests of one client, or of all of them together.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) good: u64,
    pub(crate) busy: u64,
    pub(crate) too_often: u64,
    pub(crate) wrong: u64,
    pub(crate) silence: u64,
    pub(crate) nobody: u64,
    /// Access tokens that were refused, whose session went on.
    pub(crate) stale: u64,
    /// How often which status was the wrong answer.
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// When each good answer came, and of what.
    moments: Vec<Moment>,
}

#[derive(Clone, Copy)]
struct Moment {
    asked: Instant,
    came: Instant,
    wrote: bool,
}

impl Tally {
    pub(crate) fn count(&mut self, told: Told, asked: Instant, wrote: bool) {
        let counter = match told {
            Told::Good => {
                let came = Instant::now();
                self.moments.push(Moment { asked, came, wrote });
                &mut self.good
            }
            Told::Busy => &mut self.busy,
            Told::TooOften => &mut self.too_often,
            Told::Wrong(status) => {
                *self.statuses.entry(status).or_default() += 1;
                &mut self.wrong
            }
            Told::Silence => &mut self.silence,
            Told::Nobody => &mut self.nobody,
        };
        *counter += 1;
    }

    /// Takes the last answer, a 401, for what every client expects from time to time, and not for a failure.
    pub(crate) fn forgive_stale(&mut self) {
        self.wrong -= 1;
        self.stale += 1;
        self.statuses.entry(401).and_modify(|count| *count -= 1);
    }

    pub(crate) fn requests(&self) -> u64 {
        self.good + self.busy + self.too_often + self.stale + self.failed()
    }

    /// What was neither done nor put off with 503 or 429.
    pub(crate) fn failed(&self) -> u64 {
        self.wrong + self.silence + self.nobody
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.good += other.good;
        self.busy += other.busy;
        self.too_often += other.too_often;
        self.wrong += other.wrong;
        self.silence += other.silence;
        self.nobody += other.nobody;
        self.stale += other.stale;
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.moments.extend(other.moments);
    }

    /// The longest time between two good answers, that from `begin` to the first and from the last to `end` too.
    pub(crate) fn longest_gap(&self, begin: Instant, end: Instant) -> Duration {
        let mut came: Vec<Instant> = self.moments.iter().map(|moment| moment.came).collect();
        came.retain(|came| (begin..end).contains(came));
        came.push(begin);
        came.push(end);
        came.sort_unstable();
        let gaps = came.windows(2).map(|pair| pair[1] - pair[0]);
        gaps.max().unwrap_or_default()
    }

    /// When the last write that was done was asked for.
    pub(crate) fn last_write(&self) -> Option<Instant> {
        let last = self.moments.iter().rev().find(|moment| moment.wrote);
        last.map(|moment| moment.asked)
    }

    /// How long after `mended` it took until a write was asked for and done.
    pub(crate) fn recovery(&self, mended: Instant) -> Option<Duration> {
        let writes = self.moments.iter().filter(|moment| moment.wrote);
        let after = writes.filter(|moment| moment.asked >= mended);
        after.map(|moment| moment.came - mended).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(begin: Instant, moments: &[(u64, u64, bool)]) -> Tally {
        let after = |milliseconds| begin + Duration::from_millis(milliseconds);
        let moments = moments.iter().map(|&(asked, came, wrote)| Moment {
            asked: after(asked),
            came: after(came),
            wrote,
        });
        Tally {
            moments: moments.collect(),
            ..Tally::default()
        }
    }

    #[test]
    fn the_longest_gap_counts_the_time_before_the_first_and_after_the_last_answer() {
        let begin = Instant::now();
        let end = begin + Duration::from_millis(100);
        let answers = tally(begin, &[(0, 10, false), (50, 60, false), (60, 90, true)]);
        assert_eq!(answers.longest_gap(begin, end).as_millis(), 50);
        let none = Tally::default();
        assert_eq!(none.longest_gap(begin, end).as_millis(), 100);
    }

    #[test]
    fn a_site_has_recovered_when_a_write_that_was_asked_for_afterwards_is_done() {
        let begin = Instant::now();
        let mended = begin + Duration::from_millis(20);
        // The first was asked for before, the second reads.
        let answers = tally(begin, &[(10, 25, true), (21, 22, false), (30, 45, true)]);
        assert_eq!(
            answers.recovery(mended).map(|took| took.as_millis()),
            Some(25)
        );
        assert_eq!(Tally::default().recovery(mended), None);
    }

    #[test]
    fn every_request_is_counted_once() {
        let mut tally = Tally::default();
        let kinds = [
            Told::Good,
            Told::Busy,
            Told::TooOften,
            Told::Wrong(500),
            Told::Silence,
            Told::Nobody,
        ];
        for told in kinds {
            tally.count(told, Instant::now(), false);
        }
        assert_eq!((tally.requests(), tally.failed()), (6, 3));
    }
}
