//! What a person is called, and changing it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::form::{Field, Form};
use crate::language::words;
use crate::link::WhereLettersAre;
use crate::session::{Moment, When, visit};

/// An account as its owner sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OwnAccount {
    pub email: String,
    pub is_confirmed: bool,
    /// The address that waits to be confirmed.
    pub pending_email: Option<String>,
    pub username: String,
    pub display_name: String,
    pub since: When,
    /// A letter that did not arrive.
    pub trouble: Option<Trouble>,
}

/// A letter that did not arrive.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trouble {
    pub recipient: String,
    pub when: When,
    pub is_tried_again: bool,
}

/// The account of whoever asks.
#[server(prefix = "/fn", endpoint = "account")]
pub async fn account() -> Result<OwnAccount, AppError> {
    crate::ssr::account::account().await
}

/// Changes the names. Returns the path to go to.
#[server(prefix = "", endpoint = "profile")]
pub async fn change_profile(display_name: String, username: String) -> Result<String, AppError> {
    crate::ssr::account::change_profile(display_name, username).await?;
    Ok("/profile?saved".to_owned())
}

/// The names of the fields of [`change_profile`].
pub const FIELDS: &[&str] = &["display_name", "username"];

#[component]
#[must_use]
pub fn Profile() -> impl IntoView {
    view! {
        <h1>{words().profile()}</h1>
        <Sections />
        <Suspense>
            {Suspend::new(async move {
                match account().await {
                    Ok(account) => view! { <Names account /> }.into_any(),
                    Err(error) => view! { <p class="card form-error" role="alert">{error.message}</p> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// The way between the pages about an account.
#[component]
#[must_use]
pub fn Sections() -> impl IntoView {
    let visit = visit();
    let words = words();
    let link = |to: &'static str, label: String| {
        // The page that changes the address stands under the profile, which is where one comes from.
        let is_below = to == "/profile" && visit.path == "/profile/email";
        let current = match visit.path == to {
            true => Some("page"),
            false => is_below.then_some("true"),
        };
        view! { <a href=to aria-current=current>{label}</a> }
    };
    view! {
        <nav class="sections" aria-label=words.your_account()>
            {link("/profile", words.profile())} {link("/profile/security", words.security())}
            {link("/profile/devices", words.devices())} {link("/profile/activity", words.activity())}
            {link("/profile/data", words.data())}
        </nav>
    }
}

#[component]
fn Names(account: OwnAccount) -> impl IntoView {
    let visit = visit();
    let is_saved = visit.follows("saved") && visit.form.error.is_none();
    let words = words();
    let (name, username) = (account.display_name.clone(), account.username.clone());
    view! {
        <section class="card" aria-labelledby="names">
            <h2 id="names">{words.profile_names()}</h2>
            {is_saved.then(|| view! { <p class="notice good" role="status">{words.profile_saved()}</p> })}
            <Form
                action="/profile".to_owned()
                submit=words.profile_save()
                busy=words.profile_saving()
                error=visit.form.error_of_form()
            >
                <Field
                    name="display_name"
                    label=words.profile_name()
                    autocomplete="name"
                    hint=words.profile_name_hint()
                    value=name
                    required=false
                />
                <Field
                    name="username"
                    label=words.username()
                    autocomplete="username"
                    hint=words.username_hint()
                    value=username
                />
            </Form>
        </section>
        <Address account />
    }
}

#[component]
fn Address(account: OwnAccount) -> impl IntoView {
    let visit = visit();
    let is_waiting = !account.is_confirmed || account.pending_email.is_some();
    let words = words();
    let (badge, class) = if account.is_confirmed {
        (words.address_confirmed(), "badge")
    } else {
        (words.address_not_confirmed(), "badge open")
    };
    view! {
        <section class="card" aria-labelledby="address">
            <h2 id="address">{words.email()}</h2>
            {(visit.follows("confirmed") && account.is_confirmed)
                .then(|| view! { <p class="notice good" role="status">{words.address_is_confirmed()}</p> })}
            {visit.follows("sent")
                .then(|| {
                    view! {
                        <p class="notice good" role="status">{words.address_sent()}</p>
                    }
                })}
            {visit.follows("sent").then(|| view! { <WhereLettersAre /> })}
            {account.trouble.map(|trouble| view! { <Undelivered trouble /> })}
            <dl class="facts">
                <dt>{words.address()}</dt>
                <dd><bdi>{account.email}</bdi> " " <span class=class>{badge}</span></dd>
                {account
                    .pending_email
                    .map(|email| {
                        view! {
                            <dt>{words.address_new()}</dt>
                            <dd><bdi>{email}</bdi> " " <span class="badge open">{words.address_waits()}</span></dd>
                        }
                    })}
                <dt>{words.address_since()}</dt>
                <dd><time datetime=account.since.machine>{account.since.date}</time></dd>
            </dl>
            <p class="actions">
                <a class="button" href="/profile/email">{words.address_change()}</a>
                {is_waiting.then(|| view! { <a class="button" href="/confirm-email">{words.send_link_again()}</a> })}
            </p>
        </section>
    }
}

#[component]
fn Undelivered(trouble: Trouble) -> impl IntoView {
    let words = words();
    let what_next = if trouble.is_tried_again {
        words.letter_undelivered_tried_again()
    } else {
        words.letter_undelivered_given_up()
    };
    let told = words.letter_undelivered(trouble.recipient);
    view! {
        <p class="notice open" role="alert">
            {told.s0} <Moment when=trouble.when /> {told.s1} " " {what_next}
        </p>
    }
}
