//! Whole flows against a real database, with a chosen clock.

mod address;
mod audit;
mod confirm;
mod devices;
mod import;
mod keys;
mod leave;
mod life;
mod mail;
mod manage;
mod model;
mod nodes;
mod passwords;
mod refresh;
mod reset;
mod restart;
mod scratch;
mod siege;
mod sign_in;
mod throttle;
mod tls;
mod upgrade;
mod verify;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration as StdDuration;

use secrecy::{ExposeSecret, SecretString};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::tests::scratch::Scratch;
use crate::{
    Auth, Client, Config, Confirmation, Cost, Database, Error, Event, HashPool, Lifespans, Limits,
    LogIn, MailConfig, MailRoute, MasterSecret, Outbox, Persistence, RateLimits, Refusal,
    Registration, Sent, Session, SignUp, SignedIn, SigningAlgorithm,
};

const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);
const PASSWORD: &str = "a long enough password";

struct Fixture {
    auth: Auth,
    outbox: Outbox,
    scratch: Scratch,
}

impl std::ops::Deref for Fixture {
    type Target = Auth;

    fn deref(&self) -> &Auth {
        &self.auth
    }
}

fn config(scratch: &Scratch) -> Config {
    let limits = |idle, absolute| Limits {
        idle: Duration::seconds(idle),
        absolute: Duration::seconds(absolute),
    };
    Config {
        database: Database {
            url: scratch.url.clone(),
            patience: StdDuration::from_secs(20),
        },
        secret: MasterSecret::new(vec![1; 32]).unwrap(),
        previous_secrets: Vec::new(),
        issuer: "http://localhost:3000".to_owned(),
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
            route: MailRoute::Memory(Outbox::default()),
            from: "Latchkey <no-reply@latchkey.example>".parse().unwrap(),
        },
        rate_limits: RateLimits::On,
    }
}

impl Fixture {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let scratch = Scratch::new();
        let outbox = Outbox::default();
        let mut config = config(&scratch);
        config.mail.route = MailRoute::Memory(outbox.clone());
        change(&mut config);
        let auth = Auth::open(config, NOW).await.unwrap();
        Self {
            auth,
            outbox,
            scratch,
        }
    }

    /// Another process over the same database.
    async fn second_node(&self) -> Auth {
        Auth::open(self.config().clone(), NOW).await.unwrap()
    }

    /// One that does not wait long for a database that somebody else has locked.
    async fn impatient() -> Self {
        Self::with(|config| config.database.patience = StdDuration::from_secs(2)).await
    }

    /// Stops it and starts it again over the same database, with other settings.
    async fn restart(
        &mut self,
        now: OffsetDateTime,
        change: impl FnOnce(&mut Config),
    ) -> crate::Result<()> {
        self.auth.close().await;
        let mut config = config(&self.scratch);
        config.mail.route = MailRoute::Memory(self.outbox.clone());
        change(&mut config);
        self.auth = Auth::open(config, now).await?;
        Ok(())
    }

    async fn ada(&self) -> SignedIn {
        self.register("ada@example.org", "ada").await.unwrap()
    }

    /// Sends what is in the queue, and takes it out of the outbox.
    async fn letters(&self, now: OffsetDateTime) -> Vec<Sent> {
        self.deliver_due(|| now).await.unwrap();
        self.outbox.take()
    }

    /// The token of the link in the newest letter to an address.
    async fn link_to(&self, address: &str, now: OffsetDateTime) -> String {
        let letters = self.letters(now).await;
        let letter = letters.iter().rfind(|letter| letter.to == address);
        token_in(letter.unwrap_or_else(|| panic!("no letter to {address}")))
    }

    /// Confirms an address by the link that was sent to it, and the password.
    async fn confirm_ada(&self) {
        let token = self.link_to("ada@example.org", NOW).await;
        let nobody = Client::default();
        self.confirm_email(&token, secret(PASSWORD), &nobody, None, NOW)
            .await
            .unwrap();
    }

    async fn register(&self, email: &str, username: &str) -> crate::Result<SignedIn> {
        let form = SignUp {
            email: email.to_owned(),
            username: username.to_owned(),
            password: secret(PASSWORD),
            persistence: Persistence::Browser,
        };
        let signed_up = self.sign_up(form, &Client::default(), None, NOW).await?;
        Ok(signed_up
            .signed_in()
            .expect("the address may be confirmed later"))
    }

    async fn sign_in(&self, identifier: &str, password: &str) -> crate::Result<SignedIn> {
        self.sign_in_over(identifier, password, None).await
    }

    async fn sign_in_over(
        &self,
        identifier: &str,
        password: &str,
        former: Option<&Session>,
    ) -> crate::Result<SignedIn> {
        let form = LogIn {
            identifier: identifier.to_owned(),
            password: secret(password),
            persistence: Persistence::Remembered,
            device: None,
        };
        self.log_in(form, &Client::default(), former, NOW).await
    }

    async fn exchange(&self, tokens: &SignedIn, now: OffsetDateTime) -> crate::Result<SignedIn> {
        self.refresh(
            tokens.tokens.refresh.expose_secret(),
            &Client::default(),
            now,
        )
        .await
    }

    fn check(&self, tokens: &SignedIn, now: OffsetDateTime) -> crate::Result<Arc<Session>> {
        self.verify(tokens.tokens.access.expose_secret(), now)
    }

    async fn events(&self, signed_in: &SignedIn) -> Vec<Event> {
        let account = self.account(&signed_in.session).await.unwrap();
        self.activity(&account, None, 100)
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.event)
            .collect()
    }

    /// Whether a receipt for `signed_in`'s generation is on its way into the database.
    fn awaits_receipt(&self, signed_in: &SignedIn) -> bool {
        let session = &signed_in.session;
        self.auth
            .0
            .receipts
            .has_noted(session.id, session.generation)
    }

    /// Waits for the receipt of `signed_in`'s generation to be in the database.
    async fn receipt_written(&self, signed_in: &SignedIn) {
        let id = signed_in.session.id;
        while self
            .store()
            .session(id)
            .await
            .unwrap()
            .unwrap()
            .used_generation
            < signed_in.session.generation
        {
            tokio::task::yield_now().await;
        }
    }
}

/// The token of the link in a letter.
fn token_in(letter: &Sent) -> String {
    let (_, rest) = letter
        .text
        .split_once("?token=")
        .unwrap_or_else(|| panic!("no link in {:?}", letter.subject));
    rest.lines().next().unwrap().to_owned()
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

fn refusal(result: crate::Result<SignedIn>) -> Refusal {
    match result {
        Err(Error::Refused(why)) => why,
        Err(other) => panic!("not a refusal: {other:?}"),
        Ok(_) => panic!("not refused"),
    }
}
