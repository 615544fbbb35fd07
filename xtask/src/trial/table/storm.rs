//! The table of the storm.

use crate::trial::storm::{Attempts, Weather};
use crate::trial::table::{FIGURES, at_least, at_most, figure};

pub(crate) fn of(weather: &Weather) -> String {
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
            &format!(
                "{} of {}",
                planned.tally.requests() - planned.tally.good,
                planned.tally.requests()
            ),
            "0",
        ),
        at_most("most memory", weather.memory, weather.memory_limit, "MB"),
        figure(
            "of the processors that hashed, as the kernel counts it, of what other programs left",
            &format!("{:.1} %", weather.hashing()),
            "–",
        ),
        figure(
            "of the processors: server, load, other programs",
            &format!(
                "{:.1} %, {:.1} %, {:.1} %",
                weather.server_share, weather.load_share, weather.others_share
            ),
            "–",
        ),
    ];
    FIGURES.to_owned() + &lines.concat()
}
