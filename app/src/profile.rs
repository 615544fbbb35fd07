//! What a person is called, and changing it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::form::{Field, Form};
use crate::link::WhereLettersAre;
use crate::session::{Moment, Visit, When};

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
        <h1>"Profile"</h1>
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
    let visit = use_context::<Visit>().unwrap_or_default();
    let link = |to: &'static str, label: &'static str| {
        // The page that changes the address stands under the profile, which is where one comes from.
        let is_below = to == "/profile" && visit.path == "/profile/email";
        let current = match visit.path == to {
            true => Some("page"),
            false => is_below.then_some("true"),
        };
        view! { <a href=to aria-current=current>{label}</a> }
    };
    view! {
        <nav class="sections" aria-label="Your account">
            {link("/profile", "Profile")} {link("/profile/security", "Security")}
            {link("/profile/devices", "Devices")} {link("/profile/activity", "Activity")}
            {link("/profile/data", "Data")}
        </nav>
    }
}

#[component]
fn Names(account: OwnAccount) -> impl IntoView {
    let visit = use_context::<Visit>().unwrap_or_default();
    let is_saved = visit.follows("saved") && visit.form.error.is_none();
    let (name, username) = (account.display_name.clone(), account.username.clone());
    view! {
        <section class="card" aria-labelledby="names">
            <h2 id="names">"What you are called"</h2>
            {is_saved.then(|| view! { <p class="notice good" role="status">"Your changes are saved."</p> })}
            <Form
                action="/profile".to_owned()
                submit="Save".to_owned()
                busy="Saving…".to_owned()
                error=visit.form.error_of_form()
            >
                <Field
                    name="display_name"
                    label="Name"
                    autocomplete="name"
                    hint="What you want to be called. You may leave it empty."
                    value=name
                    required=false
                />
                <Field
                    name="username"
                    label="Username"
                    autocomplete="username"
                    hint="3 to 32 letters, digits, dots, hyphens or underscores. You can sign in with it."
                    value=username
                />
            </Form>
        </section>
        <Address account />
    }
}

#[component]
fn Address(account: OwnAccount) -> impl IntoView {
    let visit = use_context::<Visit>().unwrap_or_default();
    let is_waiting = !account.is_confirmed || account.pending_email.is_some();
    let (badge, class) = if account.is_confirmed {
        ("Confirmed", "badge")
    } else {
        ("Not confirmed", "badge open")
    };
    view! {
        <section class="card" aria-labelledby="address">
            <h2 id="address">"Email"</h2>
            {(visit.follows("confirmed") && account.is_confirmed)
                .then(|| view! { <p class="notice good" role="status">"Your address is confirmed."</p> })}
            {visit.follows("sent")
                .then(|| {
                    view! {
                        <p class="notice good" role="status">
                            "A letter is on its way to the new address. Open the link in it, and the address is yours."
                        </p>
                    }
                })}
            {visit.follows("sent").then(|| view! { <WhereLettersAre /> })}
            {account.trouble.map(|trouble| view! { <Undelivered trouble /> })}
            <dl class="facts">
                <dt>"Address"</dt>
                <dd><bdi>{account.email}</bdi> " " <span class=class>{badge}</span></dd>
                {account
                    .pending_email
                    .map(|email| {
                        view! {
                            <dt>"New address"</dt>
                            <dd><bdi>{email}</bdi> " " <span class="badge open">"Waits to be confirmed"</span></dd>
                        }
                    })}
                <dt>"Member since"</dt>
                <dd><time datetime=account.since.machine>{account.since.date}</time></dd>
            </dl>
            <p class="actions">
                <a class="button" href="/profile/email">"Change address"</a>
                {is_waiting.then(|| view! { <a class="button" href="/confirm-email">"Send the link again"</a> })}
            </p>
        </section>
    }
}

#[component]
fn Undelivered(trouble: Trouble) -> impl IntoView {
    let what_next = if trouble.is_tried_again {
        "We try again by ourselves. Is the address right?"
    } else {
        "We have given it up. Check the address, and have it sent again."
    };
    view! {
        <p class="notice open" role="alert">
            {format!("A letter to {} could not be delivered (", trouble.recipient)} <Moment when=trouble.when /> "). "
            {what_next}
        </p>
    }
}
