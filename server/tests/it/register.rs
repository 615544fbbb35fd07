use auth::{CookieSecurity, Registration};
use axum::http::StatusCode;

use crate::helpers::{PASSWORD, TestApp};

#[tokio::test]
async fn whoever_registers_is_signed_in() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let dashboard = ada.get("/dashboard").await;
    assert_eq!(dashboard.status, StatusCode::OK);
    assert_eq!(dashboard.text("h1"), "Hello, ada");
    assert!(dashboard.body.contains("ada@example.org"));
}

#[tokio::test]
async fn a_program_is_told_where_to_go() {
    let app = TestApp::new().await;
    let fields = [
        ("email", "ada@example.org"),
        ("username", "ada"),
        ("password", PASSWORD),
        ("next", "/profile?a=b"),
    ];
    let answer = app.program().post("/register", &fields).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (StatusCode::OK, "\"/profile?a=b\"")
    );
}

#[tokio::test]
async fn each_field_that_is_refused_says_why() {
    let app = TestApp::new().await;
    app.ada().await.confirm("ada@example.org").await;
    let cases = [
        ("", "eve", PASSWORD, "email", "email_missing"),
        ("eve@host", "eve", PASSWORD, "email", "email_malformed"),
        ("ADA@Example.org", "eve", PASSWORD, "email", "email_taken"),
        (
            "eve@example.org",
            "",
            PASSWORD,
            "username",
            "username_missing",
        ),
        (
            "eve@example.org",
            "e",
            PASSWORD,
            "username",
            "username_length",
        ),
        (
            "eve@example.org",
            "eve@x",
            PASSWORD,
            "username",
            "username_characters",
        ),
        (
            "eve@example.org",
            "ADA",
            PASSWORD,
            "username",
            "username_taken",
        ),
        ("eve@example.org", "eve", "", "password", "password_missing"),
        (
            "eve@example.org",
            "eve",
            "eleven char",
            "password",
            "password_too_short",
        ),
        (
            "eve@example.org",
            "eve",
            "123456789qwerty",
            "password",
            "password_common",
        ),
        (
            "eve@example.org",
            "eve",
            "EVE@example.org",
            "password",
            "password_context",
        ),
        (
            "eve@example.org",
            "eve",
            &"x".repeat(129),
            "password",
            "password_too_long",
        ),
    ];
    for (email, username, password, field, code) in cases {
        let fields = [
            ("email", email),
            ("username", username),
            ("password", password),
        ];
        let error = app.program().post("/register", &fields).await.error();
        assert_eq!(
            (error.field.as_deref(), error.code.as_str()),
            (Some(field), code)
        );
        let page = app.browser().post("/register", &fields).await;
        assert_eq!(
            page.status,
            StatusCode::OK,
            "error statuses are for programs"
        );
        assert!((400..500).contains(&error.status));
        assert_eq!(page.text(&format!("#{field}-error")), error.message);
        assert_eq!(
            page.attribute(&format!("#{field}"), "aria-invalid")
                .as_deref(),
            Some("true")
        );
    }
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_but_not_the_password() {
    let app = TestApp::new().await;
    let secret = "short & secret";
    let fields = [
        ("email", "eve@example.org"),
        ("username", "<b>\"eve"),
        ("password", secret),
        ("next", "/profile"),
    ];
    let page = app.browser().post("/register", &fields).await;
    assert_eq!(
        page.attribute("#email", "value").as_deref(),
        Some("eve@example.org")
    );
    assert_eq!(
        page.attribute("#username", "value").as_deref(),
        Some("<b>\"eve")
    );
    assert_eq!(
        page.attribute("input[name=next]", "value").as_deref(),
        Some("/profile")
    );
    assert!(!page.body.contains("secret"));
}

#[tokio::test]
async fn a_closed_door_is_no_form_and_takes_none() {
    let app = TestApp::with(CookieSecurity::Http, |config| {
        config.registration = Registration::Closed
    })
    .await;
    let page = app.browser().get("/register").await;
    assert!(
        page.body.contains("Registration is closed")
            && page
                .attribute("form[action='/register']", "method")
                .is_none()
    );
    for path in ["/", "/login", "/register", "/forgot-password"] {
        let page = app.browser().get(path).await;
        let way_in = page.attribute("a[href^='/register']", "href");
        assert_eq!(way_in, None, "{path}");
    }
    let fields = [
        ("email", "ada@example.org"),
        ("username", "ada"),
        ("password", PASSWORD),
    ];
    assert_eq!(
        app.browser().post("/register", &fields).await.status,
        StatusCode::FORBIDDEN
    );
}
