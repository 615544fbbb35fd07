//! Traces for a collector of OpenTelemetry, by OTLP over HTTP.
//!
//! Spans are gathered and sent by a thread of their own. When nobody takes them, the newest are dropped: no
//! request ever waits for a collector.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::{Request, Response};
use hyper_rustls::HttpsConnectorBuilder;
use opentelemetry_http::hyper::HyperClient;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::EnvResourceDetector;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use url::Url;

/// The setting. It is the one that all programs with OpenTelemetry have, beside others of the same family that
/// the exporter reads by itself: for headers, the name of the service and the share that is sampled.
const VARIABLE: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// How long a collector may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Makes what spans are given to. `base` is the address of the collector, like `http://localhost:4318`.
///
/// # Errors
/// A sentence that names the setting.
pub(super) fn provider(base: &str, runtime: &Handle) -> anyhow::Result<SdkTracerProvider> {
    let address = address(base)?;
    let named = || format!("{VARIABLE} is {base}");
    let collector = Collector {
        client: client(&address).with_context(named)?,
        runtime: runtime.clone(),
        is_away: AtomicBool::new(false),
    };
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(collector)
        .with_endpoint(address)
        .with_timeout(PATIENCE)
        .build()
        .with_context(named)?;
    let resource = Resource::builder_empty()
        .with_service_name(product::ID)
        .with_detector(Box::new(EnvResourceDetector::new()));
    let resource = match std::env::var("OTEL_SERVICE_NAME") {
        Ok(name) if !name.is_empty() => resource.with_service_name(name),
        _ => resource,
    };
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource.build())
        .build())
}

/// Where traces go at a collector (OTLP 1.x, "OTLP/HTTP request").
fn address(base: &str) -> anyhow::Result<Url> {
    let shape =
        "it must be the address of a collector that speaks HTTP, like http://localhost:4318";
    let mut url = Url::parse(base).with_context(|| format!("{VARIABLE} is {base:?}: {shape}"))?;
    ensure!(
        matches!(url.scheme(), "http" | "https") && url.host().is_some(),
        "{VARIABLE} is {base:?}: {shape}"
    );
    ensure!(
        url.username().is_empty() && url.password().is_none(),
        "{VARIABLE} has a name or a password in it: what a collector asks for belongs into OTEL_EXPORTER_OTLP_HEADERS"
    );
    let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Ok(url)
}

fn client(address: &Url) -> anyhow::Result<Arc<dyn HttpClient>> {
    if address.scheme() == "http" {
        return Ok(Arc::new(HyperClient::with_default_connector(
            PATIENCE, None,
        )));
    }
    let connector = HttpsConnectorBuilder::new()
        .with_native_roots()
        .context("the certificates of this machine")?
        .https_only()
        .enable_http1()
        .build();
    Ok(Arc::new(HyperClient::new(connector, PATIENCE, None)))
}

/// Sends from the thread that gathers spans, which is none of the runtime's.
struct Collector {
    client: Arc<dyn HttpClient>,
    runtime: Handle,
    is_away: AtomicBool,
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = Arc::clone(&self.client);
        let sending = self
            .runtime
            .spawn(async move { client.send_bytes(request).await });
        let answer = sending.await?;
        let trouble = match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(answer.status().to_string()),
            Err(error) => Some(error.to_string()),
        };
        let was_away = self.is_away.swap(trouble.is_some(), Ordering::Relaxed);
        // Said once: it is tried again with the next spans.
        if let Some(trouble) = trouble
            && !was_away
        {
            tracing::warn!(%trouble, "the collector takes no traces");
        }
        answer
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Collector")
    }
}
