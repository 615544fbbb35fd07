//! The JSON API: Strapi's routes, those that a page's own script uses, and their description.
//!
//! It is plain axum over the same calls that the pages make. The wire format is Strapi's, so that its clients
//! work unchanged.

mod body;
mod browser;
mod confirmation;
mod cookies;
mod described;
mod docs;
pub(crate) mod error;
mod identity;
mod local;
mod password;
mod refresh;
mod sessions;
mod tokens;
mod user;

use anyhow::Context;
use axum::Router;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::any;
use tower::ServiceBuilder;
use tower_cookies::CookieManagerLayer;
use tower_http::cors::CorsLayer;
use tower_http::timeout::TimeoutLayer;
use url::Url;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::cookies::{Counting, Own};
use crate::api::docs::Security;
use crate::api::error::ApiError;
use crate::{App, TIME_LIMIT, security, session, shed};

/// What an installation decides about the API.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    pub tokens: TokenPlace,
    /// Other sites whose pages may use the API, like `https://app.example.org`. They come with tokens; the
    /// site's cookies are open to them only where tokens are put into cookies.
    pub cors_origins: Vec<String>,
}

/// Where the API puts refresh tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenPlace {
    /// In the body, for programs that keep them.
    Body,
    /// In a cookie that scripts cannot read.
    Cookie,
}

/// Under which path all of it is.
const PREFIX: &str = "/api";

/// How long a browser may remember what it may send from another site.
const PREFLIGHT: std::time::Duration = std::time::Duration::from_secs(600);

/// Whether a path is answered in the words of the API.
pub(crate) fn is_of_api(path: &str) -> bool {
    let rest = path.strip_prefix(PREFIX);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = product::NAME,
        // Of the description, and not of the program: strangers need not know which one runs.
        version = "1",
        description = "The accounts of this site for programs. Whoever speaks to Strapi's users and permissions speaks to it unchanged.",
    ),
    components(schemas(described::Envelope, described::Problem, described::BareError)),
    modifiers(&Security),
)]
struct Description;

/// Builds the API: what begins a session, what else anybody may ask, and what takes a session.
///
/// # Errors
/// When an origin that it is open to is none.
pub(crate) fn routes(app: &App, config: &ApiConfig, public_url: &Url) -> anyhow::Result<Router> {
    let cross_origin = security::cross_origin(public_url, &config.cors_origins)?;
    let own = Own::origin(public_url)?;
    // A site that may use the API gets at the cookies of this one only where it is to keep its own there.
    let counting = match config.tokens {
        TokenPlace::Body => Counting::FromHere,
        TokenPlace::Cookie => Counting::FromAll,
    };
    let cookies = ServiceBuilder::new()
        .layer(from_fn_with_state((own, counting), cookies::count))
        .layer(CookieManagerLayer::new());
    // A session that a browser comes with is replaced.
    let replacing = OpenApiRouter::new()
        .routes(routes!(local::log_in))
        .routes(routes!(local::register))
        .routes(routes!(password::reset))
        .routes(routes!(browser::log_in))
        .layer(from_fn_with_state(app.clone(), session::identify_all))
        .layer(cookies.clone())
        .layer(from_fn_with_state(
            cross_origin.clone(),
            security::check_origin,
        ));
    let open = OpenApiRouter::new()
        .routes(routes!(refresh::refresh))
        .routes(routes!(browser::refresh))
        .routes(routes!(password::forgot))
        .routes(routes!(confirmation::confirm))
        .routes(routes!(confirmation::send))
        .layer(from_fn_with_state(app.clone(), session::meet))
        .layer(cookies.clone())
        .layer(from_fn_with_state(
            cross_origin.clone(),
            security::check_origin,
        ));
    let protected = OpenApiRouter::new()
        .routes(routes!(user::me, user::update))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(sessions::log_out))
        .routes(routes!(password::change))
        .routes(routes!(browser::log_out))
        .layer(from_fn_with_state(app.clone(), identity::identify))
        .layer(cookies)
        .layer(from_fn_with_state(cross_origin, identity::check_origin));
    let all = replacing.merge(open).merge(protected);
    let (api, description) = OpenApiRouter::with_openapi(Description::openapi())
        .nest(PREFIX, all)
        .split_for_parts();
    let stylesheet = app.services.files.stylesheet().to_owned();
    let api = api
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIME_LIMIT,
        ))
        .layer(from_fn_with_state(app.clone(), shed::shed))
        .with_state(app.clone())
        .merge(docs::routes(description, public_url, stylesheet)?)
        // What is not there is no page, either.
        .route(PREFIX, any(nothing))
        .route("/api/", any(nothing))
        .route("/api/{*rest}", any(nothing));
    open_to(api, config)
}

async fn nothing() -> ApiError {
    ApiError::not_found("Not Found")
}

/// Lets pages of other sites use the API, when there are any that may.
fn open_to(api: Router, config: &ApiConfig) -> anyhow::Result<Router> {
    let origins = &config.cors_origins;
    if origins.is_empty() {
        return Ok(api);
    }
    let origins: Result<Vec<_>, _> = origins
        .iter()
        .map(|origin| HeaderValue::from_str(origin))
        .collect();
    let cors = CorsLayer::new()
        .allow_origin(origins.context("an origin that the API is open to")?)
        .allow_credentials(config.tokens == TokenPlace::Cookie)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            HeaderName::from_static("x-strapi-refresh-cookie"),
        ])
        .expose_headers([WWW_AUTHENTICATE, RETRY_AFTER])
        .max_age(PREFLIGHT);
    Ok(api.layer(cors))
}
