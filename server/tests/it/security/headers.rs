//! What every answer says to browsers, whatever it answers.

use auth::CookieSecurity;
use axum::body::Body;
use axum::http::Request;

use crate::helpers::{Answer, TestApp};

const FORM: &str = "application/x-www-form-urlencoded";
const PRIVATE: &str = "private, no-store";
const NOWHERE: &str = "no-store";

/// One answer of each sort, with its status, and what caches are told of it.
type Sorts = Vec<(u16, &'static str, Answer)>;

async fn pages(app: &TestApp) -> Sorts {
    let (mut ada, mut browser) = (app.ada().await, app.browser());
    let origin = Request::post("/login").header("origin", "null");
    let method = Request::put("/login");
    vec![
        (200, PRIVATE, ada.get("/dashboard").await),
        (200, PRIVATE, browser.get("/login").await),
        (303, PRIVATE, browser.get("/dashboard").await),
        (308, PRIVATE, ada.get("/dashboard/").await),
        (400, PRIVATE, browser.get("/a//b").await),
        (403, NOWHERE, browser.send(origin, Body::empty()).await),
        (404, PRIVATE, browser.get("/none").await),
        (404, PRIVATE, ada.get("/dashboard/x.css").await),
        (405, PRIVATE, browser.send(method, Body::empty()).await),
    ]
}

async fn forms(app: &TestApp) -> Sorts {
    let mut program = app.program();
    let large = format!("identifier=ada&password={}", "x".repeat(1 << 20));
    let text = Request::post("/login").header("content-type", "text/plain");
    vec![
        (401, PRIVATE, program.log_in("ada", "a wrong one").await),
        (413, PRIVATE, program.post_raw("/login", large).await),
        (415, PRIVATE, program.send(text, "a=b".into()).await),
        (422, PRIVATE, program.post("/login", &[]).await),
    ]
}

async fn files(app: &TestApp) -> Sorts {
    let site = app.scratch.dir.path();
    std::fs::create_dir(site.join("pkg")).unwrap();
    for (name, content) in [
        ("favicon.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ("robots.txt", "User-agent: *"),
        ("pkg/latchkey.css", "a {}"),
        ("pkg/latchkey.js", "let a;"),
    ] {
        std::fs::write(site.join(name), content).unwrap();
    }
    let (mut browser, keys) = (app.browser(), "/.well-known/jwks.json");
    let first = browser.get(keys).await;
    let again = Request::get(keys).header("if-none-match", first.header("etag"));
    vec![
        (200, "no-cache", browser.get("/favicon.svg").await),
        (200, "no-cache", browser.get("/robots.txt").await),
        (200, "no-cache", browser.get("/pkg/latchkey.css").await),
        (200, "no-cache", browser.get("/pkg/latchkey.js").await),
        (404, NOWHERE, browser.get("/pkg/none.js").await),
        (
            304,
            "public, max-age=600",
            browser.send(again, Body::empty()).await,
        ),
        (200, "public, max-age=600", first),
        (401, PRIVATE, browser.get("/session/events").await),
    ]
}

/// The last one closes the database.
async fn data(app: &TestApp) -> Sorts {
    let (mut ada, mut stranger) = (app.ada().await, app.program());
    let form = Request::post("/api/auth/local").header("content-type", FORM);
    let mut sorts = vec![
        (200, PRIVATE, ada.get("/api/users/me").await),
        (200, PRIVATE, ada.get("/api/auth/sessions").await),
        (200, "no-cache", stranger.get("/api/openapi.json").await),
        (200, "no-cache", stranger.get("/api/docs").await),
        (403, PRIVATE, stranger.get("/api/users/me").await),
        (404, NOWHERE, stranger.get("/api/none").await),
        (415, PRIVATE, stranger.send(form, "a=b".into()).await),
    ];
    app.auth.close().await;
    sorts.push((503, PRIVATE, ada.get("/api/users/me").await));
    sorts
}

async fn every_sort(security: CookieSecurity) -> Sorts {
    let app = TestApp::with(security, |_| {}).await;
    let mut sorts = pages(&app).await;
    sorts.extend(forms(&app).await);
    sorts.extend(files(&app).await);
    sorts.extend(data(&app).await);
    sorts
}

/// As it is sent; none of these names what serves the site.
const ALWAYS: [(&str, &str); 8] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "strict-transport-security",
        "max-age=63072000; includeSubDomains",
    ),
    ("server", ""),
    ("x-powered-by", ""),
];

#[tokio::test]
async fn every_sort_of_answer_carries_the_headers() {
    for (status, _, answer) in every_sort(CookieSecurity::Https).await {
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
        for (name, value) in ALWAYS {
            assert_eq!(answer.header(name), value, "{name} with {status}");
        }
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{status}: {policy}"
        );
    }
}

#[tokio::test]
async fn every_sort_of_answer_says_what_it_is_and_where_it_may_be_kept() {
    const TYPES: [&str; 7] = [
        "text/html; charset=utf-8",
        "text/plain; charset=utf-8",
        "text/css; charset=utf-8",
        "text/javascript; charset=utf-8",
        "application/json",
        "application/jwk-set+json",
        "image/svg+xml",
    ];
    for (status, kept, answer) in every_sort(CookieSecurity::Http).await {
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
        assert_eq!(answer.header("cache-control"), kept, "{status}");
        let sort = answer.header("content-type");
        assert!(
            answer.body.is_empty() || TYPES.contains(&sort),
            "{status}: {sort:?}"
        );
    }
}
