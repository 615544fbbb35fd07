//! The tables, as `docs/reliability.md` has them, and the sentences about what was promised and not kept.

use std::time::Duration;

use crate::trial::crowd::{Crowded, Sight};
use crate::trial::faults::Row;
use crate::trial::load::Outcome;
use crate::trial::nodes::Nodes;
use crate::trial::storm::{Attempts, Weather};

/// A table with two columns of words and one of verdicts.
const FIGURES: &str = "\n| figure | measured | limit |\n| --- | --- | --- |\n";

const FAULTS: &str = "
| fault | requests | 503 | nobody listened | no answer | answered wrongly | access token renewed | longest without a good answer | \
recovered after | acknowledged | lost | signed out | ended, and alive |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
";

pub(crate) fn of_storm(weather: &Weather) -> String {
    let limits = match weather.attempts {
        Attempts::Unlimited => "",
        Attempts::Limited => ", attempts limited",
    };
    let (planned, sign_ins) = (&weather.dashboards, &weather.sign_in_times);
    let lines = [
        figure(
            &format!(
                "good sign-ins, 32 clients, {:.0} s{limits}",
                weather.lasted.as_secs_f64()
            ),
            &format!("{:.1} a second", weather.rate()),
            "–",
        ),
        figure(
            "processor time of one hash, all cores busy: cores ÷ hash time",
            &format!(
                "{:.1} ms: {:.1} a second",
                1000.0 * weather.hash_time,
                weather.cores / weather.hash_time
            ),
            "–",
        ),
        at_least(
            "of that used for good sign-ins, of what other programs left",
            weather.used(),
            95.0,
            "%",
        ),
        figure(
            "sign-ins, half and 99 of 100 within",
            &format!(
                "{:.0} ms, {:.0} ms",
                sign_ins.within(50.0),
                sign_ins.within(99.0)
            ),
            "–",
        ),
        figure(
            "sign-ins put off with 503, with 429, failed otherwise",
            &format!(
                "{}, {}, {}",
                weather.sign_ins.busy,
                weather.sign_ins.too_often,
                weather.sign_ins.failed()
            ),
            "–",
        ),
        at_most(
            "dashboards, 50 a second from planned moments, 99 of 100 within",
            planned.times.within(99.0),
            25.0,
            "ms",
        ),
        figure(
            "the same, half within, the longest",
            &format!(
                "{:.1} ms, {:.1} ms",
                planned.times.within(50.0),
                planned.times.longest()
            ),
            "–",
        ),
        figure(
            "dashboards that failed",
            &of(
                &planned.tally.requests(),
                planned.tally.requests() - planned.tally.good,
            ),
            "0",
        ),
        at_most("most memory", weather.memory, weather.memory_limit, "MB"),
        figure(
            "of the processors: server, load",
            &format!("{:.0} %, {:.1} %", weather.server_share, weather.load_share),
            "–",
        ),
    ];
    FIGURES.to_owned() + &lines.concat()
}

pub(crate) fn of_crowd(crowded: &Crowded) -> String {
    let sizes = &crowded.sizes;
    let (before, during, after) = (&crowded.before, &crowded.crowded, &crowded.after);
    let usual_rate = f64::midpoint(before.rate, after.rate);
    let slow = |sight: &Sight| sight.planned.times.within(99.0);
    let closed = |sight: &Sight| sight.times.within(99.0);
    let three = |what: &dyn Fn(&Sight) -> f64, unit: &str| {
        format!(
            "{:.1} {unit}, {:.1} {unit}, {:.1} {unit}",
            what(before),
            what(during),
            what(after)
        )
    };
    let failed =
        [before, during, after].map(|sight| sight.tally.failed() + sight.planned.tally.failed());
    let lines = [
        figure(
            &format!(
                "the crowd: {} idle, {} slow heads, {} slow bodies, {} slow readers; sent away, and come again",
                sizes.idle, sizes.slow_heads, sizes.slow_bodies, sizes.slow_readers
            ),
            &crowded.sent_away.to_string(),
            "–",
        ),
        figure(
            "dashboards a second, 8 clients: before, with the crowd, after",
            &three(&|sight| sight.rate, "/s"),
            "–",
        ),
        at_least(
            "with the crowd, against without",
            100.0 * during.rate / usual_rate,
            90.0,
            "%",
        ),
        figure("the same, 99 of 100 within", &three(&closed, "ms"), "–"),
        figure(
            "dashboards, 50 a second from planned moments beside them, 99 of 100 within",
            &three(&slow, "ms"),
            "–",
        ),
        at_most(
            "with the crowd, against without",
            during.planned.times.within(99.0) / f64::midpoint(slow(before), slow(after)),
            1.5,
            "×",
        ),
        figure(
            "of them failed",
            &failed.map(|failed| failed.to_string()).join(", "),
            "0, 0, 0",
        ),
        figure(
            "processor of the server, of one",
            &three(&|sight| sight.server_share, "%"),
            "–",
        ),
        figure(
            "most memory, before and with the crowd",
            &format!("{:.0} MB, {:.0} MB", crowded.memory_before, crowded.memory),
            "–",
        ),
    ];
    FIGURES.to_owned() + &lines.concat()
}

fn of(all: &u64, some: u64) -> String {
    format!("{some} of {all}")
}

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
