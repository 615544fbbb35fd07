//! Tokens that are no good: whatever is wrong with one, there is one answer, and the browser forgets it.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use time::Duration;

use crate::helpers::{PASSWORD, TestApp};

const ACCESS: &str = product::ACCESS_COOKIE;
const REFRESH: &str = product::REFRESH_COOKIE;
/// A server function that asks for a session.
const ACCOUNT: &str = "/fn/account";

type Jar = BTreeMap<String, String>;

fn jar(name: &str, value: impl Into<String>) -> Jar {
    Jar::from([(name.to_owned(), value.into())])
}

/// Comes with these cookies. Returns what is said, after the cookies were taken away.
async fn refused(app: &TestApp, cookies: Jar, what: &str) -> String {
    let mut program = app.program();
    program.jar = cookies;
    let answer = program.post(ACCOUNT, &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
    assert!(!program.has_session(), "{what}: {:?}", program.jar);
    answer.body
}

#[tokio::test]
async fn every_bad_token_gets_the_same_answer_and_goes() {
    let (app, other) = (TestApp::new().await, TestApp::new().await);
    let (ada, foreign) = (app.ada().await, other.ada().await);
    let (access, refresh) = (&ada.jar[ACCESS], &ada.jar[REFRESH]);
    let spent = spent_token(&app).await;
    let mut gone = app.program();
    gone.log_in("ada", PASSWORD).await;
    let ended = gone.jar.clone();
    gone.post("/logout", &[]).await;
    let bad = [
        ("garbage", jar(ACCESS, "garbage")),
        ("nothing", jar(REFRESH, "")),
        ("cut access token", jar(ACCESS, &access[..access.len() - 1])),
        ("cut refresh token", jar(REFRESH, &refresh[1..])),
        ("another site's key", jar(ACCESS, &foreign.jar[ACCESS])),
        ("far too long", jar(REFRESH, "A".repeat(5000))),
        ("one in the other's place", jar(REFRESH, access)),
        ("spent", jar(REFRESH, spent)),
        ("ended access token", jar(ACCESS, &ended[ACCESS])),
        ("ended refresh token", jar(REFRESH, &ended[REFRESH])),
    ];
    let first = refused(&app, jar(ACCESS, "."), "a dot").await;
    for (what, cookies) in bad {
        assert_eq!(refused(&app, cookies, what).await, first, "{what}");
    }
    app.advance(Duration::days(2));
    let over = refused(&app, ada.jar.clone(), "over").await;
    assert_eq!(over, first);
}

/// A refresh token whose successor's successor is in use.
async fn spent_token(app: &TestApp) -> String {
    let mut program = app.program();
    program.log_in("ada", PASSWORD).await;
    let spent = program.jar[REFRESH].clone();
    for _ in 0..2 {
        program.jar.remove(ACCESS);
        let answer = program.post(ACCOUNT, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    }
    spent
}

#[tokio::test]
async fn a_forged_token_is_refused_while_nobody_can_reach_the_database() {
    let app = TestApp::impatient().await;
    let ada = app.ada().await;
    let mut ours = app.program();
    ours.jar = jar(REFRESH, &ada.jar[REFRESH]);
    let lock = app.scratch.lock().await;
    let (access, refresh) = (&ada.jar[ACCESS], &ada.jar[REFRESH]);
    for forged in [format!("{access}AAAA"), format!("B{}", &refresh[1..])] {
        refused(&app, jar(REFRESH, &forged), "as a refresh token").await;
        refused(&app, jar(ACCESS, &forged), "as an access token").await;
    }
    let busy = ours.post(ACCOUNT, &[]).await;
    assert_eq!(busy.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(busy.header("retry-after"), "2");
    assert_eq!(ours.jar[REFRESH], ada.jar[REFRESH], "a good one is kept");
    drop(lock);
    assert_eq!(ours.post(ACCOUNT, &[]).await.status, StatusCode::OK);
}
