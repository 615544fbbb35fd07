//! What every page has around it.

use leptos::prelude::*;

use crate::PAGES;
use crate::language::{LanguageChoice, words};
use crate::session::visit;
use crate::theme::ThemeChoice;
use crate::watch::SessionWatch;

#[component]
#[must_use]
pub fn Layout(children: Children) -> impl IntoView {
    let is_guarded = visit().is_guarded;
    let words = words();
    view! {
        <a class="skip" href="#main">{words.skip_to_content()}</a>
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
        <footer id="footer" class="site-footer">
            <div class="bar">
                <p>{words.tagline()}</p>
                <div class="switches">
                    <LanguageChoice />
                    <ThemeChoice />
                </div>
            </div>
        </footer>
    }
}

/// Signing out is a form and not a link: what changes something is a POST.
#[component]
fn Navigation() -> impl IntoView {
    let visit = visit();
    let path = visit.path.clone();
    let words = words();
    let link = move |to: &'static str, label: String| {
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
            <nav aria-label=words.main_navigation()>
                {pages.map(|page| link(page.path, (page.title)(words))).collect_view()}
                <form method="post" action="/logout">
                    <button class="link" type="submit">{words.sign_out()}</button>
                </form>
            </nav>
        }
        .into_any()
    } else {
        let sign_up = (!visit.is_closed).then(|| link("/register", words.sign_up()));
        view! { <nav aria-label=words.main_navigation()>{link("/login", words.sign_in())} {sign_up}</nav> }.into_any()
    }
}

/// The mark: a key seen from the side, 32 wide and high.
pub const MARK: &str = r#"<g fill="none" stroke="currentColor" stroke-width="3.5" stroke-linecap="round"><circle cx="10" cy="16" r="6"/><path d="M16 16h13M24 16v5M28.5 16v3.5"/></g>"#;

#[component]
fn Key() -> impl IntoView {
    view! { <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" width="28" height="28" inner_html=MARK></svg> }
}

#[component]
#[must_use]
pub fn NotFound() -> impl IntoView {
    let words = words();
    view! {
        <section class="card narrow">
            <p class="eyebrow">"404"</p>
            <h1>{words.not_found()}</h1>
            <p>{words.not_found_what()}</p>
            <p class="actions">
                <a class="button primary" href="/">{words.go_to_start()}</a>
            </p>
        </section>
    }
}
