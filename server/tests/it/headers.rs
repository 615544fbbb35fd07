use auth::CookieSecurity;
use axum::body::Body;
use axum::http::Request;

use crate::helpers::{Answer, PASSWORD, TestApp};

#[tokio::test]
async fn every_response_carries_the_headers() {
    let app = TestApp::new().await;
    for path in [
        "/",
        "/login",
        "/dashboard",
        "/no/such/page",
        "//",
        "/pkg/none.js",
        "/favicon.svg",
    ] {
        let answer = app.browser().get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(
            !answer.header("referrer-policy").is_empty()
                && !answer.header("cross-origin-opener-policy").is_empty()
        );
        assert!(
            answer.header("strict-transport-security").is_empty(),
            "over http it would mean nothing"
        );
    }
}

#[tokio::test]
async fn each_page_has_a_nonce_of_its_own() {
    let app = TestApp::new().await;
    let mut nonces = std::collections::HashSet::new();
    for _ in 0..3 {
        let page = app.browser().get("/login").await;
        let nonce = page.attribute("script[nonce]", "nonce").unwrap();
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains(&format!("'nonce-{nonce}'")) && !policy.contains("unsafe-inline"),
            "{policy}"
        );
        nonces.insert(nonce);
    }
    assert_eq!(nonces.len(), 3);
}

#[tokio::test]
async fn no_cache_keeps_what_depends_on_cookies() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    for path in ["/", "/login", "/dashboard", "/profile", "/none"] {
        let answer = ada.get(path).await;
        assert_eq!(
            (answer.header("cache-control"), answer.header("vary")),
            ("private, no-store", "Cookie"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
    let app = TestApp::with(CookieSecurity::Https, |_| {}).await;
    let fields = [
        ("email", "ada@example.org"),
        ("username", "ada"),
        ("password", PASSWORD),
    ];
    let answer = app.browser().post("/register", &fields).await;
    assert_eq!(answer.cookies().len(), 3);
    for cookie in answer.cookies() {
        assert!(cookie.name().starts_with("__Host-"), "{cookie}");
        assert_eq!(
            (cookie.http_only(), cookie.secure(), cookie.path()),
            (Some(true), Some(true), Some("/"))
        );
        assert_eq!(
            (cookie.same_site(), cookie.domain()),
            (Some(cookie::SameSite::Lax), None)
        );
        assert!(cookie.to_string().len() < 1024);
    }
    assert!(
        answer
            .header("strict-transport-security")
            .contains("max-age=")
    );
}

#[tokio::test]
async fn tokens_are_in_no_page_and_no_answer() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let tokens: Vec<String> = ada.jar.values().cloned().collect();
    for path in ["/", "/dashboard", "/profile"] {
        let page = ada.get(path).await;
        assert!(
            tokens.iter().all(|token| !page.body.contains(token)),
            "{path}"
        );
    }
}

#[tokio::test]
async fn files_are_served_compressed_and_kept_only_when_their_name_says_what_they_hold() {
    let app = TestApp::new().await;
    let package = app.scratch.dir.path().join("pkg");
    std::fs::create_dir(&package).unwrap();
    std::fs::write(package.join("latchkey.js"), "long").unwrap();
    std::fs::write(package.join("latchkey.js.br"), "br").unwrap();
    let request = Request::get("/pkg/latchkey.js").header("accept-encoding", "gzip, br");
    let file = app.browser().send(request, Body::empty()).await;
    assert_eq!(
        (file.header("content-encoding"), file.body.as_str()),
        ("br", "br")
    );
    assert_eq!(
        file.header("cache-control"),
        "no-cache",
        "this build has no hashes in its names"
    );
    assert_eq!(app.browser().get("/pkg/../latchkey.db").await.status, 404);
    assert_eq!(
        app.browser().get("/pkg/%2e%2e/latchkey.db").await.status,
        404
    );
}

#[tokio::test]
async fn refusals_are_kept_by_no_cache_either() {
    let app = TestApp::new().await;
    let cross = app
        .program()
        .send(
            Request::post("/login").header("origin", "null"),
            Body::empty(),
        )
        .await;
    assert_eq!(
        (cross.status.as_u16(), cross.header("cache-control")),
        (403, "no-store")
    );
    assert_eq!(cross.error().code, "cross_origin");
    assert_eq!(
        app.browser()
            .get("/pkg/none.js")
            .await
            .header("cache-control"),
        "no-store"
    );
}

#[tokio::test]
async fn a_refusal_before_any_page_wears_what_was_chosen() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    let worn = |page: &Answer| page.attribute("html", "data-theme").unwrap();
    assert_eq!(worn(&browser.get("/a//b").await), "system");
    let chosen = [
        (product::THEME_COOKIE, "dark"),
        (product::LANGUAGE_COOKIE, "de"),
    ];
    for (name, value) in chosen {
        browser.jar.insert(name.to_owned(), value.to_owned());
    }
    let page = browser.get("/a//b").await;
    assert_eq!(page.status, 400);
    assert_eq!(worn(&page), "dark");
    assert_eq!(page.attribute("html", "lang").unwrap(), "de");
}

#[tokio::test]
async fn a_refusal_before_any_page_is_a_page_for_people() {
    let app = TestApp::new().await;
    let bad_path = app.browser().get("/a//b").await;
    let cross = app
        .browser()
        .send(
            Request::post("/login").header("origin", "null"),
            Body::empty(),
        )
        .await;
    let method = app
        .browser()
        .send(Request::put("/login"), Body::empty())
        .await;
    for (answer, status) in [(bad_path, 400), (cross, 403), (method, 405)] {
        assert_eq!(answer.status, status);
        assert!(answer.header("content-type").starts_with("text/html"));
        assert!(
            answer.attribute("link[rel=stylesheet]", "href").is_some()
                && !answer.text("main p").is_empty()
        );
        assert!(
            answer
                .header("content-security-policy")
                .contains("style-src 'self'")
        );
    }
    assert_eq!(app.program().get("/a//b").await.error().code, "bad_path");
}

#[tokio::test]
async fn a_page_runs_what_carries_its_nonce_and_what_that_loads() {
    let app = TestApp::new().await;
    let page = app.browser().get("/login").await;
    let policy = page.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "'strict-dynamic'",
        "'wasm-unsafe-eval'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
}

#[tokio::test]
async fn signing_out_clears_what_the_browser_kept_and_not_which_browser_it_is() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let page = ada.get("/dashboard").await;
    assert_eq!(page.header("clear-site-data"), "", "not before");
    let answer = ada.post("/logout", &[]).await;
    assert_eq!(answer.header("clear-site-data"), r#""cache", "storage""#);
    assert!(ada.jar.contains_key(product::BROWSER_COOKIE));
    let mut ada = app.browser();
    ada.log_in("ada", PASSWORD).await;
    let request = Request::post("/api/logout").header("content-type", "application/json");
    let answer = ada.send(request, Body::from("{}")).await;
    assert_eq!(
        answer.header("clear-site-data"),
        r#""cache", "storage""#,
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn headers_that_proxies_and_frameworks_use_among_themselves_open_nothing() {
    let app = TestApp::new().await;
    for (name, value) in [
        (
            "x-middleware-subrequest",
            "middleware:middleware:middleware:middleware:middleware",
        ),
        ("x-middleware-next", "1"),
        ("x-original-url", "/login"),
        ("x-rewrite-url", "/login"),
        ("x-http-method-override", "GET"),
        ("x-forwarded-prefix", "/login"),
        ("x-forwarded-host", "evil.example"),
        ("islands-router", "true"),
        ("x-user", "ada"),
        ("x-forwarded-user", "ada"),
    ] {
        let request = Request::get("/dashboard").header(name, value);
        let answer = app.browser().send(request, Body::empty()).await;
        assert_eq!(answer.location(), "/login?next=/dashboard", "{name}");
    }
}
