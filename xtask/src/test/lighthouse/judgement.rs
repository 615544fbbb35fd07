//! What a first visit has to be.

use crate::test::lighthouse::visit::{PERFORMANCE, Visit};

/// All that comes over the line, with the headers of the answers.
const BYTES: u64 = 100_000;

/// Before a page can be used, see [`Visit::needed`].
const REQUESTS: u64 = 3;

/// Milliseconds until a page can be used.
const INTERACTIVE: u64 = 1000;

/// Lighthouse's own figure of a processor, of which a quarter is the phone that is meant. One that is slower, or that
/// others keep busy, is a phone that nobody has.
const FAST_ENOUGH: f64 = 1500.0;

/// One thing that was promised.
pub(crate) struct Judgement {
    pub(crate) says: String,
    pub(crate) verdict: Verdict,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    Kept,
    Missed,
    /// It took too long, on a machine that says nothing about that.
    Unknown,
}

pub(crate) fn judge(visit: &Visit) -> Vec<Judgement> {
    let is_slow = visit.benchmark < FAST_ENOUGH;
    let if_late = if is_slow {
        Verdict::Unknown
    } else {
        Verdict::Missed
    };
    let scores = visit.scores.iter().map(|(name, score)| Judgement {
        says: format!("{name} is {score}, of 100"),
        verdict: match (*score, *name) {
            (100, _) => Verdict::Kept,
            (_, PERFORMANCE) => if_late,
            _ => Verdict::Missed,
        },
    });
    let interactive = "milliseconds until it is interactive";
    let figures = [
        at_most("bytes", visit.bytes(), BYTES, Verdict::Missed),
        at_most(
            "requests before it can be used",
            visit.needed,
            REQUESTS,
            Verdict::Missed,
        ),
        at_most(interactive, visit.interactive, INTERACTIVE, if_late),
    ];
    scores.chain(figures).collect()
}

fn at_most(name: &str, measured: u64, limit: u64, otherwise: Verdict) -> Judgement {
    Judgement {
        says: format!("{name}: {measured}, at most {limit}"),
        verdict: if measured <= limit {
            Verdict::Kept
        } else {
            otherwise
        },
    }
}

/// Whether everything holds that another visit could change.
pub(crate) fn is_quick(visit: &Visit) -> bool {
    visit.performance() == 100 && visit.interactive <= INTERACTIVE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn late(benchmark: f64) -> Visit {
        Visit {
            interactive: 1001,
            benchmark,
            ..Visit::example()
        }
    }

    fn missed(visit: &Visit) -> usize {
        let judgements = judge(visit);
        let missed = judgements
            .iter()
            .filter(|judgement| judgement.verdict == Verdict::Missed);
        missed.count()
    }

    #[test]
    fn a_page_that_is_late_has_missed_something_only_where_that_can_be_told() {
        assert_eq!(missed(&late(2000.0)), 1);
        assert_eq!(missed(&late(700.0)), 0);
        assert!(!is_quick(&late(700.0)));
    }

    #[test]
    fn what_takes_no_time_is_missed_on_every_machine() {
        let mut visit = late(700.0);
        visit.needed = 4;
        visit.scores[1].1 = 99;
        assert_eq!(missed(&visit), 2);
    }
}
