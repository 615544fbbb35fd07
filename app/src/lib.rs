//! The pages of Latchkey, compiled twice: for the server (`ssr`), where they are rendered, and for
//! the browser (`hydrate`), where only the islands in them wake up.

pub mod activity;
pub mod confirm;
pub mod dashboard;
pub mod data;
pub mod devices;
pub mod email;
pub mod error;
pub mod files;
pub mod forgot;
pub mod form;
pub mod home;
pub mod icon;
pub mod layout;
pub mod life;
pub mod link;
pub mod login;
pub mod next;
pub mod profile;
pub mod proof;
pub mod register;
pub mod reset;
pub mod secure;
pub mod security;
pub mod session;
pub mod sign_ins;
pub mod theme;
pub mod warning;
pub mod watch;

#[cfg(feature = "ssr")]
pub mod ssr;

use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::activity::Activity;
use crate::confirm::ConfirmEmail;
use crate::dashboard::Dashboard;
use crate::data::YourData;
use crate::devices::Devices;
use crate::email::ChangeEmail;
use crate::files::PageFiles;
use crate::forgot::ForgotPassword;
use crate::home::Home;
use crate::layout::{Layout, NotFound};
use crate::login::Login;
use crate::profile::Profile;
use crate::proof::Proof;
use crate::register::Register;
use crate::reset::ResetPassword;
use crate::secure::SecureAccount;
use crate::security::Security;
use crate::session::Visit;

/// The document around every page.
#[must_use]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let visit = use_context::<Visit>().unwrap_or_default();
    let title = visit.title();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=visit.theme.name()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content=visit.theme.color_scheme() />
                // As text, a build for development leaves a mark behind it. There is nothing to escape in our own words.
                <title inner_html=title></title>
                <meta name="description" content="Sign in, or create an account." />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <AutoReload options />
                <PageFiles />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The list of pages. Each is rendered in one piece: status, cookies and body are decided before the
/// first byte leaves.
#[component]
#[must_use]
pub fn App() -> impl IntoView {
    view! {
        <Router>
            <Layout>
                <Routes fallback=NotFound>
                    <Route path=path!("/") view=Home ssr=SsrMode::Async />
                    <Route path=path!("/register") view=Register ssr=SsrMode::Async />
                    <Route path=path!("/login") view=Login ssr=SsrMode::Async />
                    <Route path=path!("/forgot-password") view=ForgotPassword ssr=SsrMode::Async />
                    <Route path=path!("/reset-password") view=ResetPassword ssr=SsrMode::Async />
                    <Route path=path!("/confirm-email") view=ConfirmEmail ssr=SsrMode::Async />
                    <Route path=path!("/secure-account") view=SecureAccount ssr=SsrMode::Async />
                    <Route path=path!("/dashboard") view=Dashboard ssr=SsrMode::Async />
                    <Route path=path!("/profile") view=Profile ssr=SsrMode::Async />
                    <Route path=path!("/profile/email") view=ChangeEmail ssr=SsrMode::Async />
                    <Route path=path!("/profile/security") view=Security ssr=SsrMode::Async />
                    <Route path=path!("/profile/confirm") view=Proof ssr=SsrMode::Async />
                    <Route path=path!("/profile/data") view=YourData ssr=SsrMode::Async />
                    <Route path=path!("/profile/devices") view=Devices ssr=SsrMode::Async />
                    <Route path=path!("/profile/activity") view=Activity ssr=SsrMode::Async />
                </Routes>
            </Layout>
        </Router>
    }
}

/// The fields that the form posted to `path` has; none when nothing is posted there.
#[must_use]
pub fn form_fields(path: &str) -> Option<&'static [&'static str]> {
    match path {
        "/confirm-email" => Some(confirm::FIELDS),
        "/forgot-password" => Some(forgot::FIELDS),
        "/login" => Some(login::FIELDS),
        "/logout" => Some(&[]),
        "/profile" => Some(profile::FIELDS),
        "/profile/confirm" => Some(proof::FIELDS),
        "/profile/data" => Some(data::FIELDS),
        "/profile/devices" => Some(devices::FIELDS),
        "/profile/email" => Some(email::FIELDS),
        "/profile/security" => Some(security::FIELDS),
        "/register" => Some(register::FIELDS),
        "/reset-password" => Some(reset::FIELDS),
        "/secure-account" => Some(secure::FIELDS),
        "/theme" => Some(theme::FIELDS),
        _ => None,
    }
}

/// Whether the form posted to `path` stands on the page of that path.
#[must_use]
pub fn form_has_page(path: &str) -> bool {
    form_fields(path).is_some() && !["/logout", "/theme"].contains(&path)
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
