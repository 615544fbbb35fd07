//! Strangers who try passwords, and owners who must not have to wait for them.

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
async fn a_browser_that_the_account_knows_keeps_its_way_in() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let own = at("203.0.113.66");
    auth.tries("ada", PASSWORD, &own, NOW).await.unwrap();
    auth.fails("ada", 5, &stranger(), NOW).await;
    assert!(auth.tries("ada", PASSWORD, &own, NOW).await.is_ok());
    let refused = auth.tries("ada", PASSWORD, &stranger(), NOW).await;
    assert!(wait(refused).is_positive(), "the stranger's count stays");
}

#[tokio::test]
async fn a_flood_from_the_owners_own_address_does_not_keep_a_known_browser_out() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let own = at("203.0.113.66");
    auth.tries("ada", PASSWORD, &own, NOW).await.unwrap();
    let mut refused = 0;
    for number in 0..60 {
        let name = format!("nobody{number}");
        let answer = auth.tries(&name, WRONG, &stranger(), NOW).await;
        refused += usize::from(matches!(answer, Err(Error::TooManyAttempts { .. })));
    }
    assert!(refused > 25, "{refused}");
    assert!(auth.tries("ada", PASSWORD, &own, NOW).await.is_ok());
}

#[tokio::test]
async fn a_known_browser_has_a_count_of_its_own() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let stolen = at("203.0.113.66");
    auth.tries("ada", PASSWORD, &stolen, NOW).await.unwrap();
    auth.fails("ada", 5, &stolen, NOW).await;
    assert!(wait(auth.tries("ada@example.org", PASSWORD, &stolen, NOW).await).is_positive());
    assert!(
        auth.tries("ada", PASSWORD, &at("198.51.100.1"), NOW)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_known_browser_does_not_keep_the_hash_workers_busy_either() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let own = at("203.0.113.66");
    let phone = at("203.0.113.66");
    auth.tries("ada", PASSWORD, &phone, NOW).await.unwrap();
    for _ in 0..31 {
        auth.tries("ada", PASSWORD, &own, NOW).await.unwrap();
    }
    assert!(wait(auth.tries("ada", PASSWORD, &own, NOW).await) <= Duration::seconds(2));
    assert!(
        auth.tries("ada", PASSWORD, &phone, NOW).await.is_ok(),
        "of one's own"
    );
    let later = NOW + Duration::seconds(2);
    assert!(auth.tries("ada", PASSWORD, &own, later).await.is_ok());
}

#[tokio::test]
async fn a_browser_known_to_one_account_is_a_stranger_to_others() {
    let auth = Fixture::new().await;
    auth.ada().await;
    auth.register("eve@example.org", "eve").await.unwrap();
    let eve = stranger();
    auth.tries("eve", PASSWORD, &eve, NOW).await.unwrap();
    auth.fails("ada", 5, &eve, NOW).await;
    assert!(wait(auth.tries("ada", WRONG, &stranger(), NOW).await).is_positive());
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
async fn an_address_that_tries_many_names_has_to_wait() {
    let auth = Fixture::new().await;
    auth.register("eve@example.org", "eve").await.unwrap();
    let mut now = NOW;
    for number in 0..50 {
        // At a pace that the address may keep.
        now += Duration::seconds(2);
        auth.fails(&format!("name{number}"), 1, &stranger(), now)
            .await;
    }
    let refused = auth.tries("eve", PASSWORD, &stranger(), now).await;
    assert_eq!(wait(refused), Duration::seconds(30));
    let elsewhere = at("203.0.113.67");
    assert!(auth.tries("eve", PASSWORD, &elsewhere, now).await.is_ok());
    // An account of one's own does not wipe it out.
    now += Duration::seconds(30);
    assert!(auth.tries("eve", PASSWORD, &stranger(), now).await.is_ok());
    auth.fails("name51", 1, &stranger(), now).await;
    assert!(wait(auth.tries("name52", WRONG, &stranger(), now).await) > Duration::seconds(30));
}

#[tokio::test]
async fn an_address_where_many_mistype_their_names_has_no_pause() {
    let auth = Fixture::new().await;
    let mut now = NOW;
    for number in 0..200 {
        now += Duration::minutes(3);
        auth.fails(&format!("student{number}"), 1, &stranger(), now)
            .await;
    }
}

#[tokio::test]
async fn a_program_is_nobodys_known_browser() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let program = || {
        auth.known_again(Client::new(
            Some("203.0.113.66".to_owned()),
            Some("okhttp/4.12.0"),
        ))
    };
    auth.tries("ada", PASSWORD, &program(), NOW).await.unwrap();
    auth.fails("ada", 5, &stranger(), NOW).await;
    assert!(wait(auth.tries("ada", PASSWORD, &program(), NOW).await).is_positive());
    auth.fails("nobody", 5, &stranger(), NOW).await;
    assert!(wait(auth.tries("nobody", PASSWORD, &program(), NOW).await).is_positive());
}

#[tokio::test]
async fn a_new_password_opens_the_account_everywhere_at_once() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let another = "quite another password";
    auth.fails("ada", 5, &stranger(), NOW).await;
    auth.fails("ada@example.org", 5, &at("203.0.113.67"), NOW)
        .await;
    auth.ask_for_reset("ada@example.org", &stranger(), NOW)
        .await
        .unwrap();
    let token = auth.link_to("ada@example.org", NOW).await;
    let laptop = at("198.51.100.1");
    auth.reset_password(
        &token,
        secret(another),
        &laptop,
        None,
        Persistence::Browser,
        NOW,
    )
    .await
    .unwrap();
    let phone = at("198.51.100.2");
    assert!(auth.tries("ada", another, &phone, NOW).await.is_ok());
    assert!(
        auth.tries("ada@example.org", another, &at("198.51.100.3"), NOW)
            .await
            .is_ok()
    );
    auth.fails("ada", 5, &stranger(), NOW).await;
    auth.set_password("ada", secret("one more long password"), NOW)
        .await
        .unwrap();
    assert!(
        auth.tries("ada", "one more long password", &phone, NOW)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_link_that_leads_somewhere_is_open_whatever_comes_from_its_address() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let token = auth.link_to("ada@example.org", NOW).await;
    let confirm = async |token: &str| {
        auth.confirm_email(token, secret(PASSWORD), &stranger(), None, NOW)
            .await
    };
    for _ in 0..30 {
        assert!(matches!(confirm("made up").await, Err(Error::LinkGone)));
    }
    assert!(wait(confirm("made up").await).is_positive());
    assert!(confirm(&token).await.is_ok());
}

#[tokio::test]
async fn one_name_mistyped_over_and_over_is_one_name() {
    let auth = Fixture::new().await;
    let mut now = NOW;
    for _ in 0..60 {
        now += Duration::hours(1);
        let _ = auth.tries("nobody", WRONG, &stranger(), now).await;
    }
    auth.fails("somebody", 1, &stranger(), now).await;
}

#[tokio::test]
async fn whoever_took_over_a_session_does_not_guess_its_password() {
    let auth = Fixture::new().await;
    let taken = auth.ada().await;
    let own = auth.sign_in("ada", PASSWORD).await.unwrap();
    let prove = async |session: &SignedIn, password: &str, now| {
        auth.reauthenticate(&session.session, secret(password), &stranger(), now)
            .await
    };
    for _ in 0..5 {
        assert!(matches!(
            prove(&taken, WRONG, NOW).await,
            Err(Error::BadCredentials)
        ));
    }
    assert!(wait(prove(&taken, PASSWORD, NOW).await).is_positive());
    assert!(
        prove(&own, PASSWORD, NOW).await.is_ok(),
        "elsewhere its owner goes on"
    );
    let later = NOW + Duration::seconds(30);
    assert!(prove(&taken, PASSWORD, later).await.is_ok());
    assert!(matches!(
        prove(&taken, WRONG, later).await,
        Err(Error::BadCredentials)
    ));
}

#[tokio::test]
async fn a_link_to_confirm_is_no_way_around_the_count() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let token = auth.link_to("ada@example.org", NOW).await;
    let confirm = async |password: &str| {
        auth.confirm_email(&token, secret(password), &stranger(), None, NOW)
            .await
    };
    for _ in 0..5 {
        assert!(matches!(confirm(WRONG).await, Err(Error::BadCredentials)));
    }
    assert!(wait(confirm(PASSWORD).await).is_positive());
}

#[tokio::test]
async fn letters_registrations_and_refreshes_have_a_pace_per_address() {
    let auth = Fixture::new().await;
    let asked = async |number: usize, client: &Client| {
        auth.ask_for_reset(&format!("victim{number}@example.org"), client, NOW)
            .await
    };
    for number in 0..20 {
        asked(number, &stranger()).await.unwrap();
    }
    assert!(wait(asked(20, &stranger()).await).is_positive());
    asked(20, &at("203.0.113.67")).await.unwrap();

    let register = async |number: usize| {
        let form = SignUp {
            email: format!("bot{number}@example.org"),
            username: format!("bot{number}"),
            password: secret(PASSWORD),
            persistence: Persistence::Browser,
        };
        auth.sign_up(form, &stranger(), None, NOW).await
    };
    let first = register(0).await.unwrap().signed_in().unwrap();
    for number in 1..30 {
        register(number).await.map(|_| ()).unwrap();
    }
    assert!(wait(register(30).await).is_positive());

    let refresh = async |token: &str| auth.refresh(token, &stranger(), NOW).await;
    for _ in 0..400 {
        assert_eq!(refusal(refresh("made up").await), Refusal::Forged);
    }
    let token = first.tokens.refresh.expose_secret();
    let served = async { refresh(token).await.is_ok() };
    assert!(served.await, "what was made up used nothing up");
    for _ in 1..300 {
        refresh(token).await.unwrap();
    }
    assert!(wait(refresh(token).await).is_positive());
    let other = auth
        .tries("bot1", PASSWORD, &at("203.0.113.67"), NOW)
        .await
        .unwrap();
    assert!(refresh(other.tokens.refresh.expose_secret()).await.is_ok());
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
