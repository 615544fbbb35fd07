//! Asking for a link that sets a new password.

use leptos::prelude::*;

use crate::error::AppError;
use crate::form::{Field, Form};
use crate::link::WhereLettersAre;
use crate::session::Visit;

/// Sends a link, if there is an account with the address: that is said to nobody. Returns the path to go to.
#[server(prefix = "", endpoint = "forgot-password")]
pub async fn forgot_password(email: String) -> Result<String, AppError> {
    crate::ssr::links::ask_for_reset(email).await?;
    Ok("/forgot-password?sent".to_owned())
}

/// The names of the fields of [`forgot_password`].
pub const FIELDS: &[&str] = &["email"];

#[component]
#[must_use]
pub fn ForgotPassword() -> impl IntoView {
    let visit = use_context::<Visit>().unwrap_or_default();
    view! {
        <section class="card narrow">
            {if visit.follows("sent") {
                view! { <Sent /> }.into_any()
            } else {
                view! { <Ask /> }.into_any()
            }} <p class="aside">"Remembered it? " <a href="/login">"Sign in"</a></p>
        </section>
    }
}

#[component]
fn Ask() -> impl IntoView {
    let visit = use_context::<Visit>().unwrap_or_default();
    view! {
        <h1>"Forgot your password?"</h1>
        <p>"Enter the address of your account, and we send you a link that sets a new one."</p>
        <Form
            action="/forgot-password".to_owned()
            submit="Send the link".to_owned()
            busy="Sending…".to_owned()
            error=visit.form.error_of_form()
        >
            <Field name="email" label="Email" kind="email" autocomplete="email" />
        </Form>
    }
}

#[component]
fn Sent() -> impl IntoView {
    view! {
        <h1>"Check your mail"</h1>
        <p role="status">
            "If there is an account with that address, a letter is on its way. The link in it works once, within 30 minutes."
        </p>
        <WhereLettersAre />
        <p>"No letter after a few minutes? Look in your spam folder, or " <a href="/forgot-password">"try again"</a> "."</p>
    }
}
