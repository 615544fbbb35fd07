//! What a person does with an account over the years, without script.

use axum::http::StatusCode;
use time::Duration;

use crate::helpers::{Client, PASSWORD, TestApp, link_in, token_of};

const ADDRESS: &str = "ada@example.org";
const ANOTHER: &str = "quite another password";
const DEAD: &str = "This link is no longer good";

#[tokio::test]
async fn looking_at_a_link_confirms_nothing_and_the_button_does() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let link = app.link_to(ADDRESS).await;
    for _ in 0..3 {
        // A mail scanner has no cookies.
        let page = app.browser().get(&link).await;
        assert_eq!(page.text("h1"), "Confirm your address");
    }
    assert!(ada.get("/profile").await.body.contains("Not confirmed"));
    let page = ada.get(&link).await;
    assert_eq!(page.text("main button[type=submit]"), "Confirm address");
    assert!(page.attribute("#password", "type").is_none());
    let answer = ada
        .post("/confirm-email", &[("token", token_of(&link))])
        .await;
    assert_eq!(answer.location(), "/profile?confirmed");
    let page = ada.get(answer.location()).await;
    assert_eq!(page.text("[role=status]"), "Your address is confirmed.");
    assert!(ada.get(&link).await.body.contains(DEAD));
}

#[tokio::test]
async fn from_another_browser_confirming_takes_the_password_and_signs_in() {
    let app = TestApp::new().await;
    app.ada().await;
    let link = app.link_to(ADDRESS).await;
    let mut phone = app.browser();
    let token = ("token", token_of(&link));
    for password in ["", "a wrong password"] {
        let page = phone
            .post("/confirm-email", &[token, ("password", password)])
            .await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text("#password-error").contains("not the password"));
        let kept = page.attribute("input[name=token]", "value");
        assert_eq!(kept.as_deref(), Some(token.1));
    }
    let answer = phone
        .post("/confirm-email", &[token, ("password", PASSWORD)])
        .await;
    assert_eq!(answer.location(), "/dashboard");
    assert!(phone.get("/dashboard").await.status.is_success());
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_link() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let _ = app.letters().await;
    let mut browser = app.browser();
    let answer = browser
        .post("/forgot-password", &[("email", ADDRESS)])
        .await;
    assert_eq!(answer.location(), "/forgot-password?sent");
    let page = browser.get(answer.location()).await;
    assert!(page.text("[role=status]").contains("30 minutes"));
    let link = app.link_to(ADDRESS).await;
    assert!(browser.get(&link).await.body.contains(ADDRESS));
    let token = ("token", token_of(&link));
    let page = browser
        .post("/reset-password", &[token, ("password", "short")])
        .await;
    assert!(page.text("#password-error").contains("at least 12"));
    let answer = browser
        .post("/reset-password", &[token, ("password", ANOTHER)])
        .await;
    assert_eq!(answer.location(), "/dashboard");
    assert!(browser.get("/dashboard").await.status.is_success());
    assert!(!ada.get("/dashboard").await.status.is_success());
    let told = app.letters().await;
    assert_eq!(told[0].subject, "Your password was changed");
    assert!(app.browser().get(&link).await.body.contains(DEAD));
}

#[tokio::test]
async fn every_link_that_does_nothing_gets_the_one_page_that_says_what_to_do() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let confirm = app.link_to(ADDRESS).await;
    app.browser()
        .post("/forgot-password", &[("email", ADDRESS)])
        .await;
    let reset = app.link_to(ADDRESS).await;
    let old = token_of(&reset).to_owned();
    app.advance(Duration::minutes(31));
    for page in ["/confirm-email", "/reset-password", "/secure-account"] {
        let cut = &token_of(&confirm)[..20];
        let long = "A".repeat(5000);
        let foreign = match page {
            "/reset-password" => token_of(&confirm),
            _ => &old,
        };
        for token in ["x", cut, &long, "%00", "ü", foreign, &old] {
            let token = percent(token);
            let seen = ada.get(&format!("{page}?token={token}")).await;
            assert!(seen.body.contains(DEAD), "{page} {token}: {}", seen.body);
            assert!(!seen.status.is_server_error());
            let fields = [("token", token.as_str()), ("password", ANOTHER)];
            let fields = if page == "/secure-account" {
                &fields[..1]
            } else {
                &fields[..]
            };
            let done = ada.post(page, fields).await;
            assert!(done.body.contains(DEAD), "{page} {token}: {}", done.body);
            assert_eq!(done.status, StatusCode::GONE);
        }
    }
}

fn percent(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn of_two_tabs_with_one_link_one_wins_and_the_other_is_told() {
    let app = TestApp::new().await;
    app.ada().await;
    app.browser()
        .post("/forgot-password", &[("email", ADDRESS)])
        .await;
    let link = app.link_to(ADDRESS).await;
    let (mut one, mut two) = (app.browser(), app.browser());
    let fields = [("token", token_of(&link)), ("password", ANOTHER)];
    let (one, two) = tokio::join!(
        one.post("/reset-password", &fields),
        two.post("/reset-password", &fields)
    );
    let won = [&one, &two].map(|answer| answer.location() == "/dashboard");
    assert!(won[0] ^ won[1], "{} {}", one.status, two.status);
    let other = if won[0] { two } else { one };
    assert!(other.body.contains(DEAD));
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_it_and_signs_the_others_out() {
    let app = TestApp::new().await;
    let (mut ada, mut phone) = (app.ada().await, app.browser());
    phone.log_in("ada", PASSWORD).await;
    let change = async |browser: &mut Client<'_>, current: &str, new: &str| {
        let fields = [("current_password", current), ("password", new)];
        browser.post("/profile/security", &fields).await
    };
    let page = change(&mut ada, "a wrong password", ANOTHER).await;
    assert!(
        page.text("#current_password-error")
            .contains("not the password")
    );
    assert!(!page.body.contains(ANOTHER), "no password travels back");
    let page = change(&mut ada, PASSWORD, "short").await;
    assert!(page.text("#password-error").contains("at least 12"));
    let answer = change(&mut ada, PASSWORD, ANOTHER).await;
    assert_eq!(answer.location(), "/profile/security?saved");
    let page = ada.get(answer.location()).await;
    assert!(page.text("[role=status]").contains("changed"));
    assert_eq!(
        phone.get("/dashboard").await.location(),
        "/login?next=/dashboard"
    );
    let letters = app.letters().await;
    assert_eq!(letters.last().unwrap().subject, "Your password was changed");
}

#[tokio::test]
async fn another_address_counts_when_it_is_confirmed_and_can_be_undone() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    ada.confirm(ADDRESS).await;
    let ask = [("email", "ada@new.example"), ("password", PASSWORD)];
    let page = ada
        .post("/profile/email", &[ask[0], ("password", "wrong")])
        .await;
    assert!(page.text("#password-error").contains("not the password"));
    let page = ada
        .post("/profile/email", &[("email", ADDRESS), ask[1]])
        .await;
    assert!(page.text("#email-error").contains("already"));
    let answer = ada.post("/profile/email", &ask).await;
    assert_eq!(answer.location(), "/profile?sent");
    let page = ada.get("/profile").await;
    assert!(page.body.contains("Waits to be confirmed") && page.body.contains(ADDRESS));
    ada.confirm("ada@new.example").await;
    let told = app.letters().await;
    assert_eq!(
        (told[0].to.as_str(), told[0].subject.as_str()),
        (ADDRESS, "Your email address was changed")
    );
    assert!(!told[0].text.contains("ada@new.example"), "it is masked");

    let undo = link_in(&told[0]);
    let mut old = app.browser();
    assert!(
        old.get(&undo)
            .await
            .text("h1")
            .contains("Take your account back")
    );
    let answer = old
        .post("/secure-account", &[("token", token_of(&undo))])
        .await;
    let reset = answer.location().to_owned();
    assert!(reset.starts_with("/reset-password?token="));
    assert!(
        !ada.get("/dashboard").await.status.is_success(),
        "signed out"
    );
    let refused = app.program().log_in("ada", PASSWORD).await;
    assert_eq!(
        refused.status,
        StatusCode::UNAUTHORIZED,
        "the old password is gone"
    );
    let fields = [("token", token_of(&reset)), ("password", ANOTHER)];
    assert_eq!(
        old.post("/reset-password", &fields).await.location(),
        "/dashboard"
    );
    assert!(old.get("/profile").await.body.contains(ADDRESS));
}

#[tokio::test]
async fn a_sign_in_from_a_new_browser_is_told_and_can_be_ended() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let _ = app.letters().await;
    ada.post("/logout", &[]).await;
    ada.log_in("ada", PASSWORD).await;
    assert!(app.letters().await.is_empty(), "the browser is known");
    let mut thief = app.browser();
    thief.log_in("ada", PASSWORD).await;
    let link = app.link_to(ADDRESS).await;
    let page = app.browser().get(&link).await;
    assert_eq!(page.text("h1"), "End that session");
    let answer = app
        .browser()
        .post("/secure-account", &[("token", token_of(&link))])
        .await;
    assert!(answer.location().starts_with("/reset-password?token="));
    assert!(!thief.get("/dashboard").await.status.is_success());
    assert!(ada.get("/dashboard").await.status.is_success());
}

#[tokio::test]
async fn a_link_is_sent_again_but_not_at_every_click() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    app.advance(Duration::minutes(2));
    let answer = ada.post("/confirm-email", &[]).await;
    assert_eq!(answer.location(), "/confirm-email?sent");
    let page = ada.post("/confirm-email", &[]).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.text("[role=alert]").contains("a short while ago"));
    let letters = app.letters().await;
    assert_eq!(letters.len(), 2);
    ada.post(
        "/confirm-email",
        &[("token", token_of(&link_in(&letters[0])))],
    )
    .await;
    let page = ada.post("/confirm-email", &[]).await;
    assert!(page.text("[role=alert]").contains("confirmed already"));
}
