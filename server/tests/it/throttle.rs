//! Too many tries, as those who try see it.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use serde_json::json;
use time::Duration;

use crate::helpers::{Answer, Client, PASSWORD, TestApp};

const WRONG: &str = "not her password";

/// A browser that comes from somewhere else.
fn elsewhere(app: &TestApp) -> Client<'_> {
    let mut browser = app.browser();
    browser.peer = [203, 0, 113, 66];
    browser
}

fn is_refused(answer: &Answer) {
    assert_eq!(
        answer.status,
        StatusCode::TOO_MANY_REQUESTS,
        "{}",
        answer.body
    );
    let wait: u32 = answer.header("retry-after").parse().unwrap();
    assert!((1..=3601).contains(&wait), "{wait}");
}

#[tokio::test]
async fn the_page_says_in_words_how_long_to_wait() {
    let app = TestApp::new().await;
    app.ada().await;
    for _ in 0..5 {
        let answer = elsewhere(&app).log_in("ada", WRONG).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    let answer = elsewhere(&app).log_in("ada", PASSWORD).await;
    is_refused(&answer);
    assert_eq!(
        answer.text(".form-error"),
        "There were too many tries. Try again in 1 minute."
    );
    let typed = answer.attribute("input[name=identifier]", "value");
    assert_eq!(
        typed.as_deref(),
        Some("ada"),
        "what was typed is still there"
    );
    app.advance(Duration::seconds(31));
    let answer = elsewhere(&app).log_in("ada", PASSWORD).await;
    assert_eq!(answer.location(), "/dashboard");
}

#[tokio::test]
async fn every_way_to_sign_in_shares_one_count() {
    let app = TestApp::new().await;
    app.ada().await;
    let api = json!({"identifier": "Ada", "password": WRONG});
    elsewhere(&app).log_in("ada", WRONG).await;
    elsewhere(&app).log_in(" ADA ", WRONG).await;
    for _ in 0..2 {
        app.stranger().post("/api/auth/local", &api).await;
    }
    let login = json!({"email": "ada", "password": WRONG});
    app.stranger().post("/api/login", &login).await;
    is_refused(&elsewhere(&app).log_in("ada", PASSWORD).await);
    let answer = app.stranger().log_in("ada", PASSWORD).await;
    is_refused(&answer);
    let error = &answer.json()["error"];
    assert_eq!(error["name"], "RateLimitError");
    assert_eq!(error["status"], 429);
    let problem = [("accept", "application/problem+json")];
    let answer = app
        .stranger()
        .call(
            axum::http::Method::POST,
            "/api/auth/local",
            Some(&api),
            &problem,
        )
        .await;
    is_refused(&answer);
    assert_eq!(answer.json()["title"], "Too Many Requests");
    let mut island = app.program();
    island.peer = [203, 0, 113, 66];
    let answer = island.log_in("ada", PASSWORD).await;
    is_refused(&answer);
    assert_eq!(answer.error().code, "too_many_attempts");
    assert_eq!(answer.error().retry_after, Some(31));
}

#[tokio::test]
async fn neither_headers_nor_spellings_give_a_fresh_count() {
    let app = TestApp::new().await;
    for number in 0..30 {
        let mut browser = elsewhere(&app);
        let name = format!("name{number}");
        let form = format!("identifier={name}&password=not+her+password");
        let request = Request::post("/login?fresh=1")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("x-forwarded-for", format!("198.51.100.{number}"))
            .header("forwarded", format!("for=198.51.100.{number}"))
            .header("x-real-ip", format!("198.51.100.{number}"))
            .header("cf-connecting-ip", format!("198.51.100.{number}"));
        let answer = browser.send(request, Body::from(form)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    }
    is_refused(&elsewhere(&app).log_in("one more", WRONG).await);
    let mut browser = elsewhere(&app);
    let request = Request::post("/login")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("x-forwarded-for", "198.51.100.200");
    let form = "identifier=one+more&password=not+her+password";
    is_refused(&browser.send(request, Body::from(form)).await);
    // A browser that makes numbers up is no browser that an account knows.
    let mut browser = elsewhere(&app);
    browser
        .jar
        .insert(product::BROWSER_COOKIE.to_owned(), "A".repeat(22));
    is_refused(&browser.log_in("one more", WRONG).await);
}

#[tokio::test]
async fn behind_a_proxy_of_ours_each_client_has_its_own_pace() {
    let app = TestApp::behind("192.0.2.0/24").await;
    let from = async |address: &str, name: &str| {
        let mut browser = app.browser();
        let request = Request::post("/login")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("x-forwarded-for", format!("10.1.1.1, {address}"));
        let form = format!("identifier={name}&password=not+her+password");
        browser.send(request, Body::from(form)).await
    };
    for number in 0..30 {
        let answer = from("203.0.113.66", &format!("name{number}")).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    is_refused(&from("203.0.113.66", "one-more").await);
    assert_eq!(
        from("203.0.113.67", "one-more").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_page_that_cannot_be_renewed_just_now_leaves_the_cookies_alone() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    for _ in 0..300 {
        ada.jar.remove(product::ACCESS_COOKIE);
        assert_eq!(ada.get("/dashboard").await.status, StatusCode::OK);
    }
    ada.jar.remove(product::ACCESS_COOKIE);
    let answer = ada.get("/dashboard").await;
    is_refused(&answer);
    assert!(answer.body.contains("too many tries"), "{}", answer.body);
    assert!(answer.cookies().is_empty() && ada.has_session());
    app.advance(Duration::seconds(1));
    assert_eq!(ada.get("/dashboard").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_other_forms_of_strangers_have_a_pace_too() {
    let app = TestApp::new().await;
    for number in 0..20 {
        let address = format!("victim{number}@example.org");
        let answer = elsewhere(&app)
            .post("/forgot-password", &[("email", &address)])
            .await;
        assert!(answer.status != StatusCode::TOO_MANY_REQUESTS);
    }
    let one_more = [("email", "one-more@example.org")];
    is_refused(&elsewhere(&app).post("/forgot-password", &one_more).await);
    let api = json!({"email": "one-more@example.org"});
    let mut program = app.stranger();
    for _ in 0..20 {
        program
            .post("/api/auth/send-email-confirmation", &api)
            .await;
    }
    is_refused(&program.post("/api/auth/forgot-password", &api).await);
    let link = [("token", "made-up")];
    let mut island = app.program();
    for _ in 0..30 {
        let answer = island.post("/confirm-email", &link).await;
        assert_eq!(answer.status, StatusCode::GONE);
    }
    is_refused(&island.post("/confirm-email", &link).await);
    is_refused(&island.post("/secure-account", &link).await);
}
