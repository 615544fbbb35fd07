use auth::CookieSecurity;
use axum::http::StatusCode;

use crate::helpers::{Answer, PASSWORD, TestApp};

#[tokio::test]
async fn the_name_is_shown_as_it_was_typed_and_never_as_markup() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let name = "<script>alert(1)</script> & \"Ada\"";
    let answer = ada
        .post("/profile", &[("display_name", name), ("username", "ada")])
        .await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/profile?saved")
    );
    let page = ada.get("/profile?saved").await;
    assert_eq!(
        page.attribute("#display_name", "value").as_deref(),
        Some(name)
    );
    assert_eq!(page.text("[role=status]"), "Your changes are saved.");
    let dashboard = ada.get("/dashboard").await;
    assert_eq!(dashboard.text("h1"), format!("Hello, {name}"));
    assert!(!dashboard.body.contains("<script>alert"));
}

#[tokio::test]
async fn a_new_username_signs_in_and_the_old_one_does_not() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    ada.post(
        "/profile",
        &[("display_name", ""), ("username", "countess")],
    )
    .await;
    assert_eq!(
        app.browser().log_in("countess", PASSWORD).await.location(),
        "/dashboard"
    );
    assert_eq!(
        app.program().log_in("ada", PASSWORD).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_taken_username_is_told_at_its_field() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    let fields = [
        ("email", "eve@example.org"),
        ("username", "eve"),
        ("password", PASSWORD),
    ];
    app.browser().post("/register", &fields).await;
    let page = ada
        .post("/profile", &[("display_name", "A"), ("username", "Eve")])
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text("#username-error").contains("taken"));
    assert_eq!(page.attribute("#username", "value").as_deref(), Some("Eve"));
    assert_eq!(
        page.attribute("#display_name", "value").as_deref(),
        Some("A")
    );
}

#[tokio::test]
async fn the_start_page_knows_who_comes_back() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    assert_eq!(ada.get("/").await.text(".hero .actions"), "Continue as ada");
    assert!(
        app.browser()
            .get("/")
            .await
            .body
            .contains("Create an account")
    );
}

#[tokio::test]
async fn the_theme_is_remembered_and_served() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    let answer = browser
        .post("/theme", &[("theme", "dark"), ("next", "/no/such/page")])
        .await;
    assert_eq!(answer.location(), "/no/such/page");
    assert_eq!(
        browser
            .get("/")
            .await
            .attribute("html", "data-theme")
            .as_deref(),
        Some("dark")
    );
    assert!(
        browser
            .post("/theme", &[("theme", "pink"), ("next", "/")])
            .await
            .status
            .is_client_error()
    );
    browser
        .jar
        .insert(product::THEME_COOKIE.to_owned(), "\"><b>".to_owned());
    assert_eq!(
        browser
            .get("/")
            .await
            .attribute("html", "data-theme")
            .as_deref(),
        Some("system")
    );
}

#[tokio::test]
async fn on_https_the_theme_has_a_name_that_only_https_can_set() {
    let app = TestApp::with(CookieSecurity::Https, |_| {}).await;
    let mut browser = app.browser();
    let answer = browser
        .post("/theme", &[("theme", "dark"), ("next", "/")])
        .await;
    let cookies = answer.cookies();
    let [theme] = &cookies[..] else {
        panic!("{cookies:?}");
    };
    assert_eq!(theme.name(), product::SECURE_THEME_COOKIE);
    assert_eq!(theme.secure(), Some(true));
    let worn = |page: Answer| page.attribute("html", "data-theme");
    assert_eq!(worn(browser.get("/").await).as_deref(), Some("dark"));
    let mut other = app.browser();
    other
        .jar
        .insert(product::THEME_COOKIE.into(), "dark".into());
    assert_eq!(worn(other.get("/").await).as_deref(), Some("system"));
}

#[tokio::test]
async fn choosing_colours_leads_back_to_where_it_was_chosen() {
    let app = TestApp::new().await;
    for page in ["/login?next=/profile", "/register", "/?a=b"] {
        let shown = app.browser().get(page).await;
        let back = shown.attribute(".theme input[name=next]", "value").unwrap();
        assert_eq!(back, page);
        let answer = app
            .browser()
            .post("/theme", &[("theme", "dark"), ("next", &back)])
            .await;
        assert_eq!(answer.location(), page);
    }
    let hostile = app
        .browser()
        .post("/theme", &[("theme", "dark"), ("next", "//evil.example")])
        .await;
    assert_eq!(hostile.location(), "/");
}
