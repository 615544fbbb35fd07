//! The start page: what this is, and the way in.

use leptos::prelude::*;

use crate::error::AppError;
use crate::session::Visit;

/// What the signed-in person is called; none when nobody is signed in.
#[server(prefix = "/fn", endpoint = "whoami")]
pub async fn whoami() -> Result<Option<String>, AppError> {
    crate::ssr::whoami().await
}

#[component]
#[must_use]
pub fn Home() -> impl IntoView {
    view! {
        <section class="hero">
            <h1>"The door to your Rust web application"</h1>
            <p class="lead">
                {product::NAME} " keeps people signed in with short-lived tokens that renew themselves, and keeps everyone else out before a page is rendered."
            </p>
            <WayIn />
        </section>
        <section class="points" aria-label="What it does">
            <div>
                <h2>"One binary"</h2>
                <p>"Pages, passwords, sessions and the database come in one program. There is nothing else to run."</p>
            </div>
            <div>
                <h2>"Works without script"</h2>
                <p>"Every form is plain HTML first. A small WebAssembly bundle makes it smoother, and nothing depends on it."</p>
            </div>
            <div>
                <h2>"Ends when you say so"</h2>
                <p>"Signing out is final at once. A copied token that is used twice ends the session it was copied from."</p>
            </div>
        </section>
    }
}

#[component]
fn WayIn() -> impl IntoView {
    let visit = use_context::<Visit>().unwrap_or_default();
    if !visit.is_signed_in {
        return view! {
            <p class="actions">
                <a class="button primary" href="/login">"Sign in"</a>
                <a class="button" href="/register">"Create an account"</a>
            </p>
        }
        .into_any();
    }
    view! {
        <Suspense>
            {Suspend::new(async move {
                let name = whoami().await.ok().flatten().unwrap_or_else(|| "yourself".to_owned());
                view! {
                    <p class="actions">
                        <a class="button primary" href="/dashboard">"Continue as " <bdi>{name}</bdi></a>
                    </p>
                }
            })}
        </Suspense>
    }
    .into_any()
}
