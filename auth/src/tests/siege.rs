//! Strangers who try to keep somebody out, or to find out who has an account, by what they leave behind.

use super::*;

const VICTIM: &str = "ada@example.org";

async fn registers(auth: &Auth, address: &str, username: &str) {
    let form = SignUp {
        email: address.to_owned(),
        username: username.to_owned(),
        password: secret(PASSWORD),
        persistence: Persistence::Browser,
    };
    auth.sign_up(form, &Client::default(), None, NOW)
        .await
        .unwrap();
}

#[tokio::test]
async fn whoever_registers_over_and_over_does_not_keep_the_owner_of_the_address_out() {
    let auth = Fixture::new().await;
    registers(&auth, VICTIM, "squatter").await;
    auth.ask_for_reset(VICTIM, &Client::default(), NOW)
        .await
        .unwrap();
    let token = auth.link_to(VICTIM, NOW).await;
    for number in 0..5 {
        registers(&auth, VICTIM, &format!("squatter{number}")).await;
    }
    let nobody = Client::default();
    let another = secret("quite another password");
    let owner = auth
        .reset_password(&token, another, &nobody, None, Persistence::Browser, NOW)
        .await;
    let owner = owner.unwrap();
    let account = auth.account(&owner.session).await.unwrap();
    assert_eq!(account.username.as_str(), "squatter4");
    assert!(account.confirmed_at.is_some());
    assert!(auth.sign_in("squatter4", PASSWORD).await.is_err());
    assert!(matches!(
        auth.register(VICTIM, "again").await,
        Err(Error::EmailTaken)
    ));
}

#[tokio::test]
async fn who_is_replaced_is_told_at_the_address() {
    let auth = Fixture::new().await;
    registers(&auth, VICTIM, "ada").await;
    assert!(!auth.letters(NOW).await[0].text.contains("made way"));
    registers(&auth, VICTIM, "other").await;
    assert!(auth.letters(NOW).await[0].text.contains("made way"));
}

#[tokio::test]
async fn a_change_of_address_leaves_the_same_traces_whether_or_not_it_is_taken() {
    let auth = Fixture::new().await;
    auth.ada().await;
    auth.confirm_ada().await;
    let (nobody, mut traces) = (Client::default(), Vec::new());
    for (name, wanted) in [("eve", VICTIM), ("mallory", "free@example.org")] {
        let own = auth
            .register(&format!("{name}@example.org"), name)
            .await
            .unwrap();
        auth.letters(NOW).await;
        auth.change_email(&own.session, secret(PASSWORD), wanted, &nobody, NOW)
            .await
            .unwrap();
        auth.letters(NOW).await;
        let (_, export) = auth.export(&own.session, &nobody, NOW).await.unwrap();
        let json = serde_json::to_value(&export).unwrap();
        let count = |part: &str| json[part].as_array().unwrap().len();
        let about = json["letters"][0]["about"].clone();
        traces.push((count("links"), count("letters"), about));
    }
    assert_eq!(traces[0], traces[1]);
}

#[tokio::test]
async fn an_account_that_was_shut_before_it_was_confirmed_blocks_nobody() {
    let auth = Fixture::new().await;
    registers(&auth, VICTIM, "squatter").await;
    auth.disable("squatter", &Client::default(), NOW)
        .await
        .unwrap();
    assert!(auth.register(VICTIM, "ada").await.is_ok());
    assert!(auth.sign_in("squatter", PASSWORD).await.is_err());
}

#[tokio::test]
async fn a_link_that_was_asked_for_before_the_password_was_changed_is_void() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let nobody = Client::default();
    auth.ask_for_reset(VICTIM, &nobody, NOW).await.unwrap();
    let token = auth.link_to(VICTIM, NOW).await;
    let later = NOW + Duration::minutes(2);
    auth.ask_for_reset(VICTIM, &nobody, later).await.unwrap();
    let changed_at = later + Duration::seconds(1);
    let (old, new) = (secret(PASSWORD), secret("quite another password"));
    auth.change_password(&ada.session, old, new, &nobody, changed_at)
        .await
        .unwrap();
    assert!(matches!(
        auth.link(&token, None, changed_at).await,
        Err(Error::LinkGone)
    ));
    let letters = auth.letters(changed_at).await;
    assert!(
        letters
            .iter()
            .all(|letter| letter.subject != "Set a new password")
    );
}

#[tokio::test]
async fn a_change_of_address_is_called_off_by_asking_for_the_one_there_is() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.letters(NOW).await;
    let (nobody, new) = (Client::default(), "ada@new.example");
    let ask = async |address: &str| {
        auth.change_email(&ada.session, secret(PASSWORD), address, &nobody, NOW)
            .await
    };
    assert!(matches!(ask(VICTIM).await, Err(Error::SameEmail)));
    assert!(ask(new).await.unwrap().is_some());
    let token = auth.link_to(new, NOW).await;
    assert_eq!(ask(VICTIM).await.unwrap(), None);
    assert!(matches!(
        auth.link(&token, Some(&ada.session), NOW).await,
        Err(Error::LinkGone)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_up_and_signing_in_at_once_wait_for_each_other_in_one_order() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..30 {
        let (up, into) = (auth.auth.clone(), auth.auth.clone());
        tasks.spawn(async move {
            registers(
                &up,
                &format!("user{number}@example.org"),
                &format!("user{number}"),
            )
            .await;
        });
        tasks.spawn(async move {
            let form = LogIn {
                identifier: "ada".to_owned(),
                password: secret(PASSWORD),
                persistence: Persistence::Browser,
                device: None,
            };
            // From a browser that is not known: each sends a letter.
            into.log_in(form, &Client::default(), None, NOW)
                .await
                .unwrap();
        });
    }
    tasks.join_all().await;
    assert_eq!(auth.letters(NOW).await.len(), 61);
}
