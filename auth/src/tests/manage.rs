//! What an operator does with accounts, while a server runs on the same database.

use super::*;
use crate::{NewAccount, Role, SessionId, UserInfo, UserPage, Vouching};

const OTHER: &str = "another long password";

fn new(email: &str, username: &str) -> NewAccount {
    NewAccount {
        email: email.to_owned(),
        username: username.to_owned(),
        display_name: String::new(),
        role: Role::User,
        password: Some(secret(PASSWORD)),
        vouching: Vouching::Operator,
    }
}

/// The events of an account with their details, the newest first.
async fn trail(auth: &Auth, who: &UserInfo) -> Vec<(Event, Option<String>)> {
    let rows = auth.activity(&who.account, None, 100).await.unwrap();
    rows.into_iter()
        .map(|row| (row.event, row.detail))
        .collect()
}

fn by_operator(event: Event) -> (Event, Option<String>) {
    (event, Some("operator".to_owned()))
}

#[tokio::test]
async fn an_account_that_an_operator_adds_can_be_signed_in_to() {
    let auth = Fixture::with(|config| {
        config.registration = Registration::Closed;
        config.confirmation = Confirmation::Required;
    })
    .await;
    let admin = NewAccount {
        role: Role::Admin,
        ..new("Ada@Example.org", "Ada")
    };
    let ada = auth.add_user(admin, NOW).await.unwrap();
    assert_eq!(ada.account.role, "admin");
    assert_eq!(ada.account.email.as_str(), "ada@example.org");
    assert!(ada.has_password && ada.account.confirmed_at == Some(NOW));
    let signed_in = auth.sign_in("ada", PASSWORD).await.unwrap();
    assert_eq!(signed_in.session.role, "admin");
    let events = trail(&auth, &ada).await;
    assert!(events.contains(&by_operator(Event::AccountAdded)));
    assert!(auth.verify_trail().await.unwrap().is_ok());
}

#[tokio::test]
async fn what_an_operator_types_is_held_against_the_same_rules() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let add = async |new: NewAccount| auth.add_user(new, NOW).await.err();
    assert!(matches!(
        add(new("ada@example.org", "eve")).await,
        Some(Error::EmailTaken)
    ));
    assert!(matches!(
        add(new("eve@example.org", "ADA")).await,
        Some(Error::UsernameTaken)
    ));
    assert!(matches!(
        add(new("eve", "eve")).await,
        Some(Error::Email(_))
    ));
    let short = NewAccount {
        password: Some(secret("short")),
        ..new("eve@example.org", "eve")
    };
    assert!(matches!(add(short).await, Some(Error::Password(_))));
    let page = UserPage {
        limit: 10,
        ..UserPage::default()
    };
    assert_eq!(auth.users(&page).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_without_a_password_waits_for_its_owner() {
    let auth = Fixture::new().await;
    let invited = NewAccount {
        password: None,
        vouching: Vouching::Owner,
        ..new("ada@example.org", "ada")
    };
    let ada = auth.add_user(invited, NOW).await.unwrap();
    assert!(!ada.has_password && ada.account.confirmed_at.is_none());
    assert!(auth.sign_in("ada", "!").await.is_err());
    let refused = auth.make_reset_link("ada", NOW).await;
    assert!(
        matches!(refused, Err(Error::NoLinkFor)),
        "it would confirm the address"
    );
    auth.send_reset("ada", NOW).await.unwrap();
    let token = auth.link_to("ada@example.org", NOW).await;
    reset(&auth, &token).await.unwrap();
    let ada = auth.user("ada").await.unwrap();
    assert!(ada.has_password && ada.account.confirmed_at.is_some());
    auth.sign_in("ada", OTHER).await.unwrap();
}

async fn reset(auth: &Auth, token: &str) -> crate::Result<SignedIn> {
    let nobody = Client::default();
    let persistence = Persistence::Browser;
    auth.reset_password(token, secret(OTHER), &nobody, None, persistence, NOW)
        .await
}

#[tokio::test]
async fn an_account_is_found_by_each_of_its_names() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let document = ada.session.user.clone();
    for who in ["ada", "ADA", "Ada@example.org", &document, "#1"] {
        let found = auth.user(who).await.unwrap();
        assert_eq!(found.account.username.as_str(), "ada", "{who}");
    }
    for who in ["", "eve", "#2", "#", "#-1", "#1 ", "a\0b", "%", "' or 1=1"] {
        let found = auth.user(who).await;
        assert!(matches!(found, Err(Error::UnknownAccount)), "{who}");
    }
}

#[tokio::test]
async fn nobody_stands_before_somebody_else_by_the_choice_of_a_name() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    // Every id is of characters that a username may have.
    auth.register("eve@example.org", &ada.session.user)
        .await
        .unwrap();
    let found = auth.user(&ada.session.user).await;
    assert!(matches!(found, Err(Error::AmbiguousAccount)));
    let disabled = auth
        .disable(&ada.session.user, &Client::default(), NOW)
        .await;
    assert!(matches!(disabled, Err(Error::AmbiguousAccount)));
    assert!(auth.check(&ada, NOW).is_ok());
}

#[tokio::test]
async fn accounts_are_listed_in_parts_and_found_by_what_is_in_their_names() {
    let auth = Fixture::new().await;
    for name in ["ada", "eve", "a_da", "bob"] {
        auth.register(&format!("{name}@example.org"), name)
            .await
            .unwrap();
    }
    let list = async |after: i64, limit: i64, search: Option<&str>| {
        let search = search.map(str::to_owned);
        let page = UserPage {
            after,
            limit,
            search,
        };
        let users = auth.users(&page).await.unwrap();
        let names = users.into_iter().map(|user| user.account.username);
        names
            .map(|name| name.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(list(0, 2, None).await, ["ada", "eve"]);
    assert_eq!(list(2, 2, None).await, ["a_da", "bob"]);
    assert_eq!(list(0, 9, Some("_")).await, ["a_da"], "no wildcard");
    assert_eq!(list(0, 9, Some("DA")).await, ["ada", "a_da"]);
    assert!(list(0, 9, Some("%")).await.is_empty());
}

#[tokio::test]
async fn another_role_ends_every_session_on_every_node_at_once() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let server = auth.second_node().await;
    let access = ada.tokens.access.expose_secret();
    assert_eq!(server.verify(access, NOW).unwrap().role, "user");
    assert_eq!(
        auth.set_role("ada", Role::Admin, NOW).await.unwrap(),
        Some(1)
    );
    server.catch_up(NOW).await.unwrap();
    assert!(server.verify(access, NOW).is_err());
    assert_eq!(refusal(auth.exchange(&ada, NOW).await), Refusal::Revoked);
    let again = auth.sign_in("ada", PASSWORD).await.unwrap();
    assert_eq!(again.session.role, "admin");
    assert_eq!(auth.set_role("ada", Role::Admin, NOW).await.unwrap(), None);
    assert!(auth.check(&again, NOW).is_ok(), "nothing was changed");
    let ada = auth.user("ada").await.unwrap();
    let role = (Event::RoleChanged, Some("admin".to_owned()));
    assert!(trail(&auth, &ada).await.contains(&role));
}

#[tokio::test]
async fn a_sign_in_under_way_does_not_come_out_with_the_role_of_before() {
    let auth = Fixture::new().await;
    auth.add_user(
        NewAccount {
            role: Role::Admin,
            ..new("ada@example.org", "ada")
        },
        NOW,
    )
    .await
    .unwrap();
    let known = auth.find("ada").await.unwrap().unwrap();
    auth.set_role("ada", Role::User, NOW).await.unwrap();
    let mut writing = auth.store().write().await.unwrap();
    assert!(writing.hold_account(&known).await.unwrap().is_none());
    writing.commit().await.unwrap();
}

#[tokio::test]
async fn a_password_that_an_operator_sets_ends_sessions_and_links_and_the_owner_is_told() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.confirm_ada().await;
    let link = auth.make_reset_link("ada", NOW).await.unwrap();
    auth.set_password("ada", secret(OTHER), NOW).await.unwrap();
    assert!(auth.check(&ada, NOW).is_err());
    assert!(auth.sign_in("ada", PASSWORD).await.is_err());
    auth.sign_in("ada", OTHER).await.unwrap();
    assert!(matches!(
        reset(&auth, link.expose()).await,
        Err(Error::LinkGone)
    ));
    let letters = auth.letters(NOW).await;
    assert!(
        letters
            .iter()
            .any(|letter| letter.subject == "Your password was changed")
    );
    let weak = auth.set_password("ada", secret("ada@example.org"), NOW);
    assert!(matches!(weak.await, Err(Error::Password(_))));
    let ada = auth.user("ada").await.unwrap();
    let events = trail(&auth, &ada).await;
    assert!(events.contains(&by_operator(Event::PasswordSet)));
    assert!(events.contains(&by_operator(Event::PasswordLinkMade)));
}

#[tokio::test]
async fn a_link_that_an_operator_hands_over_works_once() {
    let auth = Fixture::new().await;
    auth.ada().await;
    auth.confirm_ada().await;
    let first = auth.make_reset_link("ada", NOW).await.unwrap();
    let second = auth.make_reset_link("ada", NOW).await.unwrap();
    let gone = reset(&auth, first.expose()).await;
    assert!(matches!(gone, Err(Error::LinkGone)), "a newer one is there");
    reset(&auth, second.expose()).await.unwrap();
    let used = reset(&auth, second.expose()).await;
    assert!(matches!(used, Err(Error::LinkGone)));
    auth.disable("ada", &Client::default(), NOW).await.unwrap();
    let closed = auth.make_reset_link("ada", NOW).await;
    assert!(matches!(closed, Err(Error::NoLinkFor)));
    let closed = auth.send_reset("ada", NOW).await;
    assert!(matches!(closed, Err(Error::NoLinkFor)));
}

#[tokio::test]
async fn an_operator_ends_one_session_or_all() {
    let auth = Fixture::new().await;
    let (one, two) = (
        auth.ada().await,
        auth.sign_in("ada", PASSWORD).await.unwrap(),
    );
    let eve = auth.register("eve@example.org", "eve").await.unwrap();
    let foreign = auth.end_user_session("ada", eve.session.id, NOW).await;
    assert!(matches!(foreign, Err(Error::UnknownSession)));
    let missing = auth.end_user_session("ada", SessionId::random(), NOW).await;
    assert!(matches!(missing, Err(Error::UnknownSession)));
    auth.end_user_session("ada", one.session.id, NOW)
        .await
        .unwrap();
    assert!(auth.check(&one, NOW).is_err() && auth.check(&two, NOW).is_ok());
    assert_eq!(auth.user_sessions("ada", NOW).await.unwrap().len(), 1);
    assert_eq!(auth.end_user_sessions("ada", NOW).await.unwrap(), 1);
    assert!(auth.check(&two, NOW).is_err() && auth.check(&eve, NOW).is_ok());
    assert_eq!(auth.end_user_sessions("ada", NOW).await.unwrap(), 0);
    let ada = auth.user("ada").await.unwrap();
    let ended = by_operator(Event::SessionEnded);
    let events = trail(&auth, &ada).await;
    assert_eq!(events.iter().filter(|event| **event == ended).count(), 2);
}

#[tokio::test]
async fn a_deleted_account_is_gone_at_once_and_its_names_are_free() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.confirm_ada().await;
    let server = auth.second_node().await;
    let link = auth.make_reset_link("ada", NOW).await.unwrap();
    let document = ada.session.user.clone();
    auth.delete_user("ada", NOW).await.unwrap();
    server.catch_up(NOW).await.unwrap();
    assert!(
        server
            .verify(ada.tokens.access.expose_secret(), NOW)
            .is_err()
    );
    assert_eq!(refusal(auth.exchange(&ada, NOW).await), Refusal::Revoked);
    for who in ["ada", "ada@example.org", document.as_str(), "#1"] {
        let found = auth.delete_user(who, NOW).await;
        assert!(matches!(found, Err(Error::UnknownAccount)), "{who}");
        let enabled = auth.enable(who, &Client::default(), NOW).await;
        assert!(matches!(enabled, Err(Error::UnknownAccount)), "{who}");
    }
    assert!(matches!(
        reset(&auth, link.expose()).await,
        Err(Error::LinkGone)
    ));
    let letters = auth.letters(NOW).await;
    assert_eq!(letters.len(), 1, "what was to be said is not said any more");
    assert_eq!(letters[0].subject, "Your account was deleted");
    let again = auth.ada().await;
    assert_ne!(again.session.user, document);
    assert_eq!(auth.user("ada").await.unwrap().account.id, 2);
}

#[tokio::test]
async fn nothing_of_a_person_is_left_of_a_deleted_account_and_the_rest_goes_later() {
    let auth = Fixture::new().await;
    auth.ada().await;
    auth.delete_user("ada", NOW).await.unwrap();
    let left = auth.store().standing(1).await.unwrap().unwrap();
    assert!(left.is_deleted());
    assert_eq!(left.account.username.as_str(), "");
    assert_eq!(left.credentials.password_hash, "!");
    let sessions = auth.store().all_sessions_of(1).await.unwrap();
    assert!(sessions.iter().all(|row| row.client == Client::default()));
    let page = UserPage {
        limit: 9,
        ..UserPage::default()
    };
    assert!(auth.users(&page).await.unwrap().is_empty());
    auth.clean_up(NOW + Duration::hours(2)).await.unwrap();
    assert!(auth.store().standing(1).await.unwrap().is_none());
    let rows = auth.activity(&left.account, None, 100).await.unwrap();
    let deleted = rows.iter().filter(|row| row.event == Event::AccountDeleted);
    let details: Vec<_> = deleted.map(|row| row.detail.as_deref()).collect();
    assert_eq!(details, [Some("operator")], "it is said once");
    assert!(auth.verify_trail().await.unwrap().is_ok());
}
