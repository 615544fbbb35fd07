//! Taking one's data, and leaving for good.

use axum::http::StatusCode;
use time::Duration;

use crate::helpers::{PASSWORD, TestApp};

#[tokio::test]
async fn what_is_sensitive_asks_for_the_password_when_it_was_given_long_ago() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    assert!(ada.get("/profile/data").await.status.is_success());
    app.advance(Duration::minutes(16));
    for path in ["/profile/data", "/profile/data/download", "/profile/%64ata"] {
        let answer = ada.get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(
            answer
                .location()
                .starts_with("/profile/confirm?next=/profile/")
        );
    }
    assert!(ada.get("/profile").await.status.is_success());
    let fields = |password| [("password", password), ("next", "/profile/data")];
    let page = ada
        .post("/profile/confirm", &fields("a wrong password"))
        .await;
    assert!(page.text("#password-error").contains("not the password"));
    assert_eq!(
        page.attribute("input[name=next]", "value").as_deref(),
        Some("/profile/data")
    );
    let answer = ada.post("/profile/confirm", &fields(PASSWORD)).await;
    assert_eq!(answer.location(), "/profile/data");
    assert!(ada.get("/profile/data").await.status.is_success());
    // A refresh proves nothing: the proof ages on.
    app.advance(Duration::minutes(14));
    ada.jar.remove(product::ACCESS_COOKIE);
    assert!(ada.get("/profile/data").await.status.is_success());
    app.advance(Duration::minutes(2));
    assert_eq!(ada.get("/profile/data").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_proof_leads_to_no_other_site() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let fields = [("password", PASSWORD), ("next", "//evil.example")];
    assert_eq!(
        ada.post("/profile/confirm", &fields).await.location(),
        "/dashboard"
    );
}

#[tokio::test]
async fn the_download_is_one_file_with_everything_and_no_secret() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    for _ in 0..3 {
        app.browser().log_in("ada", "a wrong password").await;
    }
    let answer = ada.get("/profile/data/download").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(
        answer.header("content-disposition"),
        format!("attachment; filename=\"{}-ada.json\"", product::ID)
    );
    assert_eq!(answer.header("cache-control"), "private, no-store");
    let data: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(data["account"]["email"], "ada@example.org");
    assert_eq!(data["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(data["browsers"].as_array().unwrap().len(), 1);
    assert_eq!(data["letters"][0]["about"], "confirm_address");
    let events = data["activity"].as_array().unwrap();
    let failed = |event: &&serde_json::Value| event["event"] == "sign_in_failed";
    assert_eq!(events.iter().filter(failed).count(), 3);
    assert_eq!(events[0]["event"], "data_exported");
    assert!(!answer.body.contains("argon2"));
    for secret in ada.jar.values() {
        assert!(!answer.body.contains(secret.as_str()));
    }
}

#[tokio::test]
async fn a_long_trail_is_in_the_file_to_its_end() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let mut connection = app.scratch.connect().await;
    let mut insert =
        String::from("insert into audit (id, at, event, user_id, previous_hash, hash) values ");
    let rows: Vec<String> = (1000..2201)
        .map(|id| format!("({id}, {id}, 'signed_in', 1, '', '')"))
        .collect();
    insert.push_str(&rows.join(","));
    insert.push_str("; update counters set value = 2201 where name = 'audit'");
    sqlx::Executor::execute(&mut connection, sqlx::AssertSqlSafe(insert))
        .await
        .unwrap();
    let answer = ada.get("/profile/data/download").await;
    let data: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    // Two of the registration, and one of the download.
    assert_eq!(data["activity"].as_array().unwrap().len(), 1201 + 3);
}

#[tokio::test]
async fn an_account_goes_a_week_after_its_owner_said_so() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let page = ada.post("/profile/data", &[("password", "wrong")]).await;
    assert!(page.text("#password-error").contains("not the password"));
    let answer = ada.post("/profile/data", &[("password", PASSWORD)]).await;
    assert_eq!(answer.location(), "/login?leaving");
    assert!(!ada.has_session());
    assert!(
        ada.get("/login?leaving")
            .await
            .text("[role=status]")
            .contains("7 days")
    );
    let letters = app.letters().await;
    assert_eq!(
        letters.last().unwrap().subject,
        "Your account will be deleted"
    );
    app.advance(Duration::days(7) + Duration::minutes(1));
    app.clean_up().await;
    assert_eq!(
        app.program().log_in("ada", PASSWORD).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        app.letters().await.last().unwrap().subject,
        "Your account was deleted"
    );
    assert_eq!(
        app.ada().await.get("/dashboard").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn signing_in_before_then_keeps_it() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    ada.post("/profile/data", &[("password", PASSWORD)]).await;
    app.advance(Duration::days(6));
    assert_eq!(ada.log_in("ada", PASSWORD).await.location(), "/dashboard");
    app.advance(Duration::days(2));
    app.clean_up().await;
    assert_eq!(
        app.letters().await.last().unwrap().subject,
        "Your account stays"
    );
    assert_eq!(
        app.browser().log_in("ada", PASSWORD).await.location(),
        "/dashboard"
    );
}
