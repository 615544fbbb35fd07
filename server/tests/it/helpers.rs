//! A site of its own for each test, and clients with a cookie jar.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration as StdDuration;

use app::error::AppError;
use auth::{
    Auth, Confirmation, CookieJarStyle, CookieSecurity, Cost, Database, HashPool, Lifespans,
    Limits, MailConfig, MailRoute, MasterSecret, Outbox, RateLimits, Registration, Sent,
    SigningAlgorithm,
};
use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use cookie::{Cookie, SameSite};
use http_body_util::BodyExt;
use leptos::config::LeptosOptions;
use server::api::{ApiConfig, TokenPlace};
use server::client::Proxies;
use server::clock::Clock;
use server::serve::Leaving;
use server::{Reception, Site};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use tower::ServiceExt;
use url::Url;

use crate::scratch::Scratch;

pub(crate) const PASSWORD: &str = "a long enough password";
pub(crate) const START: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

pub(crate) struct TestApp {
    reception: Reception,
    pub(crate) auth: Auth,
    pub(crate) outbox: Outbox,
    now: Arc<Mutex<OffsetDateTime>>,
    pub(crate) scratch: Scratch,
}

/// What stands before a site.
struct Front {
    proxies: Proxies,
    max_requests: usize,
}

impl Default for Front {
    fn default() -> Self {
        Self {
            proxies: Proxies::default(),
            max_requests: 512,
        }
    }
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        Self::with(CookieSecurity::Http, |_| {}).await
    }

    pub(crate) async fn with(
        security: CookieSecurity,
        change: impl FnOnce(&mut auth::Config),
    ) -> Self {
        let api = ApiConfig {
            tokens: TokenPlace::Body,
            cors_origins: Vec::new(),
        };
        Self::start(security, api, Front::default(), change).await
    }

    /// A site with a proxy in front.
    pub(crate) async fn behind(proxy: &str) -> Self {
        let api = ApiConfig {
            tokens: TokenPlace::Body,
            cors_origins: Vec::new(),
        };
        let front = Front {
            proxies: Proxies::new(vec![proxy.parse().unwrap()]),
            ..Front::default()
        };
        Self::start(CookieSecurity::Http, api, front, |_| {}).await
    }

    /// A site that works on as many requests as it can.
    pub(crate) async fn that_is_full() -> Self {
        let api = ApiConfig {
            tokens: TokenPlace::Body,
            cors_origins: Vec::new(),
        };
        let front = Front {
            max_requests: 0,
            ..Front::default()
        };
        Self::start(CookieSecurity::Http, api, front, |_| {}).await
    }

    /// A site on which anybody may try as often as they like, and any number at once.
    pub(crate) async fn without_limits() -> Self {
        let api = ApiConfig {
            tokens: TokenPlace::Body,
            cors_origins: Vec::new(),
        };
        let front = Front {
            max_requests: 100_000,
            ..Front::default()
        };
        Self::start(CookieSecurity::Http, api, front, |config| {
            config.rate_limits = RateLimits::Off;
        })
        .await
    }

    /// A site with another JSON API.
    pub(crate) async fn with_api(tokens: TokenPlace, cors_origins: &[&str]) -> Self {
        let cors_origins = cors_origins.iter().map(|origin| (*origin).to_owned());
        let api = ApiConfig {
            tokens,
            cors_origins: cors_origins.collect(),
        };
        Self::start(CookieSecurity::Http, api, Front::default(), |_| {}).await
    }

    async fn start(
        security: CookieSecurity,
        api: ApiConfig,
        front: Front,
        change: impl FnOnce(&mut auth::Config),
    ) -> Self {
        let scratch = Scratch::new();
        let origin = match security {
            CookieSecurity::Http => "http://localhost:3000",
            CookieSecurity::Https => "https://latchkey.example",
        };
        let outbox = Outbox::default();
        let mut config = config(&scratch, origin, outbox.clone());
        change(&mut config);
        let folder = match &config.mail.route {
            MailRoute::Folder(folder) => Some(folder.clone()),
            MailRoute::Smtp(_) | MailRoute::Memory(_) => None,
        };
        let auth = Auth::open(config, START).await.unwrap();
        app::ssr::own::bring_up_to_date(auth.own_tables())
            .await
            .unwrap();
        let now = Arc::new(Mutex::new(START));
        let clock = Clock::new({
            let now = Arc::clone(&now);
            move || *now.lock().unwrap()
        });
        let options = LeptosOptions::builder()
            .output_name("latchkey")
            .site_root(scratch.dir.path().to_str().unwrap())
            .build();
        let site = Site {
            auth: auth.clone(),
            cookies: CookieJarStyle::new(security, SameSite::Lax),
            public_url: Url::parse(origin).unwrap(),
            clock,
            leaving: Leaving::never(),
            outbox: folder,
            api,
            proxies: front.proxies,
            max_requests: front.max_requests,
        };
        let reception = server::reception(site, &options).unwrap();
        Self {
            reception,
            auth,
            outbox,
            now,
            scratch,
        }
    }

    /// Sends what is in the queue of letters.
    pub(crate) async fn deliver(&self) {
        let now = *self.now.lock().unwrap();
        self.auth.deliver_due(|| now).await.unwrap();
    }

    /// Removes what has had its time.
    pub(crate) async fn clean_up(&self) {
        let now = *self.now.lock().unwrap();
        self.auth.clean_up(now).await.unwrap();
    }

    /// Sends what is in the queue of letters, and takes them out of the outbox.
    pub(crate) async fn letters(&self) -> Vec<Sent> {
        self.deliver().await;
        self.outbox.take()
    }

    /// The path of the link in the newest letter to an address.
    pub(crate) async fn link_to(&self, address: &str) -> String {
        let letters = self.letters().await;
        let letter = letters.iter().rfind(|letter| letter.to == address);
        link_in(letter.unwrap_or_else(|| panic!("no letter to {address}")))
    }

    /// A site that does not wait long for a database that somebody else has locked.
    pub(crate) async fn impatient() -> Self {
        let patience = StdDuration::from_secs(2);
        Self::with(CookieSecurity::Http, |config| {
            config.database.patience = patience
        })
        .await
    }

    pub(crate) fn advance(&self, by: Duration) {
        *self.now.lock().unwrap() += by;
    }

    /// Makes whoever asks for the time panic, until the clock is mended.
    pub(crate) fn break_clock(&self) {
        let now = Arc::clone(&self.now);
        let breaking = std::thread::spawn(move || {
            let _held = now.lock().unwrap();
            panic!("the clock breaks");
        });
        assert!(breaking.join().is_err());
    }

    pub(crate) fn mend_clock(&self) {
        self.now.clear_poison();
    }

    /// A browser with script switched off.
    pub(crate) fn browser(&self) -> Client<'_> {
        Client {
            app: self,
            jar: BTreeMap::new(),
            accept: "text/html,application/xhtml+xml",
            peer: [192, 0, 2, 7],
        }
    }

    /// An island, or another program.
    pub(crate) fn program(&self) -> Client<'_> {
        Client {
            app: self,
            jar: BTreeMap::new(),
            accept: "application/json",
            peer: [192, 0, 2, 7],
        }
    }

    /// A browser whose owner has just made an account.
    pub(crate) async fn ada(&self) -> Client<'_> {
        let mut browser = self.browser();
        let fields = [
            ("email", "ada@example.org"),
            ("username", "ada"),
            ("password", PASSWORD),
        ];
        let answer = browser.post("/register", &fields).await;
        assert_eq!(answer.location(), "/dashboard", "{}", answer.body);
        browser
    }
}

/// The path of the link in a letter.
pub(crate) fn link_in(letter: &Sent) -> String {
    let mut lines = letter.text.lines();
    let line = lines.find(|line| line.contains("?token="));
    let link = Url::parse(line.unwrap_or_else(|| panic!("no link in {:?}", letter.subject)));
    let link = link.unwrap();
    format!("{}?{}", link.path(), link.query().unwrap())
}

/// The token of a link.
pub(crate) fn token_of(link: &str) -> &str {
    link.split_once("?token=").unwrap().1
}

fn config(scratch: &Scratch, origin: &str, outbox: Outbox) -> auth::Config {
    let limits = |idle, absolute| Limits {
        idle: Duration::seconds(idle),
        absolute: Duration::seconds(absolute),
    };
    auth::Config {
        database: Database {
            url: scratch.url.clone(),
            patience: StdDuration::from_secs(20),
        },
        secret: MasterSecret::new(vec![1; 32]).unwrap(),
        previous_secrets: Vec::new(),
        issuer: origin.to_owned(),
        lifespans: Lifespans {
            access: Duration::seconds(600),
            remembered: limits(1_209_600, 2_592_000),
            browser: limits(7200, 86_400),
        },
        registration: Registration::Open,
        password_min_length: 12,
        password_cost: Cost {
            memory: 64,
            iterations: 1,
            parallelism: 1,
        },
        hash_pool: HashPool::default(),
        signing_algorithm: SigningAlgorithm::EdDsa,
        confirmation: Confirmation::Optional,
        mail: MailConfig {
            route: MailRoute::Memory(outbox),
            from: "Latchkey <no-reply@latchkey.example>".parse().unwrap(),
        },
        rate_limits: RateLimits::On,
    }
}

#[derive(Clone)]
pub(crate) struct Client<'a> {
    app: &'a TestApp,
    pub(crate) jar: BTreeMap<String, String>,
    accept: &'static str,
    /// From where it asks.
    pub(crate) peer: [u8; 4],
}

impl Client<'_> {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.post_raw(path, body).await
    }

    pub(crate) async fn post_raw(&mut self, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, body.into()).await
    }

    pub(crate) async fn log_in(&mut self, identifier: &str, password: &str) -> Answer {
        self.post(
            "/login",
            &[("identifier", identifier), ("password", password)],
        )
        .await
    }

    pub(crate) async fn send(
        &mut self,
        request: axum::http::request::Builder,
        body: Body,
    ) -> Answer {
        let mut request = request.body(body).unwrap();
        request
            .headers_mut()
            .entry(ACCEPT)
            .or_insert(self.accept.parse().unwrap());
        if !self.jar.is_empty() {
            let cookies: Vec<String> = self
                .jar
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request
                .headers_mut()
                .insert(COOKIE, cookies.join("; ").parse().unwrap());
        }
        let is_head = request.method() == Method::HEAD;
        let peer = SocketAddr::from((self.peer, 4711));
        let reception = self.app.reception.for_peer(peer);
        let response = reception.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = if is_head {
            Vec::new()
        } else {
            body.collect().await.unwrap().to_bytes().to_vec()
        };
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body).unwrap(),
        };
        self.keep(&answer);
        answer
    }

    /// Whether it has a cookie of a session. It keeps one that says which browser it is.
    pub(crate) fn has_session(&self) -> bool {
        self.jar.keys().any(|name| !name.ends_with("_browser"))
    }

    /// Confirms the address of whoever is signed in.
    pub(crate) async fn confirm(&mut self, address: &str) {
        let link = self.app.link_to(address).await;
        let answer = self
            .post("/confirm-email", &[("token", token_of(&link))])
            .await;
        assert_eq!(answer.location(), "/profile?confirmed", "{}", answer.body);
    }

    fn keep(&mut self, answer: &Answer) {
        for cookie in answer.cookies() {
            if cookie.max_age() == Some(Duration::ZERO) {
                self.jar.remove(cookie.name());
            } else {
                self.jar
                    .insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn cookies(&self) -> Vec<Cookie<'static>> {
        let set = self.headers.get_all(SET_COOKIE).iter();
        set.map(|value| Cookie::parse(value.to_str().unwrap().to_owned()).unwrap())
            .collect()
    }

    pub(crate) fn error(&self) -> AppError {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no error: {}", self.body))
    }

    /// The text of the first element that `selector` finds, without the spaces at its ends, which nobody sees.
    pub(crate) fn text(&self, selector: &str) -> String {
        let page = scraper::Html::parse_document(&self.body);
        let selector = scraper::Selector::parse(selector).unwrap();
        let text = page.select(&selector).next();
        let text: String = text
            .map(|element| element.text().collect())
            .unwrap_or_default();
        text.trim().to_owned()
    }

    /// An attribute of the first element that `selector` finds.
    pub(crate) fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let page = scraper::Html::parse_document(&self.body);
        let selector = scraper::Selector::parse(selector).unwrap();
        page.select(&selector)
            .next()?
            .value()
            .attr(name)
            .map(str::to_owned)
    }
}
