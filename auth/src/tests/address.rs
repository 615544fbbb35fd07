//! Moving to another address, and taking the account back from somebody who moved it.

use super::*;
use crate::Browser;
use crate::Link;
use crate::store::Fate;

const OLD: &str = "ada@example.org";
const NEW: &str = "new@example.org";
const THIEFS: &str = "thief@example.org";
const ANOTHER: &str = "quite another password";

fn gone<T>(result: crate::Result<T>) -> bool {
    matches!(result, Err(Error::LinkGone))
}

/// An account with an address that is confirmed, and its letters read.
async fn confirmed() -> (Fixture, SignedIn) {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.confirm_ada().await;
    auth.letters(NOW).await;
    (auth, ada)
}

/// The token of the link that takes an address back, from the letter that went to it.
async fn undo_link(auth: &Fixture, address: &str, now: OffsetDateTime) -> String {
    let letters = auth.letters(now).await;
    let mut told = letters.iter().filter(|letter| letter.to == address);
    let letter = told.find(|letter| letter.subject == "Your email address was changed");
    token_in(letter.expect("a letter to the address of before"))
}

async fn address_of(auth: &Fixture, name: &str) -> String {
    let known = auth.find(name).await.unwrap();
    known.unwrap().email.as_str().to_owned()
}

#[tokio::test]
async fn a_new_address_counts_when_it_is_confirmed_and_not_before() {
    let (auth, ada) = confirmed().await;
    let nobody = Client::default();
    auth.change_email(&ada.session, secret(PASSWORD), NEW, &nobody, NOW)
        .await
        .unwrap();
    let account = auth.account(&ada.session).await.unwrap();
    assert_eq!(account.email.as_str(), OLD);
    assert_eq!(account.pending_email.unwrap().as_str(), NEW);
    assert!(auth.sign_in(NEW, PASSWORD).await.is_err());
    let letters = auth.letters(NOW).await;
    let token = letters.iter().find(|letter| letter.to == NEW).unwrap();
    auth.confirm_email(
        &token_in(token),
        secret(""),
        &nobody,
        Some(&ada.session),
        NOW,
    )
    .await
    .unwrap();
    let account = auth.account(&ada.session).await.unwrap();
    assert_eq!(account.email.as_str(), NEW);
    assert_eq!(account.pending_email, None);
    assert!(auth.sign_in(NEW, PASSWORD).await.is_ok());
    assert!(auth.sign_in(OLD, PASSWORD).await.is_err());
    assert!(auth.check(&ada, NOW).is_ok());
}

#[tokio::test]
async fn another_address_takes_the_password_and_must_be_another() {
    let (auth, ada) = confirmed().await;
    let change = async |password: &str, address: &str| {
        let nobody = Client::default();
        auth.change_email(&ada.session, secret(password), address, &nobody, NOW)
            .await
    };
    let wrong = change("a wrong password", NEW).await;
    assert!(matches!(wrong, Err(Error::BadCredentials)));
    let same = change(PASSWORD, "ADA@example.org").await;
    assert!(matches!(same, Err(Error::SameEmail)));
    assert!(matches!(
        change(PASSWORD, "new").await,
        Err(Error::Email(_))
    ));
    assert!(auth.letters(NOW).await.is_empty());
}

#[tokio::test]
async fn the_address_of_somebody_else_gives_the_same_answer_and_tells_only_them() {
    let (auth, ada) = confirmed().await;
    let eve = auth.register("eve@example.org", "eve").await.unwrap();
    let token = auth.link_to("eve@example.org", NOW).await;
    let nobody = Client::default();
    auth.confirm_email(&token, secret(""), &nobody, Some(&eve.session), NOW)
        .await
        .unwrap();
    let asked = auth
        .change_email(
            &ada.session,
            secret(PASSWORD),
            "eve@example.org",
            &nobody,
            NOW,
        )
        .await;
    assert!(asked.is_ok());
    let letters = auth.letters(NOW).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].subject, "You have an account already");
    assert!(!letters[0].text.contains("token="));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_asked_for_while_another_is_confirmed_is_not_confirmed_with_it() {
    for _ in 0..10 {
        let (auth, ada) = confirmed().await;
        let (nobody, own) = (Client::default(), Some(&ada.session));
        auth.change_email(&ada.session, secret(PASSWORD), NEW, &nobody, NOW)
            .await
            .unwrap();
        let token = auth.link_to(NEW, NOW).await;
        let (done, asked) = tokio::join!(
            auth.confirm_email(&token, secret(""), &nobody, own, NOW),
            auth.change_email(&ada.session, secret(PASSWORD), THIEFS, &nobody, NOW)
        );
        asked.unwrap();
        let account = auth.account(&ada.session).await.unwrap();
        let expected = if done.is_ok() { NEW } else { OLD };
        assert_eq!(account.email.as_str(), expected);
        assert!(auth.sign_in(THIEFS, PASSWORD).await.is_err());
        assert!(gone(
            auth.confirm_email(&token, secret(""), &nobody, own, NOW)
                .await
        ));
    }
}

#[tokio::test]
async fn taking_the_address_back_shuts_everybody_out_until_a_password_is_set() {
    let (auth, thief) = confirmed().await;
    auth.move_to(&thief, THIEFS, NOW).await;
    let token = undo_link(&auth, OLD, NOW).await;
    let pair = auth.sign_in(THIEFS, PASSWORD).await.unwrap();
    let link = auth.link(&token, None, NOW).await.unwrap();
    let email = |text| crate::Email::parse(text).unwrap();
    assert_eq!(
        link,
        Link::UndoEmail {
            email: email(OLD),
            current: email(THIEFS)
        }
    );
    let handed_over = auth.secure(&token, NOW).await.unwrap();
    for over in [&thief, &pair] {
        assert!(auth.check(over, NOW).is_err());
        assert_eq!(refusal(auth.exchange(over, NOW).await), Refusal::Revoked);
    }
    for name in ["ada", OLD, THIEFS] {
        let refused = auth.sign_in(name, PASSWORD).await;
        assert!(matches!(refused, Err(Error::BadCredentials)), "{name}");
    }
    let owner = auth
        .reset(handed_over.expose(), ANOTHER, NOW)
        .await
        .unwrap();
    assert_eq!(
        auth.account(&owner.session).await.unwrap().email.as_str(),
        OLD
    );
    assert!(gone(auth.secure(&token, NOW).await));
    assert!(
        auth.events(&owner)
            .await
            .contains(&Event::EmailChangeUndone)
    );
}

#[tokio::test]
async fn there_is_a_week_to_take_it_back() {
    let (auth, thief) = confirmed().await;
    auth.move_to(&thief, THIEFS, NOW).await;
    let token = undo_link(&auth, OLD, NOW).await;
    let end = NOW + Duration::days(7);
    assert!(gone(auth.secure(&token, end).await));
    assert!(
        auth.secure(&token, end - Duration::seconds(1))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn what_a_thief_got_by_a_second_change_is_void_when_the_first_is_undone() {
    let (auth, thief) = confirmed().await;
    auth.move_to(&thief, THIEFS, NOW).await;
    let owners = undo_link(&auth, OLD, NOW).await;
    auth.move_to(&thief, "thief2@example.org", NOW).await;
    let thiefs = undo_link(&auth, THIEFS, NOW).await;
    let reset = auth.reset_link("thief2@example.org", NOW).await;
    auth.secure(&owners, NOW).await.unwrap();
    assert_eq!(address_of(&auth, "ada").await, OLD);
    assert!(gone(auth.secure(&thiefs, NOW).await));
    assert!(gone(auth.reset(&reset, ANOTHER, NOW).await));
}

#[tokio::test]
async fn a_thief_who_undoes_their_own_change_does_not_get_rid_of_the_older_link() {
    let (auth, thief) = confirmed().await;
    auth.move_to(&thief, THIEFS, NOW).await;
    let owners = undo_link(&auth, OLD, NOW).await;
    auth.move_to(&thief, "thief2@example.org", NOW).await;
    let thiefs = undo_link(&auth, THIEFS, NOW).await;
    let handed_over = auth.secure(&thiefs, NOW).await.unwrap();
    auth.reset(handed_over.expose(), ANOTHER, NOW)
        .await
        .unwrap();
    assert_eq!(address_of(&auth, "ada").await, THIEFS);
    auth.secure(&owners, NOW).await.unwrap();
    assert_eq!(address_of(&auth, "ada").await, OLD);
    assert!(auth.sign_in("ada", ANOTHER).await.is_err());
}

#[tokio::test]
async fn moving_back_by_hand_gives_the_mailboxes_in_between_no_say() {
    let (auth, owner) = confirmed().await;
    let thief = auth.sign_in("ada", PASSWORD).await.unwrap();
    auth.move_to(&thief, THIEFS, NOW).await;
    auth.letters(NOW).await;
    auth.move_to(&thief, "thief2@example.org", NOW).await;
    let thiefs = undo_link(&auth, THIEFS, NOW).await;
    auth.move_to(&owner, OLD, NOW).await;
    assert!(gone(auth.secure(&thiefs, NOW).await));
    let letters = auth.letters(NOW).await;
    let reached = Vec::from_iter(letters.iter().map(|letter| &letter.to));
    assert!(reached.is_empty(), "{reached:?}");
    assert_eq!(address_of(&auth, "ada").await, OLD);
}

#[tokio::test]
async fn a_thief_who_was_thrown_out_does_not_come_back_unnoticed() {
    let (auth, thief) = confirmed().await;
    auth.move_to(&thief, THIEFS, NOW).await;
    let owners = undo_link(&auth, OLD, NOW).await;
    auth.move_to(&thief, "thief2@example.org", NOW).await;
    auth.letters(NOW).await;
    let handed_over = auth.secure(&owners, NOW).await.unwrap();
    auth.reset(handed_over.expose(), PASSWORD, NOW)
        .await
        .unwrap();
    let thief = auth.sign_in("ada", PASSWORD).await.unwrap();
    auth.letters(NOW).await;
    auth.move_to(&thief, THIEFS, NOW).await;
    let owners = undo_link(&auth, OLD, NOW).await;
    assert!(auth.secure(&owners, NOW).await.is_ok());
}

#[tokio::test]
async fn a_letter_that_was_still_queued_when_the_address_was_taken_back_opens_nothing() {
    let (auth, thief) = confirmed().await;
    auth.move_to(&thief, THIEFS, NOW).await;
    let owners = undo_link(&auth, OLD, NOW).await;
    auth.move_to(&thief, "thief2@example.org", NOW).await;
    auth.ask_for_reset_of("thief2@example.org", NOW).await;
    auth.secure(&owners, NOW).await.unwrap();
    let letters = auth.letters(NOW).await;
    let reached = Vec::from_iter(letters.iter().map(|letter| &letter.to));
    assert!(reached.is_empty(), "{reached:?}");
}

#[tokio::test]
async fn a_letter_that_was_in_hand_when_the_address_was_taken_back_opens_nothing() {
    let (auth, thief) = confirmed().await;
    auth.move_to(&thief, THIEFS, NOW).await;
    let owners = undo_link(&auth, OLD, NOW).await;
    auth.move_to(&thief, "thief2@example.org", NOW).await;
    let lease = NOW + Duration::minutes(10);
    let mut writing = auth.store().write().await.unwrap();
    let in_hand = writing.take_mails(NOW, lease, 10).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(in_hand.len(), 1);
    auth.secure(&owners, NOW).await.unwrap();
    assert!(matches!(
        auth.attempt(&in_hand[0], NOW).await,
        Fate::Dropped
    ));
    assert!(auth.letters(lease).await.is_empty());
}

#[tokio::test]
async fn whoever_sits_on_the_address_without_showing_that_it_is_theirs_makes_way() {
    let (auth, thief) = confirmed().await;
    auth.move_to(&thief, THIEFS, NOW).await;
    let token = undo_link(&auth, OLD, NOW).await;
    let squatter = auth.register(OLD, "squatter").await.unwrap();
    auth.secure(&token, NOW).await.unwrap();
    assert_eq!(address_of(&auth, "ada").await, OLD);
    assert!(auth.check(&squatter, NOW).is_err());
    assert!(auth.sign_in("squatter", PASSWORD).await.is_err());
}

#[tokio::test]
async fn an_address_that_another_account_has_confirmed_since_is_not_taken_from_it() {
    let (auth, moved) = confirmed().await;
    auth.move_to(&moved, NEW, NOW).await;
    let token = undo_link(&auth, OLD, NOW).await;
    let second = auth.register(OLD, "second").await.unwrap();
    let confirming = auth.link_to(OLD, NOW).await;
    let nobody = Client::default();
    auth.confirm_email(&confirming, secret(""), &nobody, Some(&second.session), NOW)
        .await
        .unwrap();
    assert!(matches!(
        auth.secure(&token, NOW).await,
        Err(Error::EmailTaken)
    ));
    assert!(auth.check(&moved, NOW).is_ok(), "nothing has happened");
    assert_eq!(address_of(&auth, "ada").await, NEW);
    assert!(auth.link(&token, None, NOW).await.is_ok());
}

#[tokio::test]
async fn an_address_that_nobody_confirmed_has_no_say_when_the_account_moves_on() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.letters(NOW).await;
    auth.move_to(&ada, NEW, NOW).await;
    let letters = auth.letters(NOW).await;
    assert!(letters.iter().all(|letter| letter.to != OLD));
    assert_eq!(
        auth.account(&ada.session).await.unwrap().confirmed_at,
        Some(NOW)
    );
}

#[tokio::test]
async fn moving_on_voids_the_links_that_the_mailbox_of_before_had() {
    let (auth, ada) = confirmed().await;
    let reset = auth.reset_link(OLD, NOW).await;
    let form = LogIn {
        identifier: "ada".to_owned(),
        password: secret(PASSWORD),
        persistence: Persistence::Remembered,
        device: None,
    };
    let client = Client {
        browser: Some(Browser::random()),
        ..Client::default()
    };
    auth.log_in(form, &client, None, NOW).await.unwrap();
    let ending = auth.link_to(OLD, NOW).await;
    auth.move_to(&ada, NEW, NOW).await;
    for token in [&reset, &ending] {
        assert!(gone(auth.link(token, None, NOW).await));
    }
}
