//! The body of a form: within the limit, in time, of the right type, valid UTF-8, and with no field that
//! is not known.

use app::error::{AppError, Failure};
use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use percent_encoding::percent_decode;

use crate::receive;

pub(super) type Fields = Vec<(String, String)>;

/// What was posted: as it goes on, and taken apart.
pub(super) struct Posted {
    pub(super) body: Body,
    pub(super) fields: Fields,
}

/// Reads a form with the fields that are `known`; all of them are, when it is none of ours.
///
/// # Errors
/// What is wrong, and what could be read of it.
pub(super) async fn read(
    parts: &Parts,
    body: Body,
    known: Option<&[&str]>,
) -> Result<Posted, (AppError, Fields)> {
    let bytes = receive_form(parts, body)
        .await
        .map_err(|error| (error, Fields::new()))?;
    let fields = decode(&bytes).ok_or_else(|| (AppError::malformed(), Fields::new()))?;
    let is_known = |name: &str| known.is_none_or(|known| known.contains(&name));
    if fields.iter().all(|(name, _)| is_known(name)) {
        return Ok(Posted {
            body: Body::from(bytes),
            fields,
        });
    }
    Err((Failure::UnknownField.into(), fields))
}

async fn receive_form(parts: &Parts, body: Body) -> Result<Bytes, AppError> {
    let content_type = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let is_form = essence.eq_ignore_ascii_case("application/x-www-form-urlencoded");
    if !is_form && !essence.is_empty() {
        return Err(Failure::ContentType.into());
    }
    let bytes = receive::received(&parts.extensions, body).await?;
    if is_form || bytes.is_empty() {
        Ok(bytes)
    } else {
        Err(Failure::ContentType.into())
    }
}

/// Decodes strictly. The usual decoders replace what is not UTF-8, and the password would be another.
fn decode(bytes: &[u8]) -> Option<Fields> {
    let text = |encoded: &[u8]| {
        let spaced: Vec<u8> = encoded
            .iter()
            .map(|b| if *b == b'+' { b' ' } else { *b })
            .collect();
        let decoded = percent_decode(&spaced).decode_utf8().ok()?.into_owned();
        // Postgres has no text with a NUL in it.
        (!decoded.contains('\0')).then_some(decoded)
    };
    let pairs = bytes.split(|b| *b == b'&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            Some((
                text(&pair[..at])?,
                text(pair.get(at + 1..).unwrap_or_default())?,
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_decodes_strictly() {
        let fields = decode(b"a=1+2%2B3&b=&c&%C3%BC=x").unwrap();
        let expected = [("a", "1 2+3"), ("b", ""), ("c", ""), ("ü", "x")];
        assert_eq!(
            fields,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        for bad in [&b"a=%ff"[..], b"a=%C3", b"\xff=1", b"a=x%00y"] {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_form_that_trickles_in_is_not_waited_for() {
        let (parts, ()) = axum::http::Request::post("/login")
            .body(())
            .unwrap()
            .into_parts();
        let never =
            Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
        assert_eq!(read(&parts, never, None).await.err().unwrap().0.status, 408);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_malformed_and_not_too_large() {
        let (parts, ()) = axum::http::Request::post("/login")
            .body(())
            .unwrap()
            .into_parts();
        let broken = futures_util::stream::iter([
            Ok(Bytes::from_static(b"a=")),
            Err(std::io::Error::other("gone")),
        ]);
        assert_eq!(
            read(&parts, Body::from_stream(broken), None)
                .await
                .err()
                .unwrap()
                .0
                .status,
            400
        );
    }
}
