use axum::http::StatusCode;
use serde_json::json;

use crate::helpers::{TestApp, token_of};

#[tokio::test]
async fn the_link_leads_to_the_button_and_confirms_nothing_by_itself() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    let link = app.link_to("ada@example.org").await;
    let path = format!(
        "/api/auth/email-confirmation?confirmation={}",
        token_of(&link)
    );
    for _ in 0..2 {
        let answer = app.stranger().get(&path).await;
        assert_eq!(
            (answer.status, answer.location()),
            (StatusCode::FOUND, link.as_str())
        );
    }
    assert_eq!(ada.get("/api/users/me").await.json()["confirmed"], false);
}

#[tokio::test]
async fn a_code_that_is_no_good_is_refused() {
    let app = TestApp::new().await;
    app.ada_by_api().await;
    app.letters().await;
    app.stranger()
        .post(
            "/api/auth/forgot-password",
            &json!({"email": "ada@example.org"}),
        )
        .await;
    let reset = app.link_to("ada@example.org").await;
    let reset = token_of(&reset).to_owned();
    let codes = [
        String::new(),
        "?confirmation=".to_owned(),
        "?confirmation=x".to_owned(),
        format!("?confirmation={}", "A".repeat(43)),
        "?confirmation=%ff%00".to_owned(),
        "?confirmation=a&confirmation=a".to_owned(),
        // Of a letter for something else.
        format!("?confirmation={reset}"),
    ];
    for query in codes {
        let answer = app
            .stranger()
            .get(&format!("/api/auth/email-confirmation{query}"))
            .await;
        answer.refuses(400, "ValidationError", "Invalid token");
    }
}

#[tokio::test]
async fn another_letter_is_sent_when_it_is_asked_for() {
    let app = TestApp::new().await;
    app.ada_by_api().await;
    app.letters().await;
    app.advance(time::Duration::minutes(2));
    let body = json!({"email": "ada@example.org"});
    let answer = app
        .stranger()
        .post("/api/auth/send-email-confirmation", &body)
        .await;
    assert_eq!(
        answer.json(),
        json!({"email": "ada@example.org", "sent": true})
    );
    assert!(
        app.link_to("ada@example.org")
            .await
            .starts_with("/confirm-email?token=")
    );
}
