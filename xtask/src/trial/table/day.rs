//! The table of a day.

use crate::trial::day::Day;
use crate::trial::table::{FIGURES, at_most, figure};

pub(crate) fn of(day: &Day) -> String {
    let minutes: Vec<String> = day.minutes.iter().map(|mb| format!("{mb:.1}")).collect();
    let (actors, dashboards) = (&day.actors.tally, &day.dashboards);
    let lines = [
        figure(
            "requests of clients with a ledger, dashboards",
            &format!("{}, {}", actors.requests(), dashboards.requests()),
            "–",
        ),
        figure(
            "of them failed",
            &format!("{}, {}", actors.failed(), dashboards.failed()),
            "0, 0",
        ),
        figure(
            "resident memory, minute by minute",
            &format!("{} MB", minutes.join(", ")),
            "–",
        ),
        at_most("the last minute, over the second", day.growth(), 5.0, "%"),
    ];
    FIGURES.to_owned() + &lines.concat()
}
