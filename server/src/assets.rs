//! The files that the build made for browsers: compressed beforehand, named by their content.

use std::path::Path;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Response};
use leptos::config::LeptosOptions;
use tower::ServiceBuilder;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

/// A name that changes with its content never has to be asked for again.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

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

/// The path of the style sheet: with its hash, but for the watcher, which writes a changed style under
/// the plain name and looks for that name in the page.
#[must_use]
pub fn stylesheet(options: &LeptosOptions) -> String {
    if is_watched() {
        plain_stylesheet(options)
    } else {
        hashed_stylesheet(options)
    }
}

fn plain_stylesheet(options: &LeptosOptions) -> String {
    format!("/{}/{}.css", options.site_pkg_dir, options.output_name)
}

fn hashed_stylesheet(options: &LeptosOptions) -> String {
    let hashes = hash_file()
        .filter(|_| options.hash_files)
        .and_then(|path| std::fs::read_to_string(path).ok());
    let hash = hashes
        .as_deref()
        .and_then(|text| text.lines().find_map(|line| line.strip_prefix("css:")));
    match hash {
        Some(hash) => format!(
            "/{}/{}.{}.css",
            options.site_pkg_dir,
            options.output_name,
            hash.trim()
        ),
        None => plain_stylesheet(options),
    }
}

pub(crate) fn routes<S: Clone + Send + Sync + 'static>(options: &LeptosOptions) -> Router<S> {
    let root = Path::new(options.site_root.as_ref());
    let cache = if options.hash_files {
        IMMUTABLE
    } else {
        REVALIDATE
    };
    let package = ServeDir::new(root.join(options.site_pkg_dir.as_ref()))
        .precompressed_br()
        .precompressed_gzip();
    let package = ServiceBuilder::new()
        .layer(cache_for(cache))
        .map_response(say_charset)
        .service(package);
    let file = |name: &str| {
        ServiceBuilder::new()
            .layer(cache_for(REVALIDATE))
            .map_response(say_charset)
            .service(ServeFile::new(root.join(name)))
    };
    let files = Router::new()
        .nest_service(&format!("/{}", options.site_pkg_dir), package)
        .route_service("/favicon.svg", file("favicon.svg"))
        .route_service("/robots.txt", file("robots.txt"));
    if !is_watched() {
        return files;
    }
    // Until the first change of a style, there is only the one that the build named by its hash.
    let built = ServeFile::new(root.join(hashed_stylesheet(options).trim_start_matches('/')));
    files.route_service(
        &plain_stylesheet(options),
        ServeDir::new(root).fallback(built),
    )
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
fn cache_for(
    value: HeaderValue,
) -> SetResponseHeaderLayer<
    impl Fn(&Response<tower_http::services::fs::ServeFileSystemResponseBody>) -> Option<HeaderValue>
    + Clone,
> {
    SetResponseHeaderLayer::overriding(CACHE_CONTROL, move |response: &Response<_>| {
        (response.status().is_success() || response.status() == 304).then(|| value.clone())
    })
}
