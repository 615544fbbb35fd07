//! The table of the crowd.

use crate::trial::crowd::{Crowded, Sight};
use crate::trial::table::{FIGURES, at_least, at_most, figure};

pub(crate) fn of(crowded: &Crowded) -> String {
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
            "processor of the load, of one",
            &three(&|sight| sight.load_share, "%"),
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
