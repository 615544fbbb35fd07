//! Whatever stands in the `Cookie` header: without a genuine token nobody is let in, no cookie is
//! given, and the server never fails.

#![no_main]

use std::net::SocketAddr;
use std::sync::LazyLock;

use arbitrary::Arbitrary;
use auth::{CookieJarStyle, CookieSecurity};
use axum::body::Body;
use axum::http::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use cookie::{Cookie, SameSite};
use latchkey_fuzz::{FIXTURE, Forgery, NOW, ORIGIN};
use leptos::config::LeptosOptions;
use libfuzzer_sys::{Corpus, fuzz_target};
use server::api::{ApiConfig, TokenPlace};
use server::client::Proxies;
use server::clock::Clock;
use server::serve::Leaving;
use server::{Receptionist, Site};
use time::Duration;
use tower::ServiceExt;
use url::Url;

#[derive(Arbitrary, Debug)]
struct Visit<'a> {
    page: Page,
    cookies: Vec<Sent<'a>>,
}

#[derive(Arbitrary, Debug, Clone, Copy, PartialEq)]
enum Page {
    Dashboard,
    Login,
}

/// What is put into the header, one after another.
#[derive(Arbitrary, Debug)]
enum Sent<'a> {
    Access(Forgery<'a>),
    Refresh(Forgery<'a>),
    Theme(&'a [u8]),
    Anything(&'a [u8]),
}

static STYLE: LazyLock<CookieJarStyle> =
    LazyLock::new(|| CookieJarStyle::new(CookieSecurity::Https, SameSite::Lax));

static SITE: LazyLock<Receptionist> = LazyLock::new(|| FIXTURE.block_on(async { site() }));

fuzz_target!(|visit: Visit| -> Corpus {
    let Some(header) = header(&visit.cookies) else {
        return Corpus::Reject;
    };
    let request = Request::get(visit.page.path())
        .header(ACCEPT, "text/html")
        .header(COOKIE, header)
        .body(Body::empty())
        .expect("a request");
    let response = FIXTURE.block_on(SITE.clone().oneshot(request));
    check(visit.page, &response.expect("the site answers"));
    Corpus::Keep
});

impl Page {
    fn path(self) -> &'static str {
        match self {
            Self::Dashboard => "/dashboard",
            Self::Login => "/login",
        }
    }
}

fn site() -> Receptionist {
    let options = LeptosOptions::builder()
        .output_name("latchkey")
        .site_root(FIXTURE.dir().to_string_lossy().as_ref())
        .build();
    let site = Site {
        auth: FIXTURE.auth.clone(),
        cookies: *STYLE,
        public_url: Url::parse(ORIGIN).expect("an origin"),
        clock: Clock::new(|| NOW),
        leaving: Leaving::never(),
        outbox: None,
        api: ApiConfig {
            tokens: TokenPlace::Body,
            cors_origins: Vec::new(),
        },
        proxies: Proxies::default(),
        max_requests: 512,
    };
    let reception = server::reception(site, &options).expect("a site");
    reception.for_peer(SocketAddr::from(([127, 0, 0, 1], 4711)))
}

/// Builds the header; none when it could not be sent, or would let in whoever sends it.
fn header(cookies: &[Sent]) -> Option<HeaderValue> {
    let mut line = Vec::new();
    for sent in cookies {
        let (name, value) = match sent {
            Sent::Access(forgery) => (STYLE.access_name(), forgery.of(&FIXTURE.access)),
            Sent::Refresh(forgery) => (STYLE.refresh_name(), forgery.of(&FIXTURE.refresh)),
            Sent::Theme(value) => (app::theme::COOKIE, String::from_utf8_lossy(value).into()),
            Sent::Anything(bytes) => {
                line.extend_from_slice(bytes);
                continue;
            }
        };
        line.extend_from_slice(format!("{name}={value}; ").as_bytes());
    }
    let header = HeaderValue::from_bytes(&line).ok()?;
    let is_genuine = str::from_utf8(header.as_bytes()).is_ok_and(holds_a_genuine_token);
    (!is_genuine).then_some(header)
}

fn holds_a_genuine_token(header: &str) -> bool {
    let mut cookies = header
        .split(';')
        .filter_map(|one| Cookie::parse_encoded(one).ok());
    cookies.any(|cookie| [&FIXTURE.access, &FIXTURE.refresh].contains(&&cookie.value().to_owned()))
}

fn check(page: Page, response: &Response) {
    let expected = match page {
        Page::Dashboard => StatusCode::SEE_OTHER,
        Page::Login => StatusCode::OK,
    };
    assert_eq!(response.status(), expected);
    if page == Page::Dashboard {
        assert_eq!(response.headers()[LOCATION], "/login?next=/dashboard");
    }
    for set in response.headers().get_all(SET_COOKIE) {
        let set = Cookie::parse(set.to_str().expect("our own text")).expect("our own cookie");
        let is_removal = set.value().is_empty() && set.max_age() == Some(Duration::ZERO);
        assert!(is_removal, "a stranger was given {set}");
    }
}
