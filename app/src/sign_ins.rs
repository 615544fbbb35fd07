//! The sign-ins of the last weeks as a chart: a bar for each day, attempts that failed below the line.

mod bars;

use std::fmt::Write as _;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use words::Words;

use crate::language::words;

/// How many days are drawn, the last of them today.
pub const DAYS: u16 = 42;

/// Like `2 sign-ins and 1 failed attempt`.
fn both(succeeded: u32, failed: u32, words: &Words) -> String {
    let (some, others) = (
        words.count_of_sign_ins(succeeded),
        words.count_of_attempts(failed),
    );
    match (succeeded, failed) {
        (_, 0) => some,
        (0, _) => others,
        _ => words.sign_ins_and_attempts(some, others),
    }
}

/// What the picture says, for those who do not see it.
fn told(chart: &Chart, words: &Words) -> String {
    let (succeeded, failed) = chart.totals();
    let mut told = format!("{}: {}.", words.sign_ins(), both(succeeded, failed, words));
    let days: Vec<_> = chart.days.iter().map(|one| day(one, words)).collect();
    if !days.is_empty() {
        let _ = write!(told, " {}.", days.join("; "));
    }
    told
}

/// Like `3 November: 2 sign-ins`.
fn day(day: &Day, words: &Words) -> String {
    format!("{}: {}", day.date, both(day.succeeded, day.failed, words))
}

/// What is drawn.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Chart {
    /// The days that there is something of, the oldest first.
    pub days: Vec<Day>,
    /// The days that weeks begin with.
    pub weeks: Vec<Week>,
}

/// A day with sign-ins, or with attempts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Day {
    /// 0 is the oldest that is drawn, and `DAYS - 1` today.
    pub place: u16,
    /// Like `3 November`.
    pub date: String,
    pub succeeded: u32,
    pub failed: u32,
}

/// The first day of a week.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Week {
    pub place: u16,
    /// Like `3 Nov`.
    pub date: String,
}

impl Chart {
    fn totals(&self) -> (u32, u32) {
        self.days.iter().fold((0, 0), |(succeeded, failed), day| {
            (
                succeeded.saturating_add(day.succeeded),
                failed.saturating_add(day.failed),
            )
        })
    }

    fn highest(&self, of: impl Fn(&Day) -> u32) -> u32 {
        self.days.iter().map(of).max().unwrap_or(0)
    }
}

#[component]
#[must_use]
pub fn SignIns(chart: Chart) -> impl IntoView {
    let (succeeded, failed) = chart.totals();
    let words = words();
    let (told, shapes) = (told(&chart, words), bars::shapes(&chart, words));
    let remark = match (succeeded, failed) {
        (0, 0) => Some(words.sign_ins_none()),
        (1, 0) => Some(words.sign_ins_first()),
        _ => None,
    };
    view! {
        <section class="card" aria-labelledby="sign-ins">
            <h2 id="sign-ins">{words.sign_ins()}</h2>
            <svg class="chart" width="100%" height="120" role="img" aria-label=told inner_html=shapes></svg>
            <p class="legend" aria-hidden="true">
                <span class="of-succeeded">{words.count_of_sign_ins(succeeded)}</span>
                {(failed > 0).then(|| view! { <span class="of-failed">{words.count_of_attempts(failed)}</span> })}
            </p>
            {remark.map(|remark| view! { <p class="aside">{remark}</p> })}
            {(failed > 0)
                .then(|| view! { <p class="aside">{words.sign_ins_if_not_you()} " " <a href="/profile/security">{words.sign_ins_change()}</a> "."</p> })}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod testing {
    use super::{Chart, Day};

    pub(super) fn chart(days: &[(u16, u32, u32)]) -> Chart {
        let days = days.iter().map(|&(place, succeeded, failed)| Day {
            place,
            date: format!("day {place}"),
            succeeded,
            failed,
        });
        Chart {
            days: days.collect(),
            weeks: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use words::Language::En;

    use super::testing::chart;
    use super::*;

    #[test]
    fn what_is_drawn_is_told() {
        assert_eq!(
            told(&chart(&[]), En.words()),
            "Sign-ins of the last 6 weeks: 0 sign-ins."
        );
        assert_eq!(
            told(&chart(&[(3, 2, 0), (4, 0, 1)]), En.words()),
            "Sign-ins of the last 6 weeks: 2 sign-ins and 1 failed attempt. day 3: 2 sign-ins; day 4: 1 failed attempt."
        );
    }
}
