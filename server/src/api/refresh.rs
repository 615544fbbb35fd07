//! New tokens for a refresh token: `/api/auth/refresh`.

use app::ssr::Arrival;
use auth::Error;
use axum::Json;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::TokenPlace;
use crate::api::body::Body;
use crate::api::described::{Refused, Unauthorized, Unreadable};
use crate::api::error::ApiError;
use crate::api::tokens::{self, Handing};
use crate::session;

/// What is to be exchanged.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Exchange {
    /// Without it: the cookie, where tokens are put into cookies.
    #[schema(value_type = Option<String>, format = Password)]
    refresh_token: Option<SecretString>,
}

/// Exchanges a refresh token for new tokens.
///
/// It is good for one exchange. An `Authorization` header is not looked at: the access token may be long
/// expired. What came in a cookie goes back in a cookie.
#[utoipa::path(
    post, path = "/auth/refresh", tag = "Signing in", operation_id = "refresh", request_body = Option<Exchange>,
    responses((status = 200, description = "The new tokens", body = tokens::Answer), Refused, Unreadable, Unauthorized),
)]
pub(super) async fn refresh(
    handing: Handing,
    Body(body): Body<Exchange>,
) -> Result<Json<Value>, ApiError> {
    let sent = body
        .refresh_token
        .filter(|token| !token.expose_secret().is_empty());
    // Scripts never get to read what a cookie keeps from them.
    let kept = || match handing.place {
        TokenPlace::Body => None,
        TokenPlace::Cookie => handing.kept(),
    };
    let is_kept = sent.is_none();
    let token = sent.or_else(kept);
    let token = token.ok_or_else(|| ApiError::bad_request("Missing refresh token"))?;
    let Arrival { now, client, .. } = &handing.arrival;
    let auth = handing.auth();
    let refreshed = auth.refresh(token.expose_secret(), client, *now).await;
    let signed_in = refreshed.map_err(|error| match error {
        Error::Refused(why) => {
            tracing::info!(%why, "a refresh was refused");
            if is_kept {
                session::forget(&handing.app, &handing.cookies);
            }
            ApiError::unauthorized("Invalid refresh token")
        }
        other => other.into(),
    })?;
    Ok(Json(handing.answer(&signed_in)))
}
