use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::api::Program;
use crate::helpers::{PASSWORD, TestApp};

const GONE: &str = "Missing or invalid credentials";

async fn another<'a>(app: &'a TestApp, device: Option<&str>) -> Program<'a> {
    let mut program = app.stranger();
    let mut body = json!({"identifier": "ada", "password": PASSWORD});
    if let Some(device) = device {
        body["deviceId"] = device.into();
    }
    let answer = program.post("/api/auth/local", &body).await;
    program.keep(&answer);
    program
}

async fn is_over(program: &mut Program<'_>) -> bool {
    match program.get("/api/users/me").await.status {
        StatusCode::OK => false,
        StatusCode::UNAUTHORIZED => true,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_list_has_the_session_that_asks_first() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    app.advance(time::Duration::minutes(1));
    another(&app, Some("phone")).await;
    let json = ada.get("/api/auth/sessions").await.json();
    let sessions = json["data"].as_array().unwrap();
    assert_eq!(sessions.len(), 2, "{json}");
    assert_eq!(sessions[0]["current"], true);
    assert_eq!(sessions[0]["loginAt"], "2026-11-21T12:00:00.000Z");
    assert_eq!(sessions[0]["ip"], "192.0.2.7");
    assert!(sessions[0].get("deviceId").is_none());
    assert_eq!(
        (&sessions[1]["current"], &sessions[1]["deviceId"]),
        (&json!(false), &json!("phone"))
    );
}

#[tokio::test]
async fn one_session_is_ended_from_another() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    let mut other = another(&app, None).await;
    let json = ada.get("/api/auth/sessions").await.json();
    let path = format!(
        "/api/auth/sessions/{}",
        json["data"][1]["id"].as_str().unwrap()
    );
    let answer = ada.call(Method::DELETE, &path, None, &[]).await;
    assert_eq!(
        (answer.status, answer.json()),
        (StatusCode::OK, json!({"data": {}}))
    );
    assert!(is_over(&mut other).await && !is_over(&mut ada).await);
    let again = ada.call(Method::DELETE, &path, None, &[]).await;
    again.refuses(404, "NotFoundError", "Session not found");
}

#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    let json = ada.get("/api/auth/sessions").await.json();
    let id = json["data"][0]["id"].as_str().unwrap();
    let mut eve = app.stranger();
    let answer = eve.register("eve").await;
    eve.keep(&answer);
    for id in [id, "x", "%00", "%ff", "..%2f..", &"A".repeat(5000)] {
        let path = format!("/api/auth/sessions/{id}");
        let answer = eve.call(Method::DELETE, &path, None, &[]).await;
        answer.refuses(404, "NotFoundError", "Session not found");
    }
    assert!(!is_over(&mut ada).await);
}

#[tokio::test]
async fn signing_out_ends_the_session_that_asks_and_no_other() {
    let app = TestApp::new().await;
    for body in [None, Some(json!({}))] {
        let mut ada = match app.stranger().log_in("ada", PASSWORD).await.status {
            StatusCode::OK => another(&app, None).await,
            _ => app.ada_by_api().await,
        };
        let mut other = another(&app, None).await;
        let answer = ada
            .call(Method::POST, "/api/auth/logout", body.as_ref(), &[])
            .await;
        assert_eq!(
            (answer.status, answer.json()),
            (StatusCode::OK, json!({"ok": true}))
        );
        ada.get("/api/users/me")
            .await
            .refuses(401, "UnauthorizedError", GONE);
        let body = json!({"refreshToken": ada.refresh_token});
        let answer = ada.post("/api/auth/refresh", &body).await;
        answer.refuses(401, "UnauthorizedError", "Invalid refresh token");
        assert!(!is_over(&mut other).await);
    }
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_of_them() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    let mut other = another(&app, None).await;
    let mut eve = app.stranger();
    let answer = eve.register("eve").await;
    eve.keep(&answer);
    let answer = ada.post("/api/auth/logout", &json!({"scope": "all"})).await;
    assert_eq!(answer.json(), json!({"ok": true}));
    assert!(is_over(&mut ada).await && is_over(&mut other).await && !is_over(&mut eve).await);
}

#[tokio::test]
async fn a_device_is_signed_out_by_its_name() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    let mut phone = another(&app, Some("phone")).await;
    let mut tablet = another(&app, Some("tablet")).await;
    let answer = ada
        .post("/api/auth/logout", &json!({"deviceId": "phone"}))
        .await;
    assert_eq!(answer.json(), json!({"ok": true}));
    assert!(is_over(&mut phone).await && !is_over(&mut tablet).await && !is_over(&mut ada).await);
}

#[tokio::test]
async fn signing_out_ends_the_session_of_the_refresh_token_too_when_it_is_the_same_account() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    let mut other = another(&app, None).await;
    let mut eve = app.stranger();
    let answer = eve.register("eve").await;
    eve.keep(&answer);
    let answer = eve
        .post(
            "/api/auth/logout",
            &json!({"refreshToken": ada.refresh_token}),
        )
        .await;
    assert_eq!(answer.json(), json!({"ok": true}));
    assert!(!is_over(&mut ada).await && is_over(&mut eve).await);
    let body = json!({"refreshToken": other.refresh_token});
    ada.post("/api/auth/logout", &body).await;
    assert!(is_over(&mut ada).await && is_over(&mut other).await);
}

#[tokio::test]
async fn an_ending_that_is_not_known_is_refused() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    for body in [
        json!({"scope": "some"}),
        json!({"scope": 1}),
        json!({"all": true}),
        json!({"deviceId": "a\u{7}"}),
    ] {
        let answer = ada.post("/api/auth/logout", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
    assert!(!is_over(&mut ada).await);
}

#[tokio::test]
async fn a_browser_that_signs_out_loses_its_cookies() {
    let app = TestApp::new().await;
    let mut script = app.stranger();
    script.client = app.ada().await;
    let answer = script
        .call(Method::POST, "/api/auth/logout", None, &[])
        .await;
    assert_eq!(answer.json(), json!({"ok": true}));
    assert!(!script.client.has_session());
}

#[tokio::test]
async fn the_cookies_of_another_session_stay_when_a_program_signs_out() {
    let app = TestApp::new().await;
    let mut program = app.stranger();
    let answer = program.register("eve").await;
    program.keep(&answer);
    program.client = app.ada().await;
    let answer = program
        .call(Method::POST, "/api/auth/logout", None, &[])
        .await;
    assert_eq!(answer.json(), json!({"ok": true}));
    assert!(is_over(&mut program).await && program.client.has_session());
    assert_eq!(
        program.client.get("/dashboard").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_cookie_goes_with_the_session_that_it_is_of() {
    let app = TestApp::new().await;
    app.ada_by_api().await;
    let body = json!({"identifier": "ada", "password": PASSWORD});
    let wanted = [("x-strapi-refresh-cookie", "httpOnly")];
    let mut page = app.stranger();
    let answer = page
        .call(Method::POST, "/api/auth/local", Some(&body), &wanted)
        .await;
    page.jwt = Some(answer.json()["jwt"].as_str().unwrap().to_owned());
    assert!(page.client.has_session());
    page.call(Method::POST, "/api/auth/logout", None, &[]).await;
    assert!(is_over(&mut page).await && !page.client.has_session());
}
