//! The server's side of the pages: the only place where this crate meets the domain.

pub(crate) mod account;
pub(crate) mod activity;
pub(crate) mod devices;
mod drawn;
pub(crate) mod language;
pub(crate) mod links;
pub mod own;
mod words;

use std::sync::Arc;

use ::words::Language;
use auth::{
    Auth, Browser, Client, Confirmation, CookieJarStyle, LogIn, Persistence, Registration, Role,
    Session, SignUp, SignedIn,
};
use axum::http::request::Parts;
use leptos::nonce::Nonce;
use leptos::prelude::*;
use secrecy::SecretString;
use time::{Duration, OffsetDateTime};
use tower_cookies::cookie::SameSite;
use tower_cookies::{Cookie, Cookies};

use crate::dashboard::Summary;
use crate::error::AppError;
use crate::files::Files;
use crate::language::words;
use crate::register::Rules;
use crate::session::{Submission, Visit};
use crate::ssr::activity::{happening, told};
use crate::ssr::words::{called, place};
use crate::theme::{self, Theme};

/// What the layers in front found out about a request. They put it into its extensions.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub now: OffsetDateTime,
    pub client: Client,
    pub session: Option<Arc<Session>>,
}

/// Whether somebody is signed in as an administrator.
#[must_use]
pub fn is_admin(session: &Session) -> bool {
    session.role == Role::Admin.name()
}

/// The nonce that the content security policy of this response allows.
#[derive(Debug, Clone)]
pub struct PolicyNonce(pub String);

/// Says that only somebody signed in gets an answer to the request.
#[derive(Debug, Clone, Copy)]
pub struct Guarded;

/// The form that a page is shown again for.
#[derive(Debug, Clone)]
pub struct Refused(pub Submission);

/// What pages and server functions need of the installation.
#[derive(Clone)]
pub struct Services {
    pub auth: Auth,
    pub cookies: CookieJarStyle,
    /// What every page asks for.
    pub files: Files,
    /// Whether letters are to be read at `/dev/outbox`.
    pub has_outbox: bool,
}

impl Services {
    /// The cookie that holds the theme that somebody chose.
    #[must_use]
    pub fn theme_cookie(&self) -> &'static str {
        if self.cookies.is_secure() {
            theme::SECURE_COOKIE
        } else {
            theme::COOKIE
        }
    }

    /// The cookie that holds the language that somebody chose.
    #[must_use]
    pub fn language_cookie(&self) -> &'static str {
        if self.cookies.is_secure() {
            product::SECURE_LANGUAGE_COOKIE
        } else {
            product::LANGUAGE_COOKIE
        }
    }

    /// What the pages know of a request.
    #[must_use]
    pub fn visit(&self, parts: &Parts) -> Visit {
        visit(parts, self)
    }

    fn takes_newcomers(&self) -> bool {
        self.auth.config().registration == Registration::Open
    }

    fn confirms_first(&self) -> bool {
        self.auth.config().confirmation == Confirmation::Required
    }
}

/// Provides the context of one render or server function: called by the server for each of them.
pub fn provide(services: &Services) {
    provide_context(services.clone());
    provide_context(services.files.clone());
    let found = with_context(|parts: &Parts| {
        let nonce = parts.extensions.get::<PolicyNonce>();
        let nonce = nonce.map(|nonce| Nonce::from_value(nonce.0.as_str()));
        let language = parts.extensions.get::<Language>().copied();
        (nonce, language.unwrap_or_default(), visit(parts, services))
    });
    let Some((nonce, language, visit)) = found else {
        return;
    };
    if let Some(nonce) = nonce {
        provide_context(nonce);
    }
    provide_context(language);
    provide_context(Arc::new(visit));
}

fn visit(parts: &Parts, services: &Services) -> Visit {
    let query = |key: &str| {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        pairs
            .into_iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.into_owned())
    };
    let mut form = parts
        .extensions
        .get::<Refused>()
        .map(|refused| refused.0.clone())
        .unwrap_or_default();
    let language = parts.extensions.get::<Language>().copied();
    let words = language.unwrap_or_default().words();
    form.error = form.error.map(|error| error.in_words(words));
    let arrival = parts.extensions.get::<Arrival>();
    let session = arrival.and_then(|arrival| arrival.session.as_deref());
    let theme = parts.extensions.get::<Theme>().copied();
    Visit {
        path: parts.uri.path().to_owned(),
        address: parts
            .uri
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default(),
        next: form
            .value("next")
            .or_else(|| query("next"))
            .and_then(|next| crate::next::wanted(&next).map(str::to_owned)),
        token: form
            .value("token")
            .or_else(|| query("token"))
            .filter(|token| !token.is_empty()),
        flags: form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .filter(|(_, value)| value.is_empty())
            .map(|(name, _)| name.into_owned())
            .collect(),
        ended: query("ended").and_then(|count| count.parse().ok()),
        before: query("before")
            .and_then(|id| id.parse().ok())
            .filter(|id| *id > 0),
        is_signed_in: session.is_some(),
        is_admin: session.is_some_and(is_admin),
        is_guarded: parts.extensions.get::<Guarded>().is_some(),
        theme: theme.unwrap_or_default(),
        has_outbox: services.has_outbox,
        confirms_first: services.confirms_first(),
        is_closed: !services.takes_newcomers(),
        form,
    }
}

/// What a server function has at hand.
struct Request {
    services: Services,
    arrival: Arrival,
    cookies: Cookies,
}

impl Request {
    fn current() -> Result<Self, AppError> {
        let found = with_context(|parts: &Parts| {
            let arrival = parts.extensions.get::<Arrival>().cloned();
            arrival.zip(parts.extensions.get::<Cookies>().cloned())
        });
        let (arrival, cookies) = found.flatten().ok_or_else(AppError::internal)?;
        Ok(Self {
            services: use_context::<Services>().ok_or_else(AppError::internal)?,
            arrival,
            cookies,
        })
    }

    /// Asks for the session again: the guard in front is not the only lock.
    fn session(&self) -> Result<&Session, AppError> {
        self.arrival
            .session
            .as_deref()
            .ok_or_else(AppError::unauthenticated)
    }

    /// Removes the cookies of the session.
    fn forget(&self) {
        for cookie in self.services.cookies.remove() {
            self.cookies.add(cookie);
        }
    }

    /// Where somebody is about to be signed in: a browser that has no number yet gets one.
    fn client(&self) -> Client {
        let client = self.arrival.client.clone();
        let browser = client.browser.unwrap_or_else(Browser::random);
        Client {
            browser: Some(browser),
            ..client
        }
    }

    /// Keeps what somebody chose for a year, where it is no secret.
    fn remember(&self, name: &'static str, choice: &'static str) {
        let cookie = Cookie::build((name, choice))
            .path("/")
            .max_age(Duration::days(365))
            .secure(self.services.cookies.is_secure())
            .same_site(SameSite::Lax);
        self.cookies.add(cookie.build());
    }

    fn keep(&self, signed_in: &SignedIn, client: &Client) {
        for cookie in self.services.cookies.set(signed_in, self.arrival.now) {
            self.cookies.add(cookie);
        }
        if let Some(browser) = client.browser {
            self.cookies.add(self.services.cookies.remember(browser));
        }
    }
}

/// Where addresses are confirmed first, one answer stands for all that keeps somebody out: another one would
/// tell strangers which addresses have an account.
fn refused(services: &Services, error: auth::Error) -> AppError {
    let told = AppError::from(error);
    if told.code != "bad_credentials" || !services.confirms_first() {
        return told;
    }
    AppError {
        message: words().error_bad_credentials_or_unconfirmed(),
        ..told
    }
}

pub(crate) async fn log_in(
    identifier: String,
    password: SecretString,
    remember: Option<String>,
) -> Result<(), AppError> {
    let request = Request::current()?;
    let persistence = remember.map_or(Persistence::Browser, |_| Persistence::Remembered);
    let form = LogIn {
        identifier,
        password,
        persistence,
        device: None,
    };
    let Arrival { now, session, .. } = &request.arrival;
    let client = &request.client();
    let signed_in = request
        .services
        .auth
        .log_in(form, client, session.as_deref(), *now)
        .await
        .map_err(|error| refused(&request.services, error))?;
    request.keep(&signed_in, client);
    Ok(())
}

/// Returns whether they are signed in.
pub(crate) async fn sign_up(
    email: String,
    username: String,
    password: SecretString,
) -> Result<bool, AppError> {
    let request = Request::current()?;
    let form = SignUp {
        email,
        username,
        password,
        persistence: Persistence::Browser,
    };
    let Arrival { now, session, .. } = &request.arrival;
    let client = &request.client();
    let signed_up = request
        .services
        .auth
        .sign_up(form, client, session.as_deref(), *now)
        .await?;
    let signed_in = signed_up.signed_in();
    if let Some(signed_in) = &signed_in {
        request.keep(signed_in, client);
    }
    Ok(signed_in.is_some())
}

/// Without a session there is nothing to end, and the cookies still go.
pub(crate) async fn log_out() -> Result<(), AppError> {
    let request = Request::current()?;
    let Arrival {
        now,
        client,
        session,
    } = &request.arrival;
    if let Some(session) = session {
        request
            .services
            .auth
            .log_out(session.id, client, *now)
            .await?;
    }
    request.forget();
    Ok(())
}

pub(crate) fn registration() -> Result<Rules, AppError> {
    let services = Request::current()?.services;
    let config = services.auth.config();
    Ok(Rules {
        is_open: services.takes_newcomers(),
        password_min_length: config.password_min_length.try_into().unwrap_or(u32::MAX),
    })
}

pub(crate) async fn whoami() -> Result<Option<String>, AppError> {
    let request = Request::current()?;
    let Some(session) = &request.arrival.session else {
        return Ok(None);
    };
    match request.services.auth.account(session).await {
        Ok(account) => Ok(Some(called(&account))),
        Err(auth::Error::Unauthenticated) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn overview() -> Result<Summary, AppError> {
    let request = Request::current()?;
    let (session, auth, now) = (
        request.session()?,
        &request.services.auth,
        request.arrival.now,
    );
    let (account, device) = auth.account_and_device(session).await?;
    let lately = auth.lately(&account, drawn::since(now), now).await?;
    let method = match device.persistence {
        Persistence::Remembered => words().session_remembered(),
        Persistence::Browser => words().session_browser(),
    };
    Ok(Summary {
        name: called(&account),
        username: account.username.as_str().to_owned(),
        email: account.email.as_str().to_owned(),
        is_confirmed: account.confirmed_at.is_some(),
        method,
        life: drawn::life(&device, session, now),
        place: place(device.client),
        sign_ins: drawn::chart(&lately.sign_ins, now),
        activity: lately
            .newest
            .into_iter()
            .map(|row| happening(row, now))
            .collect(),
        warnings: told(lately.warnings, now),
    })
}

pub(crate) fn remember_theme(theme: Theme) -> Result<(), AppError> {
    let request = Request::current()?;
    request.remember(request.services.theme_cookie(), theme.name());
    Ok(())
}
