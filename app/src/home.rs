//! The start page: what this is, and the way in.

use leptos::prelude::*;

use crate::error::AppError;
use crate::language::words;
use crate::session::visit;

/// What the signed-in person is called; none when nobody is signed in.
#[server(prefix = "/fn", endpoint = "whoami")]
pub async fn whoami() -> Result<Option<String>, AppError> {
    crate::ssr::whoami().await
}

#[component]
#[must_use]
pub fn Home() -> impl IntoView {
    let words = words();
    view! {
        <section class="hero">
            <h1>{words.home()}</h1>
            <p class="lead">{words.home_lead(product::NAME)}</p>
            <WayIn />
        </section>
        <section class="points" aria-label=words.home_points()>
            <div>
                <h2>{words.home_binary()}</h2>
                <p>{words.home_binary_what()}</p>
            </div>
            <div>
                <h2>{words.home_script()}</h2>
                <p>{words.home_script_what()}</p>
            </div>
            <div>
                <h2>{words.home_ends()}</h2>
                <p>{words.home_ends_what()}</p>
            </div>
        </section>
    }
}

#[component]
fn WayIn() -> impl IntoView {
    let visit = visit();
    let words = words();
    if !visit.is_signed_in {
        return view! {
            <p class="actions">
                <a class="button primary" href="/login">{words.sign_in()}</a>
                {(!visit.is_closed)
                    .then(|| view! { <a class="button" href="/register">{words.create_an_account()}</a> })}
            </p>
        }
        .into_any();
    }
    view! {
        <Suspense>
            {Suspend::new(async move {
                let label = match whoami().await.ok().flatten() {
                    Some(name) => {
                        let label = words.continue_as();
                        view! { {label.s0} <bdi>{name}</bdi> {label.s1} }.into_any()
                    }
                    None => words.continue_as_yourself().into_any(),
                };
                view! {
                    <p class="actions">
                        <a class="button primary" href="/dashboard">{label}</a>
                    </p>
                }
            })}
        </Suspense>
    }
    .into_any()
}
