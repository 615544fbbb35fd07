use axum::http::StatusCode;
use time::Duration;

use crate::helpers::{PASSWORD, TestApp};

#[tokio::test]
async fn email_and_username_both_open_the_door() {
    let app = TestApp::new().await;
    app.ada().await;
    for name in ["ada@example.org", "Ada@EXAMPLE.org", "ada", "ADA"] {
        let mut browser = app.browser();
        let answer = browser.log_in(name, PASSWORD).await;
        assert_eq!(
            (answer.status, answer.location()),
            (StatusCode::SEE_OTHER, "/dashboard"),
            "{name}"
        );
        assert_eq!(browser.get("/dashboard").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_get_the_same_answer() {
    let app = TestApp::new().await;
    app.ada().await;
    let wrong_password = app.program().log_in("ada", "not the password").await;
    let wrong_name = app.program().log_in("bob", "not the password").await;
    assert_eq!(wrong_password.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        (wrong_name.status, &wrong_name.body),
        (wrong_password.status, &wrong_password.body)
    );
    let names = |answer: &crate::helpers::Answer| {
        answer
            .headers
            .keys()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&wrong_name), names(&wrong_password));
}

#[tokio::test]
async fn without_script_a_wrong_password_shows_the_page_again() {
    let app = TestApp::new().await;
    app.ada().await;
    let fields = [
        ("identifier", "ada"),
        ("password", "not the password"),
        ("remember", "on"),
        ("next", "/profile"),
    ];
    let page = app.browser().post("/login", &fields).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.header("content-type").starts_with("text/html") && page.location().is_empty());
    assert!(page.text("[role=alert]").contains("do not go together"));
    assert_eq!(
        page.attribute("#identifier", "value").as_deref(),
        Some("ada")
    );
    assert!(page.attribute("#remember", "checked").is_some());
    assert_eq!(
        page.attribute("input[name=next]", "value").as_deref(),
        Some("/profile")
    );
    assert!(page.attribute("#password", "value").is_none());
    assert!(page.text("title").starts_with("Error: "));
}

#[tokio::test]
async fn nothing_in_the_address_puts_words_on_the_page() {
    let app = TestApp::new().await;
    let error = "eyJzdGF0dXMiOjQwMCwiY29kZSI6IngiLCJtZXNzYWdlIjoiQ2FsbCB1cyJ9";
    let page = app
        .browser()
        .get(&format!("/login?__path=/login&__err={error}&error=Call+us"))
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("Call us") && page.text("[role=alert]").is_empty());
}

#[tokio::test]
async fn the_answer_never_leads_to_another_site() {
    let app = TestApp::new().await;
    app.ada().await;
    for next in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
    ] {
        let fields = [
            ("identifier", "ada"),
            ("password", PASSWORD),
            ("next", next),
        ];
        let request = axum::http::Request::post("/login")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("referer", "https://evil.example/");
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let answer = app.browser().send(request, body.into()).await;
        assert_eq!(answer.location(), "/dashboard", "{next}");
    }
}

#[tokio::test]
async fn a_refused_sign_in_never_leads_to_the_referer() {
    let app = TestApp::new().await;
    for body in [
        "identifier=ada&password=wrong",
        "",
        "identifier=a&identifier=b&password=c",
    ] {
        let request = axum::http::Request::post("/login")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("referer", "https://evil.example/");
        let answer = app.browser().send(request, body.into()).await;
        assert!(
            answer.location().is_empty() && !answer.body.contains("evil.example"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn to_be_kept_signed_in_makes_cookies_last() {
    let app = TestApp::new().await;
    app.ada().await;
    let kept = app
        .browser()
        .post(
            "/login",
            &[
                ("identifier", "ada"),
                ("password", PASSWORD),
                ("remember", "on"),
            ],
        )
        .await;
    let mut ages: Vec<_> = kept
        .cookies()
        .iter()
        .map(|cookie| cookie.max_age().unwrap().whole_seconds())
        .collect();
    ages.sort_unstable();
    // The third is the browser's own: as long as browsers keep a cookie.
    assert_eq!(ages, [600, 1_209_600, 400 * 86_400]);
    let not_kept = app.browser().log_in("ada", PASSWORD).await;
    assert!(
        not_kept
            .cookies()
            .iter()
            .filter(|cookie| cookie.name() != product::BROWSER_COOKIE)
            .all(|cookie| cookie.max_age().is_none() && cookie.expires().is_none())
    );
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server_too() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let mut copy = ada.clone();
    let answer = ada.post("/logout", &[]).await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/login")
    );
    assert!(!ada.has_session(), "both cookies are removed");
    assert_eq!(
        copy.get("/dashboard").await.location(),
        "/login?next=/dashboard",
        "a copy of them is worth nothing"
    );
    assert!(!copy.has_session());
}

#[tokio::test]
async fn signing_out_without_a_session_is_no_error() {
    let app = TestApp::new().await;
    assert_eq!(
        app.browser().post("/logout", &[]).await.location(),
        "/login"
    );
}

#[tokio::test]
async fn there_is_no_signing_out_by_a_link() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    assert_eq!(
        ada.get("/logout").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(ada.get("/dashboard").await.status, StatusCode::OK);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let mut before = ada.clone();
    ada.log_in("ada", PASSWORD).await;
    assert_eq!(ada.get("/dashboard").await.status, StatusCode::OK);
    assert_eq!(before.get("/dashboard").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn those_who_are_signed_in_are_led_past_the_doors() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    assert_eq!(ada.get("/login").await.location(), "/dashboard");
    assert_eq!(ada.get("/register").await.location(), "/dashboard");
    assert_eq!(ada.get("/login?next=/profile").await.location(), "/profile");
    assert_eq!(
        ada.get("/login?next=//evil.example").await.location(),
        "/dashboard"
    );
}

#[tokio::test]
async fn the_dashboard_says_when_things_end() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    app.advance(Duration::minutes(3));
    let page = ada.get("/dashboard").await;
    let (life, facts) = (page.text(".card:has(#session)"), page.text(".facts"));
    for words in [
        "Signed in3 minutes ago",
        "Next renewalin 7 minutes",
        "Ends at the latestin 24 hours",
        "Ends without a visitin 2 hours",
    ] {
        assert!(life.contains(words), "{words} in {life}");
    }
    assert!(facts.contains("With your password"), "{facts}");
    assert!(
        page.text(".activity").contains("Account created")
            && page.text(".activity").contains("192.0.2.7")
    );
}
