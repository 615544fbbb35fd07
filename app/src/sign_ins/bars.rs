//! The bars of the chart, and what is around them.

use std::fmt::Write as _;

use words::Words;

use crate::drawing::{Share, Tenths};
use crate::sign_ins::{Chart, DAYS, Day, Week};

/// Where the bars are, from above. Below them are the dates.
const TOP: Tenths = Tenths(80);
const BOTTOM: Tenths = Tenths(960);
/// The least that a bar is high: one attempt among a thousand is to be seen.
const LEAST: Tenths = Tenths(30);
/// Where the words stand, from above: those of the scale, and the dates.
const SCALE: Tenths = Tenths(210);
const DATES: Tenths = Tenths(1140);

/// How counts become heights: the same for both kinds of bars.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Heights {
    /// What the line above stands for, and the one below; 0 when nothing goes below.
    above: u32,
    below: u32,
}

impl Heights {
    fn new(succeeded: u32, failed: u32) -> Self {
        let above = round(succeeded.max(failed / 4).max(4));
        let below = match failed {
            0 => 0,
            some => round(some).max(above / 4),
        };
        Self { above, below }
    }

    fn of(self, count: u32) -> Tenths {
        let all = u64::from(self.above) + u64::from(self.below);
        let room = u64::from(BOTTOM.0 - TOP.0);
        let height = (u64::from(count) * room + all / 2) / all;
        Tenths(u32::try_from(height).unwrap_or(BOTTOM.0))
    }

    fn zero(self) -> Tenths {
        Tenths(TOP.0 + self.of(self.above).0)
    }
}

/// The next number up that has one digit and then noughts.
fn round(count: u32) -> u32 {
    let mut power = 1_u32;
    loop {
        for first in 1..10 {
            let round = power.saturating_mul(first);
            if round >= count {
                return round;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// The shapes of the picture. The dates in it are our own words.
pub(super) fn shapes(chart: &Chart, words: &Words) -> String {
    let heights = Heights::new(
        chart.highest(|day| day.succeeded),
        chart.highest(|day| day.failed),
    );
    let mut svg = String::with_capacity(2048);
    let zero = heights.zero();
    let (x, width) = (place(DAYS - 1, 0), share(100));
    let height = Tenths(BOTTOM.0 - TOP.0);
    let _ = write!(
        svg,
        r#"<rect class="today" x="{x}" y="{TOP}" width="{width}" height="{height}"/>"#
    );
    rule(&mut svg, "rule", TOP);
    for week in &chart.weeks {
        mark(&mut svg, week);
    }
    for day in &chart.days {
        bars(&mut svg, day, heights, words);
    }
    rule(&mut svg, "zero", zero);
    let _ = write!(
        svg,
        r#"<text x="4" y="{SCALE}">{}</text><text x="100%" y="{DATES}" text-anchor="end">{}</text>"#,
        heights.above,
        words.sign_ins_today()
    );
    svg
}

fn rule(svg: &mut String, class: &str, y: Tenths) {
    let _ = write!(
        svg,
        r#"<line class="{class}" x2="100%" y1="{y}" y2="{y}"/>"#
    );
}

/// A date, unless today is too near for both. On a phone there is room for every other one, and today is near sooner.
fn mark(svg: &mut String, week: &Week) {
    let x = place(week.place, 0);
    let _ = write!(
        svg,
        r#"<line class="week" x1="{x}" x2="{x}" y1="{TOP}" y2="{BOTTOM}"/>"#
    );
    if week.place + 8 < DAYS {
        let date = &week.date;
        let is_for_phones = week.place % 14 < 7 && week.place + 16 < DAYS;
        let class = if is_for_phones {
            ""
        } else {
            r#" class="wide""#
        };
        let _ = write!(svg, r#"<text{class} x="{x}" y="{DATES}">{date}</text>"#);
    }
}

fn bars(svg: &mut String, day: &Day, heights: Heights, words: &Words) {
    let (x, width, zero) = (place(day.place, 15), share(70), heights.zero());
    let told = super::day(day, words);
    let _ = write!(svg, "<g><title>{told}</title>");
    if day.succeeded > 0 {
        let height = heights.of(day.succeeded).max(LEAST);
        let y = Tenths(zero.0.saturating_sub(height.0));
        let _ = write!(
            svg,
            r#"<rect class="succeeded" x="{x}" y="{y}" width="{width}" height="{height}"/>"#
        );
    }
    if day.failed > 0 {
        let height = heights.of(day.failed).max(LEAST);
        let _ = write!(
            svg,
            r#"<rect class="failed" x="{x}" y="{zero}" width="{width}" height="{height}"/>"#
        );
    }
    svg.push_str("</g>");
}

/// Where something is drawn, so many hundredths of its width into the day.
fn place(day: u16, within: u32) -> Share {
    share(u32::from(day) * 100 + within)
}

/// How wide so many hundredths of a day are.
fn share(hundredths: u32) -> Share {
    let days = u32::from(DAYS);
    Share((hundredths * 100 + days / 2) / days)
}

#[cfg(test)]
mod tests {
    use words::Language::En;

    use super::*;
    use crate::sign_ins::testing::chart;

    fn shapes(chart: &Chart) -> String {
        super::shapes(chart, En.words())
    }

    fn bars_in(svg: &str) -> usize {
        svg.matches(r#"class="succeeded""#).count() + svg.matches(r#"class="failed""#).count()
    }

    #[test]
    fn nothing_is_a_line_without_bars() {
        let svg = shapes(&chart(&[]));
        assert_eq!(bars_in(&svg), 0);
        assert!(svg.contains(r#"class="zero" x2="100%" y1="96.0""#), "{svg}");
    }

    #[test]
    fn one_sign_in_is_a_quarter_of_the_height_and_today_is_the_last_place() {
        let svg = shapes(&chart(&[(DAYS - 1, 1, 0)]));
        assert_eq!(bars_in(&svg), 1);
        let bar = r#"class="succeeded" x="97.98%" y="74.0" width="1.67%" height="22.0""#;
        assert!(svg.contains(bar), "{svg}");
    }

    #[test]
    fn dates_leave_room_for_each_other_and_for_today() {
        let weeks = (2..DAYS).step_by(7).map(|place| Week {
            place,
            date: format!("day {place}"),
        });
        let weeks = weeks.collect();
        let svg = shapes(&Chart {
            weeks,
            ..chart(&[])
        });
        for (is_for_phones, place) in [(true, 2), (false, 9), (true, 16), (false, 23), (false, 30)]
        {
            let date = format!(">day {place}<");
            let text = svg.split("<text").find(|text| text.contains(&date));
            let is_wide = text.unwrap().starts_with(r#" class="wide""#);
            assert_ne!(is_wide, is_for_phones, "{place}: {svg}");
        }
        assert!(!svg.contains("day 37"), "{svg}");
    }

    #[test]
    fn attempts_that_failed_go_down_at_the_same_scale() {
        let heights = Heights::new(4, 4);
        assert_eq!((heights.above, heights.below), (4, 4));
        assert_eq!(heights.zero(), Tenths((TOP.0 + BOTTOM.0) / 2));
        let svg = shapes(&chart(&[(3, 4, 2)]));
        assert_eq!(bars_in(&svg), 2);
        assert!(svg.contains("day 3: 4 sign-ins and 2 failed attempts"));
    }

    #[test]
    fn a_flood_of_attempts_leaves_room_for_sign_ins() {
        let heights = Heights::new(1, u32::MAX);
        assert!(heights.above >= heights.below / 5 && heights.zero() > TOP);
        let svg = shapes(&chart(&[(0, 1, 3_000_000), (1, u32::MAX, 1)]));
        assert_eq!(bars_in(&svg), 4);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn the_scale_ends_at_a_round_number() {
        for (count, expected) in [
            (0, 1),
            (1, 1),
            (3, 3),
            (5, 5),
            (11, 20),
            (39, 40),
            (91, 100),
        ] {
            assert_eq!(round(count), expected, "{count}");
        }
        assert_eq!(round(u32::MAX), u32::MAX);
    }
}
