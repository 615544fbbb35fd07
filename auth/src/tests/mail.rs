//! Letters: past servers that are down or say no, past nodes that die, and into the mailbox once.

mod postman;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use self::postman::{Manner, Postman};
use super::*;

const ASKED: &str = "Set a new password";

async fn trouble(auth: &Fixture, ada: &SignedIn) -> Option<crate::MailTrouble> {
    let account = auth.account(&ada.session).await.unwrap();
    auth.mail_trouble(&account).await.unwrap()
}

async fn ask(auth: &Fixture, address: &str, now: OffsetDateTime) {
    auth.ask_for_reset(address, &Client::default(), now)
        .await
        .unwrap();
}

/// All that the database holds of letters and links, or all that is in its files.
async fn stored(auth: &Fixture) -> String {
    if auth.scratch.url.starts_with("sqlite") {
        let files = fs::read_dir(auth.scratch.dir.path()).unwrap();
        let bytes = files.flat_map(|file| fs::read(file.unwrap().path()).unwrap());
        return String::from_utf8_lossy(&Vec::from_iter(bytes)).into_owned();
    }
    let mut connection = auth.scratch.connect().await;
    let rows = sqlx::query_scalar(
        "select cast(to_jsonb(mails) as text) from mails
         union all select cast(to_jsonb(links) as text) from links",
    );
    let rows: Vec<String> = rows.fetch_all(&mut connection).await.unwrap();
    rows.concat()
}

fn subjects(letters: &[Sent]) -> Vec<&str> {
    Vec::from_iter(letters.iter().map(|letter| letter.subject.as_str()))
}

#[tokio::test]
async fn a_letter_waits_for_a_server_that_is_down_and_is_tried_after_growing_pauses() {
    let route = postman::nobody();
    let mut auth = Fixture::with(|config| config.mail.route = route).await;
    let ada = auth.ada().await;
    let mut now = NOW;
    for pause in [0, 30, 60, 120, 240] {
        if pause > 0 {
            let early = now + Duration::seconds(pause - 1);
            assert_eq!(auth.deliver_due(|| early).await.unwrap(), 0, "{pause}");
        }
        now += Duration::seconds(pause);
        assert_eq!(auth.deliver_due(|| now).await.unwrap(), 1, "{pause}");
        let trouble = trouble(&auth, &ada).await.unwrap();
        assert!(trouble.is_tried_again);
        assert_eq!(trouble.recipient.as_str(), "ada@example.org");
    }
    let later = now + Duration::minutes(8);
    auth.restart(later, |_| {}).await.unwrap();
    let arrived = auth.letters(later).await;
    assert_eq!(subjects(&arrived), ["Confirm your email address"]);
    assert_eq!(trouble(&auth, &ada).await, None);
}

#[tokio::test]
async fn a_letter_is_given_up_after_two_days() {
    let route = postman::nobody();
    let mut auth = Fixture::with(|config| config.mail.route = route).await;
    let ada = auth.ada().await;
    auth.deliver_due(|| NOW).await.unwrap();
    let late = NOW + Duration::days(2);
    assert_eq!(auth.deliver_due(|| late).await.unwrap(), 1);
    assert!(!trouble(&auth, &ada).await.unwrap().is_tried_again);
    let later = late + Duration::days(1);
    auth.restart(later, |_| {}).await.unwrap();
    assert!(auth.letters(later).await.is_empty());
}

#[tokio::test]
async fn a_server_that_takes_a_letter_gets_it_once() {
    let postman = Postman::new(Manner::Takes);
    let auth = Fixture::with(|config| config.mail.route = postman.route()).await;
    let ada = auth.ada().await;
    auth.deliver_due(|| NOW).await.unwrap();
    let letter = postman.next_letter();
    assert!(letter.contains("To: ada@example.org"), "{letter}");
    assert!(letter.contains("Auto-Submitted: auto-generated"));
    assert_eq!(trouble(&auth, &ada).await, None);
    let later = NOW + Duration::days(1);
    assert_eq!(auth.deliver_due(|| later).await.unwrap(), 0);
}

#[tokio::test]
async fn a_mailbox_that_is_not_there_is_not_tried_again() {
    let postman = Postman::new(Manner::KnowsNobody);
    let auth = Fixture::with(|config| config.mail.route = postman.route()).await;
    let ada = auth.ada().await;
    auth.deliver_due(|| NOW).await.unwrap();
    let trouble = trouble(&auth, &ada).await.unwrap();
    assert!(!trouble.is_tried_again);
    assert_eq!(trouble.at, NOW);
    let later = NOW + Duration::hours(1);
    assert_eq!(auth.deliver_due(|| later).await.unwrap(), 0);
    let row = auth.store().mails_of(1, 1).await.unwrap().remove(0);
    let problem = row.problem.unwrap();
    assert!(problem.contains("550"), "{problem}");
    assert!(!problem.contains("ada@example.org"), "{problem}");
}

#[tokio::test]
async fn what_was_queued_before_a_restart_is_sent_after_it() {
    let mut auth = Fixture::new().await;
    auth.ada().await;
    ask(&auth, "ada@example.org", NOW).await;
    auth.restart(NOW, |_| {}).await.unwrap();
    let letters = auth.letters(NOW).await;
    let mut arrived = subjects(&letters);
    arrived.sort_unstable();
    assert_eq!(arrived, ["Confirm your email address", ASKED]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_deliver_at_once_send_each_letter_once() {
    let one = Fixture::new().await;
    let two = one.second_node().await;
    let mut expected = Vec::new();
    for number in 10..50 {
        let email = format!("ada{number}@example.org");
        one.register(&email, &format!("ada{number}")).await.unwrap();
        expected.push(email);
    }
    let (first, second) = tokio::join!(one.deliver_due(|| NOW), two.deliver_due(|| NOW));
    assert_eq!(first.unwrap() + second.unwrap(), expected.len());
    let letters = one.outbox.take();
    let mut reached = Vec::from_iter(letters.into_iter().map(|letter| letter.to));
    reached.sort_unstable();
    assert_eq!(reached, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_in_the_hands_of_a_node_that_died_comes_again_with_the_same_link() {
    let postman = Postman::new(Manner::TakesAndSaysNothing);
    let mut auth = Fixture::with(|config| config.mail.route = postman.route()).await;
    auth.ada().await;
    let node = auth.auth.clone();
    let delivering = tokio::spawn(async move { node.deliver_due(|| NOW).await });
    let (postman, first) = tokio::task::spawn_blocking(move || {
        let letter = postman.next_letter();
        (postman, letter)
    })
    .await
    .unwrap();
    delivering.abort();
    assert!(delivering.await.unwrap_err().is_cancelled());
    drop(postman);
    auth.restart(NOW, |_| {}).await.unwrap();
    let early = NOW + Duration::minutes(9);
    assert!(auth.letters(early).await.is_empty(), "it may be on its way");
    let token = auth
        .link_to("ada@example.org", NOW + Duration::minutes(10))
        .await;
    assert!(first.contains(&token));
    let link = auth.link(&token, None, NOW + Duration::hours(1)).await;
    assert!(link.is_ok());
}

#[tokio::test]
async fn letters_in_a_folder_are_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letters");
    let route = MailRoute::Folder(path.clone());
    let auth = Fixture::with(|config| config.mail.route = route).await;
    auth.ada().await;
    auth.deliver_due(|| NOW).await.unwrap();
    let files = Vec::from_iter(fs::read_dir(&path).unwrap().map(|file| file.unwrap()));
    assert_eq!(files.len(), 1, "{files:?}");
    let path = files[0].path();
    assert_eq!(path.extension().unwrap(), "eml");
    let mode = files[0].metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(fs::read_to_string(path).unwrap().contains("?token="));
}

#[tokio::test]
async fn the_database_holds_no_token() {
    let auth = Fixture::new().await;
    auth.ada().await;
    ask(&auth, "ada@example.org", NOW).await;
    let tokens = Vec::from_iter(auth.letters(NOW).await.iter().map(token_in));
    assert_eq!(tokens.len(), 2);
    let stored = stored(&auth).await;
    let links = auth.store().links_of(1).await.unwrap();
    for link in &links {
        assert!(stored.contains(&link.hash), "this is where to look");
    }
    for token in tokens {
        assert!(!stored.contains(&token));
    }
}

#[tokio::test]
async fn a_change_that_is_refused_queues_no_letter() {
    let auth = Fixture::new().await;
    auth.ada().await;
    auth.letters(NOW).await;
    let refused = auth.register("eve@example.org", "ada").await;
    assert!(matches!(refused, Err(Error::UsernameTaken)));
    assert!(auth.letters(NOW).await.is_empty());
}

#[tokio::test]
async fn links_to_set_a_password_go_out_once_a_minute_and_after_five_not_while_the_last_one_lives()
{
    let auth = Fixture::new().await;
    auth.ada().await;
    auth.letters(NOW).await;
    let mut sent = Vec::new();
    for second in (0..3700).step_by(20) {
        let now = NOW + Duration::seconds(second);
        ask(&auth, "ADA@example.org", now).await;
        if !auth.letters(now).await.is_empty() {
            sent.push(second);
        }
    }
    assert_eq!(sent, [0, 60, 120, 180, 240, 2040, 3660]);
}

#[tokio::test]
async fn whoever_asks_for_another_link_too_soon_is_told_how_long_to_wait() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let wait = async |second| {
        let now = NOW + Duration::seconds(second);
        let nobody = Client::default();
        match auth
            .send_confirmation_again(&ada.session, &nobody, now)
            .await
        {
            Ok(_) => 0,
            Err(Error::Throttled { retry_after }) => retry_after.whole_seconds(),
            Err(other) => panic!("{other:?}"),
        }
    };
    assert_eq!(wait(0).await, 60, "the first one came with the account");
    assert_eq!(wait(59).await, 1);
    for second in [60, 120, 180, 240] {
        assert_eq!(wait(second).await, 0);
    }
    assert_eq!(wait(300).await, 1740);
    assert_eq!(wait(3600).await, 0);
}

#[tokio::test]
async fn what_is_wrong_with_our_settings_loses_no_letter() {
    for manner in [Manner::DoesNotRelay, Manner::HasNoUsers] {
        let postman = Postman::new(manner);
        let mut auth = Fixture::with(|config| config.mail.route = postman.route()).await;
        let ada = auth.ada().await;
        auth.deliver_due(|| NOW).await.unwrap();
        let trouble = trouble(&auth, &ada).await.unwrap();
        assert!(trouble.is_tried_again, "{manner:?}");
        let later = NOW + Duration::hours(1);
        auth.restart(later, |_| {}).await.unwrap();
        assert_eq!(auth.letters(later).await.len(), 1, "{manner:?}");
    }
}

#[tokio::test]
async fn a_letter_that_did_not_arrive_is_told_until_another_of_its_kind_does() {
    let postman = Postman::new(Manner::KnowsNobody);
    let mut auth = Fixture::with(|config| config.mail.route = postman.route()).await;
    let ada = auth.ada().await;
    auth.deliver_due(|| NOW).await.unwrap();
    auth.restart(NOW, |_| {}).await.unwrap();
    auth.sign_in("ada", PASSWORD).await.unwrap();
    assert_eq!(
        subjects(&auth.letters(NOW).await),
        ["New sign-in to your account"]
    );
    assert!(
        trouble(&auth, &ada).await.is_some(),
        "that was another letter"
    );
    let later = NOW + Duration::minutes(2);
    let nobody = Client::default();
    auth.send_confirmation_again(&ada.session, &nobody, later)
        .await
        .unwrap();
    auth.letters(later).await;
    assert_eq!(trouble(&auth, &ada).await, None);
}

#[tokio::test]
async fn a_stranger_who_asks_all_the_time_leaves_the_owner_a_link_that_works() {
    let auth = Fixture::new().await;
    auth.ada().await;
    // The stranger asks whenever it is allowed; the owner reads the mailbox now and then.
    for minute in 1..=180 {
        let now = NOW + Duration::minutes(minute);
        ask(&auth, "ada@example.org", now).await;
        if minute % 10 == 0 {
            auth.letters(now).await;
            let links = auth.store().links_of(1).await.unwrap();
            let works =
                |link: &&crate::store::LinkRow| link.used_at.is_none() && link.expires_at > now;
            let resets = links
                .iter()
                .filter(|link| link.purpose == crate::link::Purpose::ResetPassword);
            assert_eq!(resets.filter(works).count(), 1, "minute {minute}");
        }
    }
    let sent = auth.store().mails_of(1, 1000).await.unwrap();
    assert!(sent.len() < 20, "{} letters in three hours", sent.len());
}
