//! What the dashboard draws, from what the domain knows.

use auth::{Device, Session, SignIns};
use time::{Date, Duration, OffsetDateTime, Weekday};

use crate::language::language;
use crate::life::{Life, Scale, Seconds};
use crate::sign_ins::{Chart, DAYS, Day, Week};
use crate::ssr::words::when;

pub(super) fn life(device: &Device, session: &Session, now: OffsetDateTime) -> Life {
    let (renewed, renews) = (session.issued_at, session.access_expires_at);
    Life {
        began: when(device.created_at, now),
        renewed: when(renewed, now),
        now: when(now, now),
        renews: when(renews, now),
        ends_idle: when(device.idle_expires_at, now),
        ends: when(device.expires_at, now),
        scale: Scale::from(Seconds {
            began: device.created_at.unix_timestamp(),
            renewed: renewed.unix_timestamp(),
            now: now.unix_timestamp(),
            renews: renews.unix_timestamp(),
            ends_idle: device.idle_expires_at.unix_timestamp(),
            ends: device.expires_at.unix_timestamp(),
        }),
    }
}

/// The first day of the chart.
pub(super) fn since(now: OffsetDateTime) -> Date {
    let before = Duration::days(i64::from(DAYS) - 1);
    now.date().checked_sub(before).unwrap_or(Date::MIN)
}

/// Days of UTC, which are all of one length.
pub(super) fn chart(sign_ins: &[SignIns], now: OffsetDateTime) -> Chart {
    let (language, first) = (language(), since(now));
    let place = |day: Date| {
        let place = u16::try_from((day - first).whole_days()).ok();
        place.filter(|place| *place < DAYS)
    };
    let days = sign_ins.iter().filter_map(|one| {
        Some(Day {
            place: place(one.day)?,
            date: language.day(one.day),
            succeeded: one.succeeded,
            failed: one.failed,
        })
    });
    let weeks = std::iter::successors(Some(monday_from(first)), |day| {
        day.checked_add(Duration::WEEK)
    });
    let weeks = weeks.map_while(|day| {
        Some(Week {
            place: place(day)?,
            date: language.short_day(day),
        })
    });
    Chart {
        days: days.collect(),
        weeks: weeks.collect(),
    }
}

/// The day itself, when it is one.
fn monday_from(day: Date) -> Date {
    match day.weekday() {
        Weekday::Monday => day,
        _ => day.next_occurrence(Weekday::Monday),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-21 23:59:59 UTC);

    fn on(day: Date) -> SignIns {
        SignIns {
            day,
            succeeded: 1,
            failed: 0,
        }
    }

    #[test]
    fn the_last_place_is_today_and_the_first_six_weeks_before() {
        assert_eq!(since(NOW), date!(2026 - 10 - 11));
        let all = [date!(2026 - 10 - 11), date!(2026 - 11 - 21)].map(on);
        let chart = chart(&all, NOW);
        let places: Vec<_> = chart
            .days
            .iter()
            .map(|day| (day.place, day.date.as_str()))
            .collect();
        assert_eq!(places, [(0, "11 October"), (41, "21 November")]);
    }

    #[test]
    fn what_is_older_or_to_come_is_not_drawn() {
        let all = [date!(2026 - 10 - 10), date!(2026 - 11 - 22)].map(on);
        assert!(chart(&all, NOW).days.is_empty());
    }

    #[test]
    fn weeks_begin_on_mondays_also_where_clocks_are_changed() {
        let chart = chart(&[], NOW);
        let weeks: Vec<_> = chart
            .weeks
            .iter()
            .map(|week| (week.place, week.date.as_str()))
            .collect();
        assert_eq!(
            weeks,
            [
                (1, "12 Oct"),
                (8, "19 Oct"),
                (15, "26 Oct"),
                (22, "2 Nov"),
                (29, "9 Nov"),
                (36, "16 Nov")
            ]
        );
    }

    #[test]
    fn a_week_that_begins_today_has_its_line() {
        let monday = chart(&[], datetime!(2026-11-23 00:00 UTC));
        assert_eq!(monday.weeks.last().map(|week| week.place), Some(DAYS - 1));
    }
}
