//! Telling the owner of an account that somebody had a copy of a session.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

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
        view! {
            <section class="warning" aria-labelledby="warning">
                <h2 id="warning">"Somebody used a copy of your sign-in"</h2>
                {items.collect_view()}
                <p>
                    "The session was ended at once, for the copy and for the original. "
                    "If this was not you, look through "
                    <a href="/profile/devices">"your devices"</a> " and end what you do not know. "
                    <a href="/profile/activity">"All activity"</a> " shows what else happened."
                </p>
            </section>
        }
    })
}

#[component]
fn Told(warning: Warning) -> impl IntoView {
    let date = warning.when.date.clone();
    let original = warning
        .copy_of
        .map(|place| format!(" It was a copy of the session of {place}."));
    view! {
        <p>
            <strong>{date}</strong> " (" <Moment when=warning.when /> "): a copy was used from "
            <strong>{warning.from.to_string()}</strong> "." {original}
        </p>
    }
}
