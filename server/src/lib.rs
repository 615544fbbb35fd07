//! The HTTP side of Latchkey. [`reception`] is all of it.

pub mod admin;
mod answer;
pub mod api;
pub mod assets;
mod attend;
mod choice;
pub mod client;
pub mod clock;
pub mod config;
mod crowd;
pub mod data_dir;
mod events;
mod export;
mod form;
mod guard;
pub mod healthcheck;
mod jwks;
mod language;
pub mod open;
mod outbox;
mod own;
mod prepared;
mod ready;
mod receive;
mod requests;
mod security;
pub mod serve;
mod session;
mod shed;
pub mod telemetry;

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::ssr::Services;
use auth::{Auth, CookieJarStyle};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use leptos::config::LeptosOptions;
use leptos_axum::{LeptosRoutes, generate_route_list};
use tower::ServiceBuilder;
use tower_cookies::{CookieManagerLayer, Cookies};
use tower_http::timeout::TimeoutLayer;
use url::Url;

use crate::api::{ApiConfig, TokenPlace};
pub use crate::attend::{Reception, Receptionist};
use crate::client::Proxies;
use crate::clock::Clock;
use crate::events::Streams;
use crate::prepared::Prepared;
use crate::ready::Readiness;
use crate::requests::Measured;
use crate::serve::Leaving;
use crate::shed::Room;

/// The longest that a request may take, from its last header to the first byte of its answer.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// What a site is made of.
pub struct Site {
    pub auth: Auth,
    pub cookies: CookieJarStyle,
    /// Scheme, host and port, without a path.
    pub public_url: Url,
    pub clock: Clock,
    /// Ends the answers that never end by themselves.
    pub leaving: Leaving,
    /// Where letters are files: then there is a page that shows them to whoever is at this machine.
    pub outbox: Option<PathBuf>,
    pub api: ApiConfig,
    /// Whose word is taken for where a request comes from.
    pub proxies: Proxies,
    /// How many requests are worked on at once.
    pub max_requests: usize,
}

/// What the layers share; cheap to clone, as each of them does for each request.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

pub(crate) struct Shared {
    pub(crate) services: Services,
    pub(crate) clock: Clock,
    pub(crate) leaving: Leaving,
    /// Where the JSON API puts refresh tokens, unless a client asks for the other.
    pub(crate) tokens: TokenPlace,
    pub(crate) proxies: Proxies,
    /// For the requests that are worked on.
    pub(crate) room: Arc<Room>,
    pub(crate) readiness: Arc<Readiness>,
    pub(crate) prepared: Prepared,
    /// What every answer to somebody says who is turned away at once.
    pub(crate) turned_away: HeaderMap,
    pub(crate) measured: Measured,
    /// The open pages that wait for the end of their session.
    pub(crate) streams: Streams,
    pub(crate) live_reload: Option<String>,
}

/// Builds the site.
///
/// A request passes what is in `attend.rs`, then the layers of `pages` (the last is `admit`) in the order they are
/// written in, before it is routed to a page: none of them depends on there being a route. Files, the public keys and
/// the stream of events are answered after `attend.rs`: they need no session. The JSON API has layers of its own,
/// which are in `api.rs`.
///
/// # Errors
/// When the public URL, or one that the API is open to, is no origin.
pub fn reception(site: Site, options: &LeptosOptions) -> anyhow::Result<Reception> {
    let services = Services {
        auth: site.auth,
        cookies: site.cookies,
        files: assets::files(options),
        has_outbox: site.outbox.is_some(),
    };
    let app = App(Arc::new(Shared {
        turned_away: guard::turned_away(&services.cookies),
        services,
        clock: site.clock,
        leaving: site.leaving,
        tokens: site.api.tokens,
        proxies: site.proxies,
        room: Arc::new(Room::new(site.max_requests)),
        readiness: Arc::default(),
        prepared: Prepared::default(),
        measured: Measured::default(),
        streams: Streams::default(),
        live_reload: live_reload(options),
    }));
    let cross_origin = security::cross_origin(&site.public_url, &[])?;
    let rendered = ServiceBuilder::new()
        .layer(from_fn(form::handle))
        .layer(from_fn_with_state(app.clone(), prepared::prepare))
        .service(pages(&app, options));
    let pages = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), shed::shed))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIME_LIMIT,
        ))
        .layer(from_fn_with_state(cross_origin, security::check_origin))
        .layer(CookieManagerLayer::new())
        .layer(from_fn_with_state(app.clone(), admit))
        .service(
            own::routes()
                .with_state(app.clone())
                .fallback_service(rendered),
        );
    let site = beside(app.clone(), site.outbox, &site.public_url)
        .merge(api::routes(&app, &site.api, &site.public_url)?)
        .merge(assets::routes(options))
        .fallback_service(pages);
    Ok(Reception::new(app, site))
}

/// What is done for every request that may be for a page: who asks, and whether they may.
async fn admit(State(app): State<App>, cookies: Cookies, request: Request, next: Next) -> Response {
    let next = async |request| next.run(request).await;
    let guard = async |request| guard::guard(request, next).await;
    session::identify(&app, cookies, request, guard).await
}

/// What is neither a page nor a file.
fn beside(app: App, outbox: Option<PathBuf>, public_url: &Url) -> Router {
    let stylesheet = app.services.files.stylesheet().to_owned();
    let outbox = outbox.map(|folder| outbox::routes(folder, public_url, stylesheet));
    Router::new()
        .route("/.well-known/jwks.json", get(jwks::jwks))
        .route("/session/events", get(events::events))
        .route("/healthz", get(ready::alive))
        .route("/readyz", get(ready::ready))
        .with_state(app)
        .merge(outbox.unwrap_or_default())
}

fn pages(app: &App, options: &LeptosOptions) -> Router {
    let provide = {
        let services = app.services.clone();
        move || app::ssr::provide(&services)
    };
    let shell = {
        let options = options.clone();
        move || app::shell(options.clone())
    };
    let not_found = leptos_axum::render_app_async_with_context(provide.clone(), shell.clone());
    let not_found = move |request: Request| {
        let page = not_found(request);
        async move { (StatusCode::NOT_FOUND, page.await).into_response() }
    };
    Router::new()
        .leptos_routes_with_context(options, generate_route_list(app::App), provide, shell)
        .fallback(not_found)
        .with_state(options.clone())
}

/// Where `cargo leptos watch` tells the browser that something changed; none in any other run.
fn live_reload(options: &LeptosOptions) -> Option<String> {
    if !assets::is_watched() {
        return None;
    }
    let port = options.reload_external_port.unwrap_or(options.reload_port);
    Some(format!("ws://localhost:{port} ws://127.0.0.1:{port}"))
}
