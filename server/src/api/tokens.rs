//! How tokens are handed to a program: in the body, or the refresh token in a cookie that scripts cannot
//! read.

use app::error::AppError;
use app::ssr::Arrival;
use auth::{Auth, Browser, Client, Session, SignedIn};
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tower_cookies::Cookies;

use crate::api::TokenPlace;
use crate::api::cookies::Elsewhere;
use crate::api::error::ApiError;
use crate::api::user::User;
use crate::client::is_relayed;
use crate::{App, session};

/// By which a client asks for the cookie, whatever is set.
const COOKIE_WANTED: &str = "x-strapi-refresh-cookie";

/// What a program gets when somebody signs in, or has set another password.
///
/// It says what the answer looks like; nothing that holds a token can be serialized by itself.
#[derive(utoipa::ToSchema)]
#[schema(as = SignedIn, rename_all = "camelCase")]
#[expect(dead_code, reason = "it is the description of an answer")]
pub(super) struct Answer {
    /// An access token (RFC 9068), to be sent as `Authorization: Bearer`.
    jwt: String,
    /// Opaque. It is good for one refresh. In a cookie instead, where that is asked for.
    #[schema(nullable = false, required = false)]
    refresh_token: Option<String>,
    /// How long the access token lives, in seconds.
    expires_in: i64,
    #[schema(nullable = false, required = false)]
    user: Option<User>,
}

/// What comes of registering, or of another password. There are no tokens before an address is confirmed, where
/// that is asked for, and none within reach of a script for those who came by cookies.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is the description of an answer")]
pub(super) struct Registered {
    #[schema(nullable = false, required = false)]
    jwt: Option<String>,
    #[schema(nullable = false, required = false)]
    refresh_token: Option<String>,
    #[schema(nullable = false, required = false)]
    expires_in: Option<i64>,
    #[schema(nullable = false, required = false)]
    user: Option<User>,
}

/// Somebody who is about to be signed in: what is known of their request, and where their tokens go.
pub(super) struct Handing {
    pub(super) app: App,
    pub(super) cookies: Cookies,
    pub(super) place: TokenPlace,
    pub(super) arrival: Arrival,
    /// Whether somebody in between passed the request on who is no proxy of ours: then the address is theirs.
    is_relayed: bool,
}

impl FromRequestParts<App> for Handing {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let wanted = parts.headers.get(COOKIE_WANTED);
        let wants_cookie =
            wanted.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"httponly"));
        // To a site that has no say over our cookies nothing could be handed in one.
        let is_deaf =
            app.tokens == TokenPlace::Body && parts.extensions.get::<Elsewhere>().is_some();
        let arrival = parts.extensions.get::<Arrival>().cloned();
        let cookies = parts.extensions.get::<Cookies>().cloned();
        Ok(Self {
            place: if wants_cookie && !is_deaf {
                TokenPlace::Cookie
            } else {
                app.tokens
            },
            is_relayed: is_relayed(&parts.headers) && !app.proxies.vouch_for(parts),
            app: app.clone(),
            cookies: cookies.ok_or_else(AppError::internal)?,
            arrival: arrival.ok_or_else(AppError::internal)?,
        })
    }
}

impl Handing {
    pub(super) fn auth(&self) -> &Auth {
        &self.app.services.auth
    }

    /// From where: with what lets the account know this browser, or this program, again.
    pub(super) fn client(&self) -> Client {
        let client = self.arrival.client.clone();
        match self.place {
            TokenPlace::Body if self.is_relayed => client,
            TokenPlace::Body => self.auth().known_again(client),
            TokenPlace::Cookie => known_by_cookie(client),
        }
    }

    /// The session that a browser came with, which ends when its cookie is replaced.
    pub(super) fn former(&self) -> Option<&Session> {
        match self.place {
            TokenPlace::Body => None,
            TokenPlace::Cookie => self.arrival.session.as_deref(),
        }
    }

    /// The refresh token in the cookie.
    pub(super) fn kept(&self) -> Option<SecretString> {
        let name = self.app.services.cookies.refresh_name();
        Some(self.cookies.get(name)?.value().into())
    }

    /// Hands out tokens, with the account that they are for.
    pub(super) async fn sign_in(&self, signed_in: &SignedIn, client: &Client) -> Json<Value> {
        if self.place == TokenPlace::Cookie {
            self.remember(client);
        }
        let answer = self.answer(signed_in);
        Json(self.with_user(answer, signed_in).await)
    }

    /// Hands both tokens to a browser that came with both, out of reach of its scripts.
    pub(super) async fn renew(&self, signed_in: &SignedIn, client: &Client) -> Json<Value> {
        session::keep(&self.app, &self.cookies, signed_in, self.arrival.now);
        self.remember(client);
        Json(self.with_user(json!({}), signed_in).await)
    }

    fn remember(&self, client: &Client) {
        if let Some(browser) = client.browser {
            self.cookies
                .add(self.app.services.cookies.remember(browser));
        }
    }

    /// What was done cannot be undone: an account that cannot be read now must not hide the tokens.
    async fn with_user(&self, mut answer: Value, signed_in: &SignedIn) -> Value {
        let account = match &signed_in.account {
            Some(account) => Ok(account.as_ref().clone()),
            None => self.auth().account(&signed_in.session).await,
        };
        match account {
            Ok(account) => answer["user"] = json!(User::from(&account)),
            Err(error) => tracing::warn!(%error, "an answer with tokens has no account"),
        }
        answer
    }

    /// Hands out tokens.
    pub(super) fn answer(&self, signed_in: &SignedIn) -> Value {
        let now = self.arrival.now;
        let lives = signed_in.session.access_expires_at - now;
        let mut answer = json!({ "jwt": signed_in.tokens.access.expose_secret() });
        match self.place {
            TokenPlace::Body => {
                answer["refreshToken"] = signed_in.tokens.refresh.expose_secret().into();
            }
            TokenPlace::Cookie => {
                for cookie in self.app.services.cookies.set_refresh(signed_in, now) {
                    self.cookies.add(cookie);
                }
            }
        }
        answer["expiresIn"] = lives.whole_seconds().into();
        answer
    }
}

/// A browser that has no number yet gets one.
pub(super) fn known_by_cookie(client: Client) -> Client {
    let browser = client.browser.unwrap_or_else(Browser::random);
    Client {
        browser: Some(browser),
        ..client
    }
}
