//! Pages, errors and letters in the language of whoever reads them.

use auth::CookieSecurity;
use axum::body::Body;
use axum::http::Request;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE};

use crate::helpers::{Answer, Client, PASSWORD, TestApp};

const AUSTRIAN: &str = "de-AT,de;q=0.9,en;q=0.8";

/// Asks for a page as a browser does whose owner likes these languages.
async fn get(client: &mut Client<'_>, path: &str, languages: &str) -> Answer {
    let request = Request::get(path).header(ACCEPT_LANGUAGE, languages);
    client.send(request, Body::empty()).await
}

async fn post(
    client: &mut Client<'_>,
    path: &str,
    languages: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let request = Request::post(path)
        .header(ACCEPT_LANGUAGE, languages)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    client.send(request, Body::from(body)).await
}

async fn choose(client: &mut Client<'_>, language: &str, next: &str) -> Answer {
    let fields = [("language", language), ("next", next)];
    client.post("/language", &fields).await
}

fn spoken(page: &Answer) -> String {
    page.attribute("html", "lang").unwrap_or_default()
}

#[tokio::test]
async fn a_page_is_in_the_language_that_the_browser_asks_for() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    let page = get(&mut browser, "/login", AUSTRIAN).await;
    assert_eq!(spoken(&page), "de");
    assert_eq!(page.attribute("html", "dir").unwrap(), "ltr");
    assert_eq!(page.text("h1"), "Anmelden");
    assert_eq!(page.text("title"), format!("Anmelden · {}", product::NAME));
    assert_eq!(page.header("content-language"), "de");
    let varies = page.headers.get_all("vary").iter();
    let varies: Vec<&str> = varies.map(|value| value.to_str().unwrap()).collect();
    assert!(varies.join(", ").contains("Accept-Language"), "{varies:?}");

    for other in ["en-GB,en;q=0.9,de;q=0.8", "fr-FR", "*", "de;q=0"] {
        let page = get(&mut browser, "/login", other).await;
        assert_eq!(
            (spoken(&page).as_str(), page.text("h1").as_str()),
            ("en", "Sign in")
        );
    }
    assert_eq!(spoken(&browser.get("/login").await), "en");
}

#[tokio::test]
async fn the_switch_wins_over_what_the_browser_asks_for_and_stays() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    let page = get(&mut browser, "/register?next=/profile", AUSTRIAN).await;
    let pressed = page.attribute(".language [aria-pressed=true]", "value");
    assert_eq!(pressed.as_deref(), Some("de"));
    assert_eq!(page.text(".language [lang=en]"), "English");
    assert_eq!(page.text(".language [lang=de]"), "Deutsch");

    let back = page.attribute(".language [name=next]", "value").unwrap();
    let answer = choose(&mut browser, "en", &back).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.location(), "/register?next=/profile");
    let cookies = answer.cookies();
    let [cookie] = &cookies[..] else {
        panic!("{cookies:?}");
    };
    assert_eq!(
        (cookie.name(), cookie.value()),
        (product::LANGUAGE_COOKIE, "en")
    );
    assert_eq!(cookie.max_age().unwrap().whole_days(), 365);

    let page = get(&mut browser, "/register", AUSTRIAN).await;
    assert_eq!(page.text("h1"), "Create an account");
    let answer = post(&mut browser, "/register", AUSTRIAN, &ADA).await;
    assert_eq!(answer.location(), "/dashboard");
    assert_eq!(
        spoken(&get(&mut browser, "/dashboard", AUSTRIAN).await),
        "en"
    );
    browser.post("/logout", &[]).await;
    assert_eq!(spoken(&get(&mut browser, "/login", AUSTRIAN).await), "en");
}

const ADA: [(&str, &str); 3] = [
    ("email", "ada@example.org"),
    ("username", "ada"),
    ("password", PASSWORD),
];

#[tokio::test]
async fn the_switch_leads_to_paths_of_this_site_alone_and_knows_only_our_languages() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    for hostile in [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "",
    ] {
        assert_eq!(
            choose(&mut browser, "de", hostile).await.location(),
            "/",
            "{hostile}"
        );
    }
    for unknown in ["fr", "DE", "", "de\r\nSet-Cookie: a=b", "../de"] {
        let answer = choose(&mut app.browser(), unknown, "/").await;
        assert_eq!(answer.status, 422, "{unknown:?}");
        assert!(answer.cookies().is_empty());
    }
    let mut odd = app.browser();
    odd.jar
        .insert(product::LANGUAGE_COOKIE.to_owned(), "\"><b>".to_owned());
    assert_eq!(spoken(&odd.get("/login").await), "en");
}

#[tokio::test]
async fn the_switch_refuses_what_another_site_sends() {
    let app = TestApp::new().await;
    let request = Request::post("/language")
        .header("sec-fetch-site", "cross-site")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = app
        .browser()
        .send(request, Body::from("language=de&next=/"))
        .await;
    assert_eq!(answer.status, 403);
    assert!(answer.cookies().is_empty());
}

#[tokio::test]
async fn on_https_the_language_has_a_name_that_only_https_can_set() {
    let app = TestApp::with(CookieSecurity::Https, |_| {}).await;
    let mut browser = app.browser();
    let cookies = choose(&mut browser, "de", "/").await.cookies();
    let [cookie] = &cookies[..] else {
        panic!("{cookies:?}");
    };
    assert_eq!(cookie.name(), product::SECURE_LANGUAGE_COOKIE);
    assert_eq!(cookie.secure(), Some(true));
    assert_eq!(spoken(&browser.get("/login").await), "de");
    let mut other = app.browser();
    other
        .jar
        .insert(product::LANGUAGE_COOKIE.into(), "de".into());
    assert_eq!(spoken(&other.get("/login").await), "en");
}

#[tokio::test]
async fn errors_are_told_in_the_language_of_the_page_they_are_told_on() {
    let app = TestApp::new().await;
    let wrong = [("identifier", "ada"), ("password", "a wrong password")];
    let page = post(&mut app.browser(), "/login", AUSTRIAN, &wrong).await;
    assert_eq!(spoken(&page), "de");
    assert_eq!(
        page.text("title"),
        format!("Fehler: Anmelden · {}", product::NAME)
    );
    let message = page.text(".form-error");
    assert!(
        message.starts_with("Dieser Name und dieses Passwort"),
        "{message}"
    );

    let told = post(&mut app.program(), "/login", AUSTRIAN, &wrong).await;
    assert_eq!(told.error().code, "bad_credentials");
    assert_eq!(told.error().message, message);

    let short = [ADA[0], ADA[1], ("password", "kurz")];
    let page = post(&mut app.browser(), "/register", AUSTRIAN, &short).await;
    let message = page.text("#password-error");
    assert!(
        message.starts_with("Verwenden Sie mindestens 12 Zeichen."),
        "{message}"
    );

    let odd = [("identifier", "ada"), ("password", "x"), ("odd", "1")];
    let page = post(&mut app.browser(), "/login", AUSTRIAN, &odd).await;
    let message = page.text(".form-error");
    assert!(
        message.starts_with("Das Formular hat ein Feld"),
        "{message}"
    );
}

#[tokio::test]
async fn what_fails_in_front_of_the_pages_is_told_in_the_language_of_whoever_asks() {
    let app = TestApp::new().await;
    let page = get(&mut app.browser(), "/a//b", AUSTRIAN).await;
    assert_eq!((page.status.as_u16(), spoken(&page).as_str()), (400, "de"));
    assert_eq!(page.text("h1"), "Das war nicht zu verstehen");
    assert!(
        page.text("main")
            .contains("Diese Adresse ist nicht so geschrieben")
    );
    assert_eq!(page.header("content-language"), "de");
    let told = get(&mut app.program(), "/a//b", AUSTRIAN).await.error();
    assert!(
        told.message.starts_with("Diese Adresse"),
        "{}",
        told.message
    );
    let page = get(&mut app.browser(), "/nowhere", AUSTRIAN).await;
    assert_eq!(page.text("h1"), "Diese Seite gibt es nicht");
}

#[tokio::test]
async fn the_json_api_speaks_english_to_everybody() {
    let app = TestApp::new().await;
    let request = Request::post("/api/auth/local")
        .header(ACCEPT_LANGUAGE, AUSTRIAN)
        .header(CONTENT_TYPE, "application/json");
    let body = Body::from(r#"{"identifier":"ada","password":"a wrong password"}"#);
    let answer = app.program().send(request, body).await;
    assert!(
        answer.body.contains("Invalid identifier or password"),
        "{}",
        answer.body
    );
    assert_eq!(answer.header("content-language"), "");
}

#[tokio::test]
async fn letters_are_in_the_language_that_their_reader_was_spoken_to_last() {
    let app = TestApp::new().await;
    let mut ada = app.browser();
    post(&mut ada, "/register", AUSTRIAN, &ADA).await;
    let [welcome] = &app.letters().await[..] else {
        panic!("not one letter");
    };
    assert_eq!(welcome.subject, "Bestätigen Sie Ihre E-Mail-Adresse");
    assert!(welcome.text.starts_with("Guten Tag,"), "{}", welcome.text);
    assert!(welcome.html.contains("<html lang=\"de\" dir=\"ltr\">"));
    let sender = format!("{} auf http://localhost:3000", product::NAME);
    assert!(welcome.text.contains(&sender), "{}", welcome.text);

    // Whoever asks for it may be somebody else.
    let fields = [("email", "ada@example.org")];
    post(&mut app.browser(), "/forgot-password", "en", &fields).await;
    let letters = app.letters().await;
    assert_eq!(letters[0].subject, "Legen Sie ein neues Passwort fest");
    assert!(
        letters[0].text.contains("21. November 2026, 12:00 UTC"),
        "{}",
        letters[0].text
    );

    choose(&mut ada, "en", "/").await;
    let changed = [
        ("current_password", PASSWORD),
        ("password", "another long password"),
    ];
    post(&mut ada, "/profile/security", AUSTRIAN, &changed).await;
    let letters = app.letters().await;
    assert_eq!(letters[0].subject, "Your password was changed");

    let mut elsewhere = app.browser();
    let fields = [("identifier", "ada"), ("password", "another long password")];
    post(&mut elsewhere, "/login", AUSTRIAN, &fields).await;
    let letters = app.letters().await;
    assert_eq!(letters[0].subject, "Neue Anmeldung bei Ihrem Konto");
}

#[tokio::test]
async fn somebody_who_never_saw_a_page_is_written_to_in_english() {
    let app = TestApp::new().await;
    let request = Request::post("/api/auth/local/register")
        .header(ACCEPT_LANGUAGE, AUSTRIAN)
        .header(CONTENT_TYPE, "application/json");
    let body =
        r#"{"email":"ada@example.org","username":"ada","password":"a long enough password"}"#;
    let answer = app.program().send(request, Body::from(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(app.letters().await[0].subject, "Confirm your email address");
}
