//! What a password hash costs: both implementations on one thread, with memory kept and without, and
//! what the pool makes of all cores: sign-ins of 32 clients beside bare threads that only hash.
//!
//! The workers of the pool run at niceness 10: with `nice` before the command the bare threads do too, which
//! matters where others are at work on the machine.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has failed"
)]
#![expect(clippy::print_stdout, reason = "it says what it measured")]

use std::hint::black_box;
use std::path::Path;
use std::thread::available_parallelism;
use std::time::{Duration as StdDuration, Instant};

use argon2_rust::params::Memory;
use auth::{
    Auth, Client, Config, Confirmation, Cost, Database, HashPool, Lifespans, Limits, LogIn,
    MailConfig, MailRoute, MasterSecret, Outbox, Persistence, RateLimits, Registration, SignUp,
    SigningAlgorithm,
};
use criterion::{Criterion, criterion_group, criterion_main};
use time::{Duration, OffsetDateTime};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const NOW: OffsetDateTime = time::macros::datetime!(2026-11-21 12:00 UTC);
const COST: Cost = Cost {
    memory: 19_456,
    iterations: 2,
    parallelism: 1,
};
const PASSWORD: &str = "a long enough password";
const SALT: &[u8; 16] = b"sixteen bytes it";
const CLIENTS: usize = 32;
const ROUND: StdDuration = StdDuration::from_secs(4);

fn one() -> argon2::Argon2<'static> {
    let params = argon2::Params::new(COST.memory, COST.iterations, COST.parallelism, None);
    let (algorithm, version) = (argon2::Algorithm::Argon2id, argon2::Version::V0x13);
    argon2::Argon2::new(algorithm, version, params.unwrap())
}

fn two() -> argon2_rust::Argon2 {
    let params = argon2_rust::Params::builder()
        .memory(Memory::kib(COST.memory.into()))
        .passes(COST.iterations)
        .lanes(COST.parallelism)
        .build()
        .unwrap();
    let (algorithm, version) = (
        argon2_rust::Algorithm::Argon2id,
        argon2_rust::Version::V0x13,
    );
    argon2_rust::Argon2::new(algorithm, version, params)
}

type Arm<'a> = (&'static str, Box<dyn FnMut(&mut [u8; 32]) + 'a>);

/// One thread. In the end by turns, so that what else the machine does falls on all.
fn implementations(criterion: &mut Criterion) {
    let (one, two) = (one(), two());
    let mut blocks = vec![argon2::Block::default(); COST.memory as usize];
    let mut hasher = two.hasher();
    let password = black_box(PASSWORD.as_bytes());
    let mut arms: [Arm; 4] = [
        (
            "argon2",
            Box::new(|tag| one.hash_password_into(password, SALT, tag).unwrap()),
        ),
        (
            "argon2, memory kept",
            Box::new(|tag| {
                one.hash_password_into_with_memory(password, SALT, tag, &mut blocks)
                    .unwrap();
            }),
        ),
        (
            "argon2-rust",
            Box::new(|tag| two.hash_into(password, SALT, tag).unwrap()),
        ),
        (
            "argon2-rust, memory kept",
            Box::new(|tag| hasher.hash_into(password, SALT, tag).unwrap()),
        ),
    ];
    let mut tag = [0; 32];
    let mut group = criterion.benchmark_group("a hash, one thread");
    group.sample_size(20);
    for (name, hash) in &mut arms {
        group.bench_function(*name, |bencher| bencher.iter(|| hash(&mut tag)));
    }
    group.finish();
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..51 {
        for ((_, hash), times) in arms.iter_mut().zip(&mut times) {
            let began = Instant::now();
            hash(&mut tag);
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
    }
    let medians = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[25]
    });
    for ((name, _), median) in arms.iter().zip(medians) {
        let share = median / medians[0];
        println!("{name}: {median:.1} ms, {share:.2} × argon2 (median of 51 turns)");
    }
}

fn config(folder: &Path) -> Config {
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
        password_cost: COST,
        hash_pool: HashPool::default(),
        signing_algorithm: SigningAlgorithm::EdDsa,
        confirmation: Confirmation::Optional,
        mail: MailConfig {
            route: MailRoute::Memory(Outbox::default()),
            from: "Latchkey <no-reply@latchkey.example>".parse().unwrap(),
        },
        rate_limits: RateLimits::Off,
    }
}

/// How many hashes a second bare threads make, each with memory that it has already.
fn bare(hashers: &mut [argon2_rust::Hasher]) -> f64 {
    let began = Instant::now();
    let hash = |hasher: &mut argon2_rust::Hasher| {
        let mut tag = [0; 32];
        let mut hashes = 0;
        while began.elapsed() < ROUND {
            hasher
                .hash_into(PASSWORD.as_bytes(), SALT, &mut tag)
                .unwrap();
            hashes += 1;
        }
        hashes
    };
    let hashes: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = hashers
            .iter_mut()
            .map(|hasher| scope.spawn(move || hash(hasher)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    hashes as f64 / began.elapsed().as_secs_f64()
}

async fn sign_up(auth: &Auth, name: &str) {
    let form = SignUp {
        email: format!("{name}@example.org"),
        username: name.to_owned(),
        password: PASSWORD.to_owned().into(),
        persistence: Persistence::Browser,
    };
    let nobody = Client::default();
    auth.sign_up(form, &nobody, None, NOW).await.unwrap();
}

/// How many sign-ins a second there are when each client signs in again as soon as it has.
async fn sign_ins(auth: &Auth) -> f64 {
    let began = Instant::now();
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let auth = auth.clone();
        clients.spawn(async move {
            let mut signed_in = 0;
            while began.elapsed() < ROUND {
                let form = LogIn {
                    identifier: format!("user{number}"),
                    password: PASSWORD.to_owned().into(),
                    persistence: Persistence::Browser,
                    device: None,
                };
                let nobody = Client::default();
                auth.log_in(form, &nobody, None, NOW).await.unwrap();
                signed_in += 1;
            }
            signed_in
        });
    }
    let signed_in: usize = clients.join_all().await.into_iter().sum();
    signed_in as f64 / began.elapsed().as_secs_f64()
}

fn pool(_: &mut Criterion) {
    let cores = available_parallelism().unwrap();
    let mut hashers: Vec<_> = (0..cores.get()).map(|_| two().hasher()).collect();
    bare(&mut hashers);
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let auth = runtime.block_on(async {
        let auth = Auth::open(config(folder.path()), NOW).await.unwrap();
        for number in 0..CLIENTS {
            sign_up(&auth, &format!("user{number}")).await;
        }
        auth
    });
    let mut rounds: Vec<(f64, f64)> = (0..5)
        .map(|_| (runtime.block_on(sign_ins(&auth)), bare(&mut hashers)))
        .collect();
    rounds.sort_by(|one, two| (one.0 / one.1).total_cmp(&(two.0 / two.1)));
    let (signed_in, hashes) = rounds[2];
    println!(
        "sign-ins of {CLIENTS} clients on {cores} cores: {signed_in:.0} a second, {:.2} × the hashes of \
         bare threads (median of 5 pairs)",
        signed_in / hashes
    );
}

criterion_group!(benches, implementations, pool);
criterion_main!(benches);
