//! The first page behind the door: the session and the account it protects.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::activity::{Happening, Happenings};
use crate::confirm::Reminder;
use crate::error::AppError;
use crate::session::{Moment, When};
use crate::warning::{Warning, Warnings};

/// What the owner of a session sees of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    pub name: String,
    pub username: String,
    pub email: String,
    pub is_confirmed: bool,
    pub signed_in: When,
    /// Like `with your password, kept signed in`.
    pub method: String,
    pub access_ends: When,
    pub session_ends: When,
    pub session_ends_idle: When,
    pub activity: Vec<Happening>,
    pub warnings: Vec<Warning>,
}

/// The overview of whoever asks.
#[server(prefix = "/fn", endpoint = "overview")]
pub async fn overview() -> Result<Summary, AppError> {
    crate::ssr::overview().await
}

#[component]
#[must_use]
pub fn Dashboard() -> impl IntoView {
    view! {
        <Suspense>
            {Suspend::new(async move {
                match overview().await {
                    Ok(overview) => view! { <Session overview=overview.clone() /> <Activity list=overview.activity /> }.into_any(),
                    Err(error) => view! { <p class="card form-error" role="alert">{error.message}</p> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Session(overview: Summary) -> impl IntoView {
    view! {
        <h1>{format!("Hello, {}", overview.name)}</h1>
        <Reminder is_confirmed=overview.is_confirmed />
        <Warnings list=overview.warnings />
        <section class="card" aria-labelledby="session">
            <h2 id="session">"This session"</h2>
            <dl class="facts">
                <dt>"Signed in as"</dt>
                <dd>{overview.username} <small>{overview.email}</small></dd>
                <dt>"Since"</dt>
                <dd>
                    <Moment when=overview.signed_in.clone() />
                    <small>{overview.signed_in.date}</small>
                </dd>
                <dt>"How"</dt>
                <dd>{overview.method}</dd>
                <dt>"Access token ends"</dt>
                <dd>
                    <Moment when=overview.access_ends.clone() />
                    <small>{format!("{}. It renews itself while you are here.", overview.access_ends.date)}</small>
                </dd>
                <dt>"Session ends"</dt>
                <dd>
                    <Moment when=overview.session_ends.clone() />
                    <small>
                        {format!(
                            "{}. Without a visit {}.",
                            overview.session_ends.date,
                            overview.session_ends_idle.distance,
                        )}
                    </small>
                </dd>
            </dl>
            <p><a href="/profile/devices">"Your devices"</a></p>
        </section>
    }
}

#[component]
fn Activity(list: Vec<Happening>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="activity">
            <h2 id="activity">"Lately on your account"</h2>
            <Happenings list />
            <p><a href="/profile/activity">"All activity"</a></p>
        </section>
    }
}
