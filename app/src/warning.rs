//! Telling the owner of an account that somebody had a copy of a session.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::language::words;
use crate::session::{Moment, Place, When};

/// A copy that was found out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Warning {
    pub when: When,
    /// From where the copy was used.
    pub from: Place,
    /// Where the session was used before; none when that is not known any more.
    pub copy_of: Option<Place>,
}

/// What happened, and what to do. Nothing when there is nothing to tell.
#[component]
#[must_use]
pub fn Warnings(list: Vec<Warning>) -> impl IntoView {
    let is_needed = !list.is_empty();
    let items = list.into_iter().map(|warning| view! { <Told warning /> });
    is_needed.then(|| {
        let words = words();
        let told = words.warning_what_to_do();
        view! {
            <section class="warning" aria-labelledby="warning">
                <h2 id="warning">{words.warning()}</h2>
                {items.collect_view()}
                <p>
                    {told.s0} <a href="/profile/devices">{told.your_devices_link}</a> {told.s1}
                    <a href="/profile/activity">{told.all_activity_link}</a> {told.s2}
                </p>
            </section>
        }
    })
}

#[component]
fn Told(warning: Warning) -> impl IntoView {
    let words = words();
    let date = warning.when.date.clone();
    let told = words.warning_told();
    let original = warning
        .copy_of
        .map(|place| format!(" {}", words.warning_copy_of(place.in_words(words))));
    view! {
        <p>
            {told.s0} <strong>{date}</strong> {told.s1} <Moment when=warning.when /> {told.s2}
            <strong>{warning.from.in_words(words)}</strong> {told.s3} {original}
        </p>
    }
}
