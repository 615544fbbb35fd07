//! The account of whoever asks: `/api/users/me`.

use std::collections::BTreeSet;

use auth::{Account, Error};
use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::App;
use crate::api::body::Body;
use crate::api::described::{Denied, Unreadable};
use crate::api::error::ApiError;
use crate::api::identity::Caller;

/// An account, with the keys that Strapi's users have, and `name` beside them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    /// Small, never given twice.
    id: i64,
    /// Opaque, never given twice: the `sub` of access tokens.
    document_id: String,
    username: String,
    email: String,
    /// What the person wants to be called; may be empty.
    name: String,
    /// Always `local`.
    provider: &'static str,
    /// Whether the address was shown to be theirs.
    confirmed: bool,
    /// Always false: who is blocked is not answered.
    blocked: bool,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    #[schema(format = DateTime)]
    published_at: String,
}

impl From<&Account> for User {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id,
            document_id: account.document_id.clone(),
            username: account.username.as_str().to_owned(),
            email: account.email.as_str().to_owned(),
            name: account.display_name.as_str().to_owned(),
            provider: "local",
            confirmed: account.confirmed_at.is_some(),
            blocked: false,
            created_at: iso(account.created_at),
            updated_at: iso(account.updated_at),
            published_at: iso(account.created_at),
        }
    }
}

/// As JavaScript writes a moment: `2026-11-21T12:00:00.000Z`.
pub(super) fn iso(at: OffsetDateTime) -> String {
    let format = time::macros::format_description!(
        "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
    );
    at.format(format).unwrap_or_default()
}

/// Tells who asks.
#[utoipa::path(
    get, path = "/users/me", tag = "Account", operation_id = "getMe",
    responses((status = 200, description = "The account", body = User), Denied),
    security(("bearer" = []), ("cookie" = [])),
)]
pub(super) async fn me(
    State(app): State<App>,
    caller: Caller,
    uri: Uri,
) -> Result<Response, ApiError> {
    let account = app.services.auth.account(&caller.session).await?;
    let user = User::from(&account);
    let wanted = wanted(uri.query().unwrap_or_default());
    if wanted.is_empty() {
        return Ok(Json(user).into_response());
    }
    let mut user = json!(user);
    if let Some(keys) = user.as_object_mut() {
        keys.retain(|key, _| ALWAYS.contains(&key.as_str()) || wanted.contains(key));
    }
    Ok(Json(user).into_response())
}

/// What is there whatever is wanted.
const ALWAYS: [&str; 2] = ["id", "documentId"];

/// The names of `fields=a,b`, or of `fields[0]=a&fields[1]=b`. A generated client wants the whole account, so the
/// description is silent about it.
fn wanted(query: &str) -> BTreeSet<String> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let fields = pairs.filter(|(name, _)| name == "fields" || name.starts_with("fields["));
    let names =
        fields.flat_map(|(_, value)| value.split(',').map(str::to_owned).collect::<Vec<_>>());
    names
        .filter(|name| !name.is_empty() && name != "*")
        .collect()
}

/// What is to be changed. What is not there stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    username: Option<String>,
    /// What the person wants to be called; may be empty.
    name: Option<String>,
}

/// Changes the username, the name, or both.
#[utoipa::path(
    put, path = "/users/me", tag = "Account", operation_id = "updateMe", request_body = Option<Names>,
    responses((status = 200, description = "The account as it is now", body = User), Denied, Unreadable),
    security(("bearer" = []), ("cookie" = [])),
)]
pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    Body(names): Body<Names>,
) -> Result<Json<User>, ApiError> {
    let auth = &app.services.auth;
    let (username, name) = (names.username.as_deref(), names.name.as_deref());
    let (session, arrival) = (&caller.session, &caller.arrival);
    auth.change_profile(session, username, name, &arrival.client, arrival.now)
        .await
        .map_err(|error| match error {
            Error::UsernameTaken => ApiError::application("Username already taken"),
            other => other.into(),
        })?;
    let account = auth.account(session).await?;
    Ok(Json(User::from(&account)))
}
