//! The stream that tells an open page of the end of its session.

use std::time::Duration as StdDuration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use time::Duration;

use crate::helpers::{PASSWORD, TestApp};

const EVENTS: &str = "/session/events";

#[tokio::test]
async fn an_open_page_hears_that_its_session_was_ended_elsewhere() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let mut phone = app.browser();
    phone.log_in("ada", PASSWORD).await;
    let others = [("session", "others")];
    let (told, _) = tokio::join!(phone.get(EVENTS), ada.post("/profile/devices", &others));
    assert_eq!(
        (told.status, told.header("content-type")),
        (StatusCode::OK, "text/event-stream")
    );
    assert_eq!(told.body, "event: ended\ndata: ended\n\n");
    assert!(told.cookies().is_empty());
    assert_eq!(told.header("cache-control"), "private, no-store");
}

#[tokio::test]
async fn who_comes_late_hears_it_too() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let mut copy = ada.clone();
    ada.post("/logout", &[]).await;
    let told = copy.get(EVENTS).await;
    assert!(told.body.starts_with("event: ended\n") && told.cookies().is_empty());
}

#[tokio::test]
async fn a_session_that_ran_out_is_over_and_listening_does_not_keep_it() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    app.advance(Duration::minutes(90));
    let before = ada.jar.clone();
    let begun = tokio::time::timeout(StdDuration::from_millis(200), ada.get(EVENTS)).await;
    assert!(begun.is_err(), "it goes on, and says nothing");
    assert_eq!(ada.jar, before, "nothing was renewed");
    app.advance(Duration::minutes(31));
    let told = ada.get(EVENTS).await;
    assert!(told.body.starts_with("event: ended\n"), "{}", told.body);
}

#[tokio::test]
async fn without_cookies_there_is_nothing_to_hear() {
    let app = TestApp::new().await;
    let mut stranger = app.program();
    let answer = stranger.get(EVENTS).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let answer = stranger.send(Request::head(EVENTS), Body::empty()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn every_page_behind_the_door_listens_and_no_other_does() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let listens = |page: &crate::helpers::Answer| page.body.contains("SessionWatch");
    for path in [
        "/dashboard",
        "/profile",
        "/profile/devices",
        "/profile/activity",
    ] {
        assert!(listens(&ada.get(path).await), "{path}");
    }
    assert!(!listens(&ada.get("/").await));
    assert!(!listens(&app.browser().get("/login").await));
}
