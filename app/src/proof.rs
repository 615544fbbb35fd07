//! Showing again who one is, before a sensitive page.

use leptos::prelude::*;

use crate::error::AppError;
use crate::form::{Form, Hidden, PasswordField};
use crate::language::words;
use crate::session::visit;

/// Renews the proof by the password. Returns the path to go to.
#[server(prefix = "", endpoint = "profile/confirm")]
pub async fn prove(password: String, #[server(default)] next: String) -> Result<String, AppError> {
    crate::ssr::account::prove(password.into()).await?;
    Ok(crate::next::after_sign_in(&next).to_owned())
}

/// The names of the fields of [`prove`].
pub const FIELDS: &[&str] = &["password", "next"];

#[component]
#[must_use]
pub fn Proof() -> impl IntoView {
    let visit = visit();
    let password_error = visit.form.error_at("password");
    let wanted = visit.next.clone();
    let words = words();
    view! {
        <section class="card narrow">
            <h1>{words.proof()}</h1>
            <p>{words.proof_why()}</p>
            <Form
                action="/profile/confirm".to_owned()
                submit=words.proof_submit()
                busy=words.one_moment()
                error=visit.form.error_of_form()
            >
                <PasswordField
                    name="password".to_owned()
                    label=words.password()
                    autocomplete="current-password".to_owned()
                    hint=None
                    error=password_error
                />
                {wanted.map(|path| view! { <Hidden name="next" value=path /> })}
            </Form>
            <p class="aside"><a href="/profile">{words.back_to_profile()}</a></p>
        </section>
    }
}
