use axum::body::Body;
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, USER_AGENT};
use time::Duration;

use crate::helpers::{Answer, PASSWORD, TestApp};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1";

fn told(page: &Answer, picture: &str) -> String {
    assert_eq!(page.attribute(picture, "role").as_deref(), Some("img"));
    page.attribute(picture, "aria-label").unwrap()
}

fn count(page: &Answer, selector: &str) -> usize {
    let page = scraper::Html::parse_document(&page.body);
    page.select(&scraper::Selector::parse(selector).unwrap())
        .count()
}

#[tokio::test]
async fn the_life_of_the_session_is_drawn_to_scale_and_told() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    app.advance(Duration::minutes(30));
    ada.get("/dashboard").await;
    app.advance(Duration::minutes(6));
    let page = ada.get("/dashboard").await;
    assert_eq!(
        told(&page, ".lines"),
        "Time line of this session: signed in 36 minutes ago, last renewed 6 minutes ago, \
         next renewal in 4 minutes, ends in 2 hours without a visit and in 23 hours at the latest."
    );
    let width = |class: &str, y: u16| {
        let line = format!(".lines .{class}[y=\"{y}\"]");
        page.attribute(&line, "width").unwrap()
    };
    // 36 minutes of a day, two and a half hours of a day, and 6 minutes of ten.
    assert_eq!(width("gone", 6), "2.50%");
    assert_eq!(width("ahead", 6), "10.41%");
    assert_eq!(width("gone", 62), "60.00%");
    let now = page.attribute(".moments .now time", "datetime");
    assert_eq!(now.as_deref(), Some("2026-11-21T12:36:00Z"));
}

#[tokio::test]
async fn sign_ins_and_attempts_are_drawn_for_their_days() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let first = ada.get("/dashboard").await;
    assert_eq!(count(&first, ".chart .succeeded"), 1);
    assert_eq!(count(&first, ".chart .failed"), 0);
    assert!(first.text(".card:has(.chart)").contains("your first one"));

    app.browser().log_in("ada", "wrong").await;
    app.advance(Duration::days(2));
    for password in ["wrong", "wrong", PASSWORD] {
        app.browser().log_in("ada", password).await;
    }
    ada.log_in("ada", PASSWORD).await;
    let page = ada.get("/dashboard").await;
    assert_eq!(
        told(&page, ".chart"),
        "Sign-ins of the last 6 weeks: 3 sign-ins and 3 failed attempts. \
         21 November: 1 sign-in and 1 failed attempt; 23 November: 2 sign-ins and 2 failed attempts."
    );
    assert_eq!(count(&page, ".chart .succeeded"), 2);
    assert_eq!(count(&page, ".chart .failed"), 2);
    assert_eq!(page.text(".legend .of-failed"), "3 failed attempts");
    let card = page.text(".card:has(.chart)");
    assert!(!card.contains("first one") && card.contains("Choose a password"));

    app.advance(Duration::days(41));
    ada.log_in("ada", PASSWORD).await;
    let told = told(&ada.get("/dashboard").await, ".chart");
    assert!(!told.contains("21 November") && told.contains("23 November"));
}

#[tokio::test]
async fn nobody_sees_the_attempts_on_the_account_of_somebody_else() {
    let app = TestApp::new().await;
    app.ada().await;
    app.browser().log_in("ada", "wrong").await;
    let mut eve = app.browser();
    let fields = [
        ("email", "eve@example.org"),
        ("username", "eve"),
        ("password", PASSWORD),
    ];
    eve.post("/register", &fields).await;
    let told = told(&eve.get("/dashboard").await, ".chart");
    assert_eq!(
        told,
        "Sign-ins of the last 6 weeks: 1 sign-in. 21 November: 1 sign-in."
    );
}

#[tokio::test]
async fn what_a_browser_says_of_itself_becomes_a_picture_of_ours_and_nothing_else() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    for agent in [PHONE, "curl/8.14.1", "\"><svg/onload=alert(1)>"] {
        let request = Request::post("/login")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(USER_AGENT, agent);
        let form = format!("identifier=ada&password={}", PASSWORD.replace(' ', "+"));
        app.browser().send(request, Body::from(form)).await;
    }
    for path in ["/profile/devices", "/profile/activity", "/dashboard"] {
        let page = ada.get(path).await;
        assert!(!page.body.contains("onload"), "{path}");
        let mut pictures = pictures(&page);
        pictures.sort();
        pictures.dedup();
        assert!(pictures.len() >= 3, "{path}: {pictures:?}");
    }
}

fn pictures(page: &Answer) -> Vec<String> {
    let page = scraper::Html::parse_document(&page.body);
    let icons = scraper::Selector::parse("main .icon[aria-hidden=true]").unwrap();
    page.select(&icons).map(|icon| icon.inner_html()).collect()
}
