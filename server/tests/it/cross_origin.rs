use axum::http::{Request, StatusCode};

use crate::helpers::{PASSWORD, TestApp};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn what_another_site_makes_a_browser_post_is_refused() {
    let app = TestApp::new().await;
    let ada = app.ada().await;
    let hostile = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://localhost:3001"),
    ];
    for (name, value) in hostile {
        for path in [
            "/login",
            "/logout",
            "/register",
            "/profile",
            "/theme",
            "/fn/overview",
        ] {
            let request = Request::post(path)
                .header(name, value)
                .header("host", "localhost:3000")
                .header("content-type", FORM);
            let answer = ada.clone().send(request, "".into()).await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{path} with {name}: {value}"
            );
            assert!(answer.cookies().is_empty());
        }
    }
    assert_eq!(
        ada.clone().get("/dashboard").await.status,
        StatusCode::OK,
        "and nothing happened"
    );
}

#[tokio::test]
async fn the_site_itself_may_post() {
    let app = TestApp::new().await;
    app.ada().await;
    let body = format!("identifier=ada&password={}", PASSWORD.replace(' ', "+"));
    for (name, value) in [
        ("sec-fetch-site", "same-origin"),
        ("origin", "http://localhost:3000"),
        ("x-none", "of these"),
    ] {
        let request = Request::post("/login")
            .header(name, value)
            .header("content-type", FORM);
        assert_eq!(
            app.browser()
                .send(request, body.clone().into())
                .await
                .location(),
            "/dashboard",
            "{name}"
        );
    }
}
