//! What pages have in common that are reached by a link in a letter.

use leptos::prelude::*;

use crate::error::AppError;
use crate::language::words;
use crate::session::visit;

/// The page of a link: what can be done with it, or what to do when it does nothing any more.
pub(crate) fn opened<T, V: IntoView + 'static>(
    asked: Result<T, AppError>,
    what_next: (String, &'static str),
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
    label: String,
    /// The page where that is done.
    to: &'static str,
) -> impl IntoView {
    let words = words();
    view! {
        <h1>{words.dead_link()}</h1>
        <p>{words.dead_link_why()}</p>
        <p class="actions">
            <a class="button primary" href=to>{label}</a>
            <a class="button" href="/login">{words.sign_in()}</a>
        </p>
    }
}

/// Where the letter is, on a site in development.
#[component]
#[must_use]
pub fn WhereLettersAre() -> impl IntoView {
    let has_outbox = visit().has_outbox;
    has_outbox.then(|| {
        let told = words().no_mail_here();
        view! {
            <p class="notice">
                {told.s0} <a href="/dev/outbox" rel="external">{told.read_in_outbox}</a> {told.s1}
            </p>
        }
    })
}
