//! The pages as documents.

use scraper::{Html, Selector};

use crate::helpers::{Answer, TestApp};

const OPEN: [&str; 6] = [
    "/",
    "/login",
    "/register",
    "/forgot-password",
    "/confirm-email",
    "/none",
];
const BEHIND_THE_DOOR: [&str; 8] = [
    "/dashboard",
    "/profile",
    "/profile/email",
    "/profile/security",
    "/profile/confirm",
    "/profile/data",
    "/profile/devices",
    "/profile/activity",
];

async fn every_page(app: &TestApp) -> Vec<(&'static str, Answer)> {
    let (mut ada, mut stranger) = (app.ada().await, app.browser());
    let mut pages = Vec::new();
    for path in OPEN {
        pages.push((path, stranger.get(path).await));
    }
    for path in BEHIND_THE_DOOR {
        pages.push((path, ada.get(path).await));
    }
    pages
}

#[tokio::test]
async fn a_page_may_run_nothing_but_its_own_and_asks_for_nothing_else() {
    let app = TestApp::new().await;
    let selector = |text: &str| Selector::parse(text).unwrap();
    let script = selector("script:not([src]):not([type='application/json'])");
    let inline = selector("[style], [onclick], [onload], [onerror], [onsubmit], style");
    let foreign = selector("[src^='http'], [src^='//'], link[href^='http'], link[href^='//']");
    for (path, answer) in every_page(&app).await {
        let policy = answer.header("content-security-policy");
        for part in [
            "base-uri 'none'",
            "form-action 'self'",
            "connect-src 'self'",
            "'wasm-unsafe-eval'",
        ] {
            assert!(policy.contains(part), "{path}: {part} in {policy}");
        }
        assert!(!policy.contains("'unsafe-"), "{path}: {policy}");
        let page = Html::parse_document(&answer.body);
        for script in page.select(&script) {
            let nonce = script.value().attr("nonce").unwrap_or_default();
            assert!(policy.contains(&format!("'nonce-{nonce}'")), "{path}");
        }
        assert!(page.select(&inline).next().is_none(), "{path}");
        assert!(page.select(&foreign).next().is_none(), "{path}");
    }
}

#[tokio::test]
async fn signing_out_is_offered_on_every_page_behind_the_door() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    for path in BEHIND_THE_DOOR {
        let page = ada.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let method = page.attribute("form[action='/logout']", "method");
        assert_eq!(method.as_deref(), Some("post"), "{path}");
        let button = page.text("form[action='/logout'] button[type=submit]");
        assert_eq!(button, "Sign out", "{path}");
    }
}

#[tokio::test]
async fn what_looks_like_a_file_is_not_a_page_that_a_cache_would_keep() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    for path in [
        "/dashboard/x.css",
        "/profile/x.js",
        "/profile/security.png",
        "/profile/data/download.css",
        "/profile;x.css",
    ] {
        let answer = ada.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.body.contains("ada@example.org"), "{path}");
        assert_eq!(answer.header("cache-control"), "private, no-store");
    }
}
