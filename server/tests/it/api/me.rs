use axum::http::{Method, StatusCode};
use serde_json::json;
use time::Duration;

use crate::helpers::TestApp;

const ME: &str = "/api/users/me";

#[tokio::test]
async fn nobody_is_forbidden_and_asked_who_they_are() {
    let app = TestApp::new().await;
    let protected = [
        (Method::GET, ME),
        (Method::PUT, ME),
        (Method::GET, "/api/auth/sessions"),
        (Method::DELETE, "/api/auth/sessions/x"),
        (Method::POST, "/api/auth/logout"),
        (Method::POST, "/api/auth/change-password"),
    ];
    for (method, path) in protected {
        for header in [
            None,
            Some("Bearer"),
            Some("Basic YTpi"),
            Some("Bearer "),
            Some("Bearer a b"),
        ] {
            let headers: Vec<_> = header
                .map(|value| ("authorization", value))
                .into_iter()
                .collect();
            let answer = app
                .stranger()
                .call(method.clone(), path, None, &headers)
                .await;
            answer.refuses(403, "ForbiddenError", "Forbidden");
            assert_eq!(
                answer.header("www-authenticate"),
                format!("Bearer realm=\"{}\"", product::ID),
                "{path}"
            );
        }
        let headers = [("authorization", "Bearer %")];
        let answer = app
            .stranger()
            .call(method.clone(), path, None, &headers)
            .await;
        answer.refuses(401, "UnauthorizedError", "Missing or invalid credentials");
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.contains(r#"error="invalid_token""#),
            "{challenge}"
        );
    }
}

#[tokio::test]
async fn a_token_that_is_no_access_token_of_now_is_refused() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    let jwt = ada.jwt.clone().unwrap();
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let signature: String = signature.chars().rev().collect();
    let forged = format!("{signed}.{signature}");
    for token in [
        &forged,
        &ada.refresh_token.clone(),
        &"a.b.c".to_owned(),
        &"x".repeat(9000),
    ] {
        ada.jwt = Some(token.clone());
        ada.get(ME)
            .await
            .refuses(401, "UnauthorizedError", "Missing or invalid credentials");
    }
    ada.jwt = Some(jwt);
    app.advance(Duration::seconds(661));
    ada.get(ME)
        .await
        .refuses(401, "UnauthorizedError", "Missing or invalid credentials");
}

#[tokio::test]
async fn a_bad_token_is_not_mended_by_a_good_cookie() {
    let app = TestApp::new().await;
    let mut program = app.stranger();
    program.client = app.ada().await;
    assert_eq!(program.get(ME).await.json()["username"], "ada");
    program.jwt = Some("x".to_owned());
    let answer = program.get(ME).await;
    answer.refuses(401, "UnauthorizedError", "Missing or invalid credentials");
    assert!(
        program.client.has_session(),
        "the cookies are not its business"
    );
}

#[tokio::test]
async fn of_two_the_token_says_who_it_is() {
    let app = TestApp::new().await;
    let mut eve = app.stranger();
    let answer = eve.register("eve").await;
    eve.keep(&answer);
    eve.client = app.ada().await;
    assert_eq!(eve.get(ME).await.json()["username"], "eve");
}

#[tokio::test]
async fn a_browser_is_renewed_on_the_way() {
    let app = TestApp::new().await;
    let mut program = app.stranger();
    program.client = app.ada().await;
    app.advance(Duration::seconds(700));
    let answer = program.get(ME).await;
    assert_eq!(answer.json()["username"], "ada");
    assert_eq!(answer.cookies().len(), 2);
}

#[tokio::test]
async fn only_the_keys_that_are_wanted_are_answered() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    for query in [
        "fields=username,email",
        "fields[0]=username&fields[1]=email",
        "fields=email&fields=username",
    ] {
        let json = ada.get(&format!("{ME}?{query}")).await.json();
        let keys: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["id", "documentId", "username", "email"], "{query}");
    }
    for query in [
        "fields=password",
        "fields=password_hash,resetPasswordToken",
        "populate=role",
        "fields=%ff&x[y]=1",
    ] {
        let answer = ada.get(&format!("{ME}?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}");
        assert!(
            !answer.body.contains("assword") && !answer.body.contains("argon2"),
            "{query}"
        );
    }
}

#[tokio::test]
async fn what_is_given_is_changed_and_the_rest_stays() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    app.advance(Duration::minutes(1));
    let answer = ada
        .call(Method::PUT, ME, Some(&json!({"name": "Ada Lovelace"})), &[])
        .await;
    let json = answer.json();
    assert_eq!(
        (&json["name"], &json["username"]),
        (&json!("Ada Lovelace"), &json!("ada"))
    );
    assert_eq!(json["updatedAt"], "2026-11-21T12:01:00.000Z");
    let answer = ada
        .call(Method::PUT, ME, Some(&json!({"username": "countess"})), &[])
        .await;
    let json = answer.json();
    assert_eq!(
        (&json["name"], &json["username"]),
        (&json!("Ada Lovelace"), &json!("countess"))
    );
    let answer = ada
        .call(Method::PUT, ME, Some(&json!({"name": ""})), &[])
        .await;
    assert_eq!(answer.json()["name"], "");
    let answer = ada.call(Method::PUT, ME, Some(&json!({})), &[]).await;
    assert_eq!(answer.json()["username"], "countess");
}

#[tokio::test]
async fn what_is_not_for_its_owner_to_change_is_refused() {
    let app = TestApp::new().await;
    app.stranger().register("eve").await;
    let mut ada = app.ada_by_api().await;
    for key in [
        "id",
        "email",
        "confirmed",
        "blocked",
        "role",
        "provider",
        "password",
    ] {
        let answer = ada
            .call(Method::PUT, ME, Some(&json!({key: "x"})), &[])
            .await;
        answer.refuses(
            400,
            "ValidationError",
            &format!("Invalid parameters: {key}"),
        );
    }
    let answer = ada
        .call(Method::PUT, ME, Some(&json!({"username": "EVE"})), &[])
        .await;
    answer.refuses(400, "ApplicationError", "Username already taken");
    for (key, value) in [
        ("username", "a b"),
        ("username", ""),
        ("name", "a\u{202e}b"),
    ] {
        let answer = ada
            .call(Method::PUT, ME, Some(&json!({key: value})), &[])
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{key}: {value:?}");
    }
    let long = json!({"name": "x".repeat(65)});
    let answer = ada.call(Method::PUT, ME, Some(&long), &[]).await;
    let errors = &answer.json()["error"]["details"]["errors"];
    assert_eq!(errors[0]["path"], json!(["name"]), "{errors}");
    assert_eq!(ada.get(ME).await.json()["username"], "ada");
}

#[tokio::test]
async fn two_changes_at_once_do_not_undo_each_other() {
    let app = TestApp::new().await;
    let ada = app.ada_by_api().await;
    let (mut one, mut other) = (ada.clone(), ada.clone());
    for turn in 0..10 {
        let (name, username) = (
            json!({"name": turn.to_string()}),
            json!({"username": format!("ada{turn}")}),
        );
        tokio::join!(
            one.call(Method::PUT, ME, Some(&name), &[]),
            other.call(Method::PUT, ME, Some(&username), &[])
        );
        let json = one.get(ME).await.json();
        assert_eq!(
            (&json["name"], &json["username"]),
            (&name["name"], &username["username"])
        );
    }
}

#[tokio::test]
async fn whoever_asks_for_problem_details_gets_them() {
    let app = TestApp::new().await;
    let wanted = [("accept", "application/problem+json, application/json")];
    let answer = app.stranger().call(Method::GET, ME, None, &wanted).await;
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let expected =
        json!({"type": "about:blank", "title": "Forbidden", "status": 403, "detail": "Forbidden"});
    assert_eq!(answer.json(), expected);
    let answer = app
        .stranger()
        .call(Method::POST, "/api/auth/local", Some(&json!({})), &wanted)
        .await;
    assert_eq!(
        answer.json()["errors"].as_array().unwrap().len(),
        2,
        "{}",
        answer.body
    );
    let answer = app
        .stranger()
        .call(Method::POST, "/api/refresh", None, &wanted)
        .await;
    assert_eq!(answer.json()["detail"], "No refresh token");
}
