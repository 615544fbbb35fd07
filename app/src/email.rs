//! Moving an account to another address.

use leptos::prelude::*;

use crate::error::AppError;
use crate::form::{Field, Form, PasswordField};
use crate::profile::{OwnAccount, Sections, account};
use crate::session::Visit;

/// Sends a link to the new address, which counts when it is confirmed. Returns the path to go to.
#[server(prefix = "", endpoint = "profile/email")]
pub async fn change_email(email: String, password: String) -> Result<String, AppError> {
    let is_sent = crate::ssr::account::change_email(email, password.into()).await?;
    let after = if is_sent {
        "/profile?sent"
    } else {
        "/profile?saved"
    };
    Ok(after.to_owned())
}

/// The names of the fields of [`change_email`].
pub const FIELDS: &[&str] = &["email", "password"];

#[component]
#[must_use]
pub fn ChangeEmail() -> impl IntoView {
    view! {
        <h1>"Change address"</h1>
        <Sections />
        <Suspense>
            {Suspend::new(async move {
                match account().await {
                    Ok(account) => view! { <Ask account /> }.into_any(),
                    Err(error) => view! { <p class="card form-error" role="alert">{error.message}</p> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Ask(account: OwnAccount) -> impl IntoView {
    let visit = use_context::<Visit>().unwrap_or_default();
    let password_error = visit.form.error_at("password");
    view! {
        <section class="card">
            <p>
                "Your address is " <strong><bdi>{account.email}</bdi></strong>
                ". We send a link to the new one; until you open it, nothing changes."
            </p>
            {account
                .pending_email
                .map(|email| {
                    view! {
                        <p class="notice">
                            "You have asked for " <strong><bdi>{email}</bdi></strong> " already. To call that off, enter the address that you have."
                        </p>
                    }
                })}
            <Form
                action="/profile/email".to_owned()
                submit="Send the link".to_owned()
                busy="Sending…".to_owned()
                error=visit.form.error_of_form()
            >
                <Field name="email" label="New address" kind="email" autocomplete="email" />
                <PasswordField
                    name="password".to_owned()
                    label="Password".to_owned()
                    autocomplete="current-password".to_owned()
                    hint=Some("So that nobody else can do this from your device.".to_owned())
                    error=password_error
                />
            </Form>
            <p class="aside"><a href="/profile">"Keep the address"</a></p>
        </section>
    }
}
