//! Pages that are rendered once for all strangers.

use std::fs;

use tempfile::TempDir;

use crate::helpers::{Answer, PASSWORD, TestApp};
use crate::program::Program;

const ENTRANCES: [&str; 4] = ["/", "/login", "/register", "/forgot-password"];

/// A page without what is never the same twice.
fn without_nonce(page: &Answer) -> String {
    let nonce = page.attribute("script[nonce]", "nonce").unwrap();
    page.body.replace(&nonce, "")
}

#[tokio::test]
async fn the_second_stranger_gets_the_page_of_the_first_with_another_nonce() {
    let app = TestApp::new().await;
    for path in ENTRANCES {
        let first = app.browser().get(path).await;
        let second = app.browser().get(path).await;
        assert_ne!(first.body, second.body, "{path}");
        assert_eq!(without_nonce(&first), without_nonce(&second), "{path}");
        let names = |page: &Answer| {
            let names = page.headers.keys().map(ToString::to_string);
            names.collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(names(&first), names(&second), "{path}");
        assert_eq!(first.header("content-type"), second.header("content-type"));
        assert_eq!(second.header("cache-control"), "private, no-store");
    }
}

#[tokio::test]
async fn whoever_differs_gets_a_page_of_their_own() {
    let app = TestApp::new().await;
    for path in ENTRANCES {
        app.browser().get(path).await;
    }
    let mut dark = app.browser();
    dark.jar
        .insert(product::THEME_COOKIE.to_owned(), "dark".to_owned());
    let page = dark.get("/login").await;
    assert_eq!(page.attribute("html", "data-theme").unwrap(), "dark");
    let page = app.browser().get("/login").await;
    assert_eq!(page.attribute("html", "data-theme").unwrap(), "system");

    let page = app.browser().get("/login?next=/profile").await;
    assert_eq!(
        page.attribute("form[action='/login'] input[name=next]", "value")
            .unwrap(),
        "/profile"
    );
    let wrong = [("identifier", "ada"), ("password", PASSWORD)];
    let page = app.browser().post("/login", &wrong).await;
    assert!(!page.text("[role=alert]").is_empty());
    let page = app.browser().get("/login").await;
    assert_eq!(page.text("[role=alert]"), "");
    assert_eq!(
        page.attribute("form[action='/login'] input[name=next]", "value"),
        None
    );

    let mut ada = app.ada().await;
    assert!(ada.get("/").await.body.contains("ada"));
    assert!(!app.browser().get("/").await.body.contains("ada"));
}

#[test]
fn an_entrance_is_rendered_once_and_what_depends_on_more_each_time() {
    let dir = TempDir::new().unwrap();
    let site = Program::with(dir.path(), &[("RUST_LOG", "server=debug")]);
    for _ in 0..3 {
        for path in ENTRANCES {
            assert!(site.get(path).starts_with("HTTP/1.1 200"), "{path}");
        }
        site.get("/login?leaving");
        site.get("/nowhere");
    }
    site.leave();
    let log = fs::read_to_string(dir.path().join("log")).unwrap();
    for path in ENTRANCES {
        let kept = format!("a page is kept for all strangers path=\"{path}\"\n");
        assert_eq!(log.matches(&kept).count(), 1, "{path}: {log}");
    }
    assert_eq!(log.matches("is kept").count(), ENTRANCES.len(), "{log}");
}
