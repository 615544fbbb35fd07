//! Setting a password by a link, and ending a session that was somebody else's.

use super::*;
use crate::{Browser, Link, LinkToken};

const NEW: &str = "quite another password";

impl Fixture {
    pub(super) async fn ask_for_reset_of(&self, address: &str, now: OffsetDateTime) {
        self.ask_for_reset(address, &Client::default(), now)
            .await
            .unwrap();
    }

    /// The token of a new link to set the password of whoever has the address.
    pub(super) async fn reset_link(&self, address: &str, now: OffsetDateTime) -> String {
        self.letters(now).await;
        self.ask_for_reset_of(address, now).await;
        self.link_to(address, now).await
    }

    pub(super) async fn reset(
        &self,
        token: &str,
        password: &str,
        now: OffsetDateTime,
    ) -> crate::Result<SignedIn> {
        self.reset_password(
            token,
            secret(password),
            &Client::default(),
            None,
            Persistence::Browser,
            now,
        )
        .await
    }

    pub(super) async fn secure(
        &self,
        token: &str,
        now: OffsetDateTime,
    ) -> crate::Result<LinkToken> {
        self.secure_account(token, &Client::default(), now).await
    }

    /// Asks for another address with the usual password, and confirms it.
    pub(super) async fn move_to(&self, signed_in: &SignedIn, address: &str, now: OffsetDateTime) {
        let (nobody, session) = (Client::default(), &signed_in.session);
        self.change_email(session, secret(PASSWORD), address, &nobody, now)
            .await
            .unwrap();
        let letters = self.letters(now).await;
        let letter = letters.iter().rfind(|letter| letter.to == address);
        let token = token_in(letter.expect("a letter to the new address"));
        self.confirm_email(&token, secret(""), &nobody, Some(session), now)
            .await
            .unwrap();
    }

    async fn sign_in_from(&self, browser: Option<Browser>, now: OffsetDateTime) -> SignedIn {
        let form = LogIn {
            identifier: "ada".to_owned(),
            password: secret(PASSWORD),
            persistence: Persistence::Remembered,
            device: None,
        };
        let client = Client {
            browser,
            ..Client::default()
        };
        self.log_in(form, &client, None, now).await.unwrap()
    }
}

fn gone<T>(result: crate::Result<T>) -> bool {
    matches!(result, Err(Error::LinkGone))
}

const ADA: &str = "ada@example.org";

#[tokio::test]
async fn a_new_password_ends_every_session_confirms_the_mailbox_and_tells_the_owner() {
    let auth = Fixture::new().await;
    let first = auth.ada().await;
    let second = auth.sign_in("ada", PASSWORD).await.unwrap();
    let token = auth.reset_link(ADA, NOW).await;
    assert_eq!(
        auth.link(&token, None, NOW).await.unwrap(),
        Link::ResetPassword {
            email: crate::Email::parse(ADA).unwrap()
        }
    );
    let again = auth.reset(&token, NEW, NOW).await.unwrap();
    for over in [&first, &second] {
        assert!(auth.check(over, NOW).is_err());
        assert_eq!(refusal(auth.exchange(over, NOW).await), Refusal::Revoked);
    }
    assert!(auth.check(&again, NOW).is_ok());
    let account = auth.account(&again.session).await.unwrap();
    assert_eq!(account.confirmed_at, Some(NOW));
    assert!(matches!(
        auth.sign_in("ada", PASSWORD).await,
        Err(Error::BadCredentials)
    ));
    assert!(auth.sign_in("ada", NEW).await.is_ok());
    let letters = auth.letters(NOW).await;
    let told = letters
        .iter()
        .find(|letter| letter.subject == "Your password was changed");
    assert_eq!(told.expect("a letter to the owner").to, ADA);
}

#[tokio::test]
async fn an_unknown_address_gets_the_same_answer_and_no_letter() {
    let auth = Fixture::new().await;
    auth.ada().await;
    auth.letters(NOW).await;
    auth.ask_for_reset_of("nobody@example.org", NOW).await;
    assert!(auth.letters(NOW).await.is_empty());
    let malformed = auth.ask_for_reset("nobody", &Client::default(), NOW).await;
    assert!(matches!(malformed, Err(Error::Email(_))));
}

#[tokio::test]
async fn a_disabled_account_is_not_opened_by_a_link() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let before = auth.reset_link(ADA, NOW).await;
    auth.disable("ada", &Client::default(), NOW).await.unwrap();
    assert!(gone(auth.reset(&before, NEW, NOW).await));
    let later = NOW + Duration::minutes(2);
    auth.ask_for_reset_of(ADA, later).await;
    assert!(auth.letters(later).await.is_empty());
}

#[tokio::test]
async fn a_link_lives_for_half_an_hour() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let token = auth.reset_link(ADA, NOW).await;
    let end = NOW + Duration::minutes(30);
    assert!(gone(auth.reset(&token, NEW, end).await));
    let in_time = end - Duration::seconds(1);
    assert!(auth.reset(&token, NEW, in_time).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_works_once_also_for_two_at_once() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let token = auth.reset_link(ADA, NOW).await;
    let (one, two) = tokio::join!(
        auth.reset(&token, NEW, NOW),
        auth.reset(&token, "the password of eve", NOW)
    );
    assert!(one.is_ok() ^ two.is_ok());
    assert!(gone(one) || gone(two));
    assert!(gone(auth.reset(&token, NEW, NOW).await));
}

#[tokio::test]
async fn the_newest_link_makes_the_older_ones_void() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let older = auth.reset_link(ADA, NOW).await;
    let later = NOW + Duration::minutes(2);
    let newest = auth.reset_link(ADA, later).await;
    assert!(gone(auth.reset(&older, NEW, later).await));
    assert!(auth.reset(&newest, NEW, later).await.is_ok());
}

#[tokio::test]
async fn a_link_is_void_when_the_account_has_moved_to_another_address() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let token = auth.reset_link(ADA, NOW).await;
    auth.move_to(&ada, "new@example.org", NOW).await;
    assert!(gone(auth.link(&token, None, NOW).await));
    assert!(gone(auth.reset(&token, NEW, NOW).await));
}

#[tokio::test]
async fn a_password_that_is_refused_leaves_the_link_as_it_was() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let token = auth.reset_link(ADA, NOW).await;
    for bad in ["short", product::NAME, "ada@example.org"] {
        let refused = auth.reset(&token, bad, NOW).await;
        assert!(matches!(refused, Err(Error::Password(_))), "{bad}");
    }
    assert!(auth.check(&ada, NOW).is_ok());
    assert!(auth.reset(&token, NEW, NOW).await.is_ok());
}

#[tokio::test]
async fn a_link_is_good_for_what_it_was_sent_for_and_nothing_else() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let nobody = Client::default();
    let confirming = auth.link_to(ADA, NOW).await;
    let resetting = auth.reset_link(ADA, NOW).await;
    auth.sign_in("ada", PASSWORD).await.unwrap();
    let ending = auth.link_to(ADA, NOW).await;
    for token in [&resetting, &ending] {
        let password = secret(PASSWORD);
        assert!(gone(
            auth.confirm_email(token, password, &nobody, None, NOW)
                .await
        ));
    }
    for token in [&confirming, &ending] {
        assert!(gone(auth.reset(token, NEW, NOW).await));
    }
    for token in [&confirming, &resetting] {
        assert!(gone(auth.secure(token, NOW).await));
    }
    for token in ["", "x", &confirming[1..]] {
        assert!(gone(auth.link(token, None, NOW).await));
    }
}

#[tokio::test]
async fn the_change_of_address_that_a_thief_asked_for_is_void_after_it() {
    let auth = Fixture::new().await;
    let thief = auth.ada().await;
    let nobody = Client::default();
    let theirs = "thief@example.org";
    auth.change_email(&thief.session, secret(PASSWORD), theirs, &nobody, NOW)
        .await
        .unwrap();
    let confirming = auth.link_to(theirs, NOW).await;
    let token = auth.reset_link(ADA, NOW).await;
    let owner = auth.reset(&token, NEW, NOW).await.unwrap();
    let account = auth.account(&owner.session).await.unwrap();
    assert_eq!(account.pending_email, None);
    for session in [None, Some(&thief.session), Some(&owner.session)] {
        let confirmed = auth
            .confirm_email(&confirming, secret(NEW), &nobody, session, NOW)
            .await;
        assert!(gone(confirmed));
    }
}

#[tokio::test]
async fn a_browser_that_the_account_does_not_know_is_told_of_once() {
    let auth = Fixture::new().await;
    auth.ada().await;
    auth.letters(NOW).await;
    let browser = Some(Browser::random());
    auth.sign_in_from(browser, NOW).await;
    let letters = auth.letters(NOW).await;
    assert_eq!(letters[0].subject, "New sign-in to your account");
    auth.sign_in_from(browser, NOW).await;
    assert!(auth.letters(NOW).await.is_empty());
    auth.sign_in_from(Some(Browser::random()), NOW).await;
    assert_eq!(auth.letters(NOW).await.len(), 1);
}

#[tokio::test]
async fn the_browser_that_an_account_was_made_in_is_a_known_one() {
    let auth = Fixture::new().await;
    let client = Client {
        browser: Some(Browser::random()),
        ..Client::default()
    };
    let form = SignUp {
        email: ADA.to_owned(),
        username: "ada".to_owned(),
        password: secret(PASSWORD),
        persistence: Persistence::Browser,
    };
    auth.sign_up(form, &client, None, NOW).await.unwrap();
    auth.letters(NOW).await;
    auth.sign_in_from(client.browser, NOW).await;
    assert!(auth.letters(NOW).await.is_empty());
}

#[tokio::test]
async fn the_owner_ends_a_session_that_is_not_theirs_and_sets_a_password() {
    let auth = Fixture::new().await;
    let owner = auth.ada().await;
    auth.letters(NOW).await;
    let browser = Some(Browser::random());
    let thief = auth.sign_in_from(browser, NOW).await;
    let token = auth.link_to(ADA, NOW).await;
    let link = auth.link(&token, None, NOW).await.unwrap();
    assert!(matches!(link, Link::EndSession { client: Some(_) }));
    let handed_over = auth.secure(&token, NOW).await.unwrap();
    assert!(auth.check(&thief, NOW).is_err());
    assert_eq!(refusal(auth.exchange(&thief, NOW).await), Refusal::Revoked);
    assert!(auth.check(&owner, NOW).is_ok(), "only that one ends");
    assert!(gone(auth.secure(&token, NOW).await));
    auth.sign_in_from(browser, NOW).await;
    assert_eq!(
        auth.letters(NOW).await.len(),
        1,
        "the browser is not known any more"
    );
    auth.reset(handed_over.expose(), NEW, NOW).await.unwrap();
    assert!(auth.check(&owner, NOW).is_err());
    assert!(auth.sign_in("ada", PASSWORD).await.is_err());
}

#[tokio::test]
async fn the_owner_has_a_week_to_end_it() {
    let auth = Fixture::new().await;
    auth.ada().await;
    auth.letters(NOW).await;
    auth.sign_in_from(None, NOW).await;
    let token = auth.link_to(ADA, NOW).await;
    let end = NOW + Duration::days(7);
    assert!(gone(auth.secure(&token, end).await));
    assert!(
        auth.secure(&token, end - Duration::seconds(1))
            .await
            .is_ok()
    );
}
