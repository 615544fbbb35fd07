//! Metrics for Prometheus, on a listener of their own: they are for whoever runs the site.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::Context;
use auth::Auth;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::serve::{self, Leaving, Terms};

/// In seconds: from a read of SQLite to a request that has waited for its turn.
const BUCKETS: [f64; 14] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// How often what was measured is put into its buckets when nobody looks: until then it takes up memory.
const SORTING: Duration = Duration::from_secs(5);

/// As Prometheus asks for it (exposition format 0.0.4).
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Where metrics are asked for, taken and not served yet.
pub struct Metrics {
    listener: TcpListener,
    recorded: PrometheusHandle,
}

/// Takes the address, and records from now on.
///
/// # Errors
/// A sentence that names the setting, and what is in the way.
pub fn listen(address: SocketAddr) -> anyhow::Result<Metrics> {
    let listener = serve::listen("LATCHKEY_METRICS_ADDR", address)?;
    let recorded = builder().install_recorder().context("metrics")?;
    auth::describe_metrics();
    crate::requests::describe_metrics();
    Ok(Metrics { listener, recorded })
}

/// How metrics are recorded.
#[must_use]
pub fn builder() -> PrometheusBuilder {
    let seconds = Matcher::Suffix("_seconds".to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(seconds, &BUCKETS)
        .expect("there are buckets")
}

impl Metrics {
    /// Answers until the process is asked to leave.
    pub async fn serve(self, auth: Auth, leaving: Leaving) {
        let router = router(auth, self.recorded.clone());
        let router = router.with_state(());
        let site = |_| router.clone();
        tokio::select! {
            served = serve::serve(self.listener, site, leaving, Terms::of_few()) => {
                if let Err(error) = served {
                    tracing::error!(%error, "metrics are not served any more");
                }
            }
            () = sort(&self.recorded) => {}
        }
    }
}

async fn sort(recorded: &PrometheusHandle) {
    let mut next = tokio::time::interval(SORTING);
    loop {
        next.tick().await;
        recorded.run_upkeep();
    }
}

/// `GET /metrics`, and nothing else.
pub fn router(auth: Auth, recorded: PrometheusHandle) -> Router {
    let page = move || async move {
        auth.measure();
        ([(CONTENT_TYPE, FORMAT)], recorded.render()).into_response()
    };
    Router::new().route("/metrics", get(page))
}
