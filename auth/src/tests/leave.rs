//! Leaving for good, what is left then, and what one may take along.

use sqlx::Row;

use super::*;
use crate::{Browser, DELETION_WAITS, PROOF_LASTS, SignedUp};

const ADA: &str = "ada@example.org";

impl Fixture {
    async fn leave(&self, signed_in: &SignedIn) -> OffsetDateTime {
        let nobody = Client::default();
        self.plan_deletion(&signed_in.session, secret(PASSWORD), &nobody, NOW)
            .await
            .unwrap()
    }

    /// How many rows of a table are about an account.
    async fn rows(&self, table: &str, column: &str, user_id: i64) -> i64 {
        let mut connection = self.scratch.connect().await;
        let query = format!("select count(*) as n from {table} where {column} = {user_id}");
        let query = sqlx::query(sqlx::AssertSqlSafe(query));
        let row = query.fetch_one(&mut connection).await.unwrap();
        row.get("n")
    }

    async fn id_of(&self, signed_in: &SignedIn) -> i64 {
        self.account(&signed_in.session).await.unwrap().id
    }
}

async fn required() -> Fixture {
    Fixture::with(|config| config.confirmation = Confirmation::Required).await
}

async fn sign_up(auth: &Fixture, email: &str, username: &str) -> SignedUp {
    let form = SignUp {
        email: email.to_owned(),
        username: username.to_owned(),
        password: secret(PASSWORD),
        persistence: Persistence::Browser,
    };
    let nobody = Client::default();
    auth.sign_up(form, &nobody, None, NOW).await.unwrap()
}

fn subjects(letters: &[Sent]) -> Vec<&str> {
    Vec::from_iter(letters.iter().map(|letter| letter.subject.as_str()))
}

#[tokio::test]
async fn leaving_takes_the_password_ends_every_session_and_tells_the_owner() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let other = auth.sign_in("ada", PASSWORD).await.unwrap();
    auth.letters(NOW).await;
    let nobody = Client::default();
    let wrong = auth
        .plan_deletion(&ada.session, secret("a wrong password"), &nobody, NOW)
        .await;
    assert!(matches!(wrong, Err(Error::BadCredentials)));
    assert!(auth.check(&ada, NOW).is_ok());
    assert_eq!(auth.leave(&ada).await, NOW + DELETION_WAITS);
    for over in [&ada, &other] {
        assert!(auth.check(over, NOW).is_err());
        assert_eq!(refusal(auth.exchange(over, NOW).await), Refusal::Revoked);
    }
    let letters = auth.letters(NOW).await;
    assert_eq!(subjects(&letters), ["Your account will be deleted"]);
    assert!(
        letters[0].text.contains("28 November 2026"),
        "{}",
        letters[0].text
    );
}

#[tokio::test]
async fn signing_in_calls_it_off() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let gone_at = auth.leave(&ada).await;
    auth.letters(NOW).await;
    let back = auth.sign_in("ada", PASSWORD).await.unwrap();
    assert_eq!(auth.account(&back.session).await.unwrap().deletion_at, None);
    assert!(subjects(&auth.letters(NOW).await).contains(&"Your account stays"));
    auth.clean_up(gone_at).await.unwrap();
    assert!(auth.account(&back.session).await.is_ok());
    let events = auth.events(&back).await;
    assert_eq!(events[..2], [Event::DeletionCalledOff, Event::SignedIn]);
}

#[tokio::test]
async fn a_wrong_password_does_not_call_it_off() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let gone_at = auth.leave(&ada).await;
    assert!(auth.sign_in("ada", "a wrong password").await.is_err());
    auth.clean_up(gone_at).await.unwrap();
    assert!(auth.find("ada").await.unwrap().is_none());
}

#[tokio::test]
async fn the_account_goes_after_a_week_and_not_earlier() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let gone_at = auth.leave(&ada).await;
    auth.clean_up(gone_at - Duration::seconds(1)).await.unwrap();
    assert!(auth.find("ada").await.unwrap().is_some());
    auth.letters(NOW).await;
    auth.clean_up(gone_at).await.unwrap();
    assert!(auth.find("ada").await.unwrap().is_none());
    let letters = auth.letters(gone_at).await;
    assert_eq!(subjects(&letters), ["Your account was deleted"]);
    assert_eq!(letters[0].to, ADA);
}

#[tokio::test]
async fn nothing_is_left_of_it_but_its_number_in_the_trail() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let user_id = auth.id_of(&ada).await;
    let client = Client {
        browser: Some(Browser::random()),
        ..Client::default()
    };
    let form = LogIn {
        identifier: "ada".to_owned(),
        password: secret(PASSWORD),
        persistence: Persistence::Remembered,
        device: None,
    };
    auth.log_in(form, &client, None, NOW).await.unwrap();
    auth.reset_link(ADA, NOW).await;
    let gone_at = auth.leave(&ada).await;
    let tables = ["sessions", "links", "mails", "browsers"];
    for table in tables {
        assert!(auth.rows(table, "user_id", user_id).await > 0, "{table}");
    }
    let told = auth.rows("audit", "user_id", user_id).await;
    auth.clean_up(gone_at).await.unwrap();
    for table in tables {
        assert_eq!(auth.rows(table, "user_id", user_id).await, 0, "{table}");
    }
    assert_eq!(auth.rows("users", "id", user_id).await, 0);
    let told_now = auth.rows("audit", "user_id", user_id).await;
    assert_eq!(told_now, told + 1, "the deletion itself");
    assert!(auth.verify_trail().await.unwrap().is_ok());
    let next = auth.ada().await;
    assert_ne!(auth.id_of(&next).await, user_id);
}

#[tokio::test]
async fn the_last_letters_go_a_week_later() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let gone_at = auth.leave(&ada).await;
    auth.clean_up(gone_at).await.unwrap();
    auth.letters(gone_at).await;
    let later = gone_at + Duration::days(7) + Duration::seconds(1);
    auth.clean_up(later).await.unwrap();
    let mut connection = auth.scratch.connect().await;
    let row = sqlx::query("select count(*) as n from mails");
    let row = row.fetch_one(&mut connection).await.unwrap();
    assert_eq!(row.get::<i64, _>("n"), 0);
}

impl Fixture {
    async fn is_held(&self, session: &SignedIn) -> bool {
        let row = self.store().session(session.session.id).await;
        row.unwrap().is_some()
    }
}

#[tokio::test]
async fn sessions_that_are_over_go_ninety_days_later() {
    let auth = Fixture::new().await;
    let idle = auth.ada().await;
    let ended = auth.sign_in("ada", PASSWORD).await.unwrap();
    let nobody = Client::default();
    auth.log_out(ended.session.id, &nobody, NOW).await.unwrap();
    let stay = Duration::days(90);
    let late = NOW + stay + Duration::seconds(1);
    let form = LogIn {
        identifier: "ada".to_owned(),
        password: secret(PASSWORD),
        persistence: Persistence::Browser,
        device: None,
    };
    let alive = auth.log_in(form, &nobody, None, late).await.unwrap();
    auth.clean_up(NOW + stay).await.unwrap();
    assert!(auth.is_held(&ended).await);
    auth.clean_up(late).await.unwrap();
    assert!(!auth.is_held(&ended).await);
    // It ran out after two hours, and nobody ended it.
    assert!(auth.is_held(&idle).await);
    auth.clean_up(late + Duration::hours(2)).await.unwrap();
    assert!(!auth.is_held(&idle).await);
    assert!(auth.is_held(&alive).await);
    assert!(auth.verify_trail().await.unwrap().is_ok());
    assert!(
        auth.events(&alive).await.contains(&Event::SignedOut),
        "what happened is still told"
    );
    assert_eq!(
        refusal(auth.exchange(&ended, late).await),
        Refusal::Unknown,
        "and nothing comes back"
    );
}

#[tokio::test]
async fn a_session_that_is_ended_long_after_it_ran_out_stays_as_long_as_any() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let late = NOW + Duration::days(91);
    let nobody = Client::default();
    auth.log_out(ada.session.id, &nobody, late).await.unwrap();
    auth.clean_up(late).await.unwrap();
    assert!(auth.is_held(&ada).await);
}

#[tokio::test]
async fn many_sessions_go_portion_by_portion() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let user_id = auth.id_of(&ada).await;
    auth.store()
        .run(
            "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 2499)
             insert into sessions (id, user_id, generation, rotated_at, used_generation, authenticated_at, methods,
                                   created_at, last_seen_at, idle_expires_at, expires_at)
             select 'old ' || n, user_id, 1, rotated_at, 0, authenticated_at, methods,
                    created_at, last_seen_at, idle_expires_at, expires_at
             from sessions, numbers",
        )
        .await
        .unwrap();
    let late = NOW + Duration::days(91);
    for left in [1500, 500, 0, 0] {
        auth.clean_up(late).await.unwrap();
        assert_eq!(auth.rows("sessions", "user_id", user_id).await, left);
    }
    let again = auth.ada().await;
    auth.clean_up(late + Duration::days(1)).await.unwrap();
    assert!(!auth.is_held(&again).await, "it begins anew after the last");
}

#[tokio::test]
async fn an_export_has_all_that_is_held_and_nothing_that_opens_anything() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let client = Client::new(Some("192.0.2.7".to_owned()), Some("a browser"));
    let client = Client {
        browser: Some(Browser::random()),
        ..client
    };
    let form = LogIn {
        identifier: "ada".to_owned(),
        password: secret(PASSWORD),
        persistence: Persistence::Remembered,
        device: None,
    };
    let other = auth.log_in(form, &client, None, NOW).await.unwrap();
    let token = auth.reset_link(ADA, NOW).await;
    let (account, export) = auth.export(&ada.session, &client, NOW).await.unwrap();
    let text = serde_json::to_string(&export).unwrap();
    let own = auth.find("ada").await.unwrap().unwrap();
    let links = auth.store().links_of(account.id).await.unwrap();
    for held in [
        ADA,
        "\"ada\"",
        &account.document_id,
        &ada.session.id.to_string(),
        &other.session.id.to_string(),
        "192.0.2.7",
        "a browser",
        "reset_password",
        "new_browser",
        "first_seen_at",
    ] {
        assert!(text.contains(held), "{held}");
    }
    for secret in [
        own.password_hash.as_str(),
        &token,
        &links[0].hash,
        &client.browser.unwrap().hash(),
        ada.tokens.refresh.expose_secret(),
        ada.tokens.access.expose_secret(),
        PASSWORD,
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(!text.contains("hash") && !text.contains("nonce"));
    let (events, before) = auth.export_activity(&account, i64::MAX).await.unwrap();
    let events = serde_json::to_string(&events).unwrap();
    for event in ["signed_up", "signed_in", "data_exported"] {
        assert!(events.contains(event), "{event}");
    }
    let (older, _) = auth.export_activity(&account, before).await.unwrap();
    assert!(older.is_empty());
}

#[tokio::test]
async fn an_export_takes_a_proof_that_is_fresh() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let nobody = Client::default();
    let late = NOW + PROOF_LASTS + Duration::seconds(1);
    let renewed = auth.exchange(&ada, late).await.unwrap();
    for session in [&ada.session, &renewed.session] {
        assert!(matches!(
            auth.export(session, &nobody, late).await,
            Err(Error::ProofNeeded)
        ));
    }
    let wrong = secret("a wrong password");
    let refused = auth
        .reauthenticate(&renewed.session, wrong, &nobody, late)
        .await;
    assert!(matches!(refused, Err(Error::BadCredentials)));
    let proven = auth
        .reauthenticate(&renewed.session, secret(PASSWORD), &nobody, late)
        .await
        .unwrap();
    assert_ne!(proven.session.id, ada.session.id);
    assert!(auth.export(&proven.session, &nobody, late).await.is_ok());
    let kept = auth.exchange(&proven, late + Duration::minutes(1)).await;
    assert_eq!(
        kept.unwrap().session.authenticated_at,
        late,
        "a refresh does not change it"
    );
}

#[tokio::test]
async fn a_copy_from_before_the_proof_is_not_proven_by_it() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let nobody = Client::default();
    let late = NOW + PROOF_LASTS + Duration::seconds(1);
    let own = auth.exchange(&ada, late).await.unwrap();
    let copy = own.clone();
    let password = secret(PASSWORD);
    let proven = auth.reauthenticate(&own.session, password, &nobody, late);
    let proven = proven.await.unwrap();
    assert!(auth.check(&copy, late).is_err());
    assert_eq!(refusal(auth.exchange(&copy, late).await), Refusal::Revoked);
    assert!(matches!(
        auth.export(&copy.session, &nobody, late).await,
        Err(Error::ProofNeeded)
    ));
    assert!(
        auth.export(&proven.session, &nobody, late).await.is_ok(),
        "its owner goes on"
    );
    let again = auth.reauthenticate(&copy.session, secret(PASSWORD), &nobody, late);
    assert!(matches!(again.await, Err(Error::Unauthenticated)));
}

#[tokio::test]
async fn a_proof_does_not_lengthen_the_session() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let nobody = Client::default();
    let end = NOW + Duration::days(1);
    let mut own = ada;
    for hour in 1..24 {
        let now = NOW + Duration::hours(hour);
        own = auth.exchange(&own, now).await.unwrap();
        let proven = auth.reauthenticate(&own.session, secret(PASSWORD), &nobody, now);
        own = proven.await.unwrap();
    }
    assert_eq!(own.idle_expires_at, end);
    assert_eq!(refusal(auth.exchange(&own, end).await), Refusal::Expired);
    let late = auth.reauthenticate(&own.session, secret(PASSWORD), &nobody, end);
    assert!(matches!(late.await, Err(Error::Unauthenticated)));
}

#[tokio::test]
async fn an_account_that_nobody_could_use_goes_after_a_week() {
    let auth = required().await;
    sign_up(&auth, "never@example.org", "never").await;
    sign_up(&auth, ADA, "ada").await;
    auth.confirm_ada().await;
    sign_up(&auth, ADA, "ghost").await;
    auth.clean_up(NOW + Duration::days(7)).await.unwrap();
    assert!(auth.find("never").await.unwrap().is_some());
    let later = NOW + Duration::days(7) + Duration::seconds(1);
    auth.letters(later).await;
    auth.clean_up(later).await.unwrap();
    for gone in ["never", "ghost"] {
        assert!(auth.find(gone).await.unwrap().is_none(), "{gone}");
    }
    assert!(auth.find("ada").await.unwrap().is_some());
    assert!(
        auth.letters(later).await.is_empty(),
        "nobody is told of what they did not have"
    );
}

#[tokio::test]
async fn an_account_that_was_used_stays_unconfirmed_as_it_is() {
    let auth = Fixture::new().await;
    auth.ada().await;
    auth.clean_up(NOW + Duration::days(100)).await.unwrap();
    assert!(auth.sign_in("ada", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_replaced_account_is_refused_on_every_node_and_its_row_goes_later() {
    let one = Fixture::new().await;
    let two = one.second_node().await;
    let replaced = one.ada().await;
    let user_id = one.id_of(&replaced).await;
    let access = replaced.tokens.access.expose_secret();
    assert!(two.verify(access, NOW).is_ok());
    let owner = one.ada().await;
    two.catch_up(NOW).await.unwrap();
    assert!(two.verify(access, NOW).is_err());
    one.clean_up(NOW).await.unwrap();
    assert_eq!(one.rows("users", "id", user_id).await, 1);
    let three = one.second_node().await;
    assert!(
        three.verify(access, NOW).is_err(),
        "also by one that was not there"
    );
    one.letters(NOW).await;
    let later = NOW + Duration::days(1);
    one.clean_up(later).await.unwrap();
    assert_eq!(one.rows("users", "id", user_id).await, 0);
    assert!(one.account(&owner.session).await.is_ok());
    assert!(one.letters(later).await.is_empty());
}
