//! The body of a request: one JSON object, with the keys that its type has and no others.
//!
//! What is wrong is told as yup tells it, from the same description that `openapi.json` is made of: so what
//! is written there is what is asked for here.

use std::collections::BTreeMap;
use std::fmt;

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;
use utoipa::PartialSchema;
use utoipa::openapi::schema::{Object, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

use crate::api::error::{ApiError, Complaint};
use crate::receive;

/// What somebody sent, as the type that its route takes. No body at all is an object without keys.
pub(super) struct Body<T>(pub(super) T);

impl<S, T> FromRequest<S> for Body<T>
where
    S: Send + Sync,
    T: DeserializeOwned + PartialSchema,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let sort = Sort::of(&parts.headers);
        if sort == Sort::Other {
            return Err(ApiError::unsupported_media_type());
        }
        let bytes = receive::received(&parts.extensions, body).await?;
        if bytes.is_empty() {
            return read(BTreeMap::new()).map(Self);
        }
        if sort == Sort::Unsaid {
            return Err(ApiError::unsupported_media_type());
        }
        // What the parser says quotes what was sent.
        let Fields(fields) = serde_json::from_slice(&bytes)
            .map_err(|_| ApiError::bad_request("The body is not one JSON object"))?;
        read(fields).map(Self)
    }
}

/// What the body says it is.
#[derive(PartialEq, Eq)]
enum Sort {
    Json,
    Unsaid,
    Other,
}

impl Sort {
    fn of(headers: &HeaderMap) -> Self {
        let Some(said) = headers.get(CONTENT_TYPE) else {
            return Self::Unsaid;
        };
        let essence = said.to_str().unwrap_or_default().split(';').next();
        match essence.map(str::trim) {
            Some(essence) if essence.eq_ignore_ascii_case("application/json") => Self::Json,
            _ => Self::Other,
        }
    }
}

/// The keys of an object, each of them once: two parties could read a second one in two ways.
struct Fields(BTreeMap<String, Value>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Once;
        impl<'de> Visitor<'de> for Once {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if fields.insert(name, value).is_some() {
                        return Err(A::Error::custom("a key is there twice"));
                    }
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Once)
    }
}

fn read<T: DeserializeOwned + PartialSchema>(
    fields: BTreeMap<String, Value>,
) -> Result<T, ApiError> {
    if let RefOr::T(Schema::Object(described)) = T::schema() {
        check(&fields, &described)?;
    }
    let object = Value::Object(fields.into_iter().collect());
    // What the description lets through and the type does not; the error would quote it.
    serde_json::from_value(object)
        .map_err(|_| ApiError::validation("The body has a value that is not known"))
}

fn check(fields: &BTreeMap<String, Value>, described: &Object) -> Result<(), ApiError> {
    let is_unknown = |name: &&String| !described.properties.contains_key(*name);
    let unknown: Vec<String> = fields
        .keys()
        .filter(is_unknown)
        .take(8)
        .map(|name| shortened(name))
        .collect();
    if !unknown.is_empty() {
        let message = format!("Invalid parameters: {}", unknown.join(", "));
        return Err(ApiError::validation(message));
    }
    let mut complaints: Vec<Complaint> = Vec::new();
    for (name, property) in &described.properties {
        let is_required = described.required.contains(name);
        if let Some(message) = complaint(name, fields.get(name), property, is_required) {
            complaints.push(Complaint::new(name, message));
        }
    }
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(ApiError::complaining(complaints))
    }
}

/// An unknown key, as far as it helps whoever sent it.
fn shortened(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// What is wrong with one field. Values are never quoted: they may be passwords.
fn complaint(
    name: &str,
    value: Option<&Value>,
    described: &RefOr<Schema>,
    is_required: bool,
) -> Option<String> {
    let missing = || is_required.then(|| format!("{name} is a required field"));
    match value {
        None => missing(),
        Some(Value::Null) if !is_required => None,
        Some(Value::String(text)) if text.is_empty() => missing(),
        // Postgres has no text with a NUL in it.
        Some(Value::String(text)) if text.contains('\0') => {
            Some(format!("{name} must not contain a NUL character"))
        }
        Some(Value::String(_)) if is_text(described) => None,
        Some(_) => Some(format!("{name} must be a `string` type")),
    }
}

fn is_text(described: &RefOr<Schema>) -> bool {
    let RefOr::T(Schema::Object(object)) = described else {
        // A type of its own, which says what it takes.
        return true;
    };
    match &object.schema_type {
        SchemaType::Type(one) => *one == Type::String,
        SchemaType::Array(several) => several.contains(&Type::String),
        SchemaType::AnyValue => true,
    }
}
