//! What happened on an account, page by page.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::icon::DeviceIcon;
use crate::language::words;
use crate::profile::Sections;
use crate::session::{Moment, Place, When, visit};

/// Something that happened on the account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Happening {
    pub what: String,
    pub when: When,
    /// None for what was done at the server itself.
    pub from: Option<Place>,
}

/// A part of the trail, the newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Page {
    pub list: Vec<Happening>,
    /// What to ask for to get the next one; none when this is the last.
    pub older: Option<i64>,
}

/// What happened on the account of whoever asks, before an event.
#[server(prefix = "/fn", endpoint = "activity")]
pub async fn activity(#[server(default)] before: Option<i64>) -> Result<Page, AppError> {
    crate::ssr::activity::activity(before).await
}

#[component]
#[must_use]
pub fn Activity() -> impl IntoView {
    let before = visit().before;
    view! {
        <h1>{words().activity()}</h1>
        <Sections />
        <Suspense>
            {Suspend::new(async move {
                match activity(before).await {
                    Ok(page) => view! { <Trail page is_first=before.is_none() /> }.into_any(),
                    Err(error) => view! { <p class="card form-error" role="alert">{error.message}</p> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Trail(page: Page, is_first: bool) -> impl IntoView {
    let words = words();
    let is_empty = page.list.is_empty();
    let older = page.older.map(|id| {
        view! { <a class="button" href=format!("/profile/activity?before={id}")>{words.activity_older()}</a> }
    });
    let newest = (!is_first).then(
        || view! { <a class="button" href="/profile/activity">{words.activity_newest()}</a> },
    );
    let has_more = older.is_some() || newest.is_some();
    view! {
        <section class="card" aria-labelledby="activity">
            <h2 id="activity">{words.activity_what()}</h2>
            {if is_empty {
                view! { <p class="aside">{words.activity_nothing()}</p> }.into_any()
            } else {
                view! { <Happenings list=page.list /> }.into_any()
            }}
            {has_more.then(|| view! { <p class="actions">{newest} {older}</p> })}
        </section>
    }
}

/// One line for each: what, when, and from where.
#[component]
#[must_use]
pub fn Happenings(list: Vec<Happening>) -> impl IntoView {
    let rows = list.into_iter().map(|row| {
        let date = row.when.date.clone();
        view! {
            <li>
                <span>{row.what}</span>
                <Moment when=row.when />
                <small class="with-icon">{row.from.map(|place| view! { <From place /> })}</small>
                <small>{date}</small>
            </li>
        }
    });
    view! { <ol class="rows activity">{rows.collect_view()}</ol> }.into_any()
}

#[component]
fn From(place: Place) -> impl IntoView {
    view! {
        <DeviceIcon kind=place.kind />
        {place.in_words(words())}
    }
}
