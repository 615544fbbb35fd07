//! When and where, as one would say it.

use time::Duration;

use crate::Words;

impl Words {
    /// Like `in 9 minutes` or `2 hours ago`: in the largest unit that there is at least one of, rounded to the nearest.
    #[must_use]
    pub fn distance(&self, span: Duration) -> String {
        let seconds = span.whole_seconds().unsigned_abs();
        let is_over = span.is_negative();
        match seconds {
            0..=29 if is_over || seconds < 5 => self.just_now(),
            0..=29 => self.in_seconds(seconds),
            30..=3569 if is_over => self.minutes_ago((seconds + 30) / 60),
            30..=3569 => self.in_minutes((seconds + 30) / 60),
            3570..=86_399 if is_over => self.hours_ago((seconds + 1800) / 3600),
            3570..=86_399 => self.in_hours((seconds + 1800) / 3600),
            _ if is_over => self.days_ago((seconds + 43_200) / 86_400),
            _ => self.in_days((seconds + 43_200) / 86_400),
        }
    }

    /// When to try again: not to the second, which nobody counts.
    #[must_use]
    pub fn soon(&self, wait: Duration) -> String {
        match wait.whole_seconds() {
            ..15 => self.in_a_moment(),
            _ => self.distance(wait.max(Duration::seconds(30))),
        }
    }

    /// Like `Firefox on Linux at 192.0.2.7`.
    #[must_use]
    pub fn place(&self, browser: &str, address: Option<&str>) -> String {
        match address {
            Some(address) => self.place_at(browser, address),
            None => browser.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language::{De, En};

    #[test]
    fn distances_read_as_one_would_say_them() {
        for (seconds, english, german) in [
            (0, "just now", "gerade eben"),
            (-20, "just now", "gerade eben"),
            (20, "in 20 seconds", "in 20 Sekunden"),
            (45, "in 1 minute", "in 1 Minute"),
            (600, "in 10 minutes", "in 10 Minuten"),
            (-90, "2 minutes ago", "vor 2 Minuten"),
            (3570, "in 1 hour", "in 1 Stunde"),
            (7200, "in 2 hours", "in 2 Stunden"),
            (86_400, "in 1 day", "in 1 Tag"),
            (-2_592_000, "30 days ago", "vor 30 Tagen"),
        ] {
            let span = Duration::seconds(seconds);
            assert_eq!(En.words().distance(span), english, "{seconds}");
            assert_eq!(De.words().distance(span), german, "{seconds}");
        }
    }

    #[test]
    fn one_thing_is_not_called_several() {
        let ended = |language: crate::Language, count| language.words().sessions_ended(count);
        assert_eq!(ended(En, 0_u32), "There was no other session to end.");
        assert_eq!(ended(En, 1_u32), "The session was ended.");
        assert_eq!(ended(En, 2_u32), "2 sessions were ended.");
        assert_eq!(ended(De, 1_u32), "Die Sitzung wurde beendet.");
        assert_eq!(ended(De, 2_u32), "2 Sitzungen wurden beendet.");
    }
}
