//! Whose an address is, and what a registration says of that.

use super::*;
use crate::{Confirmed, Link, SignedUp};

const EVES: &str = "the password of eve";

async fn required() -> Fixture {
    Fixture::with(|config| config.confirmation = Confirmation::Required).await
}

impl Fixture {
    async fn confirm(
        &self,
        token: &str,
        password: &str,
        session: Option<&Session>,
        now: OffsetDateTime,
    ) -> crate::Result<Confirmed> {
        let nobody = Client::default();
        self.confirm_email(token, secret(password), &nobody, session, now)
            .await
    }

    async fn sign_up_as(
        &self,
        email: &str,
        username: &str,
        password: &str,
    ) -> crate::Result<SignedUp> {
        let form = SignUp {
            email: email.to_owned(),
            username: username.to_owned(),
            password: secret(password),
            persistence: Persistence::Browser,
        };
        self.sign_up(form, &Client::default(), None, NOW).await
    }
}

fn gone<T>(result: crate::Result<T>) -> bool {
    matches!(result, Err(Error::LinkGone))
}

fn refused<T>(result: crate::Result<T>) -> bool {
    matches!(result, Err(Error::BadCredentials))
}

async fn is_confirmed(auth: &Fixture, signed_in: &SignedIn) -> bool {
    let account = auth.account(&signed_in.session).await.unwrap();
    account.confirmed_at.is_some()
}

#[tokio::test]
async fn a_link_confirms_within_24_hours_and_not_later() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let token = auth.link_to("ada@example.org", NOW).await;
    let end = NOW + Duration::hours(24);
    assert!(gone(auth.confirm(&token, PASSWORD, None, end).await));
    assert!(!is_confirmed(&auth, &ada).await);
    let in_time = end - Duration::seconds(1);
    let confirmed = auth.confirm(&token, PASSWORD, None, in_time).await;
    assert!(matches!(confirmed, Ok(Confirmed::SignedIn(_))));
    assert!(is_confirmed(&auth, &ada).await);
}

#[tokio::test]
async fn a_link_asks_for_the_password_of_everybody_who_is_not_signed_in_to_the_account() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let token = auth.link_to("ada@example.org", NOW).await;
    let eve = auth.register("eve@example.org", "eve").await.unwrap();
    for (session, expected) in [
        (None, true),
        (Some(&eve.session), true),
        (Some(&ada.session), false),
    ] {
        match auth.link(&token, session, NOW).await.unwrap() {
            Link::ConfirmEmail {
                email,
                needs_password,
            } => {
                assert_eq!(email.as_str(), "ada@example.org");
                assert_eq!(needs_password, expected);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn neither_a_wrong_password_nor_another_account_confirms_or_uses_the_link_up() {
    let auth = Fixture::with(|config| config.rate_limits = RateLimits::Off).await;
    let ada = auth.ada().await;
    let token = auth.link_to("ada@example.org", NOW).await;
    let eve = auth
        .sign_up_as("eve@example.org", "eve", EVES)
        .await
        .unwrap();
    let eve = eve.signed_in().unwrap();
    for session in [None, Some(&eve.session)] {
        for password in ["", "a wrong password", EVES] {
            assert!(refused(auth.confirm(&token, password, session, NOW).await));
        }
    }
    assert!(!is_confirmed(&auth, &ada).await);
    let failures = auth.events(&ada).await;
    assert_eq!(failures[..6], [Event::SignInFailed; 6]);
    assert!(auth.confirm(&token, PASSWORD, None, NOW).await.is_ok());
}

#[tokio::test]
async fn whoever_is_signed_in_confirms_by_the_link_alone_and_once() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let token = auth.link_to("ada@example.org", NOW).await;
    let own = Some(&ada.session);
    let confirmed = auth.confirm(&token, "", own, NOW).await;
    assert!(matches!(confirmed, Ok(Confirmed::Here)));
    assert!(is_confirmed(&auth, &ada).await);
    assert!(auth.check(&ada, NOW).is_ok());
    assert!(gone(auth.confirm(&token, "", own, NOW).await));
    assert!(gone(auth.confirm(&token, PASSWORD, None, NOW).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_use_a_link_at_once_one_does() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let token = auth.link_to("ada@example.org", NOW).await;
    let (one, two) = tokio::join!(
        auth.confirm(&token, PASSWORD, None, NOW),
        auth.confirm(&token, PASSWORD, None, NOW)
    );
    assert!(one.is_ok() ^ two.is_ok());
    assert!(gone(one) || gone(two));
}

#[tokio::test]
async fn registering_again_replaces_an_account_that_nobody_confirmed() {
    let auth = Fixture::new().await;
    let first = auth
        .sign_up_as("ada@example.org", "ada", EVES)
        .await
        .unwrap();
    let first = first.signed_in().unwrap();
    let void = auth.link_to("ada@example.org", NOW).await;
    let owner = auth.ada().await;
    assert_ne!(first.session.user, owner.session.user);
    assert!(auth.check(&first, NOW).is_err());
    assert_eq!(refusal(auth.exchange(&first, NOW).await), Refusal::Revoked);
    for name in ["ada", "ada@example.org"] {
        assert!(refused(auth.sign_in(name, EVES).await));
    }
    for (password, session) in [(EVES, None), (PASSWORD, None), ("", Some(&first.session))] {
        assert!(gone(auth.confirm(&void, password, session, NOW).await));
    }
    assert!(auth.sign_in("ada", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn somebody_who_sits_on_an_address_makes_way_for_who_confirms_it() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.confirm_ada().await;
    let new = "new@example.org";
    let squatter = auth.sign_up_as(new, "eve", EVES).await.unwrap();
    let squatter = squatter.signed_in().unwrap();
    auth.letters(NOW).await;
    let nobody = Client::default();
    auth.change_email(&ada.session, secret(PASSWORD), new, &nobody, NOW)
        .await
        .unwrap();
    let token = auth.link_to(new, NOW).await;
    auth.confirm(&token, "", Some(&ada.session), NOW)
        .await
        .unwrap();
    let account = auth.account(&ada.session).await.unwrap();
    assert_eq!(account.email.as_str(), new);
    assert!(auth.check(&squatter, NOW).is_err());
    for name in ["eve", new] {
        assert!(refused(auth.sign_in(name, EVES).await));
    }
    assert!(
        auth.register("eve@example.org", "eve").await.is_ok(),
        "the username is free"
    );
}

#[tokio::test]
async fn another_link_is_sent_to_whoever_has_an_account_that_waits_and_to_nobody_else() {
    let auth = Fixture::new().await;
    auth.ada().await;
    auth.confirm_ada().await;
    auth.register("eve@example.org", "eve").await.unwrap();
    auth.letters(NOW).await;
    let later = NOW + Duration::minutes(2);
    for address in ["ada@example.org", "eve@example.org", "nobody@example.org"] {
        auth.ask_for_confirmation(address, &Client::default(), later)
            .await
            .unwrap();
    }
    let letters = auth.letters(later).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, "eve@example.org");
    let token = token_in(&letters[0]);
    assert!(auth.confirm(&token, PASSWORD, None, later).await.is_ok());
}

#[tokio::test]
async fn where_it_is_required_nobody_is_signed_in_before_the_address_is_confirmed() {
    let auth = required().await;
    let ada = auth.sign_up_as("ada@example.org", "ada", PASSWORD).await;
    assert!(matches!(ada, Ok(SignedUp::Unconfirmed(_))));
    let token = auth.link_to("ada@example.org", NOW).await;
    assert!(refused(auth.sign_in("ada", PASSWORD).await));
    let confirmed = auth.confirm(&token, PASSWORD, None, NOW).await;
    assert!(matches!(confirmed, Ok(Confirmed::SignedIn(_))));
    assert!(auth.sign_in("ada", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn where_it_is_required_a_sign_in_sends_no_letter_by_which_one_could_tell() {
    let auth = required().await;
    auth.sign_up_as("ada@example.org", "ada", PASSWORD)
        .await
        .unwrap();
    auth.letters(NOW).await;
    for password in [PASSWORD, EVES] {
        assert!(refused(auth.sign_in("ada", password).await));
    }
    let later = NOW + Duration::minutes(2);
    assert!(auth.letters(later).await.is_empty());
}

#[tokio::test]
async fn where_it_is_required_a_registration_says_nothing_of_an_address_that_is_taken() {
    let auth = required().await;
    auth.sign_up_as("ada@example.org", "ada", PASSWORD)
        .await
        .unwrap();
    auth.confirm_ada().await;
    auth.letters(NOW).await;
    let eve = auth.sign_up_as("ada@example.org", "eve", EVES).await;
    assert!(matches!(eve, Ok(SignedUp::Unconfirmed(_))));
    let letters = auth.letters(NOW).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, "ada@example.org");
    assert_eq!(letters[0].subject, "You have an account already");
    assert!(!letters[0].text.contains("token="));
    for name in ["ada", "ada@example.org"] {
        assert!(refused(auth.sign_in(name, EVES).await));
        assert!(auth.sign_in(name, PASSWORD).await.is_ok());
    }
}

/// What a stranger sees who registers with an address, tries to sign in, and registers again.
async fn seen_from_outside(auth: &Fixture, email: &str, username: &str) -> Vec<String> {
    let said = |result: crate::Result<SignedUp>| match result {
        Ok(SignedUp::Unconfirmed(_)) => "unconfirmed".to_owned(),
        Ok(SignedUp::SignedIn(_)) => "signed in".to_owned(),
        Err(error) => error.to_string(),
    };
    let mut seen = vec![said(auth.sign_up_as(email, username, EVES).await)];
    for name in [username, email] {
        for password in [EVES, "a wrong password"] {
            let signed_in = auth.sign_in(name, password).await;
            seen.push(signed_in.err().map_or_else(String::new, |e| e.to_string()));
        }
    }
    seen.push(said(
        auth.sign_up_as("else@example.org", username, EVES).await,
    ));
    seen.push(said(auth.sign_up_as(email, username, EVES).await));
    let again = format!("{username}2");
    seen.push(said(auth.sign_up_as(email, &again, EVES).await));
    seen.push(said(
        auth.sign_up_as("else@example.org", username, EVES).await,
    ));
    seen
}

#[tokio::test]
async fn where_it_is_required_an_account_that_cannot_be_looks_like_one_that_can() {
    let auth = required().await;
    auth.sign_up_as("ada@example.org", "ada", PASSWORD)
        .await
        .unwrap();
    auth.confirm_ada().await;
    let taken = seen_from_outside(&auth, "ada@example.org", "ghost").await;
    let free = seen_from_outside(&auth, "free@example.org", "free").await;
    assert_eq!(taken, free);
    assert!(taken[1].contains("wrong name or password"), "{taken:?}");
}

#[tokio::test]
async fn where_it_is_required_an_account_that_cannot_be_gets_no_letters() {
    let auth = required().await;
    auth.sign_up_as("ada@example.org", "ada", PASSWORD)
        .await
        .unwrap();
    auth.confirm_ada().await;
    auth.sign_up_as("ada@example.org", "ghost", EVES)
        .await
        .unwrap();
    auth.letters(NOW).await;
    assert!(refused(auth.sign_in("ghost", EVES).await));
    let letters = auth.letters(NOW).await;
    let reached = Vec::from_iter(letters.iter().map(|letter| &letter.to));
    assert!(reached.is_empty(), "{reached:?}");
}
