//! What a person is called, and changing it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::form::{Field, Form};
use crate::session::{Visit, When};

/// An account as its owner sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OwnAccount {
    pub email: String,
    pub username: String,
    pub display_name: String,
    pub since: When,
}

/// The account of whoever asks.
#[server(prefix = "/fn", endpoint = "account")]
pub async fn account() -> Result<OwnAccount, AppError> {
    crate::ssr::account().await
}

/// Changes the names. Returns the path to go to.
#[server(prefix = "", endpoint = "profile")]
pub async fn change_profile(display_name: String, username: String) -> Result<String, AppError> {
    crate::ssr::change_profile(display_name, username).await?;
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
        let current = (visit.path == to).then_some("page");
        view! { <a href=to aria-current=current>{label}</a> }
    };
    view! {
        <nav class="sections" aria-label="Your account">
            {link("/profile", "Profile")} {link("/profile/devices", "Devices")}
            {link("/profile/activity", "Activity")}
        </nav>
    }
}

#[component]
fn Names(account: OwnAccount) -> impl IntoView {
    let visit = use_context::<Visit>().unwrap_or_default();
    view! {
        <section class="card">
            {visit.is_saved.then(|| view! { <p class="notice good" role="status">"Your changes are saved."</p> })}
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
                    value=account.display_name
                    required=false
                />
                <Field
                    name="username"
                    label="Username"
                    autocomplete="username"
                    hint="3 to 32 letters, digits, dots, hyphens or underscores. You can sign in with it."
                    value=account.username
                />
            </Form>
        </section>
        <section class="card" aria-labelledby="account">
            <h2 id="account">"Account"</h2>
            <dl class="facts">
                <dt>"Email"</dt>
                <dd>{account.email}</dd>
                <dt>"Member since"</dt>
                <dd><time datetime=account.since.machine>{account.since.date}</time></dd>
            </dl>
        </section>
    }
}
