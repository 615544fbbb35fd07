use auth::{Confirmation, CookieSecurity, Registration};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use time::Duration;

use crate::helpers::{PASSWORD, TestApp};

const WRONG: &str = "Invalid identifier or password";

#[tokio::test]
async fn registering_answers_with_tokens_and_the_account() {
    let app = TestApp::new().await;
    let mut program = app.stranger();
    let answer = program.register("ada").await;
    program.keep(&answer);
    let json = answer.json();
    assert_eq!(json["expiresIn"], 600);
    assert!(answer.cookies().is_empty(), "{:?}", answer.cookies());
    let user = &json["user"];
    assert!(
        user["id"].is_u64() && user["documentId"].is_string(),
        "{user}"
    );
    let expected = json!({
        "id": user["id"], "documentId": user["documentId"],
        "username": "ada", "email": "ada@example.org", "name": "",
        "provider": "local", "confirmed": false, "blocked": false,
        "createdAt": "2026-11-21T12:00:00.000Z",
        "updatedAt": "2026-11-21T12:00:00.000Z",
        "publishedAt": "2026-11-21T12:00:00.000Z",
    });
    assert_eq!(*user, expected);
    assert_eq!(program.get("/api/users/me").await.json(), expected);
    assert_eq!(answer.header("cache-control"), "private, no-store");
}

#[tokio::test]
async fn signing_in_takes_the_address_or_the_username() {
    let app = TestApp::new().await;
    app.ada_by_api().await;
    for identifier in ["ada", "ADA", "ada@example.org", "Ada@Example.ORG"] {
        let answer = app.stranger().log_in(identifier, PASSWORD).await;
        assert_eq!(
            answer.status,
            StatusCode::OK,
            "{identifier}: {}",
            answer.body
        );
        assert_eq!(answer.json()["user"]["username"], "ada");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_refused_alike() {
    let app = TestApp::new().await;
    app.ada_by_api().await;
    for (identifier, password) in [
        ("ada", "another password"),
        ("eve", PASSWORD),
        ("@", PASSWORD),
    ] {
        let answer = app.stranger().log_in(identifier, password).await;
        answer.refuses(400, "ValidationError", WRONG);
        assert_eq!(answer.json()["error"]["details"], json!({}));
    }
}

#[tokio::test]
async fn a_disabled_account_is_refused_as_an_unknown_one() {
    let app = TestApp::new().await;
    let mut ada = app.ada_by_api().await;
    let nobody = auth::Client::default();
    app.auth
        .disable("ada", &nobody, crate::helpers::START)
        .await
        .unwrap();
    let answer = app.stranger().log_in("ada", PASSWORD).await;
    answer.refuses(400, "ValidationError", WRONG);
    let answer = ada.get("/api/users/me").await;
    answer.refuses(401, "UnauthorizedError", "Missing or invalid credentials");
}

#[tokio::test]
async fn names_that_are_taken_are_refused_with_one_message() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    ada.confirm("ada@example.org").await;
    for (username, email) in [("ada", "eve@example.org"), ("eve", "ada@example.org")] {
        let body = json!({"username": username, "email": email, "password": PASSWORD});
        let answer = app.stranger().post("/api/auth/local/register", &body).await;
        answer.refuses(
            400,
            "ApplicationError",
            "Email or Username are already taken",
        );
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_registration_is_told_by_field() {
    let app = TestApp::new().await;
    let cases = [
        (
            json!({"username": "eve", "email": "no address", "password": PASSWORD}),
            "email",
            "email must be a valid email",
        ),
        (
            json!({"username": "ev", "email": "eve@example.org", "password": PASSWORD}),
            "username",
            "username must be 3 to 32 characters",
        ),
        (
            json!({"username": "eve", "email": "eve@example.org", "password": "short"}),
            "password",
            "Use at least 12 characters. Length is what makes a password strong.",
        ),
    ];
    for (body, field, message) in cases {
        let answer = app.stranger().post("/api/auth/local/register", &body).await;
        answer.refuses(400, "ValidationError", message);
        let errors = &answer.json()["error"]["details"]["errors"];
        assert_eq!(
            *errors,
            json!([{"path": [field], "message": message, "name": "ValidationError"}])
        );
    }
}

#[tokio::test]
async fn a_closed_site_takes_no_registration() {
    let app = TestApp::with(CookieSecurity::Http, |config| {
        config.registration = Registration::Closed
    })
    .await;
    let answer = app.stranger().register("ada").await;
    answer.refuses(
        400,
        "ApplicationError",
        "Register action is currently disabled",
    );
}

#[tokio::test]
async fn where_addresses_are_confirmed_first_an_account_that_is_there_answers_like_a_new_one() {
    let app = TestApp::with(CookieSecurity::Http, |config| {
        config.confirmation = Confirmation::Required
    })
    .await;
    let keys = |answer: &Value| {
        answer["user"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let first = app.stranger().register("ada").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert!(first.json().get("jwt").is_none() && first.json()["user"]["confirmed"] == false);
    let answer = app.stranger().log_in("ada", PASSWORD).await;
    answer.refuses(400, "ValidationError", WRONG);

    let link = app.link_to("ada@example.org").await;
    let fields = [
        ("token", crate::helpers::token_of(&link)),
        ("password", PASSWORD),
    ];
    app.browser().post("/confirm-email", &fields).await;
    let body = json!({"username": "eve", "email": "ada@example.org", "password": PASSWORD});
    let second = app.stranger().post("/api/auth/local/register", &body).await;
    assert_eq!(second.status, StatusCode::OK, "{}", second.body);
    assert_eq!(keys(&second.json()), keys(&first.json()));
    assert_eq!(second.json()["user"]["email"], "ada@example.org");
    assert_eq!(second.json()["user"]["confirmed"], false);
}

#[tokio::test]
async fn in_cookie_mode_the_refresh_token_is_in_a_cookie_alone() {
    let app = TestApp::new().await;
    app.ada_by_api().await;
    let body = json!({"identifier": "ada", "password": PASSWORD});
    let wanted = [("x-strapi-refresh-cookie", "httpOnly")];
    let mut browser = app.stranger();
    let answer = browser
        .call(Method::POST, "/api/auth/local", Some(&body), &wanted)
        .await;
    let json = answer.json();
    assert!(
        json["jwt"].is_string() && json.get("refreshToken").is_none(),
        "{json}"
    );
    let cookies = answer.cookies();
    let refresh = cookies
        .iter()
        .find(|cookie| cookie.name() == product::REFRESH_COOKIE)
        .unwrap();
    assert_eq!(
        (refresh.http_only(), refresh.path()),
        (Some(true), Some("/"))
    );
    assert_eq!(refresh.max_age(), Some(Duration::days(14)));
    assert!(!answer.body.contains(refresh.value()));
    // The access token is in the body: no cookie has it, and none of before stays.
    let access = cookies
        .iter()
        .find(|cookie| cookie.name() == product::ACCESS_COOKIE)
        .unwrap();
    assert_eq!(
        (access.value(), access.max_age()),
        ("", Some(Duration::ZERO))
    );
    // A browser that has the cookie is signed in.
    assert_eq!(browser.get("/api/users/me").await.json()["username"], "ada");
}

#[tokio::test]
async fn a_sign_in_that_replaces_the_cookie_ends_the_session_of_before() {
    let app = TestApp::new().await;
    let mut before = app.ada().await;
    let body = json!({"identifier": "ada", "password": PASSWORD});
    let wanted = [("x-strapi-refresh-cookie", "httpOnly")];
    let mut program = app.stranger();
    program.client.jar = before.jar.clone();
    program
        .call(Method::POST, "/api/auth/local", Some(&body), &wanted)
        .await;
    assert_eq!(
        before.get("/dashboard").await.location(),
        "/login?next=/dashboard"
    );
}

#[tokio::test]
async fn a_program_that_signs_in_again_from_the_same_place_is_no_news() {
    let app = TestApp::new().await;
    app.ada_by_api().await;
    app.letters().await;
    let mut program = app.stranger();
    program.log_in("ada", PASSWORD).await;
    assert_eq!(
        app.letters().await.len(),
        0,
        "it is where the account was made"
    );
    program.client.peer = [198, 51, 100, 9];
    program.log_in("ada", PASSWORD).await;
    assert_eq!(app.letters().await.len(), 1, "another place is told");
    program.log_in("ada", PASSWORD).await;
    assert_eq!(app.letters().await.len(), 0, "once");
}

#[tokio::test]
async fn a_device_that_is_named_has_one_session() {
    let app = TestApp::new().await;
    let mut first = app.ada_by_api().await;
    let body = json!({"identifier": "ada", "password": PASSWORD, "deviceId": "phone"});
    let answer = app.stranger().post("/api/auth/local", &body).await;
    let mut phone = app.stranger();
    phone.keep(&answer);
    let answer = app.stranger().post("/api/auth/local", &body).await;
    assert_eq!(answer.status, StatusCode::OK);
    phone.get("/api/users/me").await.refuses(
        401,
        "UnauthorizedError",
        "Missing or invalid credentials",
    );
    assert_eq!(first.get("/api/users/me").await.status, StatusCode::OK);
    for bad in ["x".repeat(129), "a\nb".to_owned()] {
        let body = json!({"identifier": "ada", "password": PASSWORD, "deviceId": bad});
        let answer = app.stranger().post("/api/auth/local", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad:?}");
    }
}

#[tokio::test]
async fn a_program_behind_a_proxy_is_not_taken_for_one_that_is_known() {
    let app = TestApp::new().await;
    app.ada_by_api().await;
    app.letters().await;
    let body = json!({"identifier": "ada", "password": PASSWORD});
    let relayed = [("x-forwarded-for", "198.51.100.9")];
    for _ in 0..2 {
        let mut program = app.stranger();
        program
            .call(Method::POST, "/api/auth/local", Some(&body), &relayed)
            .await;
        assert_eq!(app.letters().await.len(), 1, "its address is the proxy's");
    }
}

#[tokio::test]
async fn behind_a_proxy_of_ours_a_program_is_known_by_its_own_address() {
    let app = TestApp::behind("192.0.2.0/24").await;
    let letters_for = async |header: (&'static str, &'static str)| {
        let body = json!({"identifier": "ada", "password": PASSWORD});
        let mut program = app.stranger();
        program
            .call(Method::POST, "/api/auth/local", Some(&body), &[header])
            .await;
        app.letters().await.len()
    };
    app.ada_by_api().await;
    app.letters().await;
    let home = ("x-forwarded-for", "198.51.100.9");
    assert_eq!(letters_for(home).await, 1, "nobody knew it");
    assert_eq!(letters_for(home).await, 0, "it is known again");
    let other = ("x-forwarded-for", "198.51.100.10");
    assert_eq!(letters_for(other).await, 1, "it is another one");
    for _ in 0..2 {
        let nobody = ("x-forwarded-for", "unknown");
        assert_eq!(letters_for(nobody).await, 1, "its address is the proxy's");
    }
}

#[tokio::test]
async fn a_session_that_ran_out_on_a_device_is_not_said_to_be_replaced() {
    let app = TestApp::new().await;
    app.ada_by_api().await;
    let body = json!({"identifier": "ada", "password": PASSWORD, "deviceId": "phone"});
    app.stranger().post("/api/auth/local", &body).await;
    app.advance(Duration::days(15));
    app.stranger().post("/api/auth/local", &body).await;
    let mut browser = app.browser();
    browser.log_in("ada", PASSWORD).await;
    let activity = browser.get("/profile/activity").await;
    assert!(
        !activity.body.contains("eplaced"),
        "{}",
        activity.text("main")
    );
}
