//! The life of a session as a time line: when it began, was renewed, and ends.
//!
//! The upper line is the whole session. The lower one is a part of it, drawn larger: from the last renewal to the
//! next. Both are to scale.

use std::fmt::Write as _;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use words::Words;

use crate::drawing::Share;
use crate::language::words;
use crate::session::{Moment, When};

/// What the picture says, for those who do not see it.
fn told(life: &Life, words: &Words) -> String {
    let distance = |when: &When| when.distance.clone();
    words.life_told(
        distance(&life.began),
        distance(&life.renewed),
        distance(&life.renews),
        distance(&life.ends_idle),
        distance(&life.ends),
    )
}

/// The moments in the life of a session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Life {
    pub began: When,
    pub renewed: When,
    /// When the page was made.
    pub now: When,
    /// When its access token ends, and the next visit makes another.
    pub renews: When,
    pub ends_idle: When,
    pub ends: When,
    pub scale: Scale,
}

/// The same moments in seconds of any clock.
#[derive(Debug, Clone, Copy)]
pub struct Seconds {
    pub began: i64,
    pub renewed: i64,
    pub now: i64,
    pub renews: i64,
    pub ends_idle: i64,
    pub ends: i64,
}

/// How far along its line a moment is drawn, in hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    pub renewed: u16,
    pub now: u16,
    pub renews: u16,
    pub ends_idle: u16,
    /// On the line between the renewals.
    pub now_between: u16,
}

impl From<Seconds> for Scale {
    fn from(at: Seconds) -> Self {
        let whole = |moment| share(at.began, moment, at.ends);
        Self {
            renewed: whole(at.renewed),
            now: whole(at.now),
            renews: whole(at.renews),
            ends_idle: whole(at.ends_idle),
            now_between: share(at.renewed, at.now, at.renews),
        }
    }
}

const ALL: u16 = 10_000;

/// How much of the time between two moments has passed at a third; none or all of it when that is outside.
fn share(from: i64, at: i64, to: i64) -> u16 {
    let length = i128::from(to) - i128::from(from);
    let passed = i128::from(at) - i128::from(from);
    if length <= 0 {
        return if passed < 0 { 0 } else { ALL };
    }
    let share = passed.clamp(0, length) * i128::from(ALL) / length;
    u16::try_from(share).unwrap_or(ALL)
}

/// Above and below each other: the session, what of it is drawn larger, and that. In pixels; widths are shares.
const SESSION: u16 = 6;
const RENEWAL: u16 = 62;
const THICKNESS: u16 = 8;

/// The shapes of the picture. Nothing in them comes from outside.
fn shapes(scale: &Scale) -> String {
    let mut svg = String::with_capacity(1200);
    let (top, height) = (SESSION + THICKNESS + 4, RENEWAL - SESSION - THICKNESS - 8);
    let (left, right) = (scale.renewed, scale.renews);
    let _ = write!(
        svg,
        r#"<svg y="{top}" width="100%" height="{height}" viewBox="0 0 {ALL} 10" preserveAspectRatio="none"><path class="part" d="M{left} 0L0 10H{ALL}L{right} 0z"/></svg>"#
    );
    line(&mut svg, SESSION, "rest", 0, ALL);
    line(&mut svg, SESSION, "ahead", 0, scale.ends_idle);
    line(&mut svg, SESSION, "gone", 0, scale.now);
    line(&mut svg, RENEWAL, "ahead", 0, ALL);
    line(&mut svg, RENEWAL, "gone", 0, scale.now_between);
    mark(
        &mut svg,
        SESSION,
        scale.ends_idle,
        r#"<path class="at" d="M0-6L6 0 0 6-6 0z"/>"#,
    );
    let now = r#"<circle class="at" r="6"/>"#;
    mark(&mut svg, SESSION, scale.now, now);
    mark(&mut svg, RENEWAL, scale.now_between, now);
    svg
}

fn line(svg: &mut String, y: u16, class: &str, from: u16, to: u16) {
    let (x, width) = (share_of(from), share_of(to - from));
    let _ = write!(
        svg,
        r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{THICKNESS}" rx="4"/>"#
    );
}

fn mark(svg: &mut String, y: u16, at: u16, shape: &str) {
    let (x, y) = (share_of(at), y + THICKNESS / 2);
    let _ = write!(
        svg,
        r#"<svg x="{x}" y="{y}" overflow="visible">{shape}</svg>"#
    );
}

fn share_of(part: u16) -> Share {
    Share(u32::from(part))
}

/// The moments in words, and between them the lines.
#[component]
#[must_use]
pub fn TimeLine(life: Life) -> impl IntoView {
    let words = words();
    let told = told(&life, words);
    let shapes = shapes(&life.scale);
    view! {
        <div class="life">
            <dl class="moments">
                <Named name=words.life_began() when=life.began />
                <Named name=words.life_ends_idle() class="middle idle" when=life.ends_idle />
                <Named name=words.life_ends() class="last" when=life.ends />
            </dl>
            <svg class="lines" width="100%" height="76" role="img" aria-label=told inner_html=shapes></svg>
            <dl class="moments">
                <Named name=words.life_renewed() when=life.renewed />
                <div class="middle now">
                    <dt>{words.life_now()}</dt>
                    <dd>
                        <time datetime=life.now.machine>{life.now.date}</time>
                    </dd>
                </div>
                <Named name=words.life_renews() class="last" when=life.renews more=words.life_renews_by_itself() />
            </dl>
        </div>
    }
    .into_any()
}

#[component]
fn Named(
    name: String,
    when: When,
    #[prop(optional)] class: &'static str,
    #[prop(optional)] more: String,
) -> impl IntoView {
    let date = when.date.clone();
    view! {
        <div class=class>
            <dt>{name}</dt>
            <dd>
                <Moment when />
                <small>{date}</small>
                {(!more.is_empty()).then(|| view! { <small>{more}</small> })}
            </dd>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    #[test]
    fn moments_stand_where_their_time_is() {
        let scale = Scale::from(Seconds {
            began: 1000,
            renewed: 1000 + 6 * HOUR,
            now: 1000 + 6 * HOUR + 150,
            renews: 1000 + 6 * HOUR + 600,
            ends_idle: 1000 + 8 * HOUR,
            ends: 1000 + 24 * HOUR,
        });
        assert_eq!(
            scale,
            Scale {
                renewed: 2500,
                now: 2517,
                renews: 2569,
                ends_idle: 3333,
                now_between: 2500,
            }
        );
    }

    #[test]
    fn what_is_outside_a_line_stands_at_its_end() {
        assert_eq!((share(10, 5, 20), share(10, 25, 20)), (0, ALL));
        assert_eq!((share(10, 10, 10), share(10, 9, 10)), (ALL, 0));
        assert_eq!(share(i64::MIN, 0, i64::MAX), ALL / 2);
    }

    #[test]
    fn the_lines_have_the_lengths_of_their_times() {
        let svg = shapes(&Scale {
            renewed: 2500,
            now: 2517,
            renews: 2569,
            ends_idle: 3333,
            now_between: 5,
        });
        for shape in [
            r#"class="gone" x="0.00%" y="6" width="25.17%""#,
            r#"class="ahead" x="0.00%" y="6" width="33.33%""#,
            r#"class="gone" x="0.00%" y="62" width="0.05%""#,
            r#"d="M2500 0L0 10H10000L2569 0z""#,
        ] {
            assert!(svg.contains(shape), "{shape} in {svg}");
        }
    }
}
