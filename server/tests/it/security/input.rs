//! Text that would mean something to somebody else: to a database, a template, a filter.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, USER_AGENT};
use serde_json::json;

use crate::helpers::{PASSWORD, TestApp};

const LETHAL: [&str; 6] = [
    "'); drop table users; --",
    "' or '1'='1",
    "\" or \"\"=\"",
    "$1 %s {{7*7}} ${7*7}",
    "%' or username like '%",
    "\\'; select 1; /*",
];

#[tokio::test]
async fn a_name_that_is_written_like_a_statement_finds_nobody() {
    let app = TestApp::new().await;
    app.ada().await;
    for name in LETHAL {
        for identifier in [name.to_owned(), format!("ada{name}")] {
            let answer = app.program().log_in(&identifier, PASSWORD).await;
            assert_eq!(answer.error().code, "bad_credentials", "{identifier}");
        }
    }
    let answer = app.browser().log_in("ada", PASSWORD).await;
    assert_eq!(answer.location(), "/dashboard", "and all is still there");
}

#[tokio::test]
async fn what_is_written_like_a_statement_is_kept_as_it_is() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    for name in LETHAL {
        let fields = [("display_name", name), ("username", "ada")];
        ada.post("/profile", &fields).await;
        let shown = ada.get("/profile").await;
        let shown = shown.attribute("#display_name", "value");
        assert_eq!(shown.as_deref(), Some(name));
        let request = Request::post("/login")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(USER_AGENT, name);
        let form = format!("identifier=ada&password={}", PASSWORD.replace(' ', "+"));
        let answer = app.browser().send(request, Body::from(form)).await;
        assert_eq!(answer.location(), "/dashboard", "{name}");
        let body = json!({"identifier": "ada", "password": PASSWORD, "deviceId": name});
        let mut device = app.stranger();
        let answer = device.post("/api/auth/local", &body).await;
        device.keep(&answer);
        let list = device.get("/api/auth/sessions").await.json();
        assert_eq!(list["data"][0]["deviceId"], name);
    }
}

#[tokio::test]
async fn a_filter_in_the_query_finds_nothing_out() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    let plain = ada.get("/api/users/me").await.json();
    for query in [
        "filters[password][$startsWith]=$argon2",
        "filters[password][$startsWith]=x",
        "filters[passwordHash][$contains]=zzzz",
        "where[reset_password_token][$ne]=null",
        "sort=password:asc",
        "populate=*&pagination[limit]=100",
        "id=2&documentId=x&email=eve@example.org",
    ] {
        let answer = ada.get(&format!("/api/users/me?{query}")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (200, plain.clone())
        );
    }
}

#[tokio::test]
async fn a_form_without_a_length_is_held_to_the_same_limit() {
    let app = TestApp::new().await;
    let start = Ok::<_, std::io::Error>(b"identifier=ada&password=".to_vec());
    let pieces = (0..100).map(|_| Ok(vec![b'x'; 10_000]));
    let body = futures_util::stream::iter(std::iter::once(start).chain(pieces));
    let answer = app
        .program()
        .post_raw("/login", Body::from_stream(body))
        .await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.error().code, "too_large");
}
