use axum::body::Body;
use axum::http::{Method, Request, StatusCode};

use crate::helpers::{Answer, TestApp};

#[tokio::test]
async fn strangers_get_an_empty_redirect_and_no_page() {
    let app = TestApp::new().await;
    for path in [
        "/dashboard",
        "/profile",
        "/dashboard/",
        "/dashboard/x.css",
        "/profile/devices?page=2",
    ] {
        let answer = app.browser().get(path).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (StatusCode::SEE_OTHER, ""),
            "{path}"
        );
        assert!(answer.location().starts_with("/login?next=/"), "{path}");
        assert_eq!(answer.header("cache-control"), "private, no-store");
    }
}

#[tokio::test]
async fn who_brings_no_cookie_is_told_the_same_as_who_brings_one_that_is_no_session() {
    let app = TestApp::new().await;
    let tokens = [product::ACCESS_COOKIE, product::REFRESH_COOKIE];
    for path in ["/dashboard", "/profile?saved", "/profile/devices?page=2"] {
        let first = app.browser().get(path).await;
        for name in [product::THEME_COOKIE, "another"].into_iter().chain(tokens) {
            let mut browser = app.browser();
            browser.jar.insert(name.to_owned(), "x".to_owned());
            let mut then = browser.get(path).await;
            // What means nothing is taken back, and its time is over with it.
            if tokens.contains(&name) {
                assert!(then.headers.remove("set-cookie").is_some(), "{name}");
                then.headers.remove("clear-site-data");
            }
            let told = |answer: &Answer| {
                let mut headers = answer.headers.clone();
                headers.remove("x-request-id");
                (answer.status, answer.body.clone(), headers)
            };
            assert_eq!(told(&first), told(&then), "{path} with {name}");
        }
    }
}

#[tokio::test]
async fn the_guard_holds_for_every_method() {
    let app = TestApp::new().await;
    for method in [
        Method::HEAD,
        Method::OPTIONS,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::POST,
    ] {
        let answer = app
            .browser()
            .send(
                Request::builder().method(&method).uri("/dashboard"),
                Body::empty(),
            )
            .await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (StatusCode::SEE_OTHER, ""),
            "{method}"
        );
    }
}

#[tokio::test]
async fn no_spelling_of_a_path_slips_past() {
    let app = TestApp::new().await;
    for path in [
        "/%64ashboard",
        "//dashboard",
        "/./dashboard",
        "/x/../dashboard",
        "/%2fdashboard",
        "/dashboard%2f..",
        "/DASHBOARD",
        "/dashboard;x",
        "/\\dashboard",
    ] {
        let request = Request::builder().uri(path);
        if request.uri_ref().is_none() {
            continue;
        }
        let answer = app.browser().send(request, Body::empty()).await;
        assert!(
            !answer.status.is_success() && !answer.body.contains("This session"),
            "{path}: {}",
            answer.status
        );
    }
}

#[tokio::test]
async fn no_header_opens_the_door() {
    let app = TestApp::new().await;
    let headers = [
        ("x-middleware-subrequest", "middleware"),
        ("x-original-url", "/"),
        ("x-rewrite-url", "/"),
        ("x-forwarded-user", "ada"),
        ("islands-router", "true"),
        ("x-http-method-override", "POST"),
    ];
    for (name, value) in headers {
        // Who brings a cookie is looked at by the guard itself.
        for cookie in [None, Some(product::THEME_COOKIE)] {
            let mut browser = app.browser();
            browser
                .jar
                .extend(cookie.map(|cookie| (cookie.to_owned(), "dark".to_owned())));
            let request = Request::get("/dashboard").header(name, value);
            let answer = browser.send(request, Body::empty()).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name} {cookie:?}");
        }
    }
}

#[tokio::test]
async fn server_functions_ask_for_the_session_themselves() {
    let app = TestApp::new().await;
    for path in ["/fn/overview", "/fn/account", "/profile"] {
        let answer = app.program().post(path, &[]).await;
        assert_eq!(
            (answer.status, answer.error().code.as_str()),
            (StatusCode::UNAUTHORIZED, "unauthenticated"),
            "{path}"
        );
    }
    let mut ada = app.ada().await;
    let answer = ada.post("/fn/account", &[]).await;
    assert!(answer.status.is_success() && answer.body.contains("ada@example.org"));
}

#[tokio::test]
async fn a_form_of_a_stranger_leads_to_the_door() {
    let app = TestApp::new().await;
    let answer = app
        .browser()
        .post("/profile", &[("username", "x"), ("display_name", "y")])
        .await;
    assert_eq!(answer.location(), "/login?next=/profile");
}

#[tokio::test]
async fn a_page_that_is_not_there_looks_like_the_rest() {
    let app = TestApp::new().await;
    let answer = app.browser().get("/no/such/page").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.text("h1"), "There is no such page");
    assert!(answer.attribute("link[rel=stylesheet]", "href").is_some());
}

#[tokio::test]
async fn a_slash_at_the_end_is_another_spelling_of_the_page() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let answer = ada.get("/dashboard/?a=b").await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::PERMANENT_REDIRECT, "/dashboard?a=b")
    );
    assert!(answer.body.is_empty());
    assert_eq!(app.browser().get("/login/").await.location(), "/login");
}
