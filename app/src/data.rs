//! What is held on a person: taking a copy of it, and having it deleted.

use leptos::prelude::*;

use crate::error::AppError;
use crate::form::{Form, PasswordField};
use crate::profile::Sections;
use crate::session::Visit;

/// Where the copy is. It is a file, not a page.
pub const DOWNLOAD: &str = "/profile/data/download";

/// Lets the account go in a week, and signs out everywhere. Returns the path to go to.
#[server(prefix = "", endpoint = "profile/data")]
pub async fn delete_account(password: String) -> Result<String, AppError> {
    crate::ssr::account::delete(password.into()).await?;
    Ok("/login?leaving".to_owned())
}

/// The names of the fields of [`delete_account`].
pub const FIELDS: &[&str] = &["password"];

#[component]
#[must_use]
pub fn YourData() -> impl IntoView {
    let visit = use_context::<Visit>().unwrap_or_default();
    let password_error = visit.form.error_at("password");
    view! {
        <h1>"Your data"</h1>
        <Sections />
        <section class="card" aria-labelledby="download">
            <h2 id="download">"Take a copy"</h2>
            <p>
                "One file with everything that is held on you here: your account, sessions, browsers, letters and what happened. It is JSON, which people can read and programs can use."
            </p>
            <p class="actions">
                // A file is not a page: the browser keeps it.
                <a class="button" href=DOWNLOAD download rel="external">"Download my data"</a>
            </p>
        </section>
        <section class="card danger" aria-labelledby="delete">
            <h2 id="delete">"Delete my account"</h2>
            <p>"Your name, address, password, sessions and letters go, and nobody can bring them back. A list of security events stays, in which you are only a number, with the network address and browser of each."</p>
            <p>"You are signed out everywhere now, and it is done in 7 days. Whoever signs in before then keeps the account."</p>
            <Form
                action="/profile/data".to_owned()
                submit="Delete my account".to_owned()
                busy="One moment…".to_owned()
                error=visit.form.error_of_form()
            >
                <PasswordField
                    name="password".to_owned()
                    label="Password".to_owned()
                    autocomplete="current-password".to_owned()
                    hint=None
                    error=password_error
                />
            </Form>
        </section>
    }
}
