//! What another site makes a browser send, dressed up in every way that a page has.

use axum::http::{Method, Request, StatusCode};

use crate::helpers::{Client, PASSWORD, TestApp};

const TARGETS: [(Method, &str); 8] = [
    (Method::POST, "/logout"),
    (Method::POST, "/profile"),
    (Method::POST, "/fn/overview"),
    (Method::PATCH, "/profile"),
    (Method::POST, "/api/auth/logout"),
    (Method::POST, "/api/logout"),
    (Method::PUT, "/api/users/me"),
    (Method::DELETE, "/api/auth/sessions/x"),
];

async fn is_refused(mut ada: Client<'_>, method: &Method, path: &str, sort: Option<&str>) {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost:3000")
        .header("sec-fetch-site", "cross-site")
        .header("origin", "https://evil.example")
        // None of these says where a request comes from.
        .header("referer", "http://localhost:3000/profile")
        .header("x-requested-with", "XMLHttpRequest")
        .header("x-csrf-token", "x");
    if let Some(sort) = sort {
        request = request.header("content-type", sort);
    }
    let body = r#"{"name":"Eve"}"#;
    let answer = ada.send(request, body.into()).await;
    let about = format!("{method} {path} as {sort:?}");
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{about}");
    assert!(answer.cookies().is_empty(), "{about}");
}

#[tokio::test]
async fn no_type_of_content_and_no_method_gets_past_the_check_of_origins() {
    let app = TestApp::new().await;
    let ada = app.ada().await;
    for (method, path) in &TARGETS {
        for sort in [
            None,
            Some(""),
            Some("text/plain"),
            Some("TEXT/PLAIN; charset=utf-8"),
            Some("application/x-www-form-urlencoded"),
            Some("Application/X-WWW-Form-Urlencoded"),
            Some("multipart/form-data; boundary=x"),
            Some("application/json"),
            Some("text/plain, application/json"),
        ] {
            is_refused(ada.clone(), method, path, sort).await;
        }
    }
    assert_eq!(
        ada.clone().get("/dashboard").await.status,
        StatusCode::OK,
        "and nothing happened"
    );
}

#[tokio::test]
async fn a_session_that_somebody_planted_is_not_gone_on_with() {
    let app = TestApp::new().await;
    let mut eve = app.program();
    let fields = [
        ("email", "eve@example.org"),
        ("username", "eve"),
        ("password", "the password of eve"),
    ];
    eve.post("/register", &fields).await;
    app.ada().await;
    let mut victim = app.browser();
    victim.jar = eve.jar.clone();
    let answer = victim.log_in("ada", PASSWORD).await;
    assert_eq!(answer.location(), "/dashboard");
    for (name, planted) in &eve.jar {
        let is_of_session = !name.ends_with("_browser");
        assert!(!is_of_session || victim.jar[name] != *planted, "{name}");
    }
    assert!(victim.get("/dashboard").await.body.contains("ada@"));
    let refused = eve.post("/fn/account", &[]).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "and theirs ended");
}
