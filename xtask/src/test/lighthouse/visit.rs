//! What Lighthouse's report says of one visit to a page.

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The only score that another visit may change.
pub(crate) const PERFORMANCE: &str = "performance";

/// In the order of the table.
const SCORES: [&str; 4] = [PERFORMANCE, "accessibility", "best-practices", "seo"];

/// What a page is drawn from, and what its scripts run on. WASM and icons have other names.
const NEEDED: [&str; 4] = ["Document", "Stylesheet", "Script", "Font"];

/// Times are milliseconds after the visitor followed a link.
pub(crate) struct Visit {
    pub(crate) scores: Vec<(&'static str, u64)>,
    /// When the first words were to be seen, and the largest part of the page.
    pub(crate) first_paint: u64,
    pub(crate) largest_paint: u64,
    /// When the page was drawn and nothing took the processor for more than 50 ms any more: until then, what somebody
    /// types or touches may have to wait. Lighthouse shows it no longer, and still computes it.
    pub(crate) interactive: u64,
    /// For how long something might have waited in all.
    pub(crate) blocked: u64,
    /// How far things moved while the page came.
    pub(crate) shift: f64,
    /// How many documents, style sheets, scripts and fonts were asked for before the first words were to be seen. That
    /// is when a form can be used: it needs no WASM.
    pub(crate) needed: u64,
    pub(crate) requests: Vec<Request>,
    /// How fast Lighthouse found the processor to be, at that moment.
    pub(crate) benchmark: f64,
    /// What lowered a score.
    pub(crate) complaints: Vec<String>,
}

pub(crate) struct Request {
    kind: Kind,
    bytes: u64,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Html,
    Css,
    Script,
    Wasm,
    Other,
}

impl Visit {
    pub(crate) fn from_report(report: &Value) -> Result<Self> {
        if let Some(message) = report["runtimeError"]["message"].as_str() {
            bail!("Lighthouse could not look at the page: {message}");
        }
        read(report).context("Lighthouse's report lacks what is read from it")
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.requests.iter().map(|request| request.bytes).sum()
    }

    pub(crate) fn performance(&self) -> u64 {
        let mut scores = self.scores.iter();
        let found = scores.find(|(name, _)| *name == PERFORMANCE);
        found.map_or(0, |(_, score)| *score)
    }

    /// The lower the better.
    pub(crate) fn rank(&self) -> (u64, u64) {
        (100 - self.performance(), self.interactive)
    }

    pub(crate) fn bytes_of(&self, kind: Kind) -> u64 {
        let requests = self.requests.iter();
        let requests = requests.filter(|request| request.kind == kind);
        requests.map(|request| request.bytes).sum()
    }
}

fn read(report: &Value) -> Option<Visit> {
    let audits = &report["audits"];
    let metrics = &audits["metrics"]["details"]["items"][0];
    let requests = audits["network-requests"]["details"]["items"].as_array()?;
    let drawn = metrics["observedFirstContentfulPaint"].as_f64()?;
    let scores = SCORES.iter().map(|name| {
        let score = report["categories"][*name]["score"].as_f64()?;
        Some((*name, whole(score * 100.0)))
    });
    Some(Visit {
        scores: scores.collect::<Option<_>>()?,
        first_paint: metrics["firstContentfulPaint"].as_u64()?,
        largest_paint: metrics["largestContentfulPaint"].as_u64()?,
        interactive: metrics["interactive"].as_u64()?,
        blocked: metrics["totalBlockingTime"].as_u64()?,
        shift: metrics["cumulativeLayoutShift"].as_f64()?,
        needed: needed(requests, drawn),
        requests: requests.iter().map(request).collect::<Option<_>>()?,
        benchmark: report["environment"]["benchmarkIndex"].as_f64()?,
        complaints: complaints(report),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "scores go from 0 to 100"
)]
fn whole(score: f64) -> u64 {
    score.round() as u64
}

fn needed(requests: &[Value], drawn: f64) -> u64 {
    let is_needed = |request: &&Value| {
        let kind = request["resourceType"].as_str().unwrap_or_default();
        let asked = request["networkRequestTime"].as_f64();
        NEEDED.contains(&kind) && asked.is_some_and(|asked| asked < drawn)
    };
    requests
        .iter()
        .filter(is_needed)
        .fold(0, |count, _| count + 1)
}

fn request(request: &Value) -> Option<Request> {
    let kind = match request["resourceType"].as_str()? {
        "Document" => Kind::Html,
        "Stylesheet" => Kind::Css,
        "Script" => Kind::Script,
        _ if request["mimeType"] == "application/wasm" => Kind::Wasm,
        _ => Kind::Other,
    };
    let bytes = request["transferSize"].as_u64()?;
    Some(Request { kind, bytes })
}

/// Names what counts in a score and is not as it should be.
fn complaints(report: &Value) -> Vec<String> {
    let categories = SCORES.iter().map(|name| &report["categories"][*name]);
    let references = categories.filter_map(|category| category["auditRefs"].as_array());
    let counting = references
        .flatten()
        .filter(|reference| reference["weight"].as_f64() > Some(0.0));
    let audits = counting.filter_map(|reference| {
        let audit = &report["audits"][reference["id"].as_str()?];
        let value = audit["displayValue"].as_str().unwrap_or_default();
        let is_wrong = audit["score"].as_f64()? < 0.9;
        is_wrong.then(|| format!("{} {value}", audit["title"].as_str().unwrap_or_default()))
    });
    audits.collect()
}

#[cfg(test)]
impl Visit {
    /// A visit of which nothing is to be said.
    pub(crate) fn example() -> Self {
        Self {
            scores: SCORES.map(|name| (name, 100)).to_vec(),
            first_paint: 780,
            largest_paint: 780,
            interactive: 780,
            blocked: 0,
            shift: 0.0,
            needed: 3,
            requests: Vec::new(),
            benchmark: 2000.0,
            complaints: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn report() -> Value {
        let file = |kind: &str, mime: &str, asked: f64, bytes: u64| json!({ "resourceType": kind, "mimeType": mime, "networkRequestTime": asked, "transferSize": bytes });
        json!({
            "categories": {
                "performance": { "score": 1, "auditRefs": [{ "id": "interactive", "weight": 0 }] },
                "accessibility": { "score": 1, "auditRefs": [] },
                "best-practices": { "score": 0.96, "auditRefs": [] },
                "seo": { "score": 0.91, "auditRefs": [{ "id": "meta-description", "weight": 1 }] },
            },
            "environment": { "benchmarkIndex": 2000.5 },
            "audits": {
                "interactive": { "title": "Time to Interactive", "score": 0.2 },
                "meta-description": { "title": "Document does not have a meta description", "score": 0 },
                "metrics": { "details": { "items": [{
                    "firstContentfulPaint": 770, "largestContentfulPaint": 780, "interactive": 790,
                    "totalBlockingTime": 2, "cumulativeLayoutShift": 0.0, "observedFirstContentfulPaint": 100.0,
                }] } },
                "network-requests": { "details": { "items": [
                    file("Document", "text/html", 1.0, 5_000),
                    file("Stylesheet", "text/css", 50.0, 3_000),
                    file("Script", "text/javascript", 150.0, 6_000),
                    file("Other", "application/wasm", 151.0, 50_000),
                    file("Other", "image/svg+xml", 152.0, 1_000),
                ] } },
            },
        })
    }

    #[test]
    fn a_report_is_read() {
        let visit = Visit::from_report(&report()).unwrap();
        assert_eq!(visit.scores[2], ("best-practices", 96));
        assert_eq!(visit.interactive, 790);
        assert_eq!(visit.bytes(), 65_000);
        assert_eq!(visit.bytes_of(Kind::Wasm), 50_000);
    }

    #[test]
    fn what_is_asked_for_when_the_page_can_be_seen_was_not_needed() {
        assert_eq!(Visit::from_report(&report()).unwrap().needed, 2);
    }

    #[test]
    fn only_what_counts_is_complained_about() {
        let complaints = Visit::from_report(&report()).unwrap().complaints;
        assert_eq!(complaints, ["Document does not have a meta description "]);
    }

    #[test]
    fn a_page_that_could_not_be_loaded_is_no_visit() {
        let error = json!({ "runtimeError": { "message": "the connection was refused" } });
        assert!(Visit::from_report(&error).is_err());
        assert!(Visit::from_report(&json!({})).is_err());
    }
}
