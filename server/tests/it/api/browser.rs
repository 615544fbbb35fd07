use axum::http::{Method, StatusCode};
use serde_json::json;
use time::Duration;

use crate::helpers::{PASSWORD, TestApp};

#[tokio::test]
async fn a_page_signs_in_renews_and_signs_out_by_cookies_alone() {
    let app = TestApp::new().await;
    app.ada_by_api().await;
    let mut page = app.stranger();
    let body = json!({"email": "ada@example.org", "password": PASSWORD});
    let answer = page.post("/api/login", &body).await;
    assert_eq!(
        (answer.status, answer.json()),
        (StatusCode::OK, json!({"success": true}))
    );
    for name in [product::ACCESS_COOKIE, product::REFRESH_COOKIE] {
        let cookies = answer.cookies();
        let cookie = cookies.iter().find(|cookie| cookie.name() == name).unwrap();
        assert_eq!(cookie.http_only(), Some(true));
        assert!(cookie.max_age().unwrap() >= Duration::seconds(600));
    }
    assert_eq!(page.client.get("/dashboard").await.status, StatusCode::OK);
    app.advance(Duration::minutes(20));
    let before = page.client.jar.clone();
    let answer = page.call(Method::POST, "/api/refresh", None, &[]).await;
    assert_eq!(answer.json(), json!({"success": true}));
    assert_ne!(
        page.client.jar[product::REFRESH_COOKIE],
        before[product::REFRESH_COOKIE]
    );
    let mut left = page.clone();
    let answer = page.call(Method::POST, "/api/logout", None, &[]).await;
    assert_eq!(answer.json(), json!({"success": true}));
    assert!(!page.client.has_session());
    let answer = left.call(Method::POST, "/api/refresh", None, &[]).await;
    assert_eq!(
        (answer.status, answer.json()),
        (
            StatusCode::UNAUTHORIZED,
            json!({"error": "Invalid refresh token"})
        )
    );
    assert!(!left.client.has_session());
}

#[tokio::test]
async fn what_is_refused_is_told_in_the_least_words() {
    let app = TestApp::new().await;
    app.ada_by_api().await;
    for (email, password) in [("ada@example.org", "wrong"), ("eve@example.org", PASSWORD)] {
        let answer = app
            .stranger()
            .post("/api/login", &json!({"email": email, "password": password}))
            .await;
        assert_eq!(
            (answer.status, answer.json()),
            (
                StatusCode::UNAUTHORIZED,
                json!({"error": "Invalid credentials"})
            )
        );
        assert!(answer.cookies().is_empty());
    }
    let answer = app
        .stranger()
        .call(Method::POST, "/api/refresh", None, &[])
        .await;
    assert_eq!(
        (answer.status, answer.json()),
        (
            StatusCode::UNAUTHORIZED,
            json!({"error": "No refresh token"})
        )
    );
    // Who came with a token has signed out, too.
    let mut program = app.stranger();
    let answer = program.log_in("ada", PASSWORD).await;
    program.keep(&answer);
    program.call(Method::POST, "/api/logout", None, &[]).await;
    let me = program.get("/api/users/me").await;
    assert_eq!(me.status, StatusCode::UNAUTHORIZED);
    let answer = app
        .stranger()
        .call(Method::POST, "/api/logout", None, &[])
        .await;
    assert_eq!(answer.json(), json!({"success": true}));
}
