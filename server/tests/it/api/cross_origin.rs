use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use server::api::TokenPlace;

use crate::api::Program;
use crate::helpers::{Answer, PASSWORD, TestApp};

const FRIEND: &str = "https://app.example.org";

async fn preflight(app: &TestApp, origin: &str, path: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "authorization,content-type,x-strapi-refresh-cookie",
        ),
    ];
    app.stranger()
        .call(Method::OPTIONS, path, None, &headers)
        .await
}

fn grants(answer: &Answer) -> Vec<String> {
    let names = answer.headers.keys().map(|name| name.as_str().to_owned());
    names
        .filter(|name| name.starts_with("access-control-"))
        .collect()
}

fn routes() -> [(&'static str, Value); 9] {
    [
        (
            "/api/auth/local",
            json!({"identifier": "ada", "password": PASSWORD}),
        ),
        (
            "/api/auth/local/register",
            json!({"username": "eve", "email": "eve@example.org", "password": PASSWORD}),
        ),
        ("/api/auth/refresh", json!({})),
        ("/api/auth/logout", json!({})),
        (
            "/api/auth/change-password",
            json!({"currentPassword": PASSWORD, "password": "x", "passwordConfirmation": "x"}),
        ),
        (
            "/api/auth/forgot-password",
            json!({"email": "ada@example.org"}),
        ),
        (
            "/api/login",
            json!({"email": "ada@example.org", "password": PASSWORD}),
        ),
        ("/api/logout", json!({})),
        ("/api/refresh", json!({})),
    ]
}

#[tokio::test]
async fn the_api_is_closed_to_other_sites_by_default() {
    let app = TestApp::new().await;
    for path in ["/api/auth/local", "/api/users/me", "/api/openapi.json"] {
        assert_eq!(
            grants(&preflight(&app, FRIEND, path).await),
            Vec::<String>::new()
        );
        let answer = app
            .stranger()
            .call(Method::GET, path, None, &[("origin", FRIEND)])
            .await;
        assert_eq!(grants(&answer), Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_another_site_makes_a_browser_send_is_refused() {
    let app = TestApp::with_api(TokenPlace::Body, &[FRIEND]).await;
    let ada = app.ada().await;
    let hostile = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "https://app.example.org.evil.example"),
        ("origin", "null"),
    ];
    for (path, body) in routes() {
        for header in hostile {
            let mut script = app.stranger();
            script.client = ada.clone();
            let headers = [header, ("host", "localhost:3000")];
            let answer = script.call(Method::POST, path, Some(&body), &headers).await;
            answer.refuses(
                403,
                "ForbiddenError",
                "This request came from another site. Open the page here, and send it from there.",
            );
            assert!(answer.cookies().is_empty(), "{path}");
        }
    }
    let mut script = app.stranger();
    script.client = ada;
    assert_eq!(
        script.get("/api/users/me").await.status,
        StatusCode::OK,
        "and nothing happened"
    );
}

#[tokio::test]
async fn a_bearer_token_comes_from_anywhere() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    let headers = [
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("host", "localhost:3000"),
    ];
    let names = json!({"name": "Ada"});
    let answer = ada
        .call(Method::PUT, "/api/users/me", Some(&names), &headers)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    // Not where cookies count whatever token is there.
    for path in ["/api/auth/refresh", "/api/refresh", "/api/login"] {
        let answer = ada
            .call(Method::POST, path, Some(&json!({})), &headers)
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_site_that_is_listed_may_use_the_api_and_nothing_else() {
    let app = TestApp::with_api(TokenPlace::Body, &[FRIEND]).await;
    let answer = preflight(&app, FRIEND, "/api/auth/local").await;
    assert_eq!(answer.header("access-control-allow-origin"), FRIEND);
    assert!(
        answer
            .header("access-control-allow-headers")
            .contains("authorization")
    );
    let body = json!({"username": "ada", "email": "ada@example.org", "password": PASSWORD});
    let headers = [
        ("origin", FRIEND),
        ("sec-fetch-site", "cross-site"),
        ("host", "localhost:3000"),
    ];
    let mut page: Program<'_> = app.stranger();
    let answer = page
        .call(
            Method::POST,
            "/api/auth/local/register",
            Some(&body),
            &headers,
        )
        .await;
    assert_eq!(answer.header("access-control-allow-origin"), FRIEND);
    page.keep(&answer);
    // A refusal can be read, too.
    page.jwt = None;
    let answer = page
        .call(Method::GET, "/api/users/me", None, &headers)
        .await;
    answer.refuses(403, "ForbiddenError", "Forbidden");
    assert_eq!(answer.header("access-control-allow-origin"), FRIEND);
    assert!(
        answer.header("vary").to_lowercase().contains("origin")
            || answer
                .headers
                .get_all("vary")
                .iter()
                .any(|value| value.as_bytes().eq_ignore_ascii_case(b"origin"))
    );

    for path in ["/", "/login", "/.well-known/jwks.json"] {
        assert_eq!(
            grants(&preflight(&app, FRIEND, path).await),
            Vec::<String>::new(),
            "{path}"
        );
    }
    let mut browser = app.browser();
    let form = axum::http::Request::post("/login")
        .header("origin", FRIEND)
        .header("host", "localhost:3000")
        .header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(
        browser.send(form, "".into()).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn the_cookies_of_this_site_are_no_business_of_one_that_is_listed() {
    for place in [TokenPlace::Body, TokenPlace::Cookie] {
        let app = TestApp::with_api(place, &[FRIEND]).await;
        let mut page = app.stranger();
        page.client = app.ada().await;
        let headers = [
            ("origin", FRIEND),
            ("sec-fetch-site", "same-site"),
            ("host", "localhost:3000"),
            ("x-strapi-refresh-cookie", "httpOnly"),
        ];
        let answer = page
            .call(Method::GET, "/api/users/me", None, &headers)
            .await;
        answer.refuses(403, "ForbiddenError", "Forbidden");
        for path in ["/api/auth/logout", "/api/auth/change-password"] {
            let answer = page.call(Method::POST, path, None, &headers).await;
            answer.refuses(403, "ForbiddenError", "Forbidden");
        }
        // Not even without a preflight.
        if place == TokenPlace::Body {
            let before = page.client.jar.clone();
            for path in ["/api/logout", "/api/refresh", "/api/auth/logout"] {
                page.call(Method::POST, path, None, &headers).await;
                assert_eq!(page.client.jar, before, "{path}");
            }
        }
        let preflight = preflight(&app, FRIEND, "/api/auth/refresh").await;
        let refresh = page
            .call(Method::POST, "/api/auth/refresh", None, &headers)
            .await;
        match place {
            TokenPlace::Body => {
                assert_eq!(preflight.header("access-control-allow-credentials"), "");
                refresh.refuses(400, "BadRequestError", "Missing refresh token");
            }
            // It keeps its own there.
            TokenPlace::Cookie => {
                assert_eq!(preflight.header("access-control-allow-credentials"), "true");
                assert_eq!(refresh.status, StatusCode::OK, "{}", refresh.body);
            }
        }
        let here = page.call(Method::GET, "/api/users/me", None, &[]).await;
        assert_eq!(here.json()["username"], "ada");
    }
}

#[tokio::test]
async fn a_site_that_is_not_listed_learns_nothing() {
    let app = TestApp::with_api(TokenPlace::Body, &[FRIEND]).await;
    for origin in [
        "https://evil.example",
        "http://app.example.org",
        "https://app.example.org:8443",
        "null",
    ] {
        let answer = preflight(&app, origin, "/api/auth/local").await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
    }
}

#[tokio::test]
async fn where_cookies_are_the_setting_they_are_used_unasked() {
    let app = TestApp::with_api(TokenPlace::Cookie, &[]).await;
    let mut page = app.stranger();
    let answer = page.register("ada").await;
    let json = answer.json();
    assert!(
        json["jwt"].is_string() && json.get("refreshToken").is_none(),
        "{json}"
    );
    assert!(page.client.jar.contains_key(product::REFRESH_COOKIE));
    let body = json!({"currentPassword": PASSWORD, "password": "quite another password", "passwordConfirmation": "quite another password"});
    let before = page.client.jar[product::REFRESH_COOKIE].clone();
    page.jwt = Some(json["jwt"].as_str().unwrap().to_owned());
    let answer = page.post("/api/auth/change-password", &body).await;
    assert!(
        answer.json().get("refreshToken").is_none(),
        "{}",
        answer.body
    );
    assert_ne!(page.client.jar[product::REFRESH_COOKIE], before);
}
