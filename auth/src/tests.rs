//! Whole flows against a real database, with a chosen clock.

use std::collections::HashSet;
use std::time::Duration as StdDuration;

use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::{
    Auth, Client, Config, Cost, Database, Error, Event, Lifespans, Limits, LogIn, MasterSecret,
    Persistence, Refusal, Registration, Session, SignUp, SignedIn,
};

const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);
const PASSWORD: &str = "a long enough password";

struct Fixture {
    auth: Auth,
    _dir: TempDir,
}

impl std::ops::Deref for Fixture {
    type Target = Auth;

    fn deref(&self) -> &Auth {
        &self.auth
    }
}

fn config(dir: &TempDir) -> Config {
    let limits = |idle, absolute| Limits {
        idle: Duration::seconds(idle),
        absolute: Duration::seconds(absolute),
    };
    Config {
        database: Database::file(
            &dir.path().join("latchkey.db"),
            StdDuration::from_millis(200),
        ),
        secret: MasterSecret::new(vec![1; 32]).unwrap(),
        previous_secrets: Vec::new(),
        issuer: "http://localhost:3000".to_owned(),
        lifespans: Lifespans {
            access: Duration::seconds(600),
            remembered: limits(1_209_600, 2_592_000),
            browser: limits(7200, 86_400),
        },
        registration: Registration::Open,
        password_min_length: 12,
        password_cost: Cost {
            memory: 64,
            iterations: 1,
            parallelism: 1,
        },
    }
}

impl Fixture {
    async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let auth = Auth::open(config(&dir), NOW).await.unwrap();
        Self { auth, _dir: dir }
    }

    async fn ada(&self) -> SignedIn {
        self.register("ada@example.org", "ada").await.unwrap()
    }

    async fn register(&self, email: &str, username: &str) -> crate::Result<SignedIn> {
        let form = SignUp {
            email: email.to_owned(),
            username: username.to_owned(),
            password: secret(PASSWORD),
        };
        self.sign_up(form, &Client::default(), None, NOW).await
    }

    async fn sign_in(&self, identifier: &str, password: &str) -> crate::Result<SignedIn> {
        self.sign_in_over(identifier, password, None).await
    }

    async fn sign_in_over(
        &self,
        identifier: &str,
        password: &str,
        former: Option<&Session>,
    ) -> crate::Result<SignedIn> {
        let form = LogIn {
            identifier: identifier.to_owned(),
            password: secret(password),
            persistence: Persistence::Remembered,
        };
        self.log_in(form, &Client::default(), former, NOW).await
    }

    async fn exchange(&self, tokens: &SignedIn, now: OffsetDateTime) -> crate::Result<SignedIn> {
        self.refresh(
            tokens.tokens.refresh.expose_secret(),
            &Client::default(),
            now,
        )
        .await
    }

    fn check(&self, tokens: &SignedIn, now: OffsetDateTime) -> crate::Result<Session> {
        self.verify(tokens.tokens.access.expose_secret(), now)
    }

    async fn events(&self, signed_in: &SignedIn) -> Vec<Event> {
        let account = self.account(&signed_in.session).await.unwrap();
        self.activity(&account, 100)
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.event)
            .collect()
    }

    /// Waits for the receipt of `signed_in`'s generation to be in the database.
    async fn receipt_written(&self, signed_in: &SignedIn) {
        let id = &signed_in.session.id;
        while self
            .store()
            .session(id)
            .await
            .unwrap()
            .unwrap()
            .used_generation
            < signed_in.session.generation
        {
            tokio::task::yield_now().await;
        }
    }
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

fn refusal(result: crate::Result<SignedIn>) -> Refusal {
    match result {
        Err(Error::Refused(why)) => why,
        Err(other) => panic!("not a refusal: {other:?}"),
        Ok(_) => panic!("not refused"),
    }
}

#[tokio::test]
async fn a_new_account_is_signed_in_and_found_by_both_names() {
    let auth = Fixture::new().await;
    let signed_in = auth.ada().await;
    let session = auth.check(&signed_in, NOW).unwrap();
    assert_eq!(session.methods, ["pwd"]);
    assert_eq!(
        auth.account(&session).await.unwrap().email.as_str(),
        "ada@example.org"
    );
    for name in ["ada", "ADA", "ada@example.org", " Ada@Example.org "] {
        let again = auth.sign_in(name, PASSWORD).await.unwrap();
        assert_ne!(
            again.session.id, session.id,
            "every sign-in has a session of its own"
        );
    }
}

#[tokio::test]
async fn the_database_decides_which_names_are_free() {
    let auth = Fixture::new().await;
    auth.ada().await;
    assert!(matches!(
        auth.register("ADA@example.org", "other").await,
        Err(Error::EmailTaken)
    ));
    assert!(matches!(
        auth.register("other@example.org", "Ada").await,
        Err(Error::UsernameTaken)
    ));
}

#[tokio::test]
async fn of_two_registrations_at_once_one_wins() {
    let auth = Fixture::new().await;
    let (one, two) = tokio::join!(
        auth.register("ada@example.org", "ada1"),
        auth.register("ada@example.org", "ada2")
    );
    assert!(one.is_ok() ^ two.is_ok());
    assert!(matches!(one.err().or(two.err()), Some(Error::EmailTaken)));
}

#[tokio::test]
async fn unknown_names_and_wrong_passwords_get_one_answer() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    for (name, password) in [
        ("ada", "a wrong password"),
        ("nobody", PASSWORD),
        ("@", PASSWORD),
        ("", ""),
        ("ada", &"x".repeat(5000)),
    ] {
        assert!(
            matches!(
                auth.sign_in(name, password).await,
                Err(Error::BadCredentials)
            ),
            "{name}"
        );
    }
    let failures = auth
        .events(&ada)
        .await
        .into_iter()
        .filter(|event| *event == Event::SignInFailed)
        .count();
    assert_eq!(
        failures, 2,
        "the owner sees the attempts on the account, and no others"
    );
}

#[tokio::test]
async fn registration_can_be_closed() {
    let dir = TempDir::new().unwrap();
    let closed = Config {
        registration: Registration::Closed,
        ..config(&dir)
    };
    let auth = Fixture {
        auth: Auth::open(closed, NOW).await.unwrap(),
        _dir: dir,
    };
    assert!(matches!(
        auth.register("ada@example.org", "ada").await,
        Err(Error::RegistrationClosed)
    ));
}

#[tokio::test]
async fn a_hash_with_old_parameters_is_replaced_at_the_next_sign_in() {
    let dir = TempDir::new().unwrap();
    let before = Fixture {
        auth: Auth::open(config(&dir), NOW).await.unwrap(),
        _dir: TempDir::new().unwrap(),
    };
    before.ada().await;
    before.close().await;
    let cost = Cost {
        memory: 128,
        iterations: 1,
        parallelism: 1,
    };
    let dearer = Config {
        password_cost: cost,
        ..config(&dir)
    };
    let auth = Fixture {
        auth: Auth::open(dearer, NOW).await.unwrap(),
        _dir: dir,
    };
    auth.sign_in("ada", PASSWORD).await.unwrap();
    let stored = auth.find("ada").await.unwrap().unwrap().password_hash;
    assert!(stored.contains("m=128"), "{stored}");
    auth.sign_in("ada", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn an_access_token_ends_with_its_lifespan() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    assert!(auth.check(&ada, NOW + Duration::seconds(604)).is_ok());
    assert!(matches!(
        auth.check(&ada, NOW + Duration::seconds(605)),
        Err(Error::Unauthenticated)
    ));
    assert!(matches!(
        auth.check(&ada, NOW - Duration::seconds(6)),
        Err(Error::Unauthenticated)
    ));
}

#[tokio::test]
async fn a_refresh_moves_the_session_on_and_keeps_what_was_proven() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let later = NOW + Duration::minutes(20);
    let next = auth.exchange(&ada, later).await.unwrap();
    assert_eq!(next.session.id, ada.session.id);
    assert_eq!(next.session.generation, 2);
    assert_eq!(next.session.authenticated_at, NOW);
    assert!(auth.check(&next, later).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_that_refresh_at_once_get_the_same_successor() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let refresh = |_| {
        let (auth, token) = (auth.auth.clone(), ada.tokens.refresh.clone());
        tokio::spawn(async move {
            auth.refresh(token.expose_secret(), &Client::default(), NOW)
                .await
        })
    };
    let tabs: Vec<_> = (0..20).map(refresh).collect();
    let mut successors = HashSet::new();
    for tab in tabs {
        let renewed = tab.await.unwrap().unwrap();
        assert_eq!(renewed.session.generation, 2);
        successors.insert(renewed.tokens.refresh.expose_secret().to_owned());
    }
    assert_eq!(successors.len(), 1);
}

#[tokio::test]
async fn a_parent_whose_successor_was_used_ends_the_session() {
    let auth = Fixture::new().await;
    let stolen = auth.ada().await;
    let owner = auth.exchange(&stolen, NOW).await.unwrap();
    auth.check(&owner, NOW).unwrap();
    auth.receipt_written(&owner).await;
    let later = NOW + Duration::minutes(1);
    assert_eq!(
        refusal(auth.exchange(&stolen, later).await),
        Refusal::Reused
    );
    assert!(
        auth.check(&owner, later).is_err(),
        "the access token is refused at once"
    );
    assert_eq!(
        refusal(auth.exchange(&owner, later).await),
        Refusal::Revoked
    );
    assert_eq!(auth.events(&stolen).await[0], Event::SessionReused);
}

#[tokio::test]
async fn a_parent_whose_successor_was_lost_gets_it_again_hours_later() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let lost = auth.exchange(&ada, NOW).await.unwrap();
    let again = auth.exchange(&ada, NOW + Duration::hours(1)).await.unwrap();
    assert_eq!(
        again.tokens.refresh.expose_secret(),
        lost.tokens.refresh.expose_secret()
    );
}

#[tokio::test]
async fn sessions_end_when_idle_and_in_any_case() {
    let auth = Fixture::new().await;
    let mut ada = auth.ada().await;
    assert_eq!(
        refusal(auth.exchange(&ada, NOW + Duration::hours(2)).await),
        Refusal::Idle
    );
    let mut now = NOW;
    while now + Duration::minutes(100) < NOW + Duration::hours(24) {
        now += Duration::minutes(100);
        ada = auth.exchange(&ada, now).await.unwrap();
    }
    assert_eq!(
        ada.idle_expires_at,
        NOW + Duration::hours(24),
        "no refresh goes past the end"
    );
    assert_eq!(
        refusal(auth.exchange(&ada, NOW + Duration::hours(24)).await),
        Refusal::Expired
    );
}

#[tokio::test]
async fn signing_out_ends_both_tokens_at_once() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.log_out(&ada.session.id, &Client::default(), NOW)
        .await
        .unwrap();
    assert!(auth.check(&ada, NOW).is_err());
    assert_eq!(refusal(auth.exchange(&ada, NOW).await), Refusal::Revoked);
}

#[tokio::test]
async fn a_sign_in_over_a_live_session_ends_that_one() {
    let auth = Fixture::new().await;
    let first = auth.ada().await;
    let second = auth
        .sign_in_over("ada", PASSWORD, Some(&first.session))
        .await
        .unwrap();
    assert!(auth.check(&first, NOW).is_err());
    assert!(auth.check(&second, NOW).is_ok());
}

#[tokio::test]
async fn a_revocation_survives_a_restart() {
    let dir = TempDir::new().unwrap();
    let auth = Fixture {
        auth: Auth::open(config(&dir), NOW).await.unwrap(),
        _dir: TempDir::new().unwrap(),
    };
    let (ended, kept) = (
        auth.ada().await,
        auth.register("eve@example.org", "eve").await.unwrap(),
    );
    auth.log_out(&ended.session.id, &Client::default(), NOW)
        .await
        .unwrap();
    auth.close().await;
    let auth = Fixture {
        auth: Auth::open(config(&dir), NOW).await.unwrap(),
        _dir: dir,
    };
    assert!(auth.check(&ended, NOW).is_err());
    assert!(
        auth.check(&kept, NOW).is_ok(),
        "nobody else is signed out by a restart"
    );
}

#[tokio::test]
async fn a_shorter_lifespan_brings_no_ended_session_back() {
    let dir = TempDir::new().unwrap();
    let with_lifespan = |seconds| {
        let mut config = config(&dir);
        config.lifespans.access = Duration::seconds(seconds);
        config
    };
    let auth = Fixture {
        auth: Auth::open(with_lifespan(3600), NOW).await.unwrap(),
        _dir: TempDir::new().unwrap(),
    };
    let ended = auth.ada().await;
    auth.log_out(&ended.session.id, &Client::default(), NOW)
        .await
        .unwrap();
    auth.close().await;
    let later = NOW + Duration::minutes(50);
    let auth = Auth::open(with_lifespan(2), later).await.unwrap();
    assert!(
        auth.verify(ended.tokens.access.expose_secret(), later)
            .is_err()
    );
}

#[tokio::test]
async fn whoever_signs_out_and_goes_has_signed_out() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let other = crate::store::Store::open(&auth.config().database)
        .await
        .unwrap();
    let held = other.write().await.unwrap();
    {
        let nobody = Client::default();
        let mut leaving = std::pin::pin!(auth.log_out(&ada.session.id, &nobody, NOW));
        // The browser is gone before the database lets the row be written.
        assert!(
            std::future::poll_fn(|context| std::task::Poll::Ready(leaving.as_mut().poll(context)))
                .await
                .is_pending()
        );
    }
    drop(held);
    while auth
        .store()
        .session(&ada.session.id)
        .await
        .unwrap()
        .unwrap()
        .revoked_at
        .is_none()
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(refusal(auth.exchange(&ada, NOW).await), Refusal::Revoked);
}

#[tokio::test]
async fn an_unknown_name_costs_what_a_wrong_password_costs() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let _all = auth.hasher().occupy();
    for name in ["ada", "nobody", "nobody@example.org", "@"] {
        assert!(
            matches!(
                auth.sign_in(name, "a wrong password").await,
                Err(Error::Busy)
            ),
            "{name} needs a worker"
        );
    }
}

#[tokio::test]
async fn a_changed_secret_needs_the_former_one() {
    let dir = TempDir::new().unwrap();
    let auth = Fixture {
        auth: Auth::open(config(&dir), NOW).await.unwrap(),
        _dir: TempDir::new().unwrap(),
    };
    let ada = auth.ada().await;
    auth.close().await;
    let changed = Config {
        secret: MasterSecret::new(vec![2; 32]).unwrap(),
        ..config(&dir)
    };
    assert!(matches!(
        Auth::open(changed.clone(), NOW).await,
        Err(Error::SealedUnderAnotherSecret)
    ));
    let with_former = Config {
        previous_secrets: vec![MasterSecret::new(vec![1; 32]).unwrap()],
        ..changed
    };
    let auth = Fixture {
        auth: Auth::open(with_former, NOW).await.unwrap(),
        _dir: dir,
    };
    assert!(auth.check(&ada, NOW).is_ok());
    assert!(auth.exchange(&ada, NOW).await.is_ok());
}

#[tokio::test]
async fn tokens_of_another_kind_are_refused() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let access = ada.tokens.access.expose_secret();
    let refresh = ada.tokens.refresh.expose_secret();
    assert!(auth.verify(refresh, NOW).is_err());
    assert_eq!(
        refusal(auth.refresh(access, &Client::default(), NOW).await),
        Refusal::Forged
    );
    for garbage in [
        "",
        ".",
        "..",
        "a.b.c",
        &"x".repeat(8192),
        &format!("{access}x"),
        &access[1..],
    ] {
        assert!(auth.verify(garbage, NOW).is_err(), "{garbage}");
    }
}

#[tokio::test]
async fn each_row_of_the_trail_holds_the_hash_of_the_one_before() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let _ = auth.sign_in("ada", "a wrong password").await;
    auth.log_out(
        &ada.session.id,
        &Client::new(Some("192.0.2.7".to_owned()), Some("a browser")),
        NOW,
    )
    .await
    .unwrap();
    let trail = auth.store().trail().await.unwrap();
    assert_eq!(trail.len(), 4);
    let mut previous = String::new();
    for row in &trail {
        assert_eq!(row.previous_hash, previous);
        assert_eq!(row.hash, row.computed_hash(), "row {}", row.id);
        previous.clone_from(&row.hash);
    }
    let mut changed = trail[3].clone();
    changed.client.address = Some("192.0.2.8".to_owned());
    assert_ne!(
        changed.hash,
        changed.computed_hash(),
        "a changed column shows"
    );
}

#[tokio::test]
async fn a_disabled_account_has_no_session_and_gets_none() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.store().disable("ada", NOW).await.unwrap();
    assert!(matches!(
        auth.sign_in("ada", PASSWORD).await,
        Err(Error::BadCredentials)
    ));
    assert_eq!(refusal(auth.exchange(&ada, NOW).await), Refusal::Disabled);
    assert!(matches!(
        auth.account(&ada.session).await,
        Err(Error::Unauthenticated)
    ));
}

#[tokio::test]
async fn a_locked_database_is_unavailable_and_not_an_internal_error() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let other = crate::store::Store::open(&auth.config().database)
        .await
        .unwrap();
    let held = other.write().await.unwrap();
    assert!(matches!(
        auth.exchange(&ada, NOW).await,
        Err(Error::Unavailable(_))
    ));
    drop(held);
    assert!(auth.exchange(&ada, NOW).await.is_ok(), "nothing was lost");
}

#[tokio::test]
async fn the_profile_changes_and_keeps_names_unique() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.register("eve@example.org", "eve").await.unwrap();
    let change = async |username: &str, name: &str| {
        auth.change_profile(&ada.session, username, name, &Client::default(), NOW)
            .await
    };
    change("countess", "Ada Lovelace").await.unwrap();
    assert_eq!(
        auth.account(&ada.session)
            .await
            .unwrap()
            .display_name
            .as_str(),
        "Ada Lovelace"
    );
    assert!(matches!(
        change("EVE", "Ada").await,
        Err(Error::UsernameTaken)
    ));
    assert!(matches!(
        change("no spaces", "Ada").await,
        Err(Error::Username(_))
    ));
    assert_eq!(
        auth.account(&ada.session).await.unwrap().username.as_str(),
        "countess"
    );
}
