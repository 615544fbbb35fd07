//! What the session engine promises: verification, the set of revocations, and refreshing in a crowd.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has failed"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration as StdDuration, Instant};

use auth::{
    Auth, Client, Config, Confirmation, Cost, Database, HashPool, Lifespans, Limits, MailConfig,
    MailRoute, MasterSecret, Outbox, Persistence, RateLimits, Registration, Revocations, SessionId,
    SignUp, SignedIn, SigningAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use criterion::{Criterion, criterion_group, criterion_main};
use jsonwebtoken::{Algorithm, DecodingKey};
use secrecy::ExposeSecret;
use time::{Duration, OffsetDateTime};
use tokio::runtime::Runtime;

const NOW: OffsetDateTime = time::macros::datetime!(2026-11-21 12:00 UTC);

fn config(folder: &std::path::Path) -> Config {
    let limits = Limits {
        idle: Duration::hours(2),
        absolute: Duration::hours(24),
    };
    Config {
        database: Database::file(&folder.join("latchkey.db"), StdDuration::from_secs(20)),
        secret: MasterSecret::new(vec![1; 32]).unwrap(),
        previous_secrets: Vec::new(),
        issuer: "http://localhost:3000".to_owned(),
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

async fn sign_up(auth: &Auth, name: &str) -> SignedIn {
    let form = SignUp {
        email: format!("{name}@example.org"),
        username: name.to_owned(),
        password: "a long enough password".to_owned().into(),
        persistence: Persistence::Browser,
    };
    let nobody = Client::default();
    let signed_up = auth.sign_up(form, &nobody, None, NOW).await.unwrap();
    signed_up.signed_in().unwrap()
}

/// The same token over and over; a new one each time, beside the bare check of its signature.
fn verification(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let auth = runtime
        .block_on(Auth::open(config(folder.path()), NOW))
        .unwrap();
    let tokens = runtime.block_on(sign_up(&auth, "ada")).tokens;
    let access = tokens.access.expose_secret();
    let _guard = runtime.enter();
    criterion.bench_function("verification of a token seen before", |bencher| {
        bencher.iter(|| auth.verify(black_box(access), NOW).unwrap());
    });
    criterion.bench_function("first verification of a token", |bencher| {
        bencher.iter(|| {
            auth.forget_verifications();
            auth.verify(black_box(access), NOW).unwrap()
        });
    });
    let (message, signature) = access.rsplit_once('.').unwrap();
    let jwks: serde_json::Value = serde_json::from_str(&auth.jwks().1).unwrap();
    let key = DecodingKey::from_ed_components(jwks["keys"][0]["x"].as_str().unwrap()).unwrap();
    let bare = || {
        let message = black_box(message.as_bytes());
        assert!(jsonwebtoken::crypto::verify(signature, message, &key, Algorithm::EdDSA).unwrap());
    };
    criterion.bench_function("bare signature check of the library", |bencher| {
        bencher.iter(bare);
    });
    // By turns, so that what else the machine does falls on both.
    let time = |work: &dyn Fn()| {
        let began = Instant::now();
        (0..50).for_each(|_| work());
        began.elapsed().as_secs_f64()
    };
    let first = || {
        auth.forget_verifications();
        auth.verify(black_box(access), NOW).unwrap();
    };
    let mut ratios: Vec<f64> = (0..200).map(|_| time(&first) / time(&bare)).collect();
    ratios.sort_by(f64::total_cmp);
    eprintln!(
        "first verification: {:.3} × the bare check (median of 200 pairs)",
        ratios[100]
    );
}

/// Resident memory of this process, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = status
        .split_whitespace()
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or_default() * 4096
}

fn revocations(criterion: &mut Criterion) {
    let id = |number: u128| {
        let text = URL_SAFE_NO_PAD.encode(number.to_be_bytes());
        SessionId::try_from(text).unwrap()
    };
    let before = resident();
    let set = Revocations::default();
    for number in 0..1_000_000 {
        set.insert(id(number), NOW, NOW);
    }
    let memory = resident().saturating_sub(before);
    eprintln!(
        "revocation set with 1,000,000 entries: {} MB resident",
        memory / 1_000_000
    );
    let ids: Vec<SessionId> = (0..4096).map(|number| id(number * 244)).collect();
    let mut at = 0;
    criterion.bench_function("lookup among 1,000,000 revocations", |bencher| {
        bencher.iter(|| {
            at = (at + 1) % ids.len();
            assert!(set.contains(black_box(ids[at])));
        });
    });
}

/// 64 sessions that are refreshed at the same time, over and over, with `synchronous=full`.
fn crowd(criterion: &mut Criterion) {
    const CROWD: usize = 64;
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let auth = runtime
        .block_on(Auth::open(config(folder.path()), NOW))
        .unwrap();
    let mut sessions = Vec::new();
    for number in 0..CROWD {
        let signed_in = runtime.block_on(sign_up(&auth, &format!("user{number}")));
        sessions.push(signed_in.tokens.refresh);
    }
    let sessions = Arc::new(tokio::sync::Mutex::new(sessions));
    criterion.bench_function("a refresh, of 64 at once", |bencher| {
        bencher.iter_custom(|refreshes| {
            let rounds = refreshes.div_ceil(CROWD as u64);
            let began = Instant::now();
            runtime.block_on(async {
                let mut sessions = sessions.lock().await;
                let tasks: Vec<_> = sessions
                    .drain(..)
                    .map(|mut token| {
                        let auth = auth.clone();
                        tokio::spawn(async move {
                            let nobody = Client::default();
                            for _ in 0..rounds {
                                token = auth
                                    .refresh(token.expose_secret(), &nobody, NOW)
                                    .await
                                    .unwrap()
                                    .tokens
                                    .refresh;
                            }
                            token
                        })
                    })
                    .collect();
                for task in tasks {
                    sessions.push(task.await.unwrap());
                }
            });
            let share = refreshes as f64 / (rounds * CROWD as u64) as f64;
            began.elapsed().mul_f64(share)
        });
    });
}

criterion_group!(benches, verification, revocations, crowd);
criterion_main!(benches);
