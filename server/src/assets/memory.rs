//! Files that never change while the process runs, held in memory: to answer takes no look at the disk.

use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};

/// The largest file that is held, in bytes.
const LARGEST: u64 = 8 << 20;

/// The files of a folder, by their names; cheap to clone.
#[derive(Clone)]
pub(super) struct Files(Arc<HashMap<String, File>>);

struct File {
    kind: &'static str,
    /// Changes with the content (RFC 9110, 8.8.3). Weak: the encodings of a file have one.
    tag: HeaderValue,
    plain: Bytes,
    /// What the build compressed, by the name of the encoding, the best first.
    encoded: Vec<(&'static str, Bytes)>,
}

/// What the build leaves beside a file, and what browsers call it.
const ENCODINGS: [(&str, &str); 2] = [("br", "br"), ("gz", "gzip")];

impl Files {
    /// Reads the files of a folder that browsers may ask for.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let mut files = HashMap::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(kind) = kind(&name) else { continue };
            if !entry.file_type()?.is_file() || entry.metadata()?.len() > LARGEST {
                continue;
            }
            let encoded = ENCODINGS.iter().filter_map(|(extension, encoding)| {
                let bytes = fs::read(folder.join(format!("{name}.{extension}"))).ok()?;
                Some((*encoding, bytes.into()))
            });
            let plain = fs::read(entry.path())?;
            let file = File {
                kind,
                tag: tag(&plain),
                encoded: encoded.collect(),
                plain: plain.into(),
            };
            files.insert(name, file);
        }
        Ok(Self(Arc::new(files)))
    }

    /// The file that is asked for, in the best form that the browser takes.
    pub(super) fn answer(&self, request: &Request) -> Option<Response<Body>> {
        let file = self.0.get(request.uri().path().strip_prefix('/')?)?;
        let taken = |(encoding, _): &&(&'static str, Bytes)| accepts(request.headers(), encoding);
        let best = file.encoded.iter().find(taken);
        let bytes = best.map_or(&file.plain, |(_, bytes)| bytes);
        let is_known = knows(request.headers(), &file.tag);
        let mut response = Response::new(match is_known {
            true => Body::empty(),
            false => Body::from(bytes.clone()),
        });
        let headers = response.headers_mut();
        headers.insert(ETAG, file.tag.clone());
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return Some(response);
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.kind));
        if let Some((encoding, _)) = best {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        Some(response)
    }
}

fn kind(name: &str) -> Option<&'static str> {
    let (_, extension) = name.rsplit_once('.')?;
    match extension {
        "js" => Some("text/javascript"),
        "css" => Some("text/css"),
        "wasm" => Some("application/wasm"),
        "svg" => Some("image/svg+xml"),
        "txt" => Some("text/plain"),
        _ => None,
    }
}

/// The keys of this hash are fixed: the same content has the same tag on every node.
fn tag(content: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    let tag = format!("W/\"{:016x}\"", hasher.finish());
    HeaderValue::try_from(tag).expect("it is plain ASCII")
}

/// Whether a browser has what has this tag, be it weak or not (RFC 9110, 8.8.3.2 and 13.1.2).
fn knows(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let strong = |tag: &[u8]| tag.strip_prefix(b"W/").unwrap_or(tag).to_vec();
    let tag = strong(tag.as_bytes());
    let said = headers.get_all(IF_NONE_MATCH).into_iter();
    let mut said = said
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    said.any(|one| one == "*" || strong(one.as_bytes()) == tag)
}

/// Whether an encoding is named, and not with a weight of nothing (RFC 9110, 12.5.3). `*` is left alone: whoever says
/// no more than that gets the file as it is.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let said = headers.get_all(ACCEPT_ENCODING).into_iter();
    let said = said.filter_map(|value| value.to_str().ok());
    said.flat_map(|value| value.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
        name.trim().eq_ignore_ascii_case(encoding) && weight.parse().is_ok_and(|q: f32| q > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Files {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("a.js", "plain"),
            ("a.js.br", "brotli"),
            ("a.js.gz", "gzip"),
            ("b.css", "style"),
            ("notes.md", "not for browsers"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Files::read(folder.path()).unwrap()
    }

    async fn get(path: &str, accepted: &str) -> Option<(String, Option<String>)> {
        use http_body_util::BodyExt;

        let request = Request::get(path).header(ACCEPT_ENCODING, accepted);
        let response = files().answer(&request.body(Body::empty()).unwrap())?;
        let encoding = response.headers().get(CONTENT_ENCODING).cloned();
        let encoding = encoding.map(|value| value.to_str().unwrap().to_owned());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Some((String::from_utf8(body.to_vec()).unwrap(), encoding))
    }

    #[tokio::test]
    async fn a_browser_gets_the_best_form_that_it_takes() {
        for (accepted, body, encoding) in [
            ("gzip, deflate, br, zstd", "brotli", Some("br")),
            ("gzip, br;q=0", "gzip", Some("gzip")),
            ("GZIP;q=0.5", "gzip", Some("gzip")),
            ("identity", "plain", None),
            ("br;q=nothing", "plain", None),
            ("", "plain", None),
        ] {
            let got = get("/a.js", accepted).await.unwrap();
            assert_eq!(
                (got.0.as_str(), got.1.as_deref()),
                (body, encoding),
                "{accepted}"
            );
        }
        assert_eq!(get("/b.css", "br").await.unwrap().0, "style");
    }

    #[tokio::test]
    async fn a_browser_that_has_the_file_does_not_get_it_again() {
        use axum::body::to_bytes;

        let files = files();
        let ask = |path: &str, known: &str| {
            let request = Request::get(path).header(IF_NONE_MATCH, known);
            files.answer(&request.body(Body::empty()).unwrap()).unwrap()
        };
        let first = ask("/a.js", "\"another\"");
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[ETAG].to_str().unwrap();
        let strong = tag.strip_prefix("W/").unwrap();
        for known in [tag, strong, "*", &format!("\"another\", {tag}")] {
            let again = ask("/a.js", known);
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(again.headers()[ETAG], tag);
            assert_eq!(again.headers()[VARY], first.headers()[VARY]);
            assert!(!again.headers().contains_key(CONTENT_TYPE));
            assert!(to_bytes(again.into_body(), 1).await.unwrap().is_empty());
        }
        assert_eq!(ask("/b.css", tag).status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn what_is_not_for_browsers_is_not_there() {
        for path in ["/notes.md", "/a.js.br", "/", "/..", "/c.js", "/b/a.js"] {
            assert_eq!(get(path, "br").await, None, "{path}");
        }
    }
}
