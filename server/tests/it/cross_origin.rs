use auth::CookieSecurity;
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
            "/language",
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

#[tokio::test]
async fn an_older_browser_has_to_name_the_very_origin_of_this_site() {
    let app = TestApp::with(CookieSecurity::Https, |_| {}).await;
    let ada = app.ada().await;
    let post = async |path: &str, origin: &str, host: &str| {
        let sort = if path.starts_with("/api/") {
            "application/json"
        } else {
            FORM
        };
        let request = Request::post(path)
            .header("origin", origin)
            .header("host", host)
            .header("content-type", sort);
        ada.clone().send(request, "".into()).await
    };
    let hostile = [
        // Somebody on the way of plain http, who speaks under our name.
        ("http://latchkey.example", "latchkey.example"),
        // A name that was made to point here.
        ("https://other.example", "other.example"),
        ("https://latchkey.example:8443", "latchkey.example:8443"),
    ];
    for (origin, host) in hostile {
        for path in [
            "/login",
            "/logout",
            "/profile",
            "/language",
            "/theme",
            "/api/login",
            "/api/logout",
            "/api/refresh",
            "/api/auth/local",
        ] {
            let answer = post(path, origin, host).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} from {origin}");
            assert!(answer.cookies().is_empty());
        }
    }
    let own = post("/logout", "https://latchkey.example", "behind.a.proxy").await;
    assert_eq!(own.status, StatusCode::SEE_OTHER);
}
