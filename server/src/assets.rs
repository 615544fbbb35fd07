//! The files that the build made for browsers: compressed beforehand, named by their content.

use std::path::Path;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
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

/// The path of the style sheet, hash and all.
#[must_use]
pub fn stylesheet(options: &LeptosOptions) -> String {
    let hashes = hash_file()
        .filter(|_| options.hash_files)
        .and_then(|path| std::fs::read_to_string(path).ok());
    let hash = hashes
        .as_deref()
        .and_then(|text| text.lines().find_map(|line| line.strip_prefix("css:")));
    let dot_hash = hash
        .map(|hash| format!(".{}", hash.trim()))
        .unwrap_or_default();
    format!(
        "/{}/{}{dot_hash}.css",
        options.site_pkg_dir, options.output_name
    )
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
        .service(package);
    let file = |name: &str| {
        ServiceBuilder::new()
            .layer(cache_for(REVALIDATE))
            .service(ServeFile::new(root.join(name)))
    };
    Router::new()
        .nest_service(&format!("/{}", options.site_pkg_dir), package)
        .route_service("/favicon.svg", file("favicon.svg"))
        .route_service("/robots.txt", file("robots.txt"))
}

/// A file that is not there may be there tomorrow: only what was found is kept.
fn cache_for(
    value: HeaderValue,
) -> SetResponseHeaderLayer<
    impl Fn(
        &axum::response::Response<tower_http::services::fs::ServeFileSystemResponseBody>,
    ) -> Option<HeaderValue>
    + Clone,
> {
    SetResponseHeaderLayer::overriding(
        CACHE_CONTROL,
        move |response: &axum::response::Response<_>| {
            (response.status().is_success() || response.status() == 304).then(|| value.clone())
        },
    )
}
