//! Traces, as a collector gets them.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Uri};
use axum::routing::post;
use tempfile::TempDir;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::helpers::PASSWORD;
use crate::program::Program;
use crate::watching::{ADDRESS, REGISTER, ask, cookies, registration, values};

type Export = (Uri, HeaderMap, Bytes);

/// A server that takes what is sent to it.
async fn collector() -> (SocketAddr, UnboundedReceiver<Export>) {
    let (sender, exports) = mpsc::unbounded_channel();
    let take = move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
        let _ = sender.send((uri, headers, body));
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/base/v1/traces", post(take));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, exports)
}

fn holds(bytes: &[u8], text: &str) -> bool {
    let text = text.as_bytes();
    bytes.windows(text.len()).any(|window| window == text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_gets_a_span_of_each_request_and_no_secret() {
    let dir = TempDir::new().unwrap();
    let (address, mut exports) = collector().await;
    let base = format!("http://{address}/base/");
    let settings = [
        ("RUST_LOG", "trace"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", base.as_str()),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=seven"),
        ("OTEL_SERVICE_NAME", "latchkey-of-a-test"),
    ];
    let site = Program::with(dir.path(), &settings);
    let answer = ask(site.address, REGISTER, "", &registration()).await;
    let id = values(&answer, "x-request-id")[0].to_owned();
    let cookies = cookies(&answer);
    assert_eq!(cookies.len(), 3);
    ask(
        site.address,
        "GET /reset-password?token=a-token-by-itself",
        "",
        "",
    )
    .await;
    // What has not been sent by then is sent when it leaves.
    tokio::task::spawn_blocking(|| site.leave()).await.unwrap();
    let mut all = Vec::new();
    while let Ok((uri, headers, body)) = exports.try_recv() {
        assert_eq!(uri.path(), "/base/v1/traces");
        assert_eq!(headers["content-type"], "application/x-protobuf");
        assert_eq!(headers["x-tenant"], "seven");
        all.extend_from_slice(&body);
    }
    for told in [
        "latchkey-of-a-test",
        "POST page",
        "GET page",
        "url.path",
        "/reset-password",
        "sign_up",
        "hash",
        id.as_str(),
    ] {
        assert!(holds(&all, told), "{told}");
    }
    let mut secrets = vec![PASSWORD, ADDRESS, "a-token-by-itself", "127.0.0.1"];
    secrets.extend(cookies.iter().map(|(_, value)| value.as_str()));
    for secret in secrets {
        assert!(!holds(&all, secret), "{secret}");
    }
    let log = std::fs::read_to_string(dir.path().join("log")).unwrap();
    assert!(!log.contains("the collector takes no traces"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_does_not_answer_slows_neither_requests_nor_the_end() {
    let dir = TempDir::new().unwrap();
    // It lets everybody in, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for address in [silent.local_addr().unwrap(), nobody] {
        let base = format!("http://{address}");
        let settings = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", base.as_str()),
            ("OTEL_BSP_SCHEDULE_DELAY", "50"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "4"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2"),
        ];
        let site = Program::with(dir.path(), &settings);
        for _ in 0..50 {
            let began = Instant::now();
            let answer = ask(site.address, "GET /login", "", "").await;
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            // A collector is waited for for five.
            assert!(began.elapsed() < Duration::from_secs(3));
        }
        let began = Instant::now();
        tokio::task::spawn_blocking(|| site.leave()).await.unwrap();
        let took = began.elapsed();
        assert!(took < Duration::from_secs(8), "{took:?}");
    }
    let log = std::fs::read_to_string(dir.path().join("log")).unwrap();
    let told = log.matches("the collector takes no traces").count();
    assert!((1..=2).contains(&told), "{told}: {log}");
}
