//! A bare axum server with the bytes of a page, and beside them as little as can be of what the site does: what the
//! pages of the site are measured against. It checks tokens as the site does, and reads as one reads with sqlx.
//!
//! `bare PAGE HEAD` with the settings of the site (`--data-dir`, `--site-addr`) answers with the bytes of the file
//! `PAGE`, or redirects with the headers in the file `HEAD`, one a line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use auth::Auth;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use clap::Parser;
use serde_json::json;
use server::clock::Clock;
use server::config::Settings;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

#[derive(Parser)]
struct Cli {
    page: PathBuf,
    head: PathBuf,
    #[command(flatten)]
    settings: Settings,
}

struct Bare {
    auth: Auth,
    accounts: SqlitePool,
    clock: Clock,
    page: Bytes,
    head: HeaderMap,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let config = cli.settings.check()?;
    let clock = Clock::system();
    let file = config.database_file.context("accounts in a file")?;
    let accounts = SqlitePoolOptions::new()
        .connect_with(SqliteConnectOptions::new().filename(file).read_only(true))
        .await?;
    let bare = Bare {
        accounts,
        auth: Auth::open(config.auth, clock.now()).await?,
        clock,
        page: std::fs::read(&cli.page)?.into(),
        head: headers(&std::fs::read_to_string(&cli.head)?)?,
    };
    let address: SocketAddr = config.site_addr;
    let router = Router::new()
        .route("/page", get(page))
        .route("/own-page", get(own_page))
        .route("/redirect", get(redirect))
        .route("/same-redirect", get(same_redirect))
        .route("/me", get(me))
        .with_state(Arc::new(bare));
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, router).await.context("serving")
}

async fn page(State(bare): State<Arc<Bare>>) -> impl IntoResponse {
    (
        [(CONTENT_TYPE, "text/html; charset=utf-8")],
        bare.page.clone(),
    )
}

async fn redirect() -> impl IntoResponse {
    (
        StatusCode::SEE_OTHER,
        [(LOCATION, "/login?next=%2Fdashboard")],
    )
}

/// With the bytes of the site's. The map is copied as it is: as a part of an answer, each header of it would be put
/// into another one by one.
async fn same_redirect(State(bare): State<Arc<Bare>>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().clone_from(&bare.head);
    response
}

fn headers(text: &str) -> Result<HeaderMap> {
    let header = |line: &str| {
        let (name, value) = line.split_once(": ").context("a header has a value")?;
        Ok((HeaderName::try_from(name)?, HeaderValue::try_from(value)?))
    };
    text.lines().map(header).collect()
}

async fn own_page(
    state: State<Arc<Bare>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, StatusCode> {
    state.account(&headers).await?;
    Ok(page(state).await)
}

async fn me(
    State(bare): State<Arc<Bare>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, StatusCode> {
    let account = bare.account(&headers).await?;
    Ok(Json(json!({
        "id": account.id,
        "documentId": account.document_id,
        "username": account.username,
        "email": account.email,
    })))
}

#[derive(sqlx::FromRow)]
struct Account {
    id: i64,
    document_id: String,
    username: String,
    email: String,
}

impl Bare {
    /// The check of a token, and one read by an index.
    async fn account(&self, headers: &HeaderMap) -> Result<Account, StatusCode> {
        let said = headers
            .get(AUTHORIZATION)
            .and_then(|said| said.to_str().ok());
        let token = said.and_then(|said| said.strip_prefix("Bearer "));
        let token = token.ok_or(StatusCode::UNAUTHORIZED)?;
        let session = self.auth.verify(token, self.clock.now());
        let session = session.map_err(|_| StatusCode::UNAUTHORIZED)?;
        let query = "select id, document_id, username, email from users where document_id = $1";
        let account = sqlx::query_as(query).bind(&session.user);
        let account = account.fetch_one(&self.accounts).await;
        account.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
    }
}
