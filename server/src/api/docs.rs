//! The description of the API: `/api/openapi.json` for programs, `/api/docs` for people.
//!
//! The page is written once, when the site starts, from the same description. It needs no script, as no page
//! of ours does.

mod reference;

use anyhow::Context;
use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use url::Url;
use utoipa::Modify;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi, Server};

use crate::api::docs::reference::{Reference, Word};

/// It changes with the program alone. Whoever asks after an update gets the new one.
const CACHED: &str = "no-cache";

/// The two ways to say who asks.
pub(super) struct Security;

impl Modify for Security {
    fn modify(&self, description: &mut OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("An access token: what `jwt` holds in the answers."));
        // Its name has a prefix where the site is served over https.
        let cookie = ApiKeyValue::with_description(
            product::ACCESS_COOKIE,
            "What a browser has after a sign-in on the site, or by `/api/login`; over https its name begins with `__Host-`.",
        );
        let components = description.components.get_or_insert_with(Components::new);
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// Serves the description.
pub(super) fn routes(
    mut description: OpenApi,
    public_url: &Url,
    stylesheet: String,
) -> anyhow::Result<Router> {
    description.servers = Some(vec![Server::new(public_url.origin().ascii_serialization())]);
    let json = serde_json::to_value(&description).context("the description of the API")?;
    let page = Page {
        reference: Reference::read(&json),
        stylesheet,
    };
    let page = Bytes::from(page.render().context("the page that describes the API")?);
    let json = Bytes::from(serde_json::to_vec_pretty(&json)?);
    let head = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, CACHED)];
    Ok(Router::new()
        .route(
            "/api/openapi.json",
            get(move || async move { (head, json).into_response() }),
        )
        .route(
            "/api/docs",
            get(move || async move { ([(CACHE_CONTROL, CACHED)], Html(page)) }),
        ))
}

#[derive(Template)]
#[template(path = "api.html")]
struct Page {
    reference: Reference,
    stylesheet: String,
}
