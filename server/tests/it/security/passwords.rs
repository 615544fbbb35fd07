//! Passwords, wherever one is typed.

use serde_json::json;

use crate::helpers::{Answer, PASSWORD, TestApp, token_of};

const ADDRESS: &str = "ada@example.org";
/// Long enough, and on the list.
const COMMON: &str = "123456789QWERTY";

async fn reset_link(app: &TestApp) -> String {
    let _ = app.letters().await;
    app.browser()
        .post("/forgot-password", &[("email", ADDRESS)])
        .await;
    app.link_to(ADDRESS).await
}

/// The `autocomplete` of each field for a password, which is one in every other way too.
fn password_fields(page: &Answer) -> Vec<String> {
    let document = scraper::Html::parse_document(&page.body);
    let field = scraper::Selector::parse("input[name*=password]").unwrap();
    let fields = document.select(&field).map(|field| {
        let attribute = |name: &str| field.value().attr(name);
        assert_eq!(attribute("type"), Some("password"));
        for hindrance in ["maxlength", "pattern", "onpaste", "readonly", "disabled"] {
            assert_eq!(attribute(hindrance), None, "{hindrance}");
        }
        attribute("autocomplete").unwrap().to_owned()
    });
    fields.collect()
}

#[tokio::test]
async fn every_field_for_a_password_is_one_that_a_manager_can_fill() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let confirm = app.link_to(ADDRESS).await;
    let reset = reset_link(&app).await;
    let (current, new) = ("current-password", "new-password");
    for (path, fields) in [
        ("/login", vec![current]),
        ("/register", vec![new]),
        (confirm.as_str(), vec![current]),
        (reset.as_str(), vec![new]),
    ] {
        let page = app.browser().get(path).await;
        assert_eq!(password_fields(&page), fields, "{path}");
    }
    for (path, fields) in [
        ("/profile/security", vec![current, new]),
        ("/profile/email", vec![current]),
        ("/profile/confirm", vec![current]),
        ("/profile/data", vec![current]),
    ] {
        let page = ada.get(path).await;
        assert_eq!(password_fields(&page), fields, "{path}");
    }
}

#[tokio::test]
async fn a_common_password_is_refused_by_every_form_that_sets_one() {
    let app = TestApp::new().await;
    let ada = app.ada().await;
    let link = reset_link(&app).await;
    let mut program = app.program();
    program.jar = ada.jar.clone();
    let changed = [("current_password", PASSWORD), ("password", COMMON)];
    let reset = [("token", token_of(&link)), ("password", COMMON)];
    let new = [
        ("email", "eve@example.org"),
        ("username", "eve"),
        ("password", COMMON),
    ];
    for (path, fields) in [
        ("/profile/security", &changed[..]),
        ("/reset-password", &reset[..]),
        ("/register", &new[..]),
    ] {
        let error = program.post(path, fields).await.error();
        assert_eq!(error.code, "password_common", "{path}");
        assert_eq!(error.field.as_deref(), Some("password"), "{path}");
    }
    let answer = app.browser().log_in("ada", PASSWORD).await;
    assert_eq!(answer.location(), "/dashboard", "nothing was changed");
}

#[tokio::test]
async fn a_common_password_is_refused_by_every_route_that_sets_one() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    let link = reset_link(&app).await;
    for (path, body) in [
        (
            "/api/auth/change-password",
            json!({"currentPassword": PASSWORD, "password": COMMON, "passwordConfirmation": COMMON}),
        ),
        (
            "/api/auth/reset-password",
            json!({"code": token_of(&link), "password": COMMON, "passwordConfirmation": COMMON}),
        ),
        (
            "/api/auth/local/register",
            json!({"username": "eve", "email": "eve@example.org", "password": COMMON}),
        ),
    ] {
        let answer = ada.post(path, &body).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.body);
        let errors = &answer.json()["error"]["details"]["errors"];
        assert_eq!(errors[0]["path"], json!(["password"]), "{path}");
        assert!(!answer.body.contains(COMMON), "{path}");
    }
    assert_eq!(ada.get("/api/users/me").await.status, 200);
}
