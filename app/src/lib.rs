//! The pages of Latchkey, compiled twice: for the server (`ssr`), where they are rendered, and for
//! the browser (`hydrate`), where only the islands in them wake up.

mod drawing;
pub mod error;
pub mod files;
pub mod form;
pub mod icon;
pub mod language;
pub mod layout;
pub mod life;
pub mod link;
pub mod next;
pub mod own;
pub mod pages;
pub mod session;
pub mod sign_ins;
pub mod theme;
pub mod warning;
pub mod watch;

#[cfg(feature = "ssr")]
pub mod ssr;

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};
use words::Words;

use crate::files::PageFiles;
use crate::layout::{Layout, NotFound};
use crate::pages::pages;
use crate::session::visit;

// A page of your own is a file beside this one and a line here. `cargo fmt` does not see into the table: what it
// declares is formatted by `rustfmt app/src/*.rs`.
pages! {
    home::Home              at "/"                 = public(Words::home).same_for_strangers();
    register::Register      at "/register"         = strangers(Words::create_an_account).form(register::FIELDS).same_for_strangers();
    login::Login            at "/login"            = strangers(Words::login).form(login::FIELDS).same_for_strangers();
    forgot::ForgotPassword  at "/forgot-password"  = public(Words::forgot_password).form(forgot::FIELDS).same_for_strangers();
    reset::ResetPassword    at "/reset-password"   = public(Words::set_a_new_password).form(reset::FIELDS);
    confirm::ConfirmEmail   at "/confirm-email"    = public(Words::confirm_address).form(confirm::FIELDS);
    secure::SecureAccount   at "/secure-account"   = public(Words::secure).form(secure::FIELDS);
    dashboard::Dashboard    at "/dashboard"        = members(Words::nav_dashboard).in_navigation();
    profile::Profile        at "/profile"          = members(Words::profile).form(profile::FIELDS).in_navigation();
    email::ChangeEmail      at "/profile/email"    = members(Words::address_change).form(email::FIELDS);
    security::Security      at "/profile/security" = members(Words::security).form(security::FIELDS);
    proof::Proof            at "/profile/confirm"  = members(Words::proof).form(proof::FIELDS);
    data::YourData          at "/profile/data"     = proven(Words::data_title).form(data::FIELDS);
    devices::Devices        at "/profile/devices"  = members(Words::devices).form(devices::FIELDS);
    activity::Activity      at "/profile/activity" = members(Words::activity);
}

/// The document around every page.
#[must_use]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let visit = visit();
    let language = language::language();
    let title = visit.title();
    let description = language.words().description();
    view! {
        <!DOCTYPE html>
        <html lang=language.tag() dir=language.direction() data-theme=visit.theme.name()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content=visit.theme.color_scheme() />
                // As text, a build for development leaves a mark behind it. There is nothing to escape in our own words.
                <title inner_html=title></title>
                <meta name="description" content=description />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                // A card stands in the middle: drawn before all of it has come, it would move.
                <link rel="expect" href="#footer" blocking="render" />
                <AutoReload options />
                <PageFiles />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Names the islands, so that the linker keeps them in the WASM: nothing else there refers to this crate.
pub fn keep_islands() {
    std::hint::black_box((
        form::reveal::Revealing as fn(_) -> _,
        form::send::Sending as fn(_) -> _,
        theme::ThemeSwitch as fn(_) -> _,
        watch::SessionWatch as fn() -> _,
    ));
}
