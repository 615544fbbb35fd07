//! Where somebody is signed in, and ending it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::icon::DeviceIcon;
use crate::profile::Sections;
use crate::session::{Moment, Place, Visit, When};
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
        <h1>"Devices"</h1>
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
    let visit = use_context::<Visit>().unwrap_or_default();
    // On another page, what was wrong is about another form.
    let refused = visit
        .form
        .error_of_form()
        .filter(|_| visit.path == "/profile/devices");
    let is_alone = others.is_empty();
    let others = others
        .into_iter()
        .map(|row| view! { <Other row /> }.into_any());
    view! {
        <section class="card" aria-labelledby="sessions">
            <h2 id="sessions">"Where you are signed in"</h2>
            {visit.ended.map(|count| view! { <p class="notice good" role="status">{ended(count)}</p> })}
            {refused.map(|message| view! { <p class="notice" role="alert">{message}</p> })}
            <ul class="rows devices">
                {this.map(|row| view! { <This row /> }.into_any())}
                {others.collect_view()}
            </ul>
            {is_alone.then(|| view! { <p class="aside">"You are signed in nowhere else."</p> })}
            {(!is_alone)
                .then(|| {
                    view! {
                        <form method="post" action="/profile/devices">
                            <button class="button" name="session" value=OTHERS>"End all other sessions"</button>
                        </form>
                    }
                })}
        </section>
    }
}

#[component]
fn This(row: Row) -> impl IntoView {
    view! {
        <li>
            <DeviceIcon kind=row.place.kind />
            <div>
                <h3>{row.place.browser} " " <span class="badge">"This device"</span></h3>
                <small>{row.place.address}</small>
                <small>{format!("Since {}", row.since.date)}</small>
            </div>
        </li>
    }
}

#[component]
fn Other(row: Row) -> impl IntoView {
    let label = format!(
        "End session of {}, last seen {}",
        row.place, row.last_seen.distance
    );
    view! {
        <li>
            <DeviceIcon kind=row.place.kind />
            <div>
                <h3>{row.place.browser}</h3>
                <small>{row.place.address}</small>
                <small>
                    {format!("Since {}, last seen ", row.since.date)} <Moment when=row.last_seen />
                </small>
            </div>
            <form method="post" action="/profile/devices">
                <button class="button" name="session" value=row.id aria-label=label>"End session"</button>
            </form>
        </li>
    }
}

fn ended(count: u32) -> String {
    match count {
        0 => "There was no other session to end.".to_owned(),
        1 => "The session was ended.".to_owned(),
        many => format!("{many} sessions were ended."),
    }
}
