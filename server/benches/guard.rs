//! What the server spends on turning a stranger away: the whole site, without a socket.

use std::hint::black_box;
use std::net::SocketAddr;

use auth::Auth;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use clap::Parser;
use criterion::{Criterion, criterion_group, criterion_main};
use server::clock::Clock;
use server::config::Cli;
use server::serve::Leaving;
use server::{Receptionist, Site, assets, reception};
use tower::ServiceExt;

criterion_group!(benches, guard);
criterion_main!(benches);

fn guard(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let site = runtime.block_on(site(folder.path()));
    // Who brings none is turned away first, the others by the guard.
    for (name, cookies) in [
        ("guard redirect", None),
        ("guard redirect, with a cookie", Some("a=b")),
    ] {
        criterion.bench_function(name, |bencher| {
            bencher.to_async(&runtime).iter(|| async {
                let mut request = Request::get("/dashboard").header("accept", "text/html");
                if let Some(cookies) = cookies {
                    request = request.header("cookie", cookies);
                }
                let request = request.body(Body::empty()).expect("a request");
                let response = site.clone().oneshot(request).await.expect("infallible");
                assert_eq!(response.status(), StatusCode::SEE_OTHER);
                black_box(response)
            });
        });
    }
}

async fn site(folder: &std::path::Path) -> Receptionist {
    let cli = Cli::parse_from([
        "latchkey".as_ref(),
        "--data-dir".as_ref(),
        folder.as_os_str(),
    ]);
    let config = cli.settings.check().expect("the defaults are good");
    let clock = Clock::system();
    let auth = Auth::open(config.auth, clock.now())
        .await
        .expect("a new database");
    let options = assets::options(&config.site_root, config.site_addr);
    let site = Site {
        auth,
        cookies: config.cookies,
        public_url: config.public_url,
        clock,
        leaving: Leaving::never(),
        outbox: None,
        api: config.api,
        proxies: config.proxies,
        max_requests: config.max_requests,
    };
    let reception = reception(site, &options).expect("a site");
    reception.for_peer(SocketAddr::from(([127, 0, 0, 1], 4711)))
}
