use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::helpers::{PASSWORD, TestApp, token_of};

const ANOTHER: &str = "quite another password";

fn change(current: &str, new: &str, confirmation: &str) -> Value {
    json!({"currentPassword": current, "password": new, "passwordConfirmation": confirmation})
}

#[tokio::test]
async fn another_password_ends_every_session_and_begins_a_new_one() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    let mut former = ada.clone();
    let mut browser = app.browser();
    browser.log_in("ada", PASSWORD).await;
    let answer = ada
        .post(
            "/api/auth/change-password",
            &change(PASSWORD, ANOTHER, ANOTHER),
        )
        .await;
    ada.keep(&answer);
    assert_eq!(answer.json()["user"]["username"], "ada");
    assert_eq!(ada.get("/api/users/me").await.status, StatusCode::OK);
    former.get("/api/users/me").await.refuses(
        401,
        "UnauthorizedError",
        "Missing or invalid credentials",
    );
    assert_eq!(
        browser.get("/dashboard").await.location(),
        "/login?next=/dashboard"
    );
    assert_eq!(
        app.stranger().log_in("ada", PASSWORD).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        app.stranger().log_in("ada", ANOTHER).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_change_is_told() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    let path = "/api/auth/change-password";
    let cases = [
        (
            change(PASSWORD, ANOTHER, "something else"),
            "Passwords do not match",
        ),
        (
            change("wrong", ANOTHER, ANOTHER),
            "The provided current password is invalid",
        ),
        (
            change("wrong", "wrong", "wrong"),
            "The provided current password is invalid",
        ),
        (
            change(PASSWORD, PASSWORD, PASSWORD),
            "Your new password must be different than your current password",
        ),
    ];
    for (body, message) in cases {
        ada.post(path, &body)
            .await
            .refuses(400, "ValidationError", message);
    }
    let short = ada.post(path, &change(PASSWORD, "short", "short")).await;
    assert_eq!(
        short.json()["error"]["details"]["errors"][0]["path"],
        json!(["password"])
    );
    assert_eq!(ada.get("/api/users/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_the_code_of_a_letter() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    app.letters().await;
    let mut stranger = app.stranger();
    let answer = stranger
        .post(
            "/api/auth/forgot-password",
            &json!({"email": "ada@example.org"}),
        )
        .await;
    assert_eq!(answer.json(), json!({"ok": true}));
    let link = app.link_to("ada@example.org").await;
    let body = |code: &str, confirmation: &str| json!({"code": code, "password": ANOTHER, "passwordConfirmation": confirmation});
    let path = "/api/auth/reset-password";
    let code = token_of(&link);
    let answer = stranger.post(path, &body(code, "something else")).await;
    answer.refuses(400, "ValidationError", "Passwords do not match");
    let answer = stranger.post(path, &body("x", ANOTHER)).await;
    answer.refuses(400, "ValidationError", "Incorrect code provided");

    let answer = stranger.post(path, &body(code, ANOTHER)).await;
    stranger.keep(&answer);
    assert_eq!(answer.json()["user"]["confirmed"], true);
    assert_eq!(
        stranger.get("/api/users/me").await.json()["username"],
        "ada"
    );
    ada.get("/api/users/me").await.refuses(
        401,
        "UnauthorizedError",
        "Missing or invalid credentials",
    );
    let again = app.stranger().post(path, &body(code, ANOTHER)).await;
    again.refuses(400, "ValidationError", "Incorrect code provided");
}

#[tokio::test]
async fn an_address_without_an_account_is_answered_in_the_same_way() {
    let app = TestApp::new().await;
    app.ada_by_api().await;
    app.letters().await;
    for path in [
        "/api/auth/forgot-password",
        "/api/auth/send-email-confirmation",
    ] {
        app.advance(time::Duration::minutes(2));
        let mut known = app
            .stranger()
            .post(path, &json!({"email": "ada@example.org"}))
            .await;
        let mut unknown = app
            .stranger()
            .post(path, &json!({"email": "eve@example.org"}))
            .await;
        assert_eq!(known.status, StatusCode::OK, "{}", known.body);
        // Each request has an id of its own.
        let ids = [&mut known, &mut unknown].map(|answer| answer.headers.remove("x-request-id"));
        assert!(ids.iter().all(Option::is_some));
        assert_eq!(known.headers, unknown.headers);
        assert_eq!(known.body.replace("ada@", "eve@"), unknown.body);
        let letters = app.letters().await;
        assert_eq!(
            letters.iter().map(|sent| &sent.to).collect::<Vec<_>>(),
            ["ada@example.org"]
        );
    }
    let answer = app
        .stranger()
        .post("/api/auth/forgot-password", &json!({"email": "x"}))
        .await;
    answer.refuses(400, "ValidationError", "email must be a valid email");
}

#[tokio::test]
async fn a_browser_goes_on_by_cookies_and_its_scripts_get_no_token() {
    let app = TestApp::new().await;
    let mut page = app.stranger();
    page.client = app.ada().await;
    let before = page.client.clone();
    let answer = page
        .post(
            "/api/auth/change-password",
            &change(PASSWORD, ANOTHER, ANOTHER),
        )
        .await;
    let json = answer.json();
    assert_eq!(json["user"]["username"], "ada");
    assert!(json.get("jwt").is_none() && json.get("refreshToken").is_none());
    assert_eq!(page.client.get("/dashboard").await.status, StatusCode::OK);
    assert_eq!(
        before.clone().get("/dashboard").await.location(),
        "/login?next=/dashboard"
    );
}
