//! What pages have in common that are reached by a link in a letter.

use leptos::prelude::*;

use crate::error::AppError;
use crate::session::Visit;

/// The page of a link: what can be done with it, or what to do when it does nothing any more.
pub(crate) fn opened<T, V: IntoView + 'static>(
    asked: Result<T, AppError>,
    what_next: (&'static str, &'static str),
    show: impl FnOnce(T) -> V,
) -> AnyView {
    let (label, to) = what_next;
    match asked {
        Ok(of) => show(of).into_any(),
        Err(error) if error.code == "link_gone" => view! { <DeadLink label to /> }.into_any(),
        Err(error) => view! { <p class="form-error" role="alert">{error.message}</p> }.into_any(),
    }
}

/// A link that does nothing any more, and what to do instead.
#[component]
#[must_use]
pub fn DeadLink(
    /// Like `Send a new link`.
    label: &'static str,
    /// The page where that is done.
    to: &'static str,
) -> impl IntoView {
    view! {
        <h1>"This link is no longer good"</h1>
        <p>
            "Links work once, and not for long. It may have been used already, or a newer one was sent, or a part of it was lost when it was copied."
        </p>
        <p class="actions">
            <a class="button primary" href=to>{label}</a>
            <a class="button" href="/login">"Sign in"</a>
        </p>
    }
}

/// Where the letter is, on a site in development.
#[component]
#[must_use]
pub fn WhereLettersAre() -> impl IntoView {
    let has_outbox = use_context::<Visit>().unwrap_or_default().has_outbox;
    has_outbox.then(|| {
        view! {
            <p class="notice">
                "This site is in development and sends no mail. " <a href="/dev/outbox" rel="external">"Read it in the outbox"</a>
            </p>
        }
    })
}
