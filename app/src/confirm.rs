//! Showing that an address is one's own.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::form::{Field, Form, Hidden, PasswordField};
use crate::language::words;
use crate::link::{WhereLettersAre, opened};
use crate::session::visit;

/// Where somebody goes who was sent a link.
pub const SENT: &str = "/confirm-email?sent";

/// What the page needs to know of a link.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Confirmation {
    pub email: String,
    /// Whoever opens the link is not signed in to the account.
    pub needs_password: bool,
}

/// What a link would confirm.
#[server(prefix = "/fn", endpoint = "link/confirm")]
pub async fn what_to_confirm(token: String) -> Result<Confirmation, AppError> {
    crate::ssr::links::confirmation(token).await
}

/// Confirms an address by the token of a link; without one, sends another link: to the address that is
/// given, or to the one that whoever is signed in waits for. Returns the path to go to.
#[server(prefix = "", endpoint = "confirm-email")]
pub async fn confirm_email(
    #[server(default)] token: Option<String>,
    #[server(default)] password: String,
    #[server(default)] email: Option<String>,
) -> Result<String, AppError> {
    let Some(token) = token else {
        crate::ssr::links::send_confirmation(email).await?;
        return Ok(SENT.to_owned());
    };
    let is_here = crate::ssr::links::confirm_email(token, password.into()).await?;
    let after = if is_here {
        "/profile?confirmed"
    } else {
        crate::next::DEFAULT
    };
    Ok(after.to_owned())
}

/// The names of the fields of [`confirm_email`].
pub const FIELDS: &[&str] = &["token", "password", "email"];

#[component]
#[must_use]
pub fn ConfirmEmail() -> impl IntoView {
    let visit = visit();
    view! {
        <section class="card narrow">
            {match visit.token.clone() {
                Some(token) => view! { <ByLink token /> }.into_any(),
                None if visit.follows("sent") && visit.form.error.is_none() => view! { <Sent /> }.into_any(),
                None => view! { <SendAgain /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn ByLink(token: String) -> impl IntoView {
    view! {
        <Suspense>
            {
                let token = token.clone();
                Suspend::new(async move {
                    let asked = what_to_confirm(token.clone()).await;
                    opened(asked, (words().send_a_new_link(), "/confirm-email"), |of| view! { <Confirm token of /> })
                })
            }
        </Suspense>
    }
}

/// The button: whoever only follows links, as mail scanners do, confirms nothing.
#[component]
fn Confirm(token: String, of: Confirmation) -> impl IntoView {
    let visit = visit();
    let password_error = visit.form.error_at("password");
    let words = words();
    let submit = if of.needs_password {
        words.confirm_address_submit_and_sign_in()
    } else {
        words.confirm_address_submit()
    };
    let question = words.confirm_is_it_yours();
    let otherwise = words.confirm_unknown_password();
    view! {
        <h1>{words.confirm_address()}</h1>
        <p>{question.s0} <strong><bdi>{of.email.clone()}</bdi></strong> {question.s1}</p>
        <Form
            action="/confirm-email".to_owned()
            submit
            busy=words.confirm_address_busy()
            error=visit.form.error_of_form()
        >
            <Hidden name="token" value=token />
            {of.needs_password
                .then(|| {
                    view! {
                        <input type="email" value=of.email autocomplete="username" readonly hidden />
                        <PasswordField
                            name="password".to_owned()
                            label=words.password()
                            autocomplete="current-password".to_owned()
                            hint=Some(words.confirm_address_hint())
                            error=password_error
                        />
                    }
                })}
        </Form>
        {of.needs_password
            .then(|| {
                view! {
                    <p class="aside">
                        {otherwise.s0} <a href="/forgot-password">{otherwise.set_new_password_link}</a> {otherwise.s1}
                    </p>
                }
            })}
    }
}

#[component]
fn Sent() -> impl IntoView {
    let visit = visit();
    let words = words();
    let (to, label) = if visit.is_signed_in {
        ("/profile", words.back_to_profile())
    } else {
        ("/login", words.sign_in())
    };
    let otherwise = words.confirm_no_letter();
    view! {
        <h1>{words.check_your_mail()}</h1>
        <p role="status">{words.confirm_address_sent()}</p>
        <WhereLettersAre />
        <p>{otherwise.s0} <a href="/confirm-email">{otherwise.send_it_again}</a> {otherwise.s1}</p>
        <p class="actions">
            <a class="button" href=to>{label}</a>
        </p>
    }
}

#[component]
fn SendAgain() -> impl IntoView {
    let visit = visit();
    let is_stranger = !visit.is_signed_in;
    let words = words();
    let intro = if is_stranger {
        words.confirm_address_for_stranger()
    } else {
        words.confirm_address_for_member()
    };
    view! {
        <h1>{words.confirm_address()}</h1>
        <p>{intro}</p>
        <Form
            action="/confirm-email".to_owned()
            submit=words.send_the_link()
            busy=words.sending()
            error=visit.form.error_of_form()
        >
            {is_stranger.then(|| view! { <Field name="email" label=words.email() kind="email" autocomplete="email" /> })}
        </Form>
    }
}

/// Reminds whoever has not confirmed their address. Until they do, somebody else may take it.
#[component]
#[must_use]
pub fn Reminder(is_confirmed: bool) -> impl IntoView {
    (!is_confirmed).then(|| {
        let told = words().confirm_reminder();
        view! {
            <p class="notice open" role="note">
                {told.s0} <a href="/confirm-email">{told.send_again_link}</a> {told.s1}
            </p>
        }
    })
}
