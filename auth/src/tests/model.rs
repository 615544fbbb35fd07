//! A model of one session in the hands of its owner and of a thief, and the real thing beside it.
//!
//! The model is the table of the protocol, written once more and without a database. Every step is done
//! by both, and what comes out must be the same; what must never happen is looked for besides.
//! `LATCHKEY_MODEL_CASES` says how many histories are tried.

mod machine;
mod world;

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};

use self::machine::Machine;
use self::world::World;
use crate::Refusal;
use crate::rotation::seeded::{BUG, Bug};

/// Who holds a copy of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Owner,
    Thief,
}

/// How a session is ended on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    LogOut,
    FromAnotherDevice,
    Disable,
}

#[derive(Debug, Clone)]
enum Step {
    Refresh {
        who: Who,
        node: usize,
        /// Whether the answer arrives, or the network or the node's end swallows it.
        arrives: bool,
    },
    /// Two tabs of the owner at once, each at a node.
    Tabs,
    Use {
        who: Who,
        node: usize,
    },
    /// The thief copies what the owner holds, or held before.
    Steal {
        age: i64,
    },
    Sleep {
        seconds: i64,
    },
    End {
        how: Ending,
        node: usize,
    },
    RotateKeys {
        node: usize,
    },
    CatchUp {
        node: usize,
    },
    /// A node is killed, and starts again.
    Restart {
        node: usize,
    },
}

/// What a step must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Nothing,
    Granted(i64),
    Refused(Refusal),
    Accepted,
    Unauthenticated,
}

/// What somebody holds: a refresh token, by its generation, and an access token, which may be of another.
#[derive(Debug, Clone, Copy)]
struct Held {
    generation: i64,
    access_generation: i64,
    accepted_until: i64,
}

/// The limits of a session, in seconds.
#[derive(Debug, Clone, Copy)]
struct Limits {
    is_kept: bool,
    idle: i64,
    absolute: i64,
}

/// Until the browser is closed, and kept signed in.
const LIMITS: [Limits; 2] = [
    Limits {
        is_kept: false,
        idle: 7200,
        absolute: 86_400,
    },
    Limits {
        is_kept: true,
        idle: 1_209_600,
        absolute: 2_592_000,
    },
];

thread_local! {
    /// Which of them the histories of this thread have.
    static KINDS: Cell<&'static [Limits]> = const { Cell::new(&LIMITS) };
}

/// Times are seconds since the session began.
#[derive(Debug, Clone)]
struct Model {
    limits: Limits,
    now: i64,
    generation: i64,
    rotated_at: i64,
    used: i64,
    idle_until: i64,
    is_over: bool,
    is_disabled: bool,
    /// Which node knows that it is over.
    known: [bool; 2],
    owner: Held,
    thief: Option<Held>,
    expected: Expected,
}

const ACCESS: i64 = 600;
/// A token is honoured for as long as it lives at most.
const LEEWAY: i64 = 60;

impl Model {
    fn held(&mut self, who: Who) -> Option<&mut Held> {
        match who {
            Who::Owner => Some(&mut self.owner),
            Who::Thief => self.thief.as_mut(),
        }
    }

    fn end(&mut self, node: usize, why: Refusal) -> Expected {
        self.is_over = true;
        self.known[node] = true;
        Expected::Refused(why)
    }

    fn end_on_purpose(&mut self, how: Ending, node: usize) {
        let is_ended = match how {
            Ending::LogOut => true,
            // Nobody comes from another device of an account that is closed.
            Ending::FromAnotherDevice => !self.is_disabled,
            // Closing an account names no session: one that is over already, or ran out, is not looked at.
            Ending::Disable => !self.is_over && self.now < self.idle_until + LEEWAY,
        };
        self.is_disabled |= how == Ending::Disable;
        self.is_over |= is_ended;
        self.known[node] |= is_ended;
    }

    /// The table of the protocol, row by row.
    fn refresh(&mut self, presented: i64, node: usize) -> Expected {
        let is_young = self.now < self.rotated_at + 30;
        if self.is_over {
            self.known[node] = true;
            return Expected::Refused(Refusal::Revoked);
        }
        if self.is_disabled {
            return self.end(node, Refusal::Disabled);
        }
        if self.now >= self.limits.absolute {
            return self.end(node, Refusal::Expired);
        }
        if self.now >= self.idle_until {
            return self.end(node, Refusal::Idle);
        }
        if presented == self.generation {
            self.generation += 1;
            self.rotated_at = self.now;
            self.idle_until = (self.now + self.limits.idle).min(self.limits.absolute);
            return Expected::Granted(self.generation);
        }
        if presented + 1 == self.generation && (is_young || self.used < self.generation) {
            return Expected::Granted(self.generation);
        }
        self.end(node, Refusal::Reused)
    }

    fn receive(&mut self, who: Who, answer: Expected) {
        let lives = ACCESS.min(self.idle_until - self.now);
        let accepted_until = self.now + lives + LEEWAY.min(lives);
        if let (Expected::Granted(generation), Some(held)) = (answer, self.held(who)) {
            *held = Held {
                generation,
                access_generation: generation,
                accepted_until,
            };
        }
    }

    fn step(&mut self, step: &Step) -> Expected {
        match *step {
            Step::Refresh { who, node, arrives } => {
                let Some(held) = self.held(who).copied() else {
                    return Expected::Nothing;
                };
                let answer = self.refresh(held.generation, node);
                if arrives {
                    self.receive(who, answer);
                }
                answer
            }
            Step::Tabs => {
                let presented = self.owner.generation;
                let first = self.refresh(presented, 0);
                // The second one comes to the same, or finds the session ended by the first.
                let second = self.refresh(presented, 1);
                self.receive(Who::Owner, second);
                if let Expected::Granted(_) = first {
                    assert_eq!(first, second, "the table has tabs converge");
                }
                first
            }
            Step::Use { who, node } => {
                let (now, is_known) = (self.now, self.known[node]);
                let Some(held) = self.held(who).copied() else {
                    return Expected::Nothing;
                };
                if is_known || now >= held.accepted_until {
                    return Expected::Unauthenticated;
                }
                self.used = self.used.max(held.access_generation);
                Expected::Accepted
            }
            Step::Steal { age } => {
                self.thief = Some(Held {
                    generation: (self.owner.generation - age).max(1),
                    ..self.owner
                });
                Expected::Nothing
            }
            Step::Sleep { seconds } => {
                self.now += seconds;
                Expected::Nothing
            }
            Step::End { how, node } => {
                self.end_on_purpose(how, node);
                Expected::Nothing
            }
            Step::CatchUp { node } | Step::Restart { node } => {
                self.known[node] = self.is_over;
                Expected::Nothing
            }
            Step::RotateKeys { .. } => Expected::Nothing,
        }
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let held = Held {
            generation: 1,
            access_generation: 1,
            accepted_until: ACCESS + LEEWAY,
        };
        let begun = move |limits: Limits| Self {
            limits,
            now: 0,
            generation: 1,
            rotated_at: 0,
            used: 0,
            idle_until: limits.idle,
            is_over: false,
            is_disabled: false,
            known: [false; 2],
            owner: held,
            thief: None,
            expected: Expected::Nothing,
        };
        prop::sample::select(KINDS.get().to_vec())
            .prop_map(begun)
            .boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        let Limits { idle, absolute, .. } = state.limits;
        let who = || prop_oneof![3 => Just(Who::Owner), 2 => Just(Who::Thief)];
        let node = || 0..2_usize;
        let ending = prop_oneof![
            Just(Ending::LogOut),
            Just(Ending::FromAnotherDevice),
            Just(Ending::Disable)
        ];
        let seconds = prop_oneof![
            4 => prop::sample::select(vec![1, 29, 30, 31, 60]),
            2 => prop::sample::select(vec![599, 605, 1800, 3600]),
            1 => prop::sample::select(vec![idle - 1, idle, absolute]),
        ];
        let refresh = (who(), node(), prop::bool::weighted(0.75))
            .prop_map(|(who, node, arrives)| Step::Refresh { who, node, arrives });
        prop_oneof![
            24 => refresh,
            6 => Just(Step::Tabs),
            14 => (who(), node()).prop_map(|(who, node)| Step::Use { who, node }),
            8 => (0..4_i64).prop_map(|age| Step::Steal { age }),
            20 => seconds.prop_map(|seconds| Step::Sleep { seconds }),
            2 => (ending, node()).prop_map(|(how, node)| Step::End { how, node }),
            1 => node().prop_map(|node| Step::RotateKeys { node }),
            5 => node().prop_map(|node| Step::CatchUp { node }),
            1 => node().prop_map(|node| Step::Restart { node }),
        ]
        .boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        state.expected = state.step(step);
        state
    }
}

/// Tries histories until one goes wrong, and tells it in its shortest form.
fn run(cases: u32) -> Result<(), String> {
    World::begin();
    let runs = Runs {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2000,
        ..Runs::default()
    };
    let mut runner = TestRunner::new(runs.clone());
    let histories = Model::sequential_strategy(1..25);
    let tried = runner.run(&histories, |(begin, steps, seen)| {
        Machine::test_sequential(runs.clone(), begin, steps, seen);
        Ok(())
    });
    tried.map_err(|failure| failure.to_string())
}

fn cases() -> u32 {
    let wanted = std::env::var("LATCHKEY_MODEL_CASES").ok();
    wanted.map_or(1000, |cases| {
        cases.parse().expect("LATCHKEY_MODEL_CASES is a number")
    })
}

/// Half of the histories, so that each kind has a thread.
fn every_history_is_right(kind: &'static [Limits]) {
    KINDS.set(kind);
    if let Err(failure) = run(cases() / 2) {
        panic!("{failure}");
    }
}

#[test]
fn every_history_of_a_session_goes_as_the_protocol_says() {
    every_history_is_right(&LIMITS[..1]);
}

#[test]
fn every_history_of_a_session_that_is_kept_goes_as_the_protocol_says() {
    every_history_is_right(&LIMITS[1..]);
}

/// Whether a history came out another way than the table says, or did what must never happen.
fn found() -> bool {
    let failure = run(2000).err().unwrap_or_default();
    [
        "came to something else",
        "successor",
        "not the newest",
        "outlived",
    ]
    .iter()
    .any(|sign| failure.contains(sign))
}

#[test]
fn the_model_finds_a_state_machine_that_does_not_look_at_the_generation() {
    BUG.set(Some(Bug::NoGenerationCheck));
    assert!(found());
}

#[test]
fn the_model_finds_a_state_machine_that_takes_any_ancestor_for_the_parent() {
    BUG.set(Some(Bug::AnyParent));
    assert!(found());
}
