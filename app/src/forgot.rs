//! Asking for a link that sets a new password.

use leptos::prelude::*;

use crate::error::AppError;
use crate::form::{Field, Form};
use crate::language::words;
use crate::link::WhereLettersAre;
use crate::session::visit;

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
    let visit = visit();
    let otherwise = words().forgot_remembered();
    view! {
        <section class="card narrow">
            {if visit.follows("sent") {
                view! { <Sent /> }.into_any()
            } else {
                view! { <Ask /> }.into_any()
            }} <p class="aside">{otherwise.s0} <a href="/login">{otherwise.sign_in_link}</a> {otherwise.s1}</p>
        </section>
    }
}

#[component]
fn Ask() -> impl IntoView {
    let visit = visit();
    let words = words();
    view! {
        <h1>{words.forgot_password()}</h1>
        <p>{words.forgot()}</p>
        <Form
            action="/forgot-password".to_owned()
            submit=words.send_the_link()
            busy=words.sending()
            error=visit.form.error_of_form()
        >
            <Field name="email" label=words.email() kind="email" autocomplete="email" />
        </Form>
    }
}

#[component]
fn Sent() -> impl IntoView {
    let words = words();
    let otherwise = words.forgot_no_letter();
    view! {
        <h1>{words.check_your_mail()}</h1>
        <p role="status">{words.forgot_sent()}</p>
        <WhereLettersAre />
        <p>{otherwise.s0} <a href="/forgot-password">{otherwise.try_again}</a> {otherwise.s1}</p>
    }
}
