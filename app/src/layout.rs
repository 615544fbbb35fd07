//! What every page has around it.

use leptos::prelude::*;

use crate::PAGES;
use crate::session::Visit;
use crate::theme::ThemeChoice;
use crate::watch::SessionWatch;

#[component]
#[must_use]
pub fn Layout(children: Children) -> impl IntoView {
    let is_guarded = use_context::<Visit>().unwrap_or_default().is_guarded;
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        {is_guarded.then(|| view! { <SessionWatch /> })}
        <header class="site-header">
            <div class="bar">
                <a class="brand" href="/">
                    <Key />
                    {product::NAME}
                </a>
                <Navigation />
            </div>
        </header>
        <main id="main" tabindex="-1">{children()}</main>
        <footer class="site-footer">
            <div class="bar">
                <p>"Sign-in for Rust web applications."</p>
                <ThemeChoice />
            </div>
        </footer>
    }
}

/// Signing out is a form and not a link: what changes something is a POST.
#[component]
fn Navigation() -> impl IntoView {
    let visit = use_context::<Visit>().unwrap_or_default();
    let path = visit.path.clone();
    let link = move |to: &'static str, label: &'static str| {
        let below = path.strip_prefix(to);
        let current = below.and_then(|rest| match rest {
            "" => Some("page"),
            rest => rest.starts_with('/').then_some("true"),
        });
        view! { <a href=to aria-current=current>{label}</a> }
    };
    let pages = PAGES.iter().filter(|page| page.is_in_navigation);
    let pages = pages.filter(|page| visit.may_see(page));
    if visit.is_signed_in {
        view! {
            <nav aria-label="Main">
                {pages.map(|page| link(page.path, page.title)).collect_view()}
                <form method="post" action="/logout">
                    <button class="link" type="submit">"Sign out"</button>
                </form>
            </nav>
        }
        .into_any()
    } else {
        view! { <nav aria-label="Main">{link("/login", "Sign in")} {link("/register", "Sign up")}</nav> }.into_any()
    }
}

/// The mark: a key seen from the side.
#[component]
fn Key() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" width="28" height="28">
            <circle cx="10" cy="16" r="6" fill="none" stroke="currentColor" stroke-width="3.5" />
            <path d="M16 16h13M24 16v5M28.5 16v3.5" fill="none" stroke="currentColor" stroke-width="3.5" stroke-linecap="round" />
        </svg>
    }
}

#[component]
#[must_use]
pub fn NotFound() -> impl IntoView {
    view! {
        <section class="card narrow">
            <p class="eyebrow">"404"</p>
            <h1>"There is no such page"</h1>
            <p>"The address may have a typing mistake, or the page has moved."</p>
            <p class="actions">
                <a class="button primary" href="/">"Go to the start page"</a>
            </p>
        </section>
    }
}
