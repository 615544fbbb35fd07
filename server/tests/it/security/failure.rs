//! What goes wrong on our side: it is one answer, it says nothing, and it opens nothing.

use axum::http::StatusCode;
use serde_json::json;
use time::Duration;

use crate::helpers::{PASSWORD, TestApp};

#[tokio::test]
async fn a_panic_is_one_failed_request_and_says_nothing() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let before = ada.jar.clone();
    app.break_clock();
    let page = ada.get("/dashboard").await;
    let data = app.stranger().get("/api/users/me").await;
    app.mend_clock();
    for answer in [&page, &data] {
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-request-id").len(), 32);
        for internal in ["Poison", "panick", "clock", "src/"] {
            assert!(!answer.body.contains(internal), "{}", answer.body);
        }
    }
    assert!(page.text("main").contains("Something went wrong"));
    assert_eq!(data.json()["error"]["name"], "InternalServerError");
    assert_eq!(ada.jar, before);
    assert_eq!(ada.get("/dashboard").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_site_without_its_database_lets_nobody_in_and_throws_nobody_out() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let mut eve = app.stranger();
    let answer = eve.register("eve").await;
    eve.keep(&answer);
    let before = ada.jar.clone();
    app.advance(Duration::minutes(20));
    app.auth.close().await;
    for path in ["/dashboard", "/profile/data/download", "/login"] {
        let answer = ada.get(path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(answer.header("retry-after"), "2", "{path}");
    }
    assert_eq!(ada.jar, before, "it may come again with what it has");
    let page = app.program().log_in("ada", PASSWORD).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.cookies().is_empty());
    let body = json!({"refreshToken": eve.refresh_token});
    let answer = eve.post("/api/auth/refresh", &body).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let stranger = app.browser().get("/dashboard").await;
    assert_eq!(stranger.location(), "/login?next=/dashboard");
}
