use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, USER_AGENT};
use axum::http::{Request, StatusCode};
use time::Duration;

use crate::helpers::{Answer, Client, PASSWORD, TestApp};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0";

const OWN: &str = ".devices li:has(.badge)";
const OTHER: &str = ".devices li:has(button)";

async fn sign_in<'a>(mut client: Client<'a>, user_agent: &str) -> Client<'a> {
    let request = Request::post("/login")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(USER_AGENT, user_agent);
    let form = format!("identifier=ada&password={}", PASSWORD.replace(' ', "+"));
    client.send(request, Body::from(form)).await;
    assert!(client.has_session());
    client
}

/// What the button of the first other session sends.
fn session(page: &Answer) -> String {
    page.attribute(".devices button", "value").unwrap()
}

#[tokio::test]
async fn devices_are_told_in_words_and_ones_own_is_marked() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    sign_in(app.browser(), PHONE).await;
    app.advance(Duration::minutes(5));
    let page = ada.get("/profile/devices").await;
    assert_eq!(page.text("title"), format!("Devices · {}", product::NAME));
    let (own, other) = (page.text(OWN), page.text(OTHER));
    assert!(
        own.contains("This device") && own.contains("192.0.2.7"),
        "{own}"
    );
    assert!(other.contains("Safari on iPhone"), "{other}");
    assert!(other.contains("Since 21 November 2026, 12:00 UTC, last seen 5 minutes ago"));
    assert!(!page.body.contains("Mozilla"));
}

#[tokio::test]
async fn who_is_signed_in_nowhere_else_has_nothing_to_end() {
    let app = TestApp::new().await;
    let page = app.ada().await.get("/profile/devices").await;
    assert!(page.body.contains("You are signed in nowhere else."));
    assert_eq!(page.attribute("main button", "value"), None);
}

#[tokio::test]
async fn a_session_that_was_ended_elsewhere_asks_for_a_sign_in() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let mut phone = sign_in(app.browser(), PHONE).await;
    let id = session(&ada.get("/profile/devices").await);
    let answer = ada.post("/profile/devices", &[("session", &id)]).await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/profile/devices?ended=1")
    );
    let page = ada.get(answer.location()).await;
    assert_eq!(page.text("[role=status]"), "The session was ended.");
    assert_eq!(page.text(OTHER), "");
    assert_eq!(
        phone.get("/profile").await.location(),
        "/login?next=/profile"
    );
    assert!(!phone.has_session());
}

#[tokio::test]
async fn all_others_end_at_once_and_are_counted() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let mut phone = sign_in(app.browser(), PHONE).await;
    let mut laptop = sign_in(app.program(), FIREFOX).await;
    let answer = ada.post("/profile/devices", &[("session", "others")]).await;
    let page = ada.get(answer.location()).await;
    assert_eq!(page.text("[role=status]"), "2 sessions were ended.");
    assert_eq!(phone.get("/dashboard").await.status, StatusCode::SEE_OTHER);
    let refused = laptop.post("/fn/devices", &[]).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_session_that_is_over_already_is_told_on_the_page() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let mut phone = sign_in(app.browser(), PHONE).await;
    let id = session(&ada.get("/profile/devices").await);
    phone.post("/logout", &[]).await;
    let page = ada.post("/profile/devices", &[("session", &id)]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text("main [role=alert]").contains("over already"));
    assert!(page.text(OWN).contains("This device"));
}

#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    sign_in(app.browser(), PHONE).await;
    let adas = session(&ada.get("/profile/devices").await);
    let mut eve = app.program();
    let fields = [
        ("email", "eve@example.org"),
        ("username", "eve"),
        ("password", PASSWORD),
    ];
    eve.post("/register", &fields).await;
    for id in [adas.as_str(), "no id", ""] {
        let answer = eve.post("/profile/devices", &[("session", id)]).await;
        assert_eq!(
            (answer.status, answer.error().code.as_str()),
            (StatusCode::NOT_FOUND, "unknown_session"),
            "{id}"
        );
    }
    assert_eq!(session(&ada.get("/profile/devices").await), adas);
}

#[tokio::test]
async fn programs_get_the_devices_as_data() {
    let app = TestApp::new().await;
    let mut program = sign_in_after_ada(&app).await;
    let answer = program.post("/fn/devices", &[]).await;
    let devices: app::devices::Overview = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(devices.this.unwrap().place.browser, "Firefox on Linux");
    assert_eq!(devices.others.len(), 1);
    let id = devices.others[0].id.as_str();
    let answer = program.post("/profile/devices", &[("session", id)]).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (StatusCode::OK, "\"/profile/devices?ended=1\"")
    );
}

async fn sign_in_after_ada(app: &TestApp) -> Client<'_> {
    app.ada().await;
    sign_in(app.program(), FIREFOX).await
}

#[tokio::test]
async fn strangers_are_sent_to_the_door_and_back_to_the_page() {
    let app = TestApp::new().await;
    for path in ["/profile/devices", "/profile/activity"] {
        let answer = app.browser().get(path).await;
        assert_eq!(answer.location(), format!("/login?next={path}"));
    }
    let posted = [("session", "others")];
    let answer = app.browser().post("/profile/devices", &posted).await;
    assert_eq!(answer.location(), "/login?next=/profile/devices");
    for path in ["/fn/devices", "/fn/activity", "/profile/devices"] {
        let answer = app.program().post(path, &posted).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn a_copy_that_was_found_out_is_told_wherever_the_owner_looks() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let mut thief = ada.clone();
    thief.jar.remove(product::ACCESS_COOKIE);
    for _ in 0..2 {
        app.advance(Duration::minutes(20));
        ada.get("/dashboard").await;
    }
    let request = Request::get("/dashboard").header(USER_AGENT, PHONE);
    let refused = thief.send(request, Body::empty()).await;
    assert_eq!(refused.status, StatusCode::SEE_OTHER);
    assert_eq!(ada.get("/dashboard").await.status, StatusCode::SEE_OTHER);

    app.advance(Duration::hours(2));
    ada.log_in("ada", PASSWORD).await;
    for path in ["/dashboard", "/profile/devices"] {
        let told = ada.get(path).await.text(".warning");
        assert!(
            told.contains("21 November 2026, 12:40 UTC (2 hours ago)")
                && told.contains("Safari on iPhone at 192.0.2.7")
                && told.contains("end what you do not know"),
            "{told}"
        );
    }
    app.advance(Duration::days(15));
    ada.log_in("ada", PASSWORD).await;
    assert_eq!(ada.get("/dashboard").await.text(".warning"), "");
}
