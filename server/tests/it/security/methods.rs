//! What changes something is a POST, a PUT or a DELETE, and nothing else is.

use axum::body::Body;
use axum::http::{Method, Request};

use crate::helpers::{PASSWORD, TestApp};

/// Wherever something is posted to, put or deleted.
const CHANGES: [&str; 31] = [
    "/confirm-email",
    "/forgot-password",
    "/language",
    "/login",
    "/logout",
    "/profile",
    "/profile/confirm",
    "/profile/data",
    "/profile/devices",
    "/profile/email",
    "/profile/security",
    "/register",
    "/reset-password",
    "/secure-account",
    "/theme",
    "/fn/account",
    "/fn/overview",
    "/api/auth/change-password",
    "/api/auth/forgot-password",
    "/api/auth/local",
    "/api/auth/local/register",
    "/api/auth/logout",
    "/api/auth/refresh",
    "/api/auth/reset-password",
    "/api/auth/send-email-confirmation",
    "/api/auth/sessions/x",
    "/api/login",
    "/api/logout",
    "/api/refresh",
    "/api/users/me",
    "/session/none",
];

/// How many events and letters there are.
async fn written(app: &TestApp) -> [i64; 2] {
    let mut connection = app.scratch.connect().await;
    let tables = ["select count(*) from audit", "select count(*) from mails"];
    let mut counts = [0; 2];
    for (count, rows) in counts.iter_mut().zip(tables) {
        let rows = sqlx::query_scalar(rows);
        *count = rows.fetch_one(&mut connection).await.unwrap();
    }
    counts
}

#[tokio::test]
async fn reading_changes_nothing_whatever_else_the_request_says() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let (jar, before) = (ada.jar.clone(), written(&app).await);
    let secret = PASSWORD.replace(' ', "+");
    let query = format!(
        "_method=POST&theme=dark&next=/&identifier=ada&email=ada@example.org&username=eve\
         &display_name=Eve&password={secret}&current_password={secret}&session=others&token=x"
    );
    for path in CHANGES {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let request = Request::builder()
                .method(&method)
                .uri(format!("{path}?{query}"))
                .header("x-http-method-override", "POST")
                .header("x-http-method", "DELETE")
                .header("sec-fetch-site", "cross-site");
            let answer = ada.send(request, Body::empty()).await;
            assert!(!answer.status.is_server_error(), "{method} {path}");
            assert!(answer.cookies().is_empty(), "{method} {path}");
        }
    }
    assert_eq!(ada.jar, jar);
    assert_eq!(written(&app).await, before);
    assert_eq!(ada.get("/dashboard").await.status, 200);
}

/// Two methods that change nothing by their definition, and that no page of ours sends.
#[tokio::test]
async fn what_another_site_sends_by_a_method_of_its_own_is_refused() {
    let app = TestApp::new().await;
    for method in ["TRACE", "QUERY", "PUT"] {
        for header in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ] {
            let request = Request::builder()
                .method(method)
                .uri("/dashboard")
                .header(header.0, header.1);
            let answer = app.program().send(request, Body::empty()).await;
            assert_eq!(answer.status, 403, "{method} {header:?}");
        }
    }
}

#[tokio::test]
async fn methods_that_nobody_serves_are_refused() {
    let app = TestApp::new().await;
    for path in [
        "/",
        "/login",
        "/.well-known/jwks.json",
        "/session/events",
        "/api/users/me",
        "/api/openapi.json",
    ] {
        for method in ["TRACE", "PATCH", "PROPFIND", "TRACK"] {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("cookie", format!("{}=x", product::ACCESS_COOKIE));
            let answer = app.program().send(request, Body::empty()).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert!(
                !answer.body.contains(product::ACCESS_COOKIE),
                "nothing is echoed: {method} {path}"
            );
        }
    }
}
