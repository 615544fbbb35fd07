use axum::http::{Request, StatusCode};

use crate::helpers::{PASSWORD, TestApp};

/// Posts it as a program and as a browser does: the code and the status must be the same.
async fn both(app: &TestApp, path: &str, body: impl AsRef<[u8]>) -> (StatusCode, String) {
    let body = body.as_ref().to_vec();
    let program = app.program().post_raw(path, body.clone()).await;
    let browser = app.browser().post_raw(path, body).await;
    let error = program.error();
    if program.status != StatusCode::UNAUTHORIZED {
        assert_eq!(program.status, browser.status);
    }
    assert!(
        browser.header("content-type").starts_with("text/html")
            && browser.body.contains(&error.message)
    );
    (program.status, error.code)
}

#[tokio::test]
async fn an_empty_form_is_incomplete() {
    let app = TestApp::new().await;
    for path in ["/login", "/register"] {
        assert_eq!(
            both(&app, path, "").await,
            (StatusCode::UNPROCESSABLE_ENTITY, "incomplete".to_owned()),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_form_of_a_megabyte_is_too_large() {
    let app = TestApp::new().await;
    let body = format!("identifier=ada&password={}", "x".repeat(1 << 20));
    assert_eq!(
        both(&app, "/login", body).await,
        (StatusCode::PAYLOAD_TOO_LARGE, "too_large".to_owned())
    );
}

#[tokio::test]
async fn a_password_that_is_merely_long_is_a_wrong_one() {
    let app = TestApp::new().await;
    let body = format!("identifier=ada&password={}", "x".repeat(10_000));
    assert_eq!(
        both(&app, "/login", body).await,
        (StatusCode::UNAUTHORIZED, "bad_credentials".to_owned())
    );
}

#[tokio::test]
async fn malformed_utf_8_is_refused_and_not_replaced() {
    let app = TestApp::new().await;
    for body in [
        &b"identifier=ada&password=%ff%fe"[..],
        b"identifier=ada&password=\xc3\x28",
        b"identifier=a%00b&password=x",
    ] {
        assert_eq!(
            both(&app, "/login", body).await,
            (StatusCode::BAD_REQUEST, "malformed".to_owned())
        );
    }
}

#[tokio::test]
async fn unknown_and_doubled_fields_are_refused() {
    let app = TestApp::new().await;
    let unknown = both(&app, "/login", "identifier=ada&password=x&role=admin").await;
    assert_eq!(
        unknown,
        (StatusCode::UNPROCESSABLE_ENTITY, "unknown_field".to_owned())
    );
    let doubled = both(&app, "/login", "identifier=ada&identifier=eve&password=x").await;
    assert_eq!(
        doubled,
        (StatusCode::UNPROCESSABLE_ENTITY, "incomplete".to_owned())
    );
    let nested = both(&app, "/login", "identifier[a]=ada&password=x").await;
    assert_eq!(nested.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn only_forms_are_accepted_as_forms() {
    let app = TestApp::new().await;
    for content_type in [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
    ] {
        let request = Request::post("/login").header("content-type", content_type);
        let answer = app
            .program()
            .send(request, r#"{"identifier":"ada","password":"x"}"#.into())
            .await;
        assert_eq!(
            (answer.status, answer.error().code.as_str()),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type")
        );
    }
    let request = Request::post("/login").header("content-type", "text/plain");
    let page = app.browser().send(request, "identifier=ada".into()).await;
    assert_eq!(page.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(page.text("[role=alert]").contains("x-www-form-urlencoded"));
    let answer = app
        .program()
        .send(
            Request::post("/login"),
            format!("identifier=ada&password={PASSWORD}").into(),
        )
        .await;
    assert_eq!(
        answer.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "a body without a type"
    );
}

#[tokio::test]
async fn cookies_that_are_garbage_are_removed() {
    let app = TestApp::new().await;
    let big = "x".repeat(8192);
    for garbage in ["", "x", "....", "eyJhbGciOiJub25lIn0.e30.", &big] {
        let mut browser = app.browser();
        browser
            .jar
            .insert(product::ACCESS_COOKIE.to_owned(), garbage.to_owned());
        browser
            .jar
            .insert(product::REFRESH_COOKIE.to_owned(), garbage.to_owned());
        let answer = browser.get("/dashboard").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{garbage}");
        assert!(!browser.has_session(), "{garbage}");
    }
}

#[tokio::test]
async fn a_cookie_header_that_is_no_text_is_nobody() {
    let app = TestApp::new().await;
    let access = |value: &[u8]| [product::ACCESS_COOKIE.as_bytes(), b"=", value].concat();
    for bytes in [
        access(b"\xff\xfe"),
        b"=;;;".to_vec(),
        product::REFRESH_COOKIE.into(),
        access(b"%00%ff"),
    ] {
        let answer = app
            .browser()
            .send(
                Request::get("/dashboard").header("cookie", bytes),
                "".into(),
            )
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn a_wrong_method_is_not_allowed() {
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    assert_eq!(
        ada.send(Request::put("/login"), "".into()).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(
        ada.send(Request::delete("/dashboard"), "".into())
            .await
            .status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn a_query_that_is_no_text_is_passed_over() {
    let app = TestApp::new().await;
    for query in [
        "next=%ff",
        "next",
        "&&&",
        "next=%00",
        "next=a&next=//evil.example",
    ] {
        let answer = app.browser().get(&format!("/login?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}");
        assert_ne!(
            answer.attribute("input[name=next]", "value").as_deref(),
            Some("//evil.example"),
            "{query}"
        );
    }
}

#[tokio::test]
async fn refused_forms_show_nothing_internal() {
    let app = TestApp::new().await;
    for body in [
        "identifier=ada&identifier=eve&password=x",
        "",
        "a[0][1][2]=3",
    ] {
        let answer = app.program().post_raw("/login", body.to_owned()).await;
        for internal in [
            "serde",
            "expected",
            "panicked",
            "src/",
            "sqlx",
            "invalid type",
            "duplicate",
        ] {
            assert!(
                !answer.body.contains(internal),
                "{internal} in {}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn what_was_typed_survives_a_field_that_is_not_known() {
    let app = TestApp::new().await;
    let page = app
        .browser()
        .post(
            "/login",
            &[("identifier", "ada"), ("password", "x"), ("role", "admin")],
        )
        .await;
    assert_eq!(
        page.attribute("#identifier", "value").as_deref(),
        Some("ada")
    );
}
