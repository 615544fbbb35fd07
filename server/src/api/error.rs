//! What goes wrong, in Strapi's envelope: `{"data":null,"error":{status,name,message,details}}`. Whoever asks
//! for `application/problem+json` gets problem details instead (RFC 9457).

use std::borrow::Cow;

use app::error::AppError;
use auth::{EmailError, Error, UsernameError};
use axum::Json;
use axum::http::header::{ACCEPT, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use const_format::concatcp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::answer;

const PROBLEM: &str = "application/problem+json";

/// Who asks without saying who they are (RFC 6750, 3: then there is no error code).
const CHALLENGE: &str = concatcp!("Bearer realm=\"", product::ID, "\"");

/// Whose token is no good.
const INVALID_TOKEN: &str = concatcp!(
    CHALLENGE,
    r#", error="invalid_token", error_description="The access token is malformed, expired or revoked""#
);

/// A refusal. Its words are ours, but for the names of keys that are not known.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    status: StatusCode,
    name: &'static str,
    message: Cow<'static, str>,
    complaints: Vec<Complaint>,
    /// Whether it is told as `{"error": message}`, without the envelope.
    is_bare: bool,
    challenge: Option<&'static str>,
    /// In how many seconds it may work.
    retry_after: Option<u32>,
}

/// What is wrong with one field, as yup says it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Complaint {
    path: Vec<String>,
    message: String,
    name: &'static str,
}

impl Complaint {
    pub(super) fn new(field: &str, message: String) -> Self {
        Self {
            path: vec![field.to_owned()],
            message,
            name: VALIDATION,
        }
    }
}

const VALIDATION: &str = "ValidationError";
const APPLICATION: &str = "ApplicationError";

impl ApiError {
    fn new(status: StatusCode, name: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            name,
            message: message.into(),
            complaints: Vec::new(),
            is_bare: false,
            challenge: None,
            retry_after: None,
        }
    }

    /// Something about what was sent.
    pub(super) fn validation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, VALIDATION, message)
    }

    /// Something about the state that things are in.
    pub(super) fn application(message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, APPLICATION, message)
    }

    pub(super) fn bad_request(message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequestError", message)
    }

    pub(super) fn unauthorized(message: &'static str) -> Self {
        Self {
            challenge: Some(CHALLENGE),
            ..Self::new(StatusCode::UNAUTHORIZED, "UnauthorizedError", message)
        }
    }

    pub(super) fn not_found(message: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NotFoundError", message)
    }

    pub(super) fn unsupported_media_type() -> Self {
        let message = "Bodies are accepted as application/json only";
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UnsupportedMediaTypeError",
            message,
        )
    }

    /// Nobody has said who they are. Strapi says 403 to that, and its clients expect it.
    pub(super) fn forbidden() -> Self {
        Self {
            challenge: Some(CHALLENGE),
            ..Self::new(StatusCode::FORBIDDEN, "ForbiddenError", "Forbidden")
        }
    }

    /// The bearer token is no good.
    pub(super) fn invalid_token() -> Self {
        Self {
            challenge: Some(INVALID_TOKEN),
            ..Self::unauthorized("Missing or invalid credentials")
        }
    }

    /// 401 in the least words: `{"error": message}`.
    pub(super) fn bare(message: &'static str) -> Self {
        Self {
            is_bare: true,
            ..Self::unauthorized(message)
        }
    }

    /// What is wrong with several fields at once: with one of them its words are the message.
    pub(super) fn complaining(complaints: Vec<Complaint>) -> Self {
        let message = match complaints.as_slice() {
            [only] => only.message.clone(),
            several => format!("{} errors occurred", several.len()),
        };
        Self {
            complaints,
            ..Self::validation(message)
        }
    }

    /// The answer that `asker` can read.
    pub(crate) fn told_to(&self, asker: Asker) -> Response {
        match asker {
            Asker::Problem => {
                let body = Json(self.problem());
                ([(CONTENT_TYPE, PROBLEM)], body).into_response()
            }
            Asker::Strapi if self.is_bare => Json(json!({ "error": self.message })).into_response(),
            Asker::Strapi => Json(self.envelope()).into_response(),
        }
    }

    fn envelope(&self) -> Value {
        let details = if self.complaints.is_empty() {
            json!({})
        } else {
            json!({ "errors": self.complaints })
        };
        json!({
            "data": null,
            "error": {
                "status": self.status.as_u16(),
                "name": self.name,
                "message": self.message,
                "details": details,
            },
        })
    }

    fn problem(&self) -> Value {
        let mut problem = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.message,
        });
        if !self.complaints.is_empty() {
            problem["errors"] = json!(self.complaints);
        }
        problem
    }
}

/// How somebody wants to be told.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asker {
    Strapi,
    Problem,
}

impl Asker {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut accepted = headers.get_all(ACCEPT).iter();
        // Nobody names it to refuse it.
        let wants = |accept: &HeaderValue| accept.to_str().is_ok_and(|text| text.contains(PROBLEM));
        if accepted.any(wants) {
            Self::Problem
        } else {
            Self::Strapi
        }
    }
}

impl IntoResponse for ApiError {
    /// The words come later, when it is known who asked.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(challenge) = self.challenge {
            let challenge = HeaderValue::from_static(challenge);
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        answer::wait(&mut response, self.retry_after);
        response.extensions_mut().insert(self);
        response
    }
}

impl From<AppError> for ApiError {
    /// Pages tell more statuses apart than Strapi does.
    fn from(error: AppError) -> Self {
        let status = StatusCode::from_u16(error.status);
        let (status, name) = match status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR) {
            StatusCode::UNPROCESSABLE_ENTITY | StatusCode::GONE => {
                (StatusCode::BAD_REQUEST, VALIDATION)
            }
            StatusCode::CONFLICT => (StatusCode::BAD_REQUEST, APPLICATION),
            status => (status, called(status)),
        };
        let complaints = error.field.iter();
        let complaints = complaints.map(|field| Complaint::new(field, error.message.clone()));
        Self {
            complaints: complaints.collect(),
            retry_after: error.retry_after,
            ..Self::new(status, name, error.message.clone())
        }
    }
}

/// What Strapi calls a status.
fn called(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "BadRequestError",
        StatusCode::UNAUTHORIZED => "UnauthorizedError",
        StatusCode::FORBIDDEN => "ForbiddenError",
        StatusCode::NOT_FOUND => "NotFoundError",
        StatusCode::METHOD_NOT_ALLOWED => "MethodNotAllowedError",
        StatusCode::REQUEST_TIMEOUT => "RequestTimeoutError",
        StatusCode::PAYLOAD_TOO_LARGE => "PayloadTooLargeError",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "UnsupportedMediaTypeError",
        StatusCode::TOO_MANY_REQUESTS => "RateLimitError",
        StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailableError",
        _ => "InternalServerError",
    }
}

impl From<Error> for ApiError {
    /// What means the same on every route. Where one means something of its own, its handler says so.
    fn from(error: Error) -> Self {
        match error {
            Error::Unauthenticated => Self {
                challenge: Some(INVALID_TOKEN),
                ..Self::unauthorized("Invalid credentials")
            },
            Error::RegistrationClosed => Self::application("Register action is currently disabled"),
            Error::UnknownSession => Self::not_found("Session not found"),
            Error::Email(EmailError::Malformed) => field("email", "email must be a valid email"),
            Error::Username(UsernameError::Length) => {
                field("username", "username must be 3 to 32 characters")
            }
            // It has another name on the pages.
            Error::DisplayName(_) => {
                let told = AppError::from(error);
                field("name", &told.message)
            }
            other => Self::from(AppError::from(other)),
        }
    }
}

fn field(name: &str, message: &str) -> ApiError {
    ApiError::complaining(vec![Complaint::new(name, message.to_owned())])
}
