//! The letters of a site in development.

use auth::{CookieSecurity, MailRoute};
use axum::body::Body;
use axum::http::{Request, StatusCode, Version};
use tempfile::TempDir;

use crate::helpers::{Client, TestApp};
use crate::program::Program;

async fn in_development() -> TestApp {
    let folder = tempfile::tempdir().unwrap().keep();
    TestApp::with(CookieSecurity::Http, move |config| {
        config.mail.route = MailRoute::Folder(folder.join("outbox"));
    })
    .await
}

async fn look(browser: &mut Client<'_>, path: &str, host: &str) -> crate::helpers::Answer {
    let request = Request::get(path).header("host", host);
    browser.send(request, Body::empty()).await
}

#[tokio::test]
async fn letters_are_read_and_their_links_followed() {
    let app = in_development().await;
    let mut ada = app.ada().await;
    ada.peer = [127, 0, 0, 1];
    let host = "localhost:3000";
    assert!(
        look(&mut ada, "/dev/outbox", host)
            .await
            .body
            .contains("no letter yet")
    );
    app.deliver().await;
    let list = look(&mut ada, "/dev/outbox", host).await;
    assert_eq!(list.text(".outbox h2"), "Confirm your email address");
    assert!(list.text(".outbox").contains("ada@example.org"));
    let letter = list.attribute(".outbox a", "href").unwrap();
    let page = look(&mut ada, &letter, host).await;
    let link = page.attribute(".letter a[href*=token]", "href").unwrap();
    assert!(
        link.starts_with("http://localhost:3000/confirm-email?token="),
        "{link}"
    );
    let html = look(&mut ada, &format!("{letter}/html"), host).await;
    assert!(
        html.attribute("a", "href")
            .is_some_and(|there| there == link)
    );
    assert!(
        html.header("content-security-policy")
            .starts_with("default-src 'none'")
    );
    let missing = look(&mut ada, "/dev/outbox/..%2f..%2fsecret.key", host).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn only_this_machine_sees_them_and_only_under_its_own_name() {
    let app = in_development().await;
    let mut browser = app.browser();
    let elsewhere = look(&mut browser, "/dev/outbox", "localhost:3000").await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    browser.peer = [127, 0, 0, 1];
    for host in [
        "evil.example:3000",
        "localhost",
        "localhost:3000.evil.example",
        "",
    ] {
        let answer = look(&mut browser, "/dev/outbox", host).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{host}");
    }
    let answer = look(&mut browser, "/dev/outbox", "localhost:3000").await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[test]
fn a_browser_that_connects_from_this_machine_sees_them() {
    let dir = TempDir::new().unwrap();
    let site = Program::start(dir.path());
    for (host, status) in [("localhost:3000", "200"), ("evil.example", "403")] {
        let page = site.try_get_of(host, "/dev/outbox").unwrap();
        assert!(page.starts_with(&format!("HTTP/1.1 {status} ")), "{page}");
    }
}

#[tokio::test]
async fn a_tunnel_to_this_machine_does_not_lead_to_them() {
    let app = in_development().await;
    let mut browser = app.browser();
    browser.peer = [127, 0, 0, 1];
    for (name, value) in [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "localhost:3000"),
        ("x-forwarded-proto", "http"),
        ("x-real-ip", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
        ("via", "1.1 tunnel"),
    ] {
        let request = Request::get("/dev/outbox").header("host", "localhost:3000");
        let answer = browser
            .send(request.header(name, value), Body::empty())
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
    }
    let old = Request::get("/dev/outbox").version(Version::HTTP_10);
    let old = old.header("host", "localhost:3000");
    let answer = browser.send(old, Body::empty()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_site_that_sends_mail_has_no_such_page() {
    let app = TestApp::with(CookieSecurity::Https, |_| {}).await;
    let mut browser = app.browser();
    browser.peer = [127, 0, 0, 1];
    let answer = look(&mut browser, "/dev/outbox", "latchkey.example").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
