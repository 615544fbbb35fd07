//! The tables, as `docs/reliability.md` has them, and the sentences about what was promised and not kept.

pub(crate) mod crowd;
pub(crate) mod day;
pub(crate) mod storm;

use std::time::Duration;

use crate::trial::faults::Row;
use crate::trial::load::Outcome;
use crate::trial::nodes::Nodes;

/// A table with two columns of words and one of verdicts.
const FIGURES: &str = "\n| figure | measured | limit |\n| --- | --- | --- |\n";

const FAULTS: &str = "
| fault | requests | 503 | nobody listened | no answer | answered wrongly | access token renewed | longest without a good answer | \
recovered after | acknowledged | lost | signed out | ended, and alive |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
";

fn figure(name: &str, measured: &str, limit: &str) -> String {
    format!("| {name} | {measured} | {limit} |\n")
}

fn at_most(name: &str, measured: f64, limit: f64, unit: &str) -> String {
    let verdict = if measured <= limit { "" } else { " OVER" };
    figure(
        name,
        &format!("{measured:.1} {unit}{verdict}"),
        &format!("{limit} {unit}"),
    )
}

fn at_least(name: &str, measured: f64, limit: f64, unit: &str) -> String {
    let verdict = if measured >= limit { "" } else { " UNDER" };
    figure(
        name,
        &format!("{measured:.1} {unit}{verdict}"),
        &format!("at least {limit} {unit}"),
    )
}

pub(crate) fn of_faults(rows: &[Row]) -> String {
    rows.iter()
        .map(|row| match &row.became {
            Ok(outcome) => line(&row.fault, outcome),
            Err(why) => format!("| {} | skipped: {why} |\n", row.fault),
        })
        .fold(FAULTS.to_owned(), |table, line| table + &line)
}

pub(crate) fn of_nodes(nodes: &Nodes) -> String {
    let limit = nodes.limit.as_secs_f64() * 1000.0;
    let slowest = at_most(
        &format!(
            "{} sessions ended on one node, used on another: accepted for, the longest",
            nodes.revoked
        ),
        nodes.revocations.longest(),
        limit,
        "ms",
    );
    let half = figure(
        "the same, half for",
        &format!("{:.1} ms", nodes.revocations.within(50.0)),
        "–",
    );
    of_faults(&nodes.rows) + FIGURES + &slowest + &half
}

fn line(fault: &str, outcome: &Outcome) -> String {
    let tally = &outcome.tally;
    let recovery = outcome.recovery.map_or("never".to_owned(), milliseconds);
    format!(
        "| {fault} | {} | {} | {} | {} | {} | {} | {} | {recovery} | {} | {} | {} | {} |\n",
        tally.requests(),
        tally.busy,
        tally.nobody,
        tally.silence,
        tally.wrong,
        tally.stale,
        milliseconds(outcome.longest_gap),
        outcome.acknowledged,
        outcome.broken.lost.len(),
        outcome.broken.signed_out.len(),
        outcome.broken.alive.len(),
    )
}

fn milliseconds(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}
