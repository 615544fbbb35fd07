//! The first page behind the door: the session and the account it protects.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::activity::{Happening, Happenings};
use crate::confirm::Reminder;
use crate::error::AppError;
use crate::icon::DeviceIcon;
use crate::language::words;
use crate::life::{Life, TimeLine};
use crate::session::Place;
use crate::sign_ins::{Chart, SignIns};
use crate::warning::{Warning, Warnings};

/// What the owner of a session sees of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    pub name: String,
    pub username: String,
    pub email: String,
    pub is_confirmed: bool,
    /// Like `with your password, kept signed in`.
    pub method: String,
    pub life: Life,
    pub place: Place,
    pub sign_ins: Chart,
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
                    Ok(mut overview) => {
                        let list = std::mem::take(&mut overview.activity);
                        view! { <Session overview /> <Activity list /> }.into_any()
                    }
                    Err(error) => view! { <p class="card form-error" role="alert">{error.message}</p> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Session(overview: Summary) -> impl IntoView {
    let words = words();
    let hello = words.hello();
    view! {
        <h1>{hello.s0} <bdi>{overview.name}</bdi> {hello.s1}</h1>
        <Reminder is_confirmed=overview.is_confirmed />
        <Warnings list=overview.warnings />
        <section class="card" aria-labelledby="session">
            <h2 id="session">{words.session()}</h2>
            <TimeLine life=overview.life />
            <dl class="facts">
                <dt>{words.session_as()}</dt>
                <dd>{overview.username} <small><bdi>{overview.email}</bdi></small></dd>
                <dt>{words.session_how()}</dt>
                <dd>{overview.method}</dd>
                <dt>{words.session_on()}</dt>
                <dd class="with-icon"><DeviceIcon kind=overview.place.kind /> {overview.place.browser}</dd>
            </dl>
            <p><a href="/profile/devices">{words.session_devices()}</a></p>
        </section>
        <SignIns chart=overview.sign_ins />
    }
}

#[component]
fn Activity(list: Vec<Happening>) -> impl IntoView {
    let words = words();
    view! {
        <section class="card" aria-labelledby="activity">
            <h2 id="activity">{words.activity_lately()}</h2>
            <Happenings list />
            <p><a href="/profile/activity">{words.activity_all()}</a></p>
        </section>
    }
}
