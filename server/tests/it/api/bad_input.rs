use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;

use crate::helpers::{Answer, PASSWORD, TestApp};

/// Every route with a body, and one that it takes.
const BODIES: [(&str, &str, &[&str]); 10] = [
    (
        "POST",
        "/api/auth/local",
        &["identifier", "password", "deviceId"],
    ),
    (
        "POST",
        "/api/auth/local/register",
        &["username", "email", "password"],
    ),
    ("POST", "/api/auth/refresh", &["refreshToken"]),
    (
        "POST",
        "/api/auth/logout",
        &["scope", "deviceId", "refreshToken"],
    ),
    ("PUT", "/api/users/me", &["username", "name"]),
    (
        "POST",
        "/api/auth/change-password",
        &["currentPassword", "password", "passwordConfirmation"],
    ),
    ("POST", "/api/auth/forgot-password", &["email"]),
    (
        "POST",
        "/api/auth/reset-password",
        &["code", "password", "passwordConfirmation"],
    ),
    ("POST", "/api/auth/send-email-confirmation", &["email"]),
    ("POST", "/api/login", &["email", "password"]),
];

struct Sender<'a> {
    app: &'a TestApp,
    jwt: String,
}

impl Sender<'_> {
    async fn send(&self, method: &str, path: &str, sort: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(path)
            .header("authorization", format!("Bearer {}", self.jwt))
            .header("content-type", sort);
        self.app.program().send(request, body.into()).await
    }
}

/// Asserts that it is a refusal in the envelope, and not our fault.
#[track_caller]
fn is_refused(answer: &Answer, with: &[u16], about: &str) {
    let json = answer.json();
    let status = answer.status.as_u16();
    assert!(with.contains(&status), "{about}: {status} {json}");
    assert_eq!(json["error"]["status"], status, "{about}");
    assert!(
        json["error"]["message"].is_string() && json["data"].is_null(),
        "{about}: {json}"
    );
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let app = TestApp::new().await;
    let jwt = app.ada_by_api().await.jwt.unwrap();
    let sender = Sender { app: &app, jwt };
    let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
    let deep_object = format!("{}1{}", r#"{"email":"#.repeat(5_000), "}".repeat(5_000));
    let bodies: [&[u8]; 20] = [
        b"x",
        b"{",
        b"}",
        b"null",
        b"true",
        b"1",
        b"\"text\"",
        b"[]",
        b"[{}]",
        b"{}{}",
        b"{\"a\"}",
        b"{\"a\":1,}",
        b"\xff",
        b"{\"email\":\"\xff\"}",
        b"\xef\xbb\xbf{}",
        b"{\"email\":\"\\ud800\"}",
        b"{\"email\":\"\\udc00x\"}",
        b"{\"email\":1e999}",
        deep.as_bytes(),
        deep_object.as_bytes(),
    ];
    for (method, path, _) in BODIES {
        for body in bodies {
            let answer = sender
                .send(method, path, "application/json", body.to_vec())
                .await;
            let begin = String::from_utf8_lossy(&body[..body.len().min(20)]);
            is_refused(&answer, &[400], &format!("{path} {begin}"));
        }
    }
}

#[tokio::test]
async fn keys_that_are_unknown_or_there_twice_are_refused() {
    let app = TestApp::new().await;
    let jwt = app.ada_by_api().await.jwt.unwrap();
    let sender = Sender { app: &app, jwt };
    for (method, path, keys) in BODIES {
        for key in keys {
            let twice = format!(r#"{{"{key}":"a","{key}":"a"}}"#);
            let answer = sender.send(method, path, "application/json", twice).await;
            is_refused(&answer, &[400], &format!("{path} {key} twice"));
        }
        let answer = sender
            .send(
                method,
                path,
                "application/json",
                r#"{"isAdmin":true,"__proto__":{}}"#,
            )
            .await;
        is_refused(&answer, &[400], path);
        let message = answer.json()["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(message, "Invalid parameters: __proto__, isAdmin");
    }
}

#[tokio::test]
async fn values_of_another_sort_are_refused_at_their_field() {
    let app = TestApp::new().await;
    let jwt = app.ada_by_api().await.jwt.unwrap();
    let sender = Sender { app: &app, jwt };
    for (method, path, keys) in BODIES {
        for key in keys {
            for value in [
                json!(1),
                json!(1.5),
                json!(true),
                json!([]),
                json!(["a"]),
                json!({"$ne": null}),
                json!("a\0b"),
            ] {
                let body = json!({*key: value}).to_string();
                let answer = sender.send(method, path, "application/json", body).await;
                is_refused(&answer, &[400], &format!("{path} {key}: {value}"));
                if *key == "scope" {
                    continue;
                }
                let errors = answer.json()["error"]["details"]["errors"].clone();
                let is_told = errors
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|error| error["path"] == json!([key]));
                assert!(is_told, "{path} {key}: {errors}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let app = TestApp::new().await;
    let answer = app
        .stranger()
        .post("/api/auth/local", &json!({"identifier": "ada"}))
        .await;
    answer.refuses(400, "ValidationError", "password is a required field");
    let answer = app
        .stranger()
        .post(
            "/api/auth/local",
            &json!({"identifier": "", "password": null}),
        )
        .await;
    answer.refuses(400, "ValidationError", "2 errors occurred");
    let answer = app
        .stranger()
        .call(Method::POST, "/api/auth/local", None, &[])
        .await;
    answer.refuses(400, "ValidationError", "2 errors occurred");
}

#[tokio::test]
async fn bodies_that_are_too_large_or_of_another_type_are_refused() {
    let app = TestApp::new().await;
    let jwt = app.ada_by_api().await.jwt.unwrap();
    let sender = Sender { app: &app, jwt };
    for (method, path, keys) in BODIES {
        let large = json!({keys[0]: "x".repeat(1_000_000)}).to_string();
        let answer = sender
            .send(method, path, "application/json", large.clone())
            .await;
        is_refused(&answer, &[413], path);
        // Without a length.
        let chunks = large
            .into_bytes()
            .chunks(10_000)
            .map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()))
            .collect::<Vec<_>>();
        let body = Body::from_stream(futures_util::stream::iter(chunks));
        is_refused(
            &sender.send(method, path, "application/json", body).await,
            &[413],
            path,
        );
        for sort in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "",
            "application/jsonp",
            "text/json",
        ] {
            let answer = sender.send(method, path, sort, r#"{"email":"a"}"#).await;
            is_refused(&answer, &[415], &format!("{path} as {sort:?}"));
        }
        let answer = sender
            .send(method, path, "application/json; charset=utf-8", "{]")
            .await;
        is_refused(&answer, &[400], path);
    }
}

#[tokio::test]
async fn the_words_of_a_refusal_quote_no_value() {
    let app = TestApp::new().await;
    let secret = "hunter2-hunter2";
    for body in [
        json!({"identifier": [secret], "password": {"a": secret}}),
        json!({"identifier": "ada", "password": secret}),
    ] {
        let answer = app.stranger().post("/api/auth/local", &body).await;
        assert!(!answer.body.contains(secret), "{}", answer.body);
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_in_the_envelope() {
    let app = TestApp::new().await;
    for path in [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/users",
        "/api/users/1",
        "/api/auth",
        "/api/users/me/",
        "/api//users/me",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let answer = app
                .stranger()
                .call(method.clone(), path, None, &[("accept", "text/html")])
                .await;
            assert_eq!(
                answer.status,
                StatusCode::NOT_FOUND,
                "{method} {path}: {}",
                answer.body
            );
            assert_eq!(answer.json()["error"]["name"], "NotFoundError");
        }
    }
    let answer = app
        .stranger()
        .call(Method::PATCH, "/api/users/me", None, &[])
        .await;
    assert_eq!(
        answer.status,
        StatusCode::METHOD_NOT_ALLOWED,
        "{}",
        answer.body
    );
    assert_eq!(answer.json()["error"]["name"], "MethodNotAllowedError");
    assert!(
        answer.header("allow").contains("GET"),
        "{}",
        answer.header("allow")
    );
}

#[tokio::test]
async fn a_database_that_is_away_is_not_the_fault_of_the_client() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    app.auth.close().await;
    for (path, body) in [
        (
            "/api/auth/local",
            json!({"identifier": "ada", "password": PASSWORD}),
        ),
        (
            "/api/auth/refresh",
            json!({"refreshToken": ada.refresh_token}),
        ),
        ("/api/auth/logout", json!({})),
    ] {
        let answer = ada.post(path, &body).await;
        is_refused(&answer, &[503], path);
        assert_eq!(answer.header("retry-after"), "2", "{path}");
    }
    is_refused(&ada.get("/api/users/me").await, &[503], "me");
}
