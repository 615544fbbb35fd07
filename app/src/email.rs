//! Moving an account to another address.

use leptos::prelude::*;

use crate::error::AppError;
use crate::form::{Field, Form, PasswordField};
use crate::language::words;
use crate::profile::{OwnAccount, Sections, account};
use crate::session::visit;

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
        <h1>{words().address_change()}</h1>
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
    let visit = visit();
    let password_error = visit.form.error_at("password");
    let words = words();
    let now = words.change_email();
    view! {
        <section class="card">
            <p>
                {now.s0} <strong><bdi>{account.email}</bdi></strong> {now.s1}
            </p>
            {account
                .pending_email
                .map(|email| {
                    let pending = words.change_email_pending();
                    view! {
                        <p class="notice">
                            {pending.s0} <strong><bdi>{email}</bdi></strong> {pending.s1}
                        </p>
                    }
                })}
            <Form
                action="/profile/email".to_owned()
                submit=words.send_the_link()
                busy=words.sending()
                error=visit.form.error_of_form()
            >
                <Field name="email" label=words.address_new() kind="email" autocomplete="email" />
                <PasswordField
                    name="password".to_owned()
                    label=words.password()
                    autocomplete="current-password".to_owned()
                    hint=Some(words.change_email_hint())
                    error=password_error
                />
            </Form>
            <p class="aside"><a href="/profile">{words.change_email_keep()}</a></p>
        </section>
    }
}
