//! What keeps an account safe: its password, where it is signed in, and what happened on it.

use leptos::prelude::*;

use crate::activity::{Happenings, activity};
use crate::devices::{Overview, Sessions, devices};
use crate::error::AppError;
use crate::form::{Form, PasswordField};
use crate::language::words;
use crate::profile::Sections;
use crate::register::{password_hint, registration};
use crate::session::visit;
use crate::warning::Warnings;

/// How much of the trail is shown here.
const LATELY: usize = 5;

/// Sets another password. Every other device is signed out. Returns the path to go to.
#[server(prefix = "", endpoint = "profile/security")]
pub async fn change_password(
    current_password: String,
    password: String,
) -> Result<String, AppError> {
    crate::ssr::account::change_password(current_password.into(), password.into()).await?;
    Ok("/profile/security?saved".to_owned())
}

/// The names of the fields of [`change_password`].
pub const FIELDS: &[&str] = &["current_password", "password"];

#[component]
#[must_use]
pub fn Security() -> impl IntoView {
    view! {
        <h1>{words().security()}</h1>
        <Sections />
        <Suspense>
            {Suspend::new(async move {
                let length = registration().await.map_or(0, |rules| rules.password_min_length);
                match devices().await {
                    Ok(overview) => view! { <Parts overview length /> }.into_any(),
                    Err(error) => view! { <p class="card form-error" role="alert">{error.message}</p> }.into_any(),
                }
            })}
        </Suspense>
        <Suspense>
            {Suspend::new(async move {
                let page = activity(None).await.ok()?;
                let list = page.list.into_iter().take(LATELY).collect();
                let words = words();
                Some(view! {
                    <section class="card" aria-labelledby="activity">
                        <h2 id="activity">{words.activity_lately()}</h2>
                        <Happenings list />
                        <p><a href="/profile/activity">{words.activity_all()}</a></p>
                    </section>
                })
            })}
        </Suspense>
    }
}

#[component]
fn Parts(overview: Overview, length: u32) -> impl IntoView {
    let Overview {
        this,
        others,
        warnings,
    } = overview;
    view! {
        <Warnings list=warnings />
        <Password length />
        <Sessions this others />
    }
}

#[component]
fn Password(length: u32) -> impl IntoView {
    let visit = visit();
    let is_changed = visit.follows("saved") && visit.form.error.is_none();
    let current_error = visit.form.error_at("current_password");
    let password_error = visit.form.error_at("password");
    let words = words();
    let otherwise = words.security_forgot();
    view! {
        <section class="card" aria-labelledby="password-heading">
            <h2 id="password-heading">{words.password()}</h2>
            {is_changed
                .then(|| {
                    view! {
                        <p class="notice good" role="status">{words.security_changed()}</p>
                    }
                })}
            <Form
                action="/profile/security".to_owned()
                submit=words.security_submit()
                busy=words.security_busy()
                error=visit.form.error_of_form()
            >
                <PasswordField
                    name="current_password".to_owned()
                    label=words.current_password()
                    autocomplete="current-password".to_owned()
                    hint=None
                    error=current_error
                />
                <PasswordField
                    name="password".to_owned()
                    label=words.new_password()
                    autocomplete="new-password".to_owned()
                    hint=Some(password_hint(length))
                    error=password_error
                />
            </Form>
            <p class="aside">
                {otherwise.s0} <a href="/forgot-password">{otherwise.new_one_by_mail}</a> {otherwise.s1}
            </p>
        </section>
    }
}
