//! The public keys, as other programs fetch them.

use auth::SigningAlgorithm;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;

use crate::helpers::TestApp;

const JWKS: &str = "/.well-known/jwks.json";

#[tokio::test]
async fn the_key_set_is_public_and_may_be_kept_for_ten_minutes() {
    let app = TestApp::new().await;
    let answer = app.ada().await.get(JWKS).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/jwk-set+json");
    assert_eq!(answer.header("cache-control"), "public, max-age=600");
    assert!(answer.cookies().is_empty());
    assert_eq!(answer.header("vary"), "", "it is the same for everybody");
    let set: Value = serde_json::from_str(&answer.body).unwrap();
    let key = &set["keys"][0];
    assert_eq!(
        (&key["kty"], &key["crv"]),
        (&"OKP".into(), &"Ed25519".into())
    );
    assert_eq!(key["d"], Value::Null);
}

#[tokio::test]
async fn whoever_has_it_already_is_told_so() {
    let app = TestApp::new().await;
    let mut program = app.program();
    let tag = program.get(JWKS).await.header("etag").to_owned();
    for known in [tag.clone(), format!("\"other\", W/{tag}")] {
        let request = Request::get(JWKS).header("if-none-match", known);
        let answer = program.send(request, Body::empty()).await;
        assert_eq!(answer.status, StatusCode::NOT_MODIFIED);
        assert!(answer.body.is_empty());
        assert_eq!(answer.header("cache-control"), "public, max-age=600");
    }
    let request = Request::get(JWKS).header("if-none-match", "\"other\"");
    let answer = program.send(request, Body::empty()).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_shared_secret_is_not_in_it() {
    let app = TestApp::with(auth::CookieSecurity::Http, |config| {
        config.signing_algorithm = SigningAlgorithm::Hs256;
    })
    .await;
    let mut ada = app.ada().await;
    assert_eq!(ada.get("/dashboard").await.status, StatusCode::OK);
    assert_eq!(ada.get(JWKS).await.body, r#"{"keys":[]}"#);
}
