//! What comes from one address.

use super::*;

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
