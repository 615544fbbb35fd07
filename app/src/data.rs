//! What is held on a person: taking a copy of it, and having it deleted.

use leptos::prelude::*;

use crate::error::AppError;
use crate::form::{Form, PasswordField};
use crate::language::words;
use crate::profile::Sections;
use crate::session::visit;

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
    let visit = visit();
    let password_error = visit.form.error_at("password");
    let words = words();
    view! {
        <h1>{words.data_title()}</h1>
        <Sections />
        <section class="card" aria-labelledby="download">
            <h2 id="download">{words.data_copy()}</h2>
            <p>{words.data_copy_what()}</p>
            <p class="actions">
                // A file is not a page: the browser keeps it.
                <a class="button" href=DOWNLOAD download rel="external">{words.data_download()}</a>
            </p>
        </section>
        <section class="card danger" aria-labelledby="delete">
            <h2 id="delete">{words.data_delete()}</h2>
            <p>{words.data_delete_what()}</p>
            <p>{words.data_delete_when()}</p>
            <Form
                action="/profile/data".to_owned()
                submit=words.data_delete()
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
            </Form>
        </section>
    }
}
