//! Signing in and signing out.

use leptos::prelude::*;

use crate::error::AppError;
use crate::form::{Field, Form, PasswordField};
use crate::language::words;
use crate::next;
use crate::session::visit;

/// Signs in with an email address or a username. Returns the path to go to.
#[server(prefix = "", endpoint = "login")]
pub async fn log_in(
    identifier: String,
    password: String,
    /// `on` when the person wants to be kept signed in: a checkbox that is not ticked is not sent.
    #[server(default)]
    remember: Option<String>,
    #[server(default)] next: String,
) -> Result<String, AppError> {
    crate::ssr::log_in(identifier, password.into(), remember).await?;
    Ok(next::after_sign_in(&next).to_owned())
}

/// The names of the fields of [`log_in`].
pub const FIELDS: &[&str] = &["identifier", "password", "remember", "next"];

/// Ends the session and removes its cookies. Returns the path to go to.
#[server(prefix = "", endpoint = "logout")]
pub async fn log_out() -> Result<String, AppError> {
    crate::ssr::log_out().await?;
    Ok("/login".to_owned())
}

#[component]
#[must_use]
pub fn Login() -> impl IntoView {
    let visit = visit();
    let register = next::from_door("/register", visit.next.as_deref());
    let wanted = visit.next.clone();
    let password_error = visit.form.error_at("password");
    let is_remembered = visit.form.value("remember").is_some();
    let words = words();
    view! {
        <section class="card narrow">
            <h1>{words.login()}</h1>
            {wanted.is_some().then(|| view! { <p class="notice">{words.login_wanted()}</p> })}
            {visit.follows("leaving").then(|| view! { <Leaving /> })}
            <Form
                action="/login".to_owned()
                submit=words.login()
                busy=words.login_busy()
                error=visit.form.error_of_form()
            >
                <Field name="identifier" label=words.login_identifier() autocomplete="username" />
                <PasswordField
                    name="password".to_owned()
                    label=words.password()
                    autocomplete="current-password".to_owned()
                    hint=None
                    error=password_error
                />
                <Remember is_ticked=is_remembered />
                {wanted.map(|path| view! { <input type="hidden" name="next" value=path /> })}
            </Form>
            <p class="aside"><a href="/forgot-password">{words.forgot_password()}</a></p>
            {visit
                .confirms_first
                .then(|| {
                    let awaited = words.login_no_letter();
                    view! {
                        <p class="aside">{awaited.s0} <a href="/confirm-email">{awaited.confirm_your_address}</a> {awaited.s1}</p>
                    }
                })}
            {(!visit.is_closed)
                .then(|| {
                    let stranger = words.login_new_here();
                    view! { <p class="aside">{stranger.s0} <a href=register>{stranger.create_account_link}</a> {stranger.s1}</p> }
                })}
        </section>
    }
}

/// After somebody asked for their account to be deleted.
#[component]
fn Leaving() -> impl IntoView {
    view! {
        <p class="notice" role="status">{words().login_leaving()}</p>
    }
}

#[component]
fn Remember(is_ticked: bool) -> impl IntoView {
    view! {
        <div class="check">
            <input id="remember" name="remember" type="checkbox" checked=is_ticked />
            <label for="remember">{words().login_remember()}</label>
        </div>
    }
}
