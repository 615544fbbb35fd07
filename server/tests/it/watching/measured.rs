//! Metrics: what is counted, and that they are shown in their own place only.

use std::net::{SocketAddr, TcpListener};

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use metrics_exporter_prometheus::PrometheusHandle;
use server::telemetry::metrics::{builder, router};
use tempfile::TempDir;
use time::Duration;
use tower::ServiceExt;

use crate::helpers::{PASSWORD, TestApp};
use crate::program::Program;
use crate::watching::{ADDRESS, REGISTER, ask, registration};

/// What Prometheus would read.
async fn page(app: &TestApp, recorded: &PrometheusHandle) -> String {
    let router = router(app.auth.clone(), recorded.clone());
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let answer = router.oneshot(request).await.unwrap();
    assert!(answer.status().is_success());
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

fn value(page: &str, series: &str) -> f64 {
    let found = page.lines().find_map(|line| line.strip_prefix(series));
    let found = found.unwrap_or_else(|| panic!("no {series} in {page}"));
    found.trim().parse().unwrap()
}

#[tokio::test]
async fn what_happens_is_counted_by_what_came_of_it() {
    let recorder = builder().build_recorder();
    // On this thread, where the whole site of the test is.
    let _here = metrics::set_default_local_recorder(&recorder);
    auth::describe_metrics();
    let app = TestApp::new().await;
    let before = page(&app, &recorder.handle()).await;
    assert_eq!(value(&before, "latchkey_reuses_caught_total"), 0.0);
    assert_eq!(
        value(&before, "latchkey_sign_ins_total{outcome=\"busy\"}"),
        0.0
    );

    let mut ada = app.ada().await;
    app.browser().log_in("ada", "a wrong password").await;
    app.browser().log_in("nobody", PASSWORD).await;
    app.browser().log_in("ada", PASSWORD).await;
    let stolen = ada.clone();
    for _ in 0..2 {
        ada.jar.remove(product::ACCESS_COOKIE);
        assert!(ada.get("/dashboard").await.status.is_success());
        app.advance(Duration::minutes(1));
    }
    let mut again = stolen.clone();
    again.jar.remove(product::ACCESS_COOKIE);
    again.get("/dashboard").await;
    let mut forger = app.browser();
    let forged = "x".repeat(64);
    forger
        .jar
        .insert(product::REFRESH_COOKIE.to_owned(), forged);
    forger.get("/dashboard").await;
    app.deliver().await;
    app.auth.catch_up(crate::helpers::START).await.unwrap();

    let page = page(&app, &recorder.handle()).await;
    for (series, expected) in [
        ("latchkey_sign_ups_total{outcome=\"ok\"}", 1.0),
        ("latchkey_sign_ins_total{outcome=\"ok\"}", 1.0),
        ("latchkey_sign_ins_total{outcome=\"bad_credentials\"}", 2.0),
        ("latchkey_refreshes_total{outcome=\"rotated\"}", 2.0),
        ("latchkey_refreshes_total{outcome=\"reused\"}", 1.0),
        ("latchkey_refreshes_total{outcome=\"forged\"}", 1.0),
        ("latchkey_reuses_caught_total", 1.0),
        (
            "latchkey_sessions_ended_total{reason=\"session_reused\"}",
            1.0,
        ),
        ("latchkey_letters_total{outcome=\"failed\"}", 0.0),
        ("latchkey_hash_duration_seconds_count", 4.0),
        ("latchkey_hash_waiting", 0.0),
        ("latchkey_hash_running", 0.0),
        ("latchkey_revocations_behind", 0.0),
    ] {
        assert_eq!(value(&page, series), expected, "{series} in {page}");
    }
    for work in ["wait_to_read", "read", "wait_to_write", "write", "commit"] {
        let series = format!("latchkey_database_duration_seconds_count{{operation=\"{work}\"}}");
        assert!(value(&page, &series) > 0.0, "{series}");
    }
    for status in ["2xx", "3xx"] {
        let labels = format!("{{route=\"page\",status=\"{status}\"}}");
        let series = format!("latchkey_http_request_duration_seconds_count{labels}");
        assert!(value(&page, &series) > 0.0, "{series}");
    }
    assert!(value(&page, "latchkey_hash_capacity") >= 64.0);
    assert!(value(&page, "latchkey_letters_total{outcome=\"sent\"}") > 0.0);
    assert!(value(&page, "latchkey_revocations_heard_timestamp_seconds") > 0.0);
}

#[tokio::test]
async fn the_second_of_two_tabs_is_counted_as_one_that_got_the_same() {
    let recorder = builder().build_recorder();
    let _here = metrics::set_default_local_recorder(&recorder);
    let app = TestApp::new().await;
    let mut ada = app.ada().await;
    ada.jar.remove(product::ACCESS_COOKIE);
    let mut tab = ada.clone();
    ada.get("/dashboard").await;
    tab.get("/dashboard").await;
    let page = page(&app, &recorder.handle()).await;
    for outcome in ["rotated", "repeated"] {
        let series = format!("latchkey_refreshes_total{{outcome=\"{outcome}\"}}");
        assert_eq!(value(&page, &series), 1.0, "{page}");
    }
}

#[tokio::test]
async fn nothing_that_is_sent_becomes_a_series() {
    let recorder = builder().build_recorder();
    let _here = metrics::set_default_local_recorder(&recorder);
    let app = TestApp::new().await;
    let _ada = app.ada().await;
    let mut browser = app.browser();
    for path in ["/one", "/two/three", "/api/four", "/pkg/five", "/dev/six"] {
        browser.get(path).await;
    }
    let strange = Request::builder().method("BREW").uri("/login");
    browser.send(strange, Body::empty()).await;
    browser.log_in("seven@example.org", "eight").await;
    let page = page(&app, &recorder.handle()).await;
    let words = [
        "one", "two", "three", "four", "five", "six", "BREW", "seven", "eight", "ada",
    ];
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let labels = line.split_once('{').map_or("", |(_, rest)| rest);
        assert!(!words.iter().any(|word| labels.contains(word)), "{line}");
    }
}

fn free_port() -> SocketAddr {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap()
}

#[tokio::test]
async fn metrics_have_a_listener_of_their_own_that_has_nothing_else_and_leaves_with_the_site() {
    let dir = TempDir::new().unwrap();
    let metrics = free_port();
    let setting = metrics.to_string();
    let site = Program::with(dir.path(), &[("LATCHKEY_METRICS_ADDR", setting.as_str())]);
    ask(site.address, REGISTER, "", &registration()).await;
    let page = ask(metrics, "GET /metrics", "", "").await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("# HELP latchkey_sign_ups_total"), "{page}");
    assert!(
        page.contains("latchkey_sign_ups_total{outcome=\"ok\"} 1"),
        "{page}"
    );
    assert!(!page.contains(ADDRESS));
    for (what, status) in [
        ("GET /", 404),
        ("GET /login", 404),
        ("GET /metrics/", 404),
        ("POST /metrics", 405),
        ("DELETE /metrics", 405),
    ] {
        let answer = ask(metrics, what, "", "").await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{what}: {answer}"
        );
    }
    let elsewhere = ask(site.address, "GET /metrics", "", "").await;
    assert!(elsewhere.starts_with("HTTP/1.1 404") && !elsewhere.contains("latchkey_sign"));
    site.leave();
    assert!(std::net::TcpStream::connect(metrics).is_err());
}
