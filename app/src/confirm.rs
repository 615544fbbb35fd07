//! Showing that an address is one's own.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::form::{Field, Form, Hidden, PasswordField};
use crate::link::{WhereLettersAre, opened};
use crate::session::Visit;

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
    let visit = use_context::<Visit>().unwrap_or_default();
    view! {
        <section class="card narrow">
            {match visit.token {
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
                    opened(asked, ("Send a new link", "/confirm-email"), |of| view! { <Confirm token of /> })
                })
            }
        </Suspense>
    }
}

/// The button: whoever only follows links, as mail scanners do, confirms nothing.
#[component]
fn Confirm(token: String, of: Confirmation) -> impl IntoView {
    let visit = use_context::<Visit>().unwrap_or_default();
    let password_error = visit.form.error_at("password");
    let submit = if of.needs_password {
        "Confirm and sign in"
    } else {
        "Confirm address"
    };
    view! {
        <h1>"Confirm your address"</h1>
        <p>"Is " <strong><bdi>{of.email.clone()}</bdi></strong> " yours?"</p>
        <Form
            action="/confirm-email".to_owned()
            submit=submit.to_owned()
            busy="Confirming…".to_owned()
            error=visit.form.error_of_form()
        >
            <Hidden name="token" value=token />
            {of.needs_password
                .then(|| {
                    view! {
                        <input type="email" value=of.email autocomplete="username" readonly hidden />
                        <PasswordField
                            name="password".to_owned()
                            label="Password".to_owned()
                            autocomplete="current-password".to_owned()
                            hint=Some("The one you chose for this account. It shows that the account is yours, too.".to_owned())
                            error=password_error
                        />
                    }
                })}
        </Form>
        {of.needs_password
            .then(|| {
                view! {
                    <p class="aside">
                        "You do not know it, or did not make this account? "
                        <a href="/forgot-password">"Set a new password"</a> " and it is yours alone."
                    </p>
                }
            })}
    }
}

#[component]
fn Sent() -> impl IntoView {
    let visit = use_context::<Visit>().unwrap_or_default();
    let (to, label) = if visit.is_signed_in {
        ("/profile", "Back to your profile")
    } else {
        ("/login", "Sign in")
    };
    view! {
        <h1>"Check your mail"</h1>
        <p role="status">"A letter is on its way. Open the link in it to confirm your address: it works once, within 24 hours."</p>
        <WhereLettersAre />
        <p>"No letter after a few minutes? Look in your spam folder, or " <a href="/confirm-email">"send it again"</a> "."</p>
        <p class="actions">
            <a class="button" href=to>{label}</a>
        </p>
    }
}

#[component]
fn SendAgain() -> impl IntoView {
    let visit = use_context::<Visit>().unwrap_or_default();
    let is_stranger = !visit.is_signed_in;
    let intro = if is_stranger {
        "Enter the address of your account, and we send you another link that confirms it."
    } else {
        "We send another link to the address that you have not confirmed yet."
    };
    view! {
        <h1>"Confirm your address"</h1>
        <p>{intro}</p>
        <Form
            action="/confirm-email".to_owned()
            submit="Send the link".to_owned()
            busy="Sending…".to_owned()
            error=visit.form.error_of_form()
        >
            {is_stranger.then(|| view! { <Field name="email" label="Email" kind="email" autocomplete="email" /> })}
        </Form>
    }
}

/// Reminds whoever has not confirmed their address. Until they do, somebody else may take it.
#[component]
#[must_use]
pub fn Reminder(is_confirmed: bool) -> impl IntoView {
    (!is_confirmed).then(|| {
        view! {
            <p class="notice open" role="note">
                "Your address is not confirmed yet. If somebody registers with it before you confirm, this account and everything in it is gone. "
                <a href="/confirm-email">"Send the link again"</a>
            </p>
        }
    })
}
