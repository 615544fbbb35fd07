//! Many at once: they wait for each other, and nobody who has the time is turned away for it.
//!
//! Rotations that wait share one commit. These tests wait 20 s for their turn, because a machine that
//! builds beside them is slow; the program, unless it is told otherwise, waits 3 s, and answers 503 to
//! those whose turn does not come.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::helpers::{PASSWORD, TestApp};

const ACCESS: &str = product::ACCESS_COOKIE;
const REFRESH: &str = product::REFRESH_COOKIE;

type Jar = BTreeMap<String, String>;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_who_present_one_token_get_one_answer() {
    let app = Arc::new(TestApp::new().await);
    let mut jar = app.ada().await.jar;
    jar.remove(ACCESS);
    let before = jar[REFRESH].clone();
    let renewed = refresh_all(&app, vec![jar; 200]).await;
    let answers: BTreeSet<&String> = renewed.iter().map(|jar| &jar[REFRESH]).collect();
    assert_eq!((renewed.len(), answers.len()), (200, 1));
    assert!(!answers.contains(&before), "it was exchanged");
    let again = refresh_all(&app, vec![without_access(&renewed[0])]).await;
    assert_ne!(
        again[0][REFRESH], renewed[0][REFRESH],
        "it is the current one"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_sessions_are_renewed_at_once() {
    let app = Arc::new(TestApp::without_limits().await);
    app.ada().await;
    let sessions = sign_in_often(&app, 2000).await;
    let before: BTreeSet<String> = sessions.iter().map(|jar| jar[REFRESH].clone()).collect();
    let sessions = sessions.iter().map(without_access).collect();
    let renewed = refresh_all(&app, sessions).await;
    let after: BTreeSet<String> = renewed.iter().map(|jar| jar[REFRESH].clone()).collect();
    assert_eq!((before.len(), after.len()), (2000, 2000));
    assert!(before.is_disjoint(&after));
}

/// Signs in from many devices, as many at a time as the queue for hashing has room for.
async fn sign_in_often(app: &Arc<TestApp>, times: usize) -> Vec<Jar> {
    let places = Arc::new(Semaphore::new(32));
    let mut crowd = JoinSet::new();
    for _ in 0..times {
        let (app, places) = (Arc::clone(app), Arc::clone(&places));
        crowd.spawn(async move {
            let _place = places.acquire().await.unwrap();
            let mut program = app.program();
            let answer = program.log_in("ada", PASSWORD).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            program.jar
        });
    }
    crowd.join_all().await
}

/// Presents all refresh tokens at once, each without an access token, and returns what they became.
async fn refresh_all(app: &Arc<TestApp>, jars: Vec<Jar>) -> Vec<Jar> {
    let mut crowd = JoinSet::new();
    for jar in jars {
        let app = Arc::clone(app);
        crowd.spawn(async move {
            let mut program = app.program();
            program.jar = jar;
            let answer = program.get("/login").await;
            // Only whoever is signed in is sent on from here.
            let told = (answer.status, answer.location());
            assert_eq!(
                told,
                (StatusCode::SEE_OTHER, "/dashboard"),
                "{}",
                answer.body
            );
            program.jar
        });
    }
    crowd.join_all().await
}

fn without_access(jar: &Jar) -> Jar {
    let mut jar = jar.clone();
    jar.remove(ACCESS);
    jar
}
