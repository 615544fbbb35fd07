use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use serde_json::Value;

use crate::helpers::TestApp;

const ROUTES: [&str; 16] = [
    "DELETE /api/auth/sessions/{id}",
    "GET /api/auth/email-confirmation",
    "GET /api/auth/sessions",
    "GET /api/users/me",
    "POST /api/auth/change-password",
    "POST /api/auth/forgot-password",
    "POST /api/auth/local",
    "POST /api/auth/local/register",
    "POST /api/auth/logout",
    "POST /api/auth/refresh",
    "POST /api/auth/reset-password",
    "POST /api/auth/send-email-confirmation",
    "POST /api/login",
    "POST /api/logout",
    "POST /api/refresh",
    "PUT /api/users/me",
];

fn operations(description: &Value) -> Vec<(String, &Value)> {
    let paths = description["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| {
            (format!("{} {path}", method.to_uppercase()), operation)
        })
    });
    operations.collect()
}

#[tokio::test]
async fn every_route_is_described_in_openapi_3_1() {
    let app = TestApp::new().await;
    let answer = app.stranger().get("/api/openapi.json").await;
    assert_eq!(answer.header("content-type"), "application/json");
    let description = answer.json();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    let described: BTreeSet<String> = operations(&description)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let expected: BTreeSet<String> = ROUTES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(described, expected);
}

#[tokio::test]
async fn every_operation_says_what_it_does_and_takes_and_answers() {
    let app = TestApp::new().await;
    let description = app.stranger().get("/api/openapi.json").await.json();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&description) {
        assert!(ids.insert(operation["operationId"].to_string()), "{name}");
        assert!(
            operation["summary"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{name}"
        );
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses
                .keys()
                .any(|status| status.starts_with('2') || status == "302"),
            "{name}"
        );
        let takes_body = operation.get("requestBody").is_some();
        assert_eq!(responses.contains_key("415"), takes_body, "{name}");
        assert_eq!(
            responses.contains_key("401") && operation["security"].is_array(),
            operation["security"].is_array(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn every_reference_of_the_description_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                if let Some(link) = object.get("$ref").and_then(Value::as_str) {
                    found.insert(link.to_owned());
                }
                object.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let app = TestApp::new().await;
    let description = app.stranger().get("/api/openapi.json").await.json();
    let mut found = BTreeSet::new();
    references(&description, &mut found);
    assert!(found.contains("#/components/schemas/Error"), "{found:?}");
    for link in found {
        let pointer = link.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{link}");
    }
}

#[tokio::test]
async fn the_page_lists_every_operation_and_runs_nothing() {
    let app = TestApp::new().await;
    let answer = app.browser().get("/api/docs").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        !answer.body.contains("<script") && !answer.body.contains("style="),
        "nothing inline"
    );
    let policy = answer.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"),
        "{policy}"
    );
    let page = scraper::Html::parse_document(&answer.body);
    let names = scraper::Selector::parse("h3").unwrap();
    let names: BTreeSet<String> = page
        .select(&names)
        .map(|name| name.text().collect())
        .collect();
    for route in ROUTES.iter() {
        assert!(names.contains(*route), "{route}: {names:?}");
    }
    let links = scraper::Selector::parse("a[href^='#']").unwrap();
    for link in page.select(&links) {
        let id = link.value().attr("href").unwrap().trim_start_matches('#');
        let target = scraper::Selector::parse(&format!("[id='{id}']")).unwrap();
        assert!(page.select(&target).next().is_some(), "{id}");
    }
}

#[tokio::test]
async fn the_description_is_read_and_not_written() {
    let app = TestApp::new().await;
    for path in ["/api/openapi.json", "/api/docs"] {
        let answer = app.stranger().call(Method::POST, path, None, &[]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}

#[tokio::test]
async fn the_description_names_no_version_of_the_program() {
    let app = TestApp::new().await;
    let description = app.stranger().get("/api/openapi.json").await;
    assert_eq!(description.json()["info"]["version"], "1");
    let page = app.stranger().get("/api/docs").await;
    for answer in [description, page] {
        assert_eq!(answer.status, StatusCode::OK);
        assert!(!answer.body.contains(env!("CARGO_PKG_VERSION")));
    }
}
