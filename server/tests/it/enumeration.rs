//! Nobody learns from an answer, or from the time it takes, whether there is an account with an address.

use std::time::{Duration, Instant};

use auth::{Confirmation, CookieSecurity, Cost};
use axum::http::StatusCode;

use crate::helpers::{Answer, PASSWORD, TestApp};

/// The password of whoever registers to find something out.
const THEIRS: &str = "what a stranger chose";

/// How often each is tried.
const TRIES: usize = 200;

/// How often it is looked again when the times differ: other tests run beside this one, and a difference
/// that is ours is there each time.
const ROUNDS: usize = 3;

/// Asks about addresses that have an account and addresses that have none, and compares what is answered,
/// and how fast.
async fn compare(app: &TestApp, what: &str, ask: impl AsyncFn(usize, &str) -> Answer) {
    let mut ratios = Vec::new();
    for round in 0..ROUNDS {
        let ratio = compare_once(what, round, &ask).await;
        // What came of it costs nobody time who asks.
        let _ = app.letters().await;
        if (0.9..=1.1).contains(&ratio) {
            return;
        }
        ratios.push(ratio);
    }
    panic!("{what}: a member takes {ratios:.3?} of the time of nobody");
}

/// Asks in turns. Returns how long it takes for a member, as a part of how long it takes for nobody.
async fn compare_once(what: &str, round: usize, ask: &impl AsyncFn(usize, &str) -> Answer) -> f64 {
    let mut times = [Vec::new(), Vec::new()];
    for at in round * TRIES..(round + 1) * TRIES {
        // Each comes first as often as the other.
        let mut answers = [None, None];
        for which in if at % 2 == 0 { [0, 1] } else { [1, 0] } {
            let address = match which {
                0 => format!("member{at}@example.org"),
                _ => format!("nobody{at}@example.org"),
            };
            let began = Instant::now();
            let answer = ask(2 * at + which, &address).await;
            times[which].push(began.elapsed());
            answers[which] = Some(seen(&answer));
        }
        assert_eq!(answers[0], answers[1], "{what}");
    }
    let [known, unknown] = times.map(median);
    known.as_secs_f64() / unknown.as_secs_f64()
}

/// All that a visitor sees, but for what is different each time.
fn seen(answer: &Answer) -> (StatusCode, String, String, Vec<String>) {
    let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
    names.sort();
    (
        answer.status,
        answer.location().to_owned(),
        answer.body.clone(),
        names,
    )
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

async fn with_members(confirmation: Confirmation) -> TestApp {
    let app = TestApp::with(CookieSecurity::Http, |config| {
        config.confirmation = confirmation;
        // A fifth of what is shipped: what it takes to read a member's row must not show beside it.
        config.password_cost = Cost {
            memory: 4096,
            iterations: 2,
            parallelism: 1,
        };
    })
    .await;
    for at in 0..ROUNDS * TRIES {
        let (address, name) = (format!("member{at}@example.org"), format!("member{at}"));
        let fields = [
            ("email", address.as_str()),
            ("username", &name),
            ("password", PASSWORD),
        ];
        app.program().post("/register", &fields).await;
    }
    let _ = app.letters().await;
    let mut connection = app.scratch.connect().await;
    let confirm = "update users set confirmed_at = created_at";
    sqlx::Executor::execute(&mut connection, confirm)
        .await
        .unwrap();
    app
}

async fn compare_what_is_open_to_all(app: &TestApp) {
    compare(app, "forgot password", async |_, address| {
        let fields = [("email", address)];
        app.program().post("/forgot-password", &fields).await
    })
    .await;
    compare(app, "send the link again", async |_, address| {
        let fields = [("email", address)];
        app.program().post("/confirm-email", &fields).await
    })
    .await;
    compare(app, "sign in", async |_, address| {
        app.program().log_in(address, "a wrong password").await
    })
    .await;
}

#[tokio::test]
async fn one_answer_and_one_cost_for_members_and_strangers() {
    let app = with_members(Confirmation::Optional).await;
    compare_what_is_open_to_all(&app).await;
}

#[tokio::test]
async fn where_addresses_are_confirmed_first_registering_tells_nothing_either() {
    let app = with_members(Confirmation::Required).await;
    compare_what_is_open_to_all(&app).await;
    compare(&app, "register", async |turn, address| {
        let name = format!("visitor{turn}");
        let fields = [
            ("email", address),
            ("username", &name),
            ("password", THEIRS),
        ];
        app.program().post("/register", &fields).await
    })
    .await;
    // What comes after it is the same, too: nobody is let in by what they have just made.
    compare(
        &app,
        "sign in to what was registered",
        async |_, address| app.program().log_in(address, THEIRS).await,
    )
    .await;
}
