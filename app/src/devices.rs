//! Where somebody is signed in, and ending it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::icon::DeviceIcon;
use crate::language::words;
use crate::profile::Sections;
use crate::session::{Moment, Place, When, visit};
use crate::warning::{Warning, Warnings};

/// The live sessions of an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Overview {
    /// The one that asks; none when it ended while it did.
    pub this: Option<Row>,
    /// The one seen last first.
    pub others: Vec<Row>,
    pub warnings: Vec<Warning>,
}

/// A session as its owner sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub id: String,
    pub place: Place,
    pub since: When,
    pub last_seen: When,
}

/// The devices of whoever asks.
#[server(prefix = "/fn", endpoint = "devices")]
pub async fn devices() -> Result<Overview, AppError> {
    crate::ssr::devices::devices().await
}

/// Ends a session, or all but the one that asks. Returns the path to go to.
#[server(prefix = "", endpoint = "profile/devices")]
pub async fn end_session(
    /// An id, or [`OTHERS`].
    session: String,
) -> Result<String, AppError> {
    let ended = crate::ssr::devices::end(session).await?;
    Ok(format!("/profile/devices?ended={ended}"))
}

/// The names of the fields of [`end_session`].
pub const FIELDS: &[&str] = &["session"];

/// In the place of an id: every session but the one that asks.
pub const OTHERS: &str = "others";

#[component]
#[must_use]
pub fn Devices() -> impl IntoView {
    view! {
        <h1>{words().devices()}</h1>
        <Sections />
        <Suspense>
            {Suspend::new(async move {
                match devices().await {
                    Ok(overview) => view! { <List overview /> }.into_any(),
                    Err(error) => view! { <p class="card form-error" role="alert">{error.message}</p> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn List(overview: Overview) -> impl IntoView {
    let Overview {
        this,
        others,
        warnings,
    } = overview;
    view! {
        <Warnings list=warnings />
        <Sessions this others />
    }
}

/// The sessions, and the buttons that end them.
#[component]
#[must_use]
pub fn Sessions(this: Option<Row>, others: Vec<Row>) -> impl IntoView {
    let visit = visit();
    // On another page, what was wrong is about another form.
    let refused = visit
        .form
        .error_of_form()
        .filter(|_| visit.path == "/profile/devices");
    let is_alone = others.is_empty();
    let words = words();
    let others = others
        .into_iter()
        .map(|row| view! { <Other row /> }.into_any());
    view! {
        <section class="card" aria-labelledby="sessions">
            <h2 id="sessions">{words.devices_where()}</h2>
            {visit.ended.map(|count| view! { <p class="notice good" role="status">{words.sessions_ended(count)}</p> })}
            {refused.map(|message| view! { <p class="notice" role="alert">{message}</p> })}
            <ul class="rows devices">
                {this.map(|row| view! { <This row /> }.into_any())}
                {others.collect_view()}
            </ul>
            {is_alone.then(|| view! { <p class="aside">{words.devices_nowhere_else()}</p> })}
            {(!is_alone)
                .then(|| {
                    view! {
                        <form method="post" action="/profile/devices">
                            <button class="button" name="session" value=OTHERS>{words.devices_end_others()}</button>
                        </form>
                    }
                })}
        </section>
    }
}

#[component]
fn This(row: Row) -> impl IntoView {
    let words = words();
    view! {
        <li>
            <DeviceIcon kind=row.place.kind />
            <div>
                <h3>{row.place.browser} " " <span class="badge">{words.devices_this()}</span></h3>
                <small>{row.place.address}</small>
                <small>{words.device_since(row.since.date)}</small>
            </div>
        </li>
    }
}

#[component]
fn Other(row: Row) -> impl IntoView {
    let words = words();
    let label = words.device_end(row.place.in_words(words), &row.last_seen.distance);
    let seen = words.device_since_and_seen(row.since.date);
    view! {
        <li>
            <DeviceIcon kind=row.place.kind />
            <div>
                <h3>{row.place.browser}</h3>
                <small>{row.place.address}</small>
                <small>
                    {seen.s0} <Moment when=row.last_seen /> {seen.s1}
                </small>
            </div>
            <form method="post" action="/profile/devices">
                <button class="button" name="session" value=row.id aria-label=label>{words.devices_end()}</button>
            </form>
        </li>
    }
}
