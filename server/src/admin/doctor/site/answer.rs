//! What an answer of the site says about what stands between it and us.

use std::collections::BTreeSet;

use auth::CookieJarStyle;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, DATE, LOCATION, SET_COOKIE};
use axum::http::header::{HeaderName, STRICT_TRANSPORT_SECURITY};
use axum::http::{HeaderMap, Response, StatusCode};
use cookie::Cookie;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::admin::doctor::Findings;

/// The page to which a cookie went that is none of ours.
pub(super) fn page<T>(answer: &Response<T>, style: &CookieJarStyle, findings: &mut Findings) {
    match answer.status() {
        StatusCode::OK => findings.ok("site", "answers"),
        status => findings.fail(
            "site",
            format!("answers {status} where its sign-in page should be"),
        ),
    }
    cookie(answer.headers(), style, findings);
    let has = |name: HeaderName, word: &str| {
        let value = answer.headers().get(name);
        value.is_some_and(|value| {
            value
                .as_bytes()
                .windows(word.len())
                .any(|at| at == word.as_bytes())
        })
    };
    if style.is_secure() && !has(STRICT_TRANSPORT_SECURITY, "max-age=") {
        let message =
            "Strict-Transport-Security does not arrive: something before the server takes it away";
        findings.fail("hsts", message);
    } else if style.is_secure() {
        findings.ok("hsts", "browsers are told to use nothing but https");
    }
    if !has(CACHE_CONTROL, "no-store") {
        let message = "Cache-Control does not say no-store any more: a page of one person could be kept for another";
        findings.fail("headers", message);
    } else if !has(CONTENT_SECURITY_POLICY, "default-src 'none'") {
        let message =
            "the Content-Security-Policy is not ours: something before the server changes it";
        findings.warn("headers", message);
    } else {
        findings.ok("headers", "arrive as they were sent");
    }
}

/// Whether the cookie that was sent came to the server under its name, and the one that takes it back came from there
/// as it has to be.
fn cookie(headers: &HeaderMap, style: &CookieJarStyle, findings: &mut Findings) {
    let name = style.refresh_name();
    let all = headers.get_all(SET_COOKIE).iter();
    let found = all
        .filter_map(|header| Cookie::parse(header.to_str().ok()?).ok())
        .find(|cookie| cookie.name() == name);
    let Some(cookie) = found else {
        let message = format!(
            "{name} did not come back: the server runs with another LATCHKEY_PUBLIC_URL, or something before it takes \
             cookies away"
        );
        return findings.fail("cookie", message);
    };
    let mut wrong = Vec::new();
    if cookie.http_only() != Some(true) {
        wrong.push("HttpOnly is gone");
    }
    if style.is_secure() && cookie.secure() != Some(true) {
        wrong.push("Secure is gone");
    }
    if cookie.path() != Some("/") {
        wrong.push("its Path is another");
    }
    if cookie.domain().is_some() {
        wrong.push("it has a Domain");
    }
    if cookie.same_site().is_none() {
        wrong.push("SameSite is gone");
    }
    if wrong.is_empty() {
        findings.ok("cookie", format!("{name} went there and back as it is"));
    } else {
        let message = format!("{name} came back changed: {}", wrong.join(", "));
        findings.fail("cookie", message);
    }
}

pub(super) fn date(headers: &HeaderMap) -> Option<OffsetDateTime> {
    let date = headers.get(DATE)?.to_str().ok()?;
    // HTTP's form is that of mail, but for the name of the zone.
    OffsetDateTime::parse(&date.replace("GMT", "+0000"), &Rfc2822).ok()
}

/// Holds the public keys that the site shows against those in the database.
pub(super) fn keys(ours: &str, theirs: &str, findings: &mut Findings) {
    let (ours, theirs) = (kids(ours), kids(theirs));
    if ours.is_empty() && theirs.is_empty() {
        let message = "no key is published, so it cannot be told whether it is this installation";
        findings.warn("identity", message);
    } else if ours.is_disjoint(&theirs) {
        let message =
            "its keys are not those of this database: the public URL leads to another installation";
        findings.fail("identity", message);
    } else {
        findings.ok("identity", "its keys are those of this database");
    }
}

fn kids(jwks: &str) -> BTreeSet<String> {
    let set: Value = serde_json::from_str(jwks).unwrap_or_default();
    let keys = set["keys"].as_array().into_iter().flatten();
    keys.filter_map(|key| key["kid"].as_str().map(str::to_owned))
        .collect()
}

/// A form of the site itself.
pub(super) fn own_origin(status: StatusCode, own: &str, findings: &mut Findings) {
    if status == StatusCode::FORBIDDEN {
        let message =
            format!("forms of {own} are refused: the server runs with another LATCHKEY_PUBLIC_URL");
        findings.fail("origin", message);
    } else if status.is_success() || status.is_redirection() {
        findings.ok("origin", format!("forms of {own} are taken"));
    } else {
        findings.fail("origin", format!("a form of {own} is answered {status}"));
    }
}

/// A form of somebody else's.
pub(super) fn foreign_origin(status: StatusCode, findings: &mut Findings) {
    if status == StatusCode::FORBIDDEN {
        findings.ok("origin", "forms of other sites are refused");
    } else {
        let message = format!(
            "a form of another site is answered {status}: something before the server takes the Origin away"
        );
        findings.fail("origin", message);
    }
}

/// What the host says without TLS; none when it says nothing.
pub(super) fn plain<T>(answer: Option<&Response<T>>, findings: &mut Findings) {
    let Some(answer) = answer else {
        return findings.ok("https", "nothing answers without it");
    };
    let leads = answer.headers().get(LOCATION);
    let is_led = leads.is_some_and(|place| place.as_bytes().starts_with(b"https://"));
    if answer.status().is_redirection() && is_led {
        findings.ok("https", "whoever comes without it is led there");
    } else {
        let message = format!(
            "http is answered {} instead of with a redirect",
            answer.status()
        );
        findings.warn("https", message);
    }
}

#[cfg(test)]
mod tests {
    use auth::CookieSecurity;
    use cookie::SameSite;
    use time::macros::datetime;

    use super::*;
    use crate::admin::doctor::State;

    const GOOD: &str =
        "__Host-latchkey_refresh=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0";

    /// What is found out of a page with this cookie, on https.
    fn found(cookie: &str, more: &[(&'static str, &'static str)]) -> Vec<(&'static str, State)> {
        let mut answer = Response::builder()
            .header("set-cookie", cookie)
            .header("cache-control", "private, no-store")
            .header(
                "content-security-policy",
                "default-src 'none'; img-src 'self'",
            );
        for (name, value) in more {
            answer = answer.header(*name, *value);
        }
        let style = CookieJarStyle::new(CookieSecurity::Https, SameSite::Lax);
        let mut findings = Findings::default();
        page(&answer.body(()).unwrap(), &style, &mut findings);
        findings
            .0
            .iter()
            .map(|one| (one.check, one.state))
            .collect()
    }

    #[test]
    fn a_page_that_arrives_as_it_was_sent_is_well() {
        let hsts = ("strict-transport-security", "max-age=63072000");
        let all = found(GOOD, &[hsts]);
        assert_eq!(all.len(), 4);
        assert!(all.iter().all(|(_, state)| *state == State::Ok), "{all:?}");
        let without = found(GOOD, &[]);
        assert!(without.contains(&("hsts", State::Fail)), "{without:?}");
    }

    #[test]
    fn a_cookie_that_something_on_the_way_has_changed_is_told() {
        for changed in [
            GOOD.replace("Secure; ", ""),
            GOOD.replace("HttpOnly; ", ""),
            GOOD.replace("SameSite=Lax; ", ""),
            GOOD.replace("Path=/", "Path=/app"),
            GOOD.replace("Path=/", "Path=/; Domain=example.org"),
            GOOD.replace("__Host-", ""),
            GOOD.replace("__Host-", "app_"),
        ] {
            let found = found(&changed, &[]);
            assert!(found.contains(&("cookie", State::Fail)), "{changed}");
        }
    }

    #[test]
    fn another_installation_is_told_by_its_keys() {
        let state = |theirs: &str| {
            let mut findings = Findings::default();
            keys(
                r#"{"keys":[{"kid":"a"},{"kid":"b"}]}"#,
                theirs,
                &mut findings,
            );
            findings.0[0].state
        };
        // It may have learned of a rotation, or not yet.
        assert_eq!(state(r#"{"keys":[{"kid":"b"},{"kid":"c"}]}"#), State::Ok);
        for other in [r#"{"keys":[{"kid":"c"}]}"#, r#"{"keys":[]}"#, "<html>", ""] {
            assert_eq!(state(other), State::Fail, "{other}");
        }
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        let mut headers = HeaderMap::new();
        assert_eq!(date(&headers), None);
        headers.insert(DATE, "Sun, 22 Nov 2026 13:30:05 GMT".parse().unwrap());
        assert_eq!(date(&headers), Some(datetime!(2026-11-22 13:30:05 UTC)));
        headers.insert(DATE, "yesterday".parse().unwrap());
        assert_eq!(date(&headers), None);
    }

    #[test]
    fn what_answers_without_tls_has_to_lead_to_it() {
        let state = |answer: Option<&Response<()>>| {
            let mut findings = Findings::default();
            plain(answer, &mut findings);
            findings.0[0].state
        };
        let answer = |status: u16, place: &str| {
            let answer = Response::builder().status(status).header("location", place);
            answer.body(()).unwrap()
        };
        assert_eq!(state(None), State::Ok);
        assert_eq!(
            state(Some(&answer(308, "https://example.org/login"))),
            State::Ok
        );
        assert_eq!(
            state(Some(&answer(302, "http://example.org/"))),
            State::Warn
        );
        assert_eq!(state(Some(&answer(200, ""))), State::Warn);
    }
}
