//! Setting a password by a link that was sent by mail.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::form::{Form, Hidden, PasswordField};
use crate::language::words;
use crate::link::opened;
use crate::register::password_hint;
use crate::session::visit;

/// What the page needs to know of a link.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reset {
    pub email: String,
    /// In characters.
    pub password_min_length: u32,
}

/// What a link would set the password of.
#[server(prefix = "/fn", endpoint = "link/reset")]
pub async fn what_to_reset(token: String) -> Result<Reset, AppError> {
    crate::ssr::links::reset(token).await
}

/// Sets a password and signs in. Returns the path to go to.
#[server(prefix = "", endpoint = "reset-password")]
pub async fn reset_password(token: String, password: String) -> Result<String, AppError> {
    crate::ssr::links::reset_password(token, password.into()).await?;
    Ok(crate::next::DEFAULT.to_owned())
}

/// The names of the fields of [`reset_password`].
pub const FIELDS: &[&str] = &["token", "password"];

#[component]
#[must_use]
pub fn ResetPassword() -> impl IntoView {
    let token = visit().token.clone();
    view! {
        <section class="card narrow">
            <Suspense>
                {Suspend::new(async move {
                    let token = token.unwrap_or_default();
                    let asked = what_to_reset(token.clone()).await;
                    opened(asked, (words().send_a_new_link(), "/forgot-password"), |of| view! { <NewPassword token of /> })
                })}
            </Suspense>
        </section>
    }
}

#[component]
fn NewPassword(token: String, of: Reset) -> impl IntoView {
    let visit = visit();
    let password_error = visit.form.error_at("password");
    let words = words();
    let what = words.reset_for();
    view! {
        <h1>{words.set_a_new_password()}</h1>
        <p>{what.s0} <strong><bdi>{of.email.clone()}</bdi></strong> {what.s1}</p>
        <Form
            action="/reset-password".to_owned()
            submit=words.reset()
            busy=words.reset_busy()
            error=visit.form.error_of_form()
        >
            <Hidden name="token" value=token />
            // For password managers: whose password it is.
            <input type="email" value=of.email autocomplete="username" readonly hidden />
            <PasswordField
                name="password".to_owned()
                label=words.new_password()
                autocomplete="new-password".to_owned()
                hint=Some(password_hint(of.password_min_length))
                error=password_error
            />
        </Form>
    }
}
