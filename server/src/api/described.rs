//! What the description says of every route alike.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::api::error::Complaint;

/// What every refusal looks like.
#[derive(ToSchema)]
#[schema(as = Error)]
#[expect(dead_code, reason = "it is the description of an answer")]
pub(super) struct Envelope {
    /// Always null.
    #[schema(value_type = Option<Object>)]
    data: (),
    error: Refusal,
}

#[derive(ToSchema)]
#[schema(as = Refusal)]
#[expect(dead_code, reason = "it is the description of an answer")]
pub(super) struct Refusal {
    /// The HTTP status of the answer.
    status: u16,
    /// Like `ValidationError`.
    name: String,
    /// For people.
    message: String,
    details: Details,
}

#[derive(ToSchema)]
#[schema(as = RefusalDetails)]
#[expect(dead_code, reason = "it is the description of an answer")]
pub(super) struct Details {
    #[schema(nullable = false, required = false)]
    errors: Option<Vec<Complaint>>,
}

/// For whoever asks for `application/problem+json` (RFC 9457).
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is the description of an answer")]
pub(super) struct Problem {
    /// Always `about:blank`: the status says what it is.
    r#type: String,
    title: String,
    status: u16,
    detail: String,
    #[schema(nullable = false, required = false)]
    errors: Option<Vec<Complaint>>,
}

/// Refusals in the least words.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is the description of an answer")]
pub(super) struct BareError {
    error: String,
}

type Responses = BTreeMap<String, RefOr<Response>>;

/// Of routes that anybody may ask.
pub(super) struct Refused;

impl IntoResponses for Refused {
    fn responses() -> Responses {
        all([
            (StatusCode::FORBIDDEN, "The request came from another site"),
            (
                StatusCode::TOO_MANY_REQUESTS,
                "Too often in too short a time",
            ),
            (StatusCode::INTERNAL_SERVER_ERROR, "Our fault"),
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "It may work in a moment: see `Retry-After`",
            ),
        ])
    }
}

/// Of routes that take a session.
pub(super) struct Denied;

impl IntoResponses for Denied {
    fn responses() -> Responses {
        let mut responses = Refused::responses();
        responses.extend(all([
            (
                StatusCode::UNAUTHORIZED,
                "The token is no good, or the account is gone",
            ),
            (
                StatusCode::FORBIDDEN,
                "Nobody is signed in, or the request came from another site",
            ),
        ]));
        responses
    }
}

/// Of routes that take a body.
pub(super) struct Unreadable;

impl IntoResponses for Unreadable {
    fn responses() -> Responses {
        all([
            (StatusCode::BAD_REQUEST, "What is wrong with what was sent"),
            (
                StatusCode::REQUEST_TIMEOUT,
                "The body did not arrive in time",
            ),
            (
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body is larger than 64 KB",
            ),
            (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body is not application/json",
            ),
        ])
    }
}

fn all<const N: usize>(statuses: [(StatusCode, &str); N]) -> Responses {
    let described = |(status, words): (StatusCode, &str)| {
        let response = ResponseBuilder::new()
            .description(words)
            .content("application/json", content("Error"))
            .content("application/problem+json", content("Problem"));
        (status.as_u16().to_string(), RefOr::T(response.build()))
    };
    statuses.into_iter().map(described).collect()
}

fn content(schema: &str) -> Content {
    Content::new(Some(Ref::from_schema_name(schema)))
}

/// Of routes that look for something.
pub(super) struct Missing;

impl IntoResponses for Missing {
    fn responses() -> Responses {
        all([(
            StatusCode::NOT_FOUND,
            "There is no such thing, or it is somebody else's",
        )])
    }
}

/// Of routes that take a token by themselves.
pub(super) struct Unauthorized;

impl IntoResponses for Unauthorized {
    fn responses() -> Responses {
        all([(StatusCode::UNAUTHORIZED, "The token is no good")])
    }
}

/// The same in the least words.
pub(super) struct BareUnauthorized;

impl IntoResponses for BareUnauthorized {
    fn responses() -> Responses {
        let response = ResponseBuilder::new()
            .description("The credentials are no good")
            .content("application/json", content("BareError"))
            .content("application/problem+json", content("Problem"));
        let status = StatusCode::UNAUTHORIZED.as_u16().to_string();
        Responses::from([(status, RefOr::T(response.build()))])
    }
}

/// It is done.
#[derive(Serialize, ToSchema)]
pub(super) struct Done {
    /// Always true.
    pub(super) ok: bool,
}
