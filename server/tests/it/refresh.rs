use axum::http::StatusCode;
use sqlx::Executor;
use time::Duration;

use crate::helpers::TestApp;

const ACCESS: &str = product::ACCESS_COOKIE;
const REFRESH: &str = product::REFRESH_COOKIE;

#[tokio::test]
async fn a_stale_access_token_is_renewed_within_the_request() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let before = ada.jar.clone();
    app.advance(Duration::minutes(20));
    let page = ada.get("/dashboard").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.text("h1"), "Hello, ada");
    assert_ne!(ada.jar[ACCESS], before[ACCESS]);
    assert_ne!(ada.jar[REFRESH], before[REFRESH]);
    assert!(
        ada.get("/dashboard").await.cookies().is_empty(),
        "and is good for the next one"
    );
}

#[tokio::test]
async fn a_missing_access_token_is_renewed_too() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    ada.jar.remove(ACCESS);
    assert_eq!(ada.get("/profile").await.status, StatusCode::OK);
    assert!(ada.jar.contains_key(ACCESS));
}

#[tokio::test]
async fn a_form_that_comes_with_a_stale_token_is_not_lost() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    app.advance(Duration::minutes(20));
    let answer = ada
        .post(
            "/profile",
            &[("username", "ada"), ("display_name", "Ada Lovelace")],
        )
        .await;
    assert_eq!(answer.location(), "/profile?saved");
    assert_eq!(
        ada.get("/dashboard").await.text("h1"),
        "Hello, Ada Lovelace"
    );
}

#[tokio::test]
async fn tabs_that_renew_at_once_stay_signed_in() {
    let app = TestApp::new().await;
    let ada = app.ada().await;
    app.advance(Duration::minutes(20));
    let (mut one, mut two, mut three) = (ada.clone(), ada.clone(), ada);
    let (a, b, c) = tokio::join!(one.get("/dashboard"), two.get("/profile"), three.get("/"));
    assert_eq!([a.status, b.status, c.status], [StatusCode::OK; 3]);
    assert_eq!(one.jar[REFRESH], two.jar[REFRESH]);
    assert_eq!(two.jar[REFRESH], three.jar[REFRESH]);
}

#[tokio::test]
async fn when_both_are_over_the_cookies_go_and_the_door_remembers_the_page() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    app.advance(Duration::hours(3));
    let answer = ada.get("/profile?tab=names").await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/login?next=/profile%3Ftab%3Dnames")
    );
    assert!(answer.body.is_empty() && !ada.has_session());
}

#[tokio::test]
async fn a_busy_database_keeps_the_cookies_and_says_when_to_come_again() {
    let app = TestApp::impatient().await;
    let mut ada = app.ada().await;
    let before = ada.jar.clone();
    app.advance(Duration::minutes(20));
    let lock = app.scratch.lock().await;
    let answer = ada.get("/dashboard").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "2");
    assert_eq!(ada.jar, before);
    drop(lock);
    assert_eq!(ada.get("/dashboard").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_good_access_token_needs_no_lock() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let _lock = app.scratch.lock().await;
    assert_eq!(ada.get("/dashboard").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_sign_in_that_cannot_be_written_is_no_wrong_password() {
    let app = TestApp::impatient().await;
    app.ada().await;
    let lock = app.scratch.lock().await;
    let program = app.program().log_in("ada", crate::helpers::PASSWORD).await;
    assert_eq!(
        (program.status, program.error().code.as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
    );
    let page = app.browser().log_in("ada", crate::helpers::PASSWORD).await;
    assert_eq!(
        (page.status, page.header("retry-after")),
        (StatusCode::SERVICE_UNAVAILABLE, "2")
    );
    assert_eq!(
        page.attribute("#identifier", "value").as_deref(),
        Some("ada"),
        "nothing is lost"
    );
    drop(lock);
}

#[tokio::test]
async fn a_token_in_the_others_place_is_nobody() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let swapped = [
        (ACCESS, ada.jar[REFRESH].clone()),
        (REFRESH, ada.jar[ACCESS].clone()),
    ];
    ada.jar = swapped.map(|(name, value)| (name.to_owned(), value)).into();
    assert_eq!(ada.get("/dashboard").await.status, StatusCode::SEE_OTHER);
    assert!(!ada.has_session());
}

#[tokio::test]
async fn a_page_that_could_not_be_filled_is_no_success() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let mut connection = app.scratch.connect().await;
    connection
        .execute("alter table users rename to elsewhere")
        .await
        .unwrap();
    for path in ["/dashboard", "/profile"] {
        let page = ada.get(path).await;
        assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert!(
            page.text("[role=alert]").contains("Something went wrong")
                && !page.body.contains("no such table")
                && !page.body.contains("does not exist")
        );
    }
    connection
        .execute("alter table elsewhere rename to users")
        .await
        .unwrap();
    assert_eq!(ada.get("/dashboard").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_account_that_was_disabled_is_signed_out_and_not_sent_in_circles() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let mut connection = app.scratch.connect().await;
    connection
        .execute("update users set disabled_at = 1")
        .await
        .unwrap();
    let page = ada.get("/dashboard").await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(page.text("main [role=alert]").contains("signed out") && !ada.has_session());
    assert_eq!(ada.get("/login").await.status, StatusCode::OK);
    assert_eq!(
        app.program()
            .log_in("ada", crate::helpers::PASSWORD)
            .await
            .error()
            .code,
        "bad_credentials"
    );
}
