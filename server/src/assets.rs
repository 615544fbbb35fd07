//! The files that the build made for browsers: compressed beforehand, named by their content.

mod memory;

use std::path::Path;

use app::files::Files;
use axum::Router;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Response};
use axum::response::IntoResponse;
use axum::routing::get;
use leptos::config::LeptosOptions;
use tower::{ServiceBuilder, ServiceExt};
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

/// A name that changes with its content never has to be asked for again.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// The files that stand under plain names, for those who look for them there.
const BESIDE: [&str; 2] = ["/favicon.svg", "/robots.txt"];

/// Where Leptos finds its files: as cargo-leptos says by its variables, or as its release build leaves them.
#[must_use]
pub fn options(site_root: &Path, address: std::net::SocketAddr) -> LeptosOptions {
    let from_build = leptos::config::get_configuration(None).map(|file| file.leptos_options);
    let is_hashed = hash_file().is_some_and(|path| path.exists());
    let mut options =
        from_build.unwrap_or_else(|_| LeptosOptions::builder().output_name("latchkey").build());
    options.output_name = "latchkey".into();
    options.site_root = site_root.to_string_lossy().into();
    options.site_addr = address;
    options.hash_files = is_hashed;
    options
}

/// Beside the binary lies the list of hashes that its build made, when it named the files by them.
fn hash_file() -> Option<std::path::PathBuf> {
    Some(std::env::current_exe().ok()?.parent()?.join("hash.txt"))
}

/// Whether `cargo leptos watch` started this process.
pub(crate) fn is_watched() -> bool {
    std::env::var_os("LEPTOS_WATCH").is_some()
}

/// What every page asks for. The style sheet has its hash in its name, but for the watcher, which writes a changed
/// style under the plain name and looks for that name in the page.
#[must_use]
pub fn files(options: &LeptosOptions) -> Files {
    let hashes = Hashes::read(options);
    let stylesheet = if is_watched() {
        path(options, None, "css")
    } else {
        path(options, hashes.of("css"), "css")
    };
    let script = path(options, hashes.of("js"), "js");
    let wasm = path(options, hashes.of("wasm"), "wasm");
    Files::new(stylesheet, &script, &wasm)
}

/// The list of hashes that the build made, if it named the files by them.
struct Hashes(String);

impl Hashes {
    fn read(options: &LeptosOptions) -> Self {
        let list = hash_file().filter(|_| options.hash_files);
        let list = list.and_then(|path| std::fs::read_to_string(path).ok());
        Self(list.unwrap_or_default())
    }

    fn of(&self, kind: &str) -> Option<&str> {
        let mut lines = self.0.lines().filter_map(|line| line.split_once(':'));
        let (_, hash) = lines.find(|(name, _)| name.trim() == kind)?;
        Some(hash.trim())
    }
}

fn path(options: &LeptosOptions, hash: Option<&str>, kind: &str) -> String {
    let (folder, name) = (&options.site_pkg_dir, &options.output_name);
    match hash {
        Some(hash) => format!("/{folder}/{name}.{hash}.{kind}"),
        None => format!("/{folder}/{name}.{kind}"),
    }
}

pub(crate) fn routes<S: Clone + Send + Sync + 'static>(options: &LeptosOptions) -> Router<S> {
    let root = Path::new(options.site_root.as_ref());
    let cache = if options.hash_files {
        IMMUTABLE
    } else {
        REVALIDATE
    };
    let folder = root.join(options.site_pkg_dir.as_ref());
    let held = options.hash_files.then(|| memory::Files::read(&folder));
    let disk = ServeDir::new(folder)
        .precompressed_br()
        .precompressed_gzip();
    let package = match held {
        Some(Ok(files)) => from_memory(files, disk),
        // While the site is developed they change.
        _ => Router::new().fallback_service(disk),
    };
    let package = ServiceBuilder::new()
        .layer(cache_for(cache))
        .map_response(say_charset)
        .service(package);
    let beside = match options.hash_files.then(|| memory::Files::read(root)) {
        Some(Ok(files)) => from_memory(files, ServeDir::new(root)),
        _ => Router::new().fallback_service(ServeDir::new(root)),
    };
    let beside = ServiceBuilder::new()
        .layer(cache_for(REVALIDATE))
        .map_response(say_charset)
        .service(beside);
    let mut files = Router::new().nest_service(&format!("/{}", options.site_pkg_dir), package);
    for name in BESIDE {
        files = files.route_service(name, beside.clone());
    }
    if !is_watched() {
        return files;
    }
    // Until the first change of a style, there is only the one that the build named by its hash.
    let built = path(options, Hashes::read(options).of("css"), "css");
    let built = ServeFile::new(root.join(built.trim_start_matches('/')));
    files.route_service(
        &path(options, None, "css"),
        ServeDir::new(root).fallback(built),
    )
}

/// What is not held, be it large, in a folder or newer than this process, is looked for on the disk.
fn from_memory(files: memory::Files, disk: ServeDir) -> Router {
    let answer = move |request: Request| {
        let (held, disk) = (files.answer(&request), disk.clone());
        async move {
            match held {
                Some(answer) => answer,
                None => disk.oneshot(request).await.into_response(),
            }
        }
    };
    Router::new().fallback(get(answer))
}

/// Text is UTF-8, and says so: otherwise some take it for what their own language is written in.
fn say_charset<B>(mut response: Response<B>) -> Response<B> {
    let said = response.headers().get(CONTENT_TYPE);
    let said = said.and_then(|value| value.to_str().ok());
    let complete = said
        .filter(|said| said.starts_with("text/") && !said.contains("charset"))
        .and_then(|said| HeaderValue::try_from(format!("{said}; charset=utf-8")).ok());
    if let Some(complete) = complete {
        response.headers_mut().insert(CONTENT_TYPE, complete);
    }
    response
}

/// A file that is not there may be there tomorrow: only what was found is kept.
fn cache_for<B>(
    value: HeaderValue,
) -> SetResponseHeaderLayer<impl Fn(&Response<B>) -> Option<HeaderValue> + Clone> {
    SetResponseHeaderLayer::overriding(CACHE_CONTROL, move |response: &Response<_>| {
        (response.status().is_success() || response.status() == 304).then(|| value.clone())
    })
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::header::{ETAG, IF_NONE_MATCH};
    use axum::http::{Method, StatusCode};

    use super::*;

    #[tokio::test]
    async fn what_a_release_serves_is_held_in_memory_and_asked_for_again_by_its_tag() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir(root.join("pkg")).unwrap();
        let files = [
            ("/favicon.svg", "<svg/>", "image/svg+xml", "no-cache"),
            (
                "/robots.txt",
                "text",
                "text/plain; charset=utf-8",
                "no-cache",
            ),
            (
                "/pkg/a.js",
                "let a;",
                "text/javascript; charset=utf-8",
                "public, max-age=31536000, immutable",
            ),
        ];
        for (name, text, ..) in files {
            std::fs::write(root.join(&name[1..]), text).unwrap();
        }
        let options = LeptosOptions::builder()
            .output_name("latchkey")
            .site_root(root.to_string_lossy())
            .site_pkg_dir("pkg")
            .hash_files(true)
            .build();
        let site: Router = routes(&options);
        drop(folder);
        for (name, text, kind, cache) in files {
            let ask = async |method: Method, known: &str| {
                let request = Request::builder().method(method).uri(name);
                let request = request.header(IF_NONE_MATCH, known).body(Body::empty());
                let answer = site.clone().oneshot(request.unwrap()).await.unwrap();
                let (head, body) = answer.into_parts();
                assert_eq!(head.headers[CACHE_CONTROL], cache, "{name}");
                (head, to_bytes(body, 100).await.unwrap())
            };
            let (head, body) = ask(Method::GET, "\"another\"").await;
            assert_eq!(
                (head.status, body.as_ref()),
                (StatusCode::OK, text.as_bytes())
            );
            assert_eq!(head.headers[CONTENT_TYPE], kind);
            let (same, none) = ask(Method::HEAD, "\"another\"").await;
            assert_eq!((same.status, none.len()), (StatusCode::OK, 0));
            let tag = head.headers[ETAG].to_str().unwrap();
            let (same, none) = ask(Method::GET, tag).await;
            assert_eq!((same.status, none.len()), (StatusCode::NOT_MODIFIED, 0));
        }
    }
}
