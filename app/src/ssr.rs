//! The server's side of the pages: the only place where this crate meets the domain.

use auth::{
    Activity, Auth, Client, CookieJarStyle, Event, LogIn, Persistence, Registration, Session,
    SignUp, SignedIn,
};
use axum::http::request::Parts;
use leptos::nonce::Nonce;
use leptos::prelude::*;
use secrecy::SecretString;
use time::{Duration, OffsetDateTime};
use tower_cookies::{Cookie, Cookies};

use crate::dashboard::{Happening, Summary};
use crate::error::AppError;
use crate::profile::OwnAccount;
use crate::register::Rules;
use crate::session::{Submission, Visit, When};
use crate::theme::{self, Theme};

/// What the layers in front found out about a request. They put it into its extensions.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub now: OffsetDateTime,
    pub client: Client,
    pub session: Option<Session>,
}

/// The nonce that the content security policy of this response allows.
#[derive(Debug, Clone)]
pub struct PolicyNonce(pub String);

/// The form that a page is shown again for.
#[derive(Debug, Clone)]
pub struct Refused(pub Submission);

/// What pages and server functions need of the installation.
#[derive(Clone)]
pub struct Services {
    pub auth: Auth,
    pub cookies: CookieJarStyle,
    /// The path of the style sheet.
    pub stylesheet: String,
}

/// Provides the context of one render or server function: called by the server for each of them.
pub fn provide(services: &Services) {
    provide_context(services.clone());
    let Some(parts) = use_context::<Parts>() else {
        return;
    };
    if let Some(nonce) = parts.extensions.get::<PolicyNonce>() {
        provide_context(Nonce::from_value(nonce.0.as_str()));
    }
    provide_context(visit(&parts, services));
}

fn visit(parts: &Parts, services: &Services) -> Visit {
    let query = |key: &str| {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        pairs
            .into_iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.into_owned())
    };
    let form = parts
        .extensions
        .get::<Refused>()
        .map(|refused| refused.0.clone())
        .unwrap_or_default();
    let arrival = parts.extensions.get::<Arrival>();
    let theme = parts
        .extensions
        .get::<Cookies>()
        .and_then(|cookies| cookies.get(theme::COOKIE));
    Visit {
        path: parts.uri.path().to_owned(),
        next: form
            .value("next")
            .or_else(|| query("next"))
            .map(|next| crate::next::local_path(&next)),
        is_saved: query("saved").is_some(),
        is_signed_in: arrival.is_some_and(|arrival| arrival.session.is_some()),
        theme: theme
            .map(|cookie| Theme::from_name(cookie.value()))
            .unwrap_or_default(),
        stylesheet: services.stylesheet.clone(),
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
        let parts = use_context::<Parts>().ok_or_else(AppError::internal)?;
        let extension = || AppError::internal();
        Ok(Self {
            services: use_context::<Services>().ok_or_else(extension)?,
            arrival: parts
                .extensions
                .get::<Arrival>()
                .cloned()
                .ok_or_else(extension)?,
            cookies: parts
                .extensions
                .get::<Cookies>()
                .cloned()
                .ok_or_else(extension)?,
        })
    }

    /// Asks for the session again: the guard in front is not the only lock.
    fn session(&self) -> Result<&Session, AppError> {
        self.arrival
            .session
            .as_ref()
            .ok_or_else(AppError::unauthenticated)
    }

    fn keep(&self, signed_in: &SignedIn) {
        for cookie in self.services.cookies.set(signed_in, self.arrival.now) {
            self.cookies.add(cookie);
        }
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
    };
    let Arrival {
        now,
        client,
        session,
    } = &request.arrival;
    let signed_in = request
        .services
        .auth
        .log_in(form, client, session.as_ref(), *now)
        .await?;
    request.keep(&signed_in);
    Ok(())
}

pub(crate) async fn sign_up(
    email: String,
    username: String,
    password: SecretString,
) -> Result<(), AppError> {
    let request = Request::current()?;
    let form = SignUp {
        email,
        username,
        password,
    };
    let Arrival {
        now,
        client,
        session,
    } = &request.arrival;
    let signed_in = request
        .services
        .auth
        .sign_up(form, client, session.as_ref(), *now)
        .await?;
    request.keep(&signed_in);
    Ok(())
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
            .log_out(&session.id, client, *now)
            .await?;
    }
    for cookie in request.services.cookies.remove() {
        request.cookies.add(cookie);
    }
    Ok(())
}

pub(crate) fn registration() -> Result<Rules, AppError> {
    let services = Request::current()?.services;
    let config = services.auth.config();
    Ok(Rules {
        is_open: config.registration == Registration::Open,
        password_min_length: config.password_min_length.try_into().unwrap_or(u32::MAX),
    })
}

pub(crate) async fn whoami() -> Result<Option<String>, AppError> {
    let request = Request::current()?;
    let Some(session) = &request.arrival.session else {
        return Ok(None);
    };
    let account = request.services.auth.account(session).await?;
    Ok(Some(called(&account)))
}

pub(crate) async fn overview() -> Result<Summary, AppError> {
    let request = Request::current()?;
    let (session, auth, now) = (
        request.session()?,
        &request.services.auth,
        request.arrival.now,
    );
    let account = auth.account(session).await?;
    let device = auth.device(session).await?;
    let activity = auth.activity(&account, 8).await?;
    let kept = match device.persistence {
        Persistence::Remembered => "kept signed in on this browser",
        Persistence::Browser => "until you close the browser",
    };
    Ok(Summary {
        name: called(&account),
        username: account.username.as_str().to_owned(),
        email: account.email.as_str().to_owned(),
        signed_in: when(device.authenticated_at, now),
        method: format!("With your password, {kept}"),
        access_ends: when(session.access_expires_at, now),
        session_ends: when(device.expires_at, now),
        session_ends_idle: when(device.idle_expires_at, now),
        activity: activity
            .into_iter()
            .map(|row| happening(row, now))
            .collect(),
    })
}

pub(crate) async fn account() -> Result<OwnAccount, AppError> {
    let request = Request::current()?;
    let account = request.services.auth.account(request.session()?).await?;
    Ok(OwnAccount {
        email: account.email.as_str().to_owned(),
        username: account.username.as_str().to_owned(),
        display_name: account.display_name.as_str().to_owned(),
        since: when(account.created_at, request.arrival.now),
    })
}

pub(crate) async fn change_profile(display_name: String, username: String) -> Result<(), AppError> {
    let request = Request::current()?;
    let Arrival { now, client, .. } = &request.arrival;
    let session = request.session()?;
    Ok(request
        .services
        .auth
        .change_profile(session, &username, &display_name, client, *now)
        .await?)
}

pub(crate) fn remember_theme(theme: Theme) -> Result<(), AppError> {
    let request = Request::current()?;
    let is_secure = request.services.cookies.is_secure();
    let cookie = Cookie::build((theme::COOKIE, theme.name()))
        .path("/")
        .max_age(Duration::days(365))
        .secure(is_secure);
    request.cookies.add(
        cookie
            .same_site(tower_cookies::cookie::SameSite::Lax)
            .build(),
    );
    Ok(())
}

/// The name that somebody wants to be called, or else the one they sign in with.
fn called(account: &auth::Account) -> String {
    let name = account.display_name.as_str();
    if name.is_empty() {
        account.username.as_str().to_owned()
    } else {
        name.to_owned()
    }
}

fn happening(row: Activity, now: OffsetDateTime) -> Happening {
    let what = match row.event {
        Event::SignedUp => "Account created",
        Event::SignedIn => "Signed in",
        Event::SignInFailed => "Someone tried to sign in with a wrong password",
        Event::SignedOut => "Signed out",
        Event::SessionReplaced => "Signed in again; the session before was ended",
        Event::SessionReused => "A copied session was used and has been ended",
        Event::ProfileChanged => "Profile changed",
    };
    Happening {
        what: what.to_owned(),
        when: when(row.at, now),
        address: row.client.address,
    }
}

fn when(at: OffsetDateTime, now: OffsetDateTime) -> When {
    use time::format_description::well_known::Rfc3339;
    let date = time::macros::format_description!(
        "[day padding:none] [month repr:long] [year], [hour]:[minute] UTC"
    );
    When {
        machine: at.format(&Rfc3339).unwrap_or_default(),
        date: at.format(date).unwrap_or_default(),
        distance: distance(at - now),
    }
}

/// In the largest unit that there is at least one of, rounded to the nearest.
fn distance(span: Duration) -> String {
    let seconds = span.whole_seconds().unsigned_abs();
    let (count, unit) = match seconds {
        0..=29 => {
            return if span.is_negative() || seconds < 5 {
                "just now".to_owned()
            } else {
                format!("in {seconds} seconds")
            };
        }
        30..=3569 => ((seconds + 30) / 60, "minute"),
        3570..=86_399 => ((seconds + 1800) / 3600, "hour"),
        _ => ((seconds + 43_200) / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    if span.is_negative() {
        format!("{count} {unit}{plural} ago")
    } else {
        format!("in {count} {unit}{plural}")
    }
}

impl From<auth::Error> for AppError {
    /// The only place where internal errors are logged.
    fn from(error: auth::Error) -> Self {
        use auth::{EmailError, NameError, PasswordError, UsernameError};
        match error {
            auth::Error::BadCredentials => Self::new(
                401,
                "bad_credentials",
                "That name and password do not go together. Check both and try again.",
            ),
            auth::Error::Unauthenticated | auth::Error::Refused(_) => Self::unauthenticated(),
            auth::Error::Email(EmailError::Missing) => {
                Self::new(422, "email_missing", "Enter your email address.").at("email")
            }
            auth::Error::Email(EmailError::TooLong) => {
                Self::new(422, "email_too_long", "This address is too long to be one.").at("email")
            }
            auth::Error::Email(EmailError::Malformed) => Self::new(
                422,
                "email_malformed",
                "Enter an email address, like name@example.org.",
            )
            .at("email"),
            auth::Error::EmailTaken => Self::new(
                409,
                "email_taken",
                "There is an account with this address. Sign in instead.",
            )
            .at("email"),
            auth::Error::Username(UsernameError::Missing) => {
                Self::new(422, "username_missing", "Choose a username.").at("username")
            }
            auth::Error::Username(UsernameError::Length) => {
                Self::new(422, "username_length", "Use 3 to 32 characters.").at("username")
            }
            auth::Error::Username(UsernameError::Characters) => Self::new(
                422,
                "username_characters",
                "Use only letters from a to z, digits, dots, hyphens and underscores.",
            )
            .at("username"),
            auth::Error::UsernameTaken => Self::new(
                409,
                "username_taken",
                "This username is taken. Choose another.",
            )
            .at("username"),
            auth::Error::DisplayName(NameError::TooLong) => {
                Self::new(422, "name_too_long", "Use 64 characters at most.").at("display_name")
            }
            auth::Error::DisplayName(NameError::Characters) => Self::new(
                422,
                "name_characters",
                "The name has characters that cannot be shown.",
            )
            .at("display_name"),
            auth::Error::Password(PasswordError::Missing) => {
                Self::new(422, "password_missing", "Choose a password.").at("password")
            }
            auth::Error::Password(PasswordError::TooShort(least)) => Self::new(
                422,
                "password_too_short",
                format!("Use at least {least} characters. Length is what makes a password strong."),
            )
            .at("password"),
            auth::Error::Password(PasswordError::TooLong) => {
                let most = auth::PASSWORD_MAX_LENGTH;
                Self::new(
                    422,
                    "password_too_long",
                    format!("Use {most} characters at most."),
                )
                .at("password")
            }
            auth::Error::Password(PasswordError::Common) => Self::new(
                422,
                "password_common",
                "This is one of the passwords that are tried first. Choose another.",
            )
            .at("password"),
            auth::Error::Password(PasswordError::Context) => Self::new(
                422,
                "password_context",
                "Your password must not be your name, your address or ours.",
            )
            .at("password"),
            auth::Error::RegistrationClosed => Self::new(
                403,
                "registration_closed",
                "Registration is closed here. Ask whoever runs this site for an account.",
            ),
            auth::Error::Busy => Self::new(
                503,
                "busy",
                "Many people are signing in right now. Please try again in a moment.",
            ),
            auth::Error::Unavailable(source) => {
                tracing::error!(error = %source, "the database is not available");
                Self::unavailable()
            }
            auth::Error::Internal(source) => {
                tracing::error!(error = %source, "internal error");
                Self::internal()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_read_as_one_would_say_them() {
        for (seconds, words) in [
            (0, "just now"),
            (-20, "just now"),
            (20, "in 20 seconds"),
            (45, "in 1 minute"),
            (600, "in 10 minutes"),
            (-90, "2 minutes ago"),
            (3570, "in 1 hour"),
            (7200, "in 2 hours"),
            (86_400, "in 1 day"),
            (-2_592_000, "30 days ago"),
        ] {
            assert_eq!(distance(Duration::seconds(seconds)), words, "{seconds}");
        }
    }
}
