//! Where the site is, its settings say, and no request does.

use axum::http::Request;
use time::Duration;

use crate::helpers::{PASSWORD, TestApp};

const FORM: &str = "application/x-www-form-urlencoded";
const EVIL: [(&str, &str); 6] = [
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("forwarded", "host=evil.example;proto=https"),
    ("x-original-host", "evil.example"),
    ("x-forwarded-server", "evil.example"),
    ("x-forwarded-proto", "https"),
];

#[tokio::test]
async fn no_header_gets_into_a_letter() {
    let app = TestApp::new().await;
    app.ada().await;
    let _ = app.letters().await;
    for (name, value) in EVIL {
        let request = Request::post("/forgot-password")
            .header("content-type", FORM)
            .header(name, value);
        let body = "email=ada%40example.org";
        let answer = app.browser().send(request, body.into()).await;
        assert_eq!(answer.location(), "/forgot-password?sent", "{name}");
        let letters = app.letters().await;
        assert_eq!(letters.len(), 1, "{name}");
        let (text, html) = (&letters[0].text, &letters[0].html);
        assert!(text.contains("http://localhost:3000/reset-password?token="));
        assert!(!text.contains("evil") && !html.contains("evil"), "{name}");
        app.advance(Duration::minutes(13));
    }
}

#[tokio::test]
async fn no_header_gets_into_a_page_a_redirect_or_a_cookie() {
    let app = TestApp::new().await;
    app.ada().await;
    for (name, value) in EVIL {
        for path in ["/", "/login", "/none", "/api/openapi.json", "/api/docs"] {
            let request = Request::get(path).header(name, value);
            let answer = app.browser().send(request, "".into()).await;
            assert!(!answer.body.contains("evil"), "{path} with {name}");
        }
        for path in ["/dashboard", "/login/"] {
            let request = Request::get(path).header(name, value);
            let answer = app.browser().send(request, "".into()).await;
            assert!(answer.location().starts_with("/login"), "{name}");
        }
        let request = Request::post("/login")
            .header("content-type", FORM)
            .header(name, value);
        let body = format!("identifier=ada&password={}", PASSWORD.replace(' ', "+"));
        let answer = app.browser().send(request, body.into()).await;
        assert_eq!(answer.location(), "/dashboard", "{name}");
        let cookies = answer.cookies();
        assert!(cookies.iter().all(|cookie| cookie.domain().is_none()));
        assert!(
            cookies.iter().all(|cookie| cookie.secure() != Some(true)),
            "the public URL decides it, and not {name}"
        );
    }
}
