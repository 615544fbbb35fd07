//! Lives of accounts in the hands of several people, in any order.
//!
//! People use their own passwords, sessions and letters, and name whatever address they like. After every
//! step it is looked at who could enter which account. `LATCHKEY_LIFE_CASES` says how many lives are tried.

mod people;

use std::ops::Range;

use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};

use self::people::People;
use super::*;

/// What somebody does. Sessions and letters are counted from the newest: it is done by whoever has it.
#[derive(Debug, Clone, Copy)]
enum Step {
    Register {
        who: usize,
        address: Address,
        username: usize,
        password: usize,
    },
    /// By the first name that it works with, from that one on.
    SignIn {
        who: usize,
        name: usize,
        is_known_browser: bool,
    },
    UseLink {
        letter: usize,
        /// One of those that its reader has.
        session: Option<usize>,
        password: usize,
        /// Whether a new password is set where the link leads on to that.
        goes_on: bool,
    },
    AskForReset {
        address: usize,
    },
    AskForConfirmation {
        address: usize,
    },
    SendAgain {
        session: usize,
    },
    ChangeAddress {
        session: usize,
        address: Address,
    },
    ChangePassword {
        session: usize,
        password: usize,
    },
    ChangeName {
        session: usize,
        username: usize,
    },
    Leave {
        session: usize,
    },
    Sleep {
        minutes: i64,
    },
}

/// Whose address somebody names.
#[derive(Debug, Clone, Copy)]
enum Address {
    Own(usize),
    Any(usize),
}

/// The mailboxes: two of the first person, two of the second, one of the third.
const ADDRESSES: [&str; 5] = [
    "ada@example.org",
    "ada@example.com",
    "eve@example.org",
    "eve@example.com",
    "ida@example.org",
];
const USERNAMES: [&str; 4] = ["one", "two", "three", "four"];

fn any_step(people: Range<usize>, minutes: &'static [i64]) -> impl Strategy<Value = Step> {
    let who = move || people.clone();
    let newest = || prop::sample::select(vec![0_usize, 0, 0, 0, 1, 1, 2, 3, 5]);
    let (any, username, password) = (|| 0..ADDRESSES.len(), || 0..USERNAMES.len(), || 0..2_usize);
    let address = || prop_oneof![any().prop_map(Address::Own), any().prop_map(Address::Any)];
    let register = (who(), address(), username(), password()).prop_map(
        |(who, address, username, password)| Step::Register {
            who,
            address,
            username,
            password,
        },
    );
    let names = 0..ADDRESSES.len() + USERNAMES.len();
    let sign_in =
        (who(), names, prop::bool::ANY).prop_map(|(who, name, is_known_browser)| Step::SignIn {
            who,
            name,
            is_known_browser,
        });
    let session = prop::option::weighted(0.7, newest());
    let use_link = (newest(), session, password(), prop::bool::ANY).prop_map(
        |(letter, session, password, goes_on)| Step::UseLink {
            letter,
            session,
            password,
            goes_on,
        },
    );
    prop_oneof![
        5 => register,
        4 => sign_in,
        18 => use_link,
        5 => any().prop_map(|address| Step::AskForReset { address }),
        1 => any().prop_map(|address| Step::AskForConfirmation { address }),
        1 => newest().prop_map(|session| Step::SendAgain { session }),
        9 => (newest(), address())
            .prop_map(|(session, address)| Step::ChangeAddress { session, address }),
        2 => (newest(), password())
            .prop_map(|(session, password)| Step::ChangePassword { session, password }),
        1 => (newest(), username())
            .prop_map(|(session, username)| Step::ChangeName { session, username }),
        1 => newest().prop_map(|session| Step::Leave { session }),
        2 => prop::sample::select(minutes).prop_map(|minutes| Step::Sleep { minutes }),
    ]
}

/// Steps, and whether what is queued arrives after each of them.
fn steps(
    people: Range<usize>,
    minutes: &'static [i64],
) -> impl Strategy<Value = Vec<(Step, bool)>> {
    let step = (any_step(people, minutes), prop::bool::weighted(0.75));
    prop::collection::vec(step, 0..40)
}

fn confirmations() -> impl Strategy<Value = Confirmation> {
    prop::sample::select(vec![Confirmation::Optional, Confirmation::Required])
}

/// Tries lives until one goes wrong, and tells it in its shortest form.
fn every_life<S: Strategy>(lives: &S, live: impl AsyncFn(S::Value) -> Result<(), String>) {
    let wanted = std::env::var("LATCHKEY_LIFE_CASES").ok();
    let cases = wanted.map_or(16, |cases| {
        cases.parse().expect("LATCHKEY_LIFE_CASES is a number")
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let runs = Runs {
        cases,
        failure_persistence: None,
        max_shrink_iters: 1000,
        ..Runs::default()
    };
    let tried = TestRunner::new(runs).run(lives, |life| {
        runtime.block_on(live(life)).map_err(TestCaseError::fail)
    });
    if let Err(failure) = tried {
        panic!("{failure}");
    }
}

async fn live_together(
    confirmation: Confirmation,
    has_account: bool,
    steps: &[(Step, bool)],
) -> Result<(), String> {
    let mut people = People::new(confirmation).await;
    if has_account {
        people.first_has_account().await;
    }
    for (step, is_delivered) in steps {
        people.take(step, *is_delivered).await;
        people.is_each_account_ones_own().await?;
    }
    people.try_everything().await;
    people.is_each_account_ones_own().await
}

/// The first person has an account, and the second one its password and a session.
async fn be_robbed(
    confirmation: Confirmation,
    steps: &[(Step, bool)],
    knows_password: bool,
) -> Result<(), String> {
    let mut people = People::new(confirmation).await;
    let account = people.first_has_account().await;
    people.second_knows_the_password().await;
    for (step, is_delivered) in steps {
        people.take(step, *is_delivered).await;
    }
    if knows_password {
        people.owner_moves_back().await;
    }
    people.owner_takes_back(account).await?;
    people.can_be_entered_by(account, &[0]).await?;
    for days in [0, 1, 5] {
        let minutes = days * 1440;
        people.take(&Step::Sleep { minutes }, true).await;
        people.try_everything().await;
        people.can_be_entered_by(account, &[0]).await?;
    }
    Ok(())
}

#[test]
fn no_order_of_steps_leaves_an_account_that_two_people_can_enter() {
    const MINUTES: &[i64] = &[1, 10, 29, 31, 60, 60, 1380, 1500, 10_090];
    let lives = (
        confirmations(),
        prop::bool::weighted(0.7),
        steps(0..3, MINUTES),
    );
    every_life(&lives, async |(confirmation, has_account, steps)| {
        live_together(confirmation, has_account, &steps).await
    });
}

#[test]
fn whatever_a_thief_did_the_owner_takes_the_account_back_by_the_old_mailbox() {
    // Less than a week in all: that is how long it can be undone.
    const MINUTES: &[i64] = &[1, 10, 29, 31, 60, 290];
    let lives = (confirmations(), steps(1..2, MINUTES), prop::bool::ANY);
    every_life(&lives, async |(confirmation, steps, knows_password)| {
        be_robbed(confirmation, &steps, knows_password).await
    });
}
