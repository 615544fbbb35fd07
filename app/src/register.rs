//! Making an account.

use leptos::prelude::*;

use crate::error::AppError;
use crate::form::{Field, Form, PasswordField};
use crate::language::words;
use crate::next;
use crate::session::visit;

/// Makes an account, and signs in unless its address has to be confirmed first. Returns the path to go to.
#[server(prefix = "", endpoint = "register")]
pub async fn sign_up(
    email: String,
    username: String,
    password: String,
    #[server(default)] next: String,
) -> Result<String, AppError> {
    let is_signed_in = crate::ssr::sign_up(email, username, password.into()).await?;
    Ok(if is_signed_in {
        next::after_sign_in(&next).to_owned()
    } else {
        crate::confirm::SENT.to_owned()
    })
}

/// The names of the fields of [`sign_up`].
pub const FIELDS: &[&str] = &["email", "username", "password", "next"];

/// What the page needs to know of this installation's rules.
#[server(prefix = "/fn", endpoint = "registration")]
pub async fn registration() -> Result<Rules, AppError> {
    crate::ssr::registration()
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Rules {
    pub is_open: bool,
    /// In characters.
    pub password_min_length: u32,
}

#[component]
#[must_use]
pub fn Register() -> impl IntoView {
    view! {
        <section class="card narrow">
            <h1>{words().create_an_account()}</h1>
            <Suspense>
                {Suspend::new(async move {
                    match registration().await {
                        Ok(rules) if rules.is_open => view! { <OpenDoor rules /> }.into_any(),
                        Ok(_) => view! { <p class="notice">{words().error_registration_closed()}</p> }.into_any(),
                        Err(error) => view! { <p class="form-error" role="alert">{error.message}</p> }.into_any(),
                    }
                })}
            </Suspense>
            <SignInInstead />
        </section>
    }
}

/// What makes a password good.
#[must_use]
pub fn password_hint(min_length: u32) -> String {
    words().password_hint(min_length)
}

#[component]
fn OpenDoor(rules: Rules) -> impl IntoView {
    let visit = visit();
    let words = words();
    let hint = password_hint(rules.password_min_length);
    let password_error = visit.form.error_at("password");
    view! {
        <Form
            action="/register".to_owned()
            submit=words.register()
            busy=words.register_busy()
            error=visit.form.error_of_form()
        >
            <Field name="email" label=words.email() kind="email" autocomplete="email" />
            <Field
                name="username"
                label=words.username()
                autocomplete="username"
                hint=words.username_hint()
            />
            <PasswordField
                name="password".to_owned()
                label=words.password()
                autocomplete="new-password".to_owned()
                hint=Some(hint)
                error=password_error
            />
            {visit.next.clone().map(|path| view! { <input type="hidden" name="next" value=path /> })}
        </Form>
    }
}

#[component]
fn SignInInstead() -> impl IntoView {
    let visit = visit();
    let login = next::from_door("/login", visit.next.as_deref());
    let known = words().register_have_account();
    view! { <p class="aside">{known.s0} <a href=login>{known.sign_in_link}</a> {known.s1}</p> }
}
