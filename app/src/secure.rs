//! Taking an account back from somebody else, by a link that was sent by mail.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::form::{Form, Hidden};
use crate::language::words;
use crate::link::opened;
use crate::session::{Place, visit};

/// What a link is against.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Threat {
    /// The account was moved to another address.
    Moved { from: String, to: String },
    /// Somebody signed in; from where, unless that session is over.
    SignedIn { from: Option<Place> },
}

/// What a link is against.
#[server(prefix = "/fn", endpoint = "link/secure")]
pub async fn what_happened(token: String) -> Result<Threat, AppError> {
    crate::ssr::links::threat(token).await
}

/// Takes the account back. Returns the path to go to: to the page that sets a new password.
#[server(prefix = "", endpoint = "secure-account")]
pub async fn secure_account(token: String) -> Result<String, AppError> {
    let token = crate::ssr::links::secure_account(token).await?;
    Ok(format!("/reset-password?token={token}"))
}

/// The names of the fields of [`secure_account`].
pub const FIELDS: &[&str] = &["token"];

#[component]
#[must_use]
pub fn SecureAccount() -> impl IntoView {
    let token = visit().token.clone();
    view! {
        <section class="card narrow">
            <Suspense>
                {Suspend::new(async move {
                    let token = token.unwrap_or_default();
                    let asked = what_happened(token.clone()).await;
                    opened(asked, (words().set_a_new_password(), "/forgot-password"), |threat| view! { <Answer token threat /> })
                })}
            </Suspense>
        </section>
    }
}

#[component]
fn Answer(token: String, threat: Threat) -> impl IntoView {
    let visit = visit();
    let words = words();
    let (heading, what, submit) = match threat {
        Threat::Moved { from, to } => (
            words.secure_moved(),
            words.secure_moved_what(from, to),
            words.secure_moved_submit(),
        ),
        Threat::SignedIn { from: Some(place) } => (
            words.secure_signed_in(),
            words.secure_signed_in_what(place.in_words(words)),
            words.secure_signed_in_submit(),
        ),
        Threat::SignedIn { from: None } => (
            words.secure_over(),
            words.secure_over_what(),
            words.set_a_new_password(),
        ),
    };
    view! {
        <h1>{heading}</h1>
        <p>{what}</p>
        <Form
            action="/secure-account".to_owned()
            submit
            busy=words.one_moment()
            error=visit.form.error_of_form()
        >
            <Hidden name="token" value=token />
        </Form>
    }
}
