use axum::http::{Method, StatusCode};
use serde_json::json;
use time::Duration;

use crate::helpers::{PASSWORD, TestApp};

const REFRESH: &str = "/api/auth/refresh";
const WANTED: [(&str, &str); 1] = [("x-strapi-refresh-cookie", "httpOnly")];

#[tokio::test]
async fn a_refresh_token_is_exchanged_for_new_tokens() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    app.advance(Duration::seconds(700));
    // The access token is long expired, and a client may send it all the same.
    let body = json!({"refreshToken": ada.refresh_token});
    let answer = ada.post(REFRESH, &body).await;
    let json = answer.json();
    assert_eq!(json["expiresIn"], 600, "{json}");
    assert!(json.get("user").is_none() && answer.cookies().is_empty());
    let spent = ada.refresh_token.clone();
    ada.keep(&answer);
    assert_ne!(ada.refresh_token, spent);
    assert_eq!(ada.get("/api/users/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_spent_token_ends_the_session() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    let spent = json!({"refreshToken": ada.refresh_token});
    // The second exchange shows that the answer to the first has arrived.
    for _ in 0..2 {
        let body = json!({"refreshToken": ada.refresh_token});
        let answer = ada.post(REFRESH, &body).await;
        ada.keep(&answer);
    }
    let answer = app.stranger().post(REFRESH, &spent).await;
    answer.refuses(401, "UnauthorizedError", "Invalid refresh token");
    ada.get("/api/users/me").await.refuses(
        401,
        "UnauthorizedError",
        "Missing or invalid credentials",
    );
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let app = TestApp::new().await;
    let ada = app.ada_by_api().await;
    let mut stranger = app.stranger();
    for body in [
        json!({}),
        json!({"refreshToken": ""}),
        json!({"refreshToken": null}),
    ] {
        stranger.post(REFRESH, &body).await.refuses(
            400,
            "BadRequestError",
            "Missing refresh token",
        );
    }
    let empty = stranger.call(Method::POST, REFRESH, None, &[]).await;
    empty.refuses(400, "BadRequestError", "Missing refresh token");
    for token in [
        "x",
        ada.jwt.as_deref().unwrap(),
        &ada.refresh_token[1..],
        &"A".repeat(60_000),
    ] {
        let answer = stranger
            .post(REFRESH, &json!({"refreshToken": token}))
            .await;
        answer.refuses(401, "UnauthorizedError", "Invalid refresh token");
    }
}

#[tokio::test]
async fn what_came_in_a_cookie_goes_back_in_a_cookie() {
    let app = TestApp::new().await;
    let ada = app.ada().await;
    let mut script = app.stranger();
    script.client = ada.clone();
    let unasked = script.call(Method::POST, REFRESH, None, &[]).await;
    unasked.refuses(400, "BadRequestError", "Missing refresh token");
    let answer = script.call(Method::POST, REFRESH, None, &WANTED).await;
    let json = answer.json();
    assert!(
        json["jwt"].is_string() && json.get("refreshToken").is_none(),
        "{json}"
    );
    let names: Vec<_> = answer
        .cookies()
        .iter()
        .map(|cookie| cookie.name().to_owned())
        .collect();
    assert!(
        names.contains(&product::REFRESH_COOKIE.to_owned()),
        "{names:?}"
    );
    assert_eq!(script.client.get("/dashboard").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_in_the_body_counts_before_the_cookie() {
    let app = TestApp::new().await;
    let ada = app.ada().await;
    let mut eve = app.stranger();
    let answer = eve.register("eve").await;
    eve.keep(&answer);
    eve.client = ada;
    let body = json!({"refreshToken": eve.refresh_token});
    let answer = eve.post(REFRESH, &body).await;
    eve.keep(&answer);
    assert_eq!(eve.get("/api/users/me").await.json()["username"], "eve");
}

#[tokio::test]
async fn a_cookie_that_is_refused_is_taken_away() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let before = ada.clone();
    ada.post("/logout", &[]).await;
    let mut script = app.stranger();
    script.client = before;
    let answer = script.call(Method::POST, REFRESH, None, &WANTED).await;
    answer.refuses(401, "UnauthorizedError", "Invalid refresh token");
    assert!(!script.client.has_session());
}

#[tokio::test]
async fn a_program_is_kept_for_as_long_as_a_remembered_browser() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    app.advance(Duration::days(13));
    let body = json!({"refreshToken": ada.refresh_token});
    let answer = ada.post(REFRESH, &body).await;
    ada.keep(&answer);
    app.advance(Duration::days(15));
    let body = json!({"refreshToken": ada.refresh_token});
    ada.post(REFRESH, &body)
        .await
        .refuses(401, "UnauthorizedError", "Invalid refresh token");
    assert_eq!(
        app.stranger().log_in("ada", PASSWORD).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_token_in_the_body_that_is_refused_takes_no_cookie_away() {
    let app = TestApp::new().await;
    let mut script = app.stranger();
    script.client = app.ada().await;
    let body = json!({"refreshToken": "x"});
    let answer = script
        .call(Method::POST, REFRESH, Some(&body), &WANTED)
        .await;
    answer.refuses(401, "UnauthorizedError", "Invalid refresh token");
    assert!(answer.header("www-authenticate").starts_with("Bearer"));
    assert!(script.client.has_session());
}
