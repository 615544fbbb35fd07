//! Strangers who try passwords, and owners who must not have to wait for them.

mod addresses;
mod known;

use super::*;
use crate::Browser;

const WRONG: &str = "not her password";

/// Somebody at an address, in a browser that keeps cookies.
fn at(address: &str) -> Client {
    Client {
        browser: Some(Browser::random()),
        ..Client::new(Some(address.to_owned()), None)
    }
}

fn stranger() -> Client {
    at("203.0.113.66")
}

impl Fixture {
    async fn tries(
        &self,
        name: &str,
        password: &str,
        client: &Client,
        now: OffsetDateTime,
    ) -> crate::Result<SignedIn> {
        let form = LogIn {
            identifier: name.to_owned(),
            password: secret(password),
            persistence: Persistence::Browser,
            device: None,
        };
        self.log_in(form, client, None, now).await
    }

    async fn fails(&self, name: &str, times: usize, client: &Client, now: OffsetDateTime) {
        for _ in 0..times {
            let refused = self.tries(name, WRONG, client, now).await;
            assert!(matches!(refused, Err(Error::BadCredentials)));
        }
    }
}

/// How long somebody is asked to wait.
fn wait<T>(result: crate::Result<T>) -> Duration {
    match result {
        Err(Error::TooManyAttempts { retry_after }) => retry_after,
        Err(other) => panic!("not asked to wait: {other:?}"),
        Ok(_) => panic!("not asked to wait"),
    }
}

#[tokio::test]
async fn after_five_wrong_passwords_even_the_right_one_has_to_wait() {
    let auth = Fixture::new().await;
    auth.ada().await;
    auth.fails("ada", 5, &stranger(), NOW).await;
    let refused = auth.tries("ada", PASSWORD, &stranger(), NOW).await;
    assert_eq!(wait(refused), Duration::seconds(30));
    let later = NOW + Duration::seconds(30);
    auth.fails("ada", 1, &stranger(), later).await;
    let refused = auth.tries("ADA", PASSWORD, &stranger(), later).await;
    assert_eq!(wait(refused), Duration::seconds(60));
    let later = later + Duration::seconds(60);
    assert!(
        auth.tries("ada", PASSWORD, &stranger(), later)
            .await
            .is_ok()
    );
    auth.fails("ada", 5, &stranger(), later).await;
}

#[tokio::test]
async fn a_name_that_nobody_has_pauses_like_any_other() {
    let auth = Fixture::new().await;
    for name in ["nobody", "nobody@example.org", "not a name"] {
        auth.fails(name, 5, &stranger(), NOW).await;
        let refused = auth.tries(name, WRONG, &stranger(), NOW).await;
        assert_eq!(wait(refused), Duration::seconds(30), "{name}");
    }
}

#[tokio::test]
async fn many_tries_at_once_are_not_more_than_five() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let tries = (0..40).map(|number| {
        let auth = auth.auth.clone();
        let client = at(&format!("203.0.113.{number}"));
        let form = LogIn {
            identifier: "ada".to_owned(),
            password: secret(WRONG),
            persistence: Persistence::Browser,
            device: None,
        };
        tokio::spawn(async move { auth.log_in(form, &client, None, NOW).await })
    });
    let mut wrong = 0;
    for tried in tries.collect::<Vec<_>>() {
        match tried.await.unwrap() {
            Err(Error::BadCredentials) => wrong += 1,
            Err(Error::TooManyAttempts { .. }) => {}
            other => panic!("{:?}", other.err()),
        }
    }
    assert_eq!(wrong, 5);
}

#[tokio::test]
async fn many_good_sign_ins_at_once_are_all_good() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let tries = (0..20).map(|_| {
        let auth = auth.auth.clone();
        tokio::spawn(async move {
            let form = LogIn {
                identifier: "ada".to_owned(),
                password: secret(PASSWORD),
                persistence: Persistence::Browser,
                device: None,
            };
            auth.log_in(form, &stranger(), None, NOW).await.is_ok()
        })
    });
    for tried in tries.collect::<Vec<_>>() {
        assert!(tried.await.unwrap());
    }
}

#[tokio::test]
async fn another_node_and_a_restart_know_what_failed() {
    let mut auth = Fixture::new().await;
    auth.ada().await;
    auth.fails("ada", 3, &stranger(), NOW).await;
    let other = auth.second_node().await;
    let form = || LogIn {
        identifier: "ada".to_owned(),
        password: secret(WRONG),
        persistence: Persistence::Browser,
        device: None,
    };
    for _ in 0..2 {
        assert!(other.log_in(form(), &stranger(), None, NOW).await.is_err());
    }
    assert!(wait(auth.tries("ada", PASSWORD, &stranger(), NOW).await).is_positive());
    other.close().await;
    auth.restart(NOW, |_| {}).await.unwrap();
    assert!(wait(auth.tries("ada", PASSWORD, &stranger(), NOW).await).is_positive());
}

#[tokio::test]
async fn what_was_typed_as_a_name_is_not_in_the_database_and_is_forgotten() {
    let auth = Fixture::new().await;
    auth.fails("my-secret-in-the-wrong-field", 1, &stranger(), NOW)
        .await;
    let keys = async || {
        let mut connection = auth.scratch.connect().await;
        let rows = sqlx::query("select key from attempts")
            .fetch_all(&mut connection)
            .await;
        let read = |row: &sqlx::any::AnyRow| sqlx::Row::get::<String, _>(row, "key");
        rows.unwrap().iter().map(read).collect::<Vec<_>>()
    };
    let kept = keys().await;
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|key| key.len() == 22), "{kept:?}");
    auth.clean_up(NOW + Duration::hours(47)).await.unwrap();
    assert_eq!(keys().await.len(), 3);
    auth.clean_up(NOW + Duration::hours(49)).await.unwrap();
    assert!(keys().await.is_empty());
}

#[tokio::test]
async fn a_password_that_was_never_compared_is_not_counted() {
    let auth = Fixture::new().await;
    auth.ada().await;
    auth.fails("ada", 4, &stranger(), NOW).await;
    {
        let _all = auth.hasher().occupy();
        for _ in 0..3 {
            let busy = auth.tries("ada", WRONG, &stranger(), NOW).await;
            assert!(matches!(busy, Err(Error::Busy)));
        }
    }
    assert!(auth.tries("ada", PASSWORD, &stranger(), NOW).await.is_ok());
}

#[tokio::test]
async fn for_load_tests_nothing_is_counted() {
    let auth = Fixture::with(|config| config.rate_limits = RateLimits::Off).await;
    auth.ada().await;
    auth.fails("ada", 40, &stranger(), NOW).await;
    assert!(auth.tries("ada", PASSWORD, &stranger(), NOW).await.is_ok());
}
