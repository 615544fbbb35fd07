//! What the targets share: a site with one account, its two genuine tokens, and ways to falsify them.

mod forgery;

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration as StdDuration;

use auth::{
    Auth, Client, Config, Confirmation, Cost, Database, HashPool, Lifespans, Limits, MailConfig,
    MailRoute, MasterSecret, Outbox, Persistence, RateLimits, Registration, SignUp,
    SigningAlgorithm,
};
use secrecy::ExposeSecret;
use tempfile::TempDir;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use tokio::runtime::Runtime;

pub use crate::forgery::Forgery;

/// The clock stands still: a token that is refused is not refused for its age.
pub const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

pub const ORIGIN: &str = "https://latchkey.example";

/// An installation with one account that is signed in. Opened once, for all inputs.
pub struct Fixture {
    pub auth: Auth,
    pub access: String,
    pub refresh: String,
    runtime: Runtime,
    dir: TempDir,
}

pub static FIXTURE: LazyLock<Fixture> = LazyLock::new(Fixture::new);

impl Fixture {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let dir = TempDir::new().expect("a folder");
        let (auth, tokens) = runtime.block_on(async {
            let auth = Auth::open(config(dir.path()), NOW)
                .await
                .expect("a database");
            let ada = SignUp {
                email: "ada@example.org".to_owned(),
                username: "ada".to_owned(),
                password: "a long enough password".to_owned().into(),
                persistence: Persistence::Browser,
            };
            let signed_in = auth.sign_up(ada, &Client::default(), None, NOW).await;
            let signed_in = signed_in.expect("an account").signed_in();
            (auth, signed_in.expect("a session").tokens)
        });
        Self {
            auth,
            access: tokens.access.expose_secret().to_owned(),
            refresh: tokens.refresh.expose_secret().to_owned(),
            runtime,
            dir,
        }
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

fn config(dir: &Path) -> Config {
    let limits = Limits {
        idle: Duration::DAY,
        absolute: Duration::WEEK,
    };
    Config {
        database: Database::file(&dir.join("latchkey.db"), StdDuration::from_secs(20)),
        secret: MasterSecret::new(vec![1; 32]).expect("32 bytes"),
        previous_secrets: Vec::new(),
        issuer: ORIGIN.to_owned(),
        lifespans: Lifespans {
            access: Duration::seconds(600),
            remembered: limits,
            browser: limits,
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
            route: MailRoute::Memory(Outbox::default()),
            from: "Latchkey <no-reply@latchkey.example>"
                .parse()
                .expect("an address"),
        },
        rate_limits: RateLimits::Off,
    }
}
