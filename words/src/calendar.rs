//! Dates of a language, with one part for each month.
//!
//! To ask for a message takes longer than to write a date, and a page has a dozen of them. So each month is asked for
//! once, with places where the other parts belong. What is said of a date may differ by its month, and by nothing else.

use std::fmt::Write;
use std::sync::LazyLock;

use time::{Date, Month, OffsetDateTime};

use crate::{Language, Words};

/// Where the day belongs, and so on: characters that no language writes.
const DAY: char = '\u{f0000}';
const YEAR: char = '\u{f0001}';
const TIME: char = '\u{f0002}';

/// Longer than any date.
const ROOM: usize = 48;

/// Each is made when the first date is written.
static CALENDARS: LazyLock<Vec<Calendar>> = LazyLock::new(|| {
    Language::iter()
        .map(|language| Calendar::of(language.words()))
        .collect()
});

struct Calendar {
    dates: [String; 12],
    days: [String; 12],
    short_days: [String; 12],
}

impl Calendar {
    fn of(words: &Words) -> Self {
        let [day, year, time] = [DAY, YEAR, TIME].map(String::from);
        Self {
            dates: MONTHS.map(|month| words.calendar_date(&day, month, &year, &time)),
            days: MONTHS.map(|month| words.day_of_year(&day, month)),
            short_days: MONTHS.map(|month| words.day_of_year_short(&day, month)),
        }
    }
}

impl Language {
    /// Like `21 November 2026, 12:00 UTC`.
    #[must_use]
    pub fn date(self, at: OffsetDateTime) -> String {
        fill(of_month(&self.calendar().dates, at.month()), at)
    }

    /// Like `21 November`.
    #[must_use]
    pub fn day(self, day: Date) -> String {
        fill(
            of_month(&self.calendar().days, day.month()),
            day.midnight().assume_utc(),
        )
    }

    /// Like `21 Nov`.
    #[must_use]
    pub fn short_day(self, day: Date) -> String {
        fill(
            of_month(&self.calendar().short_days, day.month()),
            day.midnight().assume_utc(),
        )
    }

    fn calendar(self) -> &'static Calendar {
        &CALENDARS[self as usize]
    }
}

/// What a month is called in the messages, from January on. Names are told apart faster than numbers there.
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

fn of_month(texts: &[String; 12], month: Month) -> &str {
    &texts[usize::from(u8::from(month)) - 1]
}

fn fill(text: &str, at: OffsetDateTime) -> String {
    let mut filled = String::with_capacity(ROOM);
    for letter in text.chars() {
        let written = match letter {
            DAY => write!(filled, "{}", at.day()),
            YEAR => write!(filled, "{}", at.year()),
            TIME => write!(filled, "{:02}:{:02}", at.hour(), at.minute()),
            letter => filled.write_char(letter),
        };
        written.expect("a text grows as it is written");
    }
    filled
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::{date, datetime};

    use super::*;
    use crate::Language::{De, En};

    #[test]
    fn dates_are_written_as_in_the_language() {
        let at = datetime!(2026-03-01 09:05 UTC);
        assert_eq!(En.date(at), "1 March 2026, 09:05 UTC");
        assert_eq!(De.date(at), "1. März 2026, 09:05 UTC");
        let at = datetime!(2026-12-31 23:59 UTC);
        assert_eq!(En.date(at), "31 December 2026, 23:59 UTC");
        assert_eq!(De.date(at), "31. Dezember 2026, 23:59 UTC");
    }

    #[test]
    fn every_day_of_a_year_is_written_as_its_message_says() {
        let first = datetime!(2028-01-01 07:59 UTC);
        for (language, days) in Language::iter().flat_map(|one| (0..366).map(move |day| (one, day)))
        {
            let at = first + Duration::days(days);
            let (words, day) = (language.words(), at.day().to_string());
            let month = MONTHS[usize::from(u8::from(at.month())) - 1];
            let date = words.calendar_date(&day, month, "2028", "07:59");
            assert_eq!(language.date(at), date);
            assert_eq!(language.day(at.date()), words.day_of_year(&day, month));
            let short = words.day_of_year_short(&day, month);
            assert_eq!(language.short_day(at.date()), short);
        }
    }

    #[test]
    fn every_month_has_its_name() {
        let days = std::iter::successors(Some(date!(2026 - 01 - 31)), |day| {
            day.checked_add(Duration::days(28))
        });
        for (day, month) in days.zip(1..=12) {
            assert_eq!(u8::from(day.month()), month);
            let name = day.month().to_string();
            assert_eq!(En.day(day), format!("{} {name}", day.day()));
            assert!(En.short_day(day).ends_with(&name[..3]), "{name}");
        }
    }
}
