//! The real thing, and everything that it ever handed out.

use std::collections::HashMap;
use std::rc::Rc;

use proptest_state_machine::StateMachineTest;
use secrecy::{ExposeSecret, SecretString};
use time::{Duration, OffsetDateTime};

use super::world::World;
use super::{Ending, Expected, Limits, Model, Step, Who};
use crate::tests::{PASSWORD, config, secret};
use crate::{
    Auth, Client, Error, LogIn, Persistence, Promotion, Refusal, Result, Session, SignUp, SignedIn,
};

pub(super) struct Machine {
    world: Rc<World>,
    /// When the session began.
    began: OffsetDateTime,
    name: String,
    session: Session,
    /// Another session of the same account, to end this one from.
    other: Session,
    /// By generation: there is never more than one.
    refresh: HashMap<i64, String>,
    /// Every access token that was handed out, with the time when it ends.
    access: Vec<(SecretString, i64)>,
    /// What the two hold, by where it stands in `access`.
    owner: Holder,
    thief: Option<Holder>,
    /// What happened to the session that can end it for good reasons.
    is_ended: bool,
    has_thief_acted: bool,
    refreshed_at: i64,
}

#[derive(Clone, Copy)]
struct Holder {
    generation: i64,
    access: usize,
    /// Whether it made use of what it was given last.
    has_used: bool,
}

impl StateMachineTest for Machine {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(model: &Model) -> Self {
        Self::begin(World::current(), model.limits)
    }

    fn apply(mut machine: Self, model: &Model, step: Step) -> Self {
        let now = machine.at(model.now);
        machine.world.now.set(now + Duration::SECOND);
        let came = machine.step(&step, model);
        assert_eq!(came, model.expected, "{step:?} came to something else");
        machine
    }

    fn check_invariants(machine: &Self, model: &Model) {
        machine.nothing_over_is_accepted(model);
    }
}

impl Machine {
    fn begin(world: Rc<World>, limits: Limits) -> Self {
        let (began, number) = (world.now.get(), world.accounts.get());
        world.accounts.set(number + 1);
        let name = format!("user{number}");
        let nobody = Client::default();
        let node = world.node(0);
        let sign_up = SignUp {
            email: format!("{name}@example.org"),
            username: name.clone(),
            password: secret(PASSWORD),
            persistence: Persistence::Browser,
        };
        let log_in = LogIn {
            identifier: name.clone(),
            password: secret(PASSWORD),
            persistence: Persistence::Remembered,
            device: None,
        };
        let (first, other) = world.runtime.block_on(async {
            // Nodes that run learn of keys in time; these only do when they are told to.
            for node in [world.node(0), world.node(1)] {
                node.catch_up(began).await.unwrap();
            }
            let first = node.sign_up(sign_up, &nobody, None, began).await.unwrap();
            let first = first.signed_in().unwrap();
            let kept = node.log_in(log_in, &nobody, None, began).await.unwrap();
            if limits.is_kept {
                (kept, first.session)
            } else {
                (first, kept.session)
            }
        });
        let mut machine = Self {
            world,
            began,
            name,
            session: first.session.clone(),
            other,
            refresh: HashMap::new(),
            access: Vec::new(),
            owner: Holder {
                generation: 1,
                access: 0,
                has_used: false,
            },
            thief: None,
            is_ended: false,
            has_thief_acted: false,
            refreshed_at: 0,
        };
        machine.keep(&first, 0);
        machine
    }

    fn at(&self, seconds: i64) -> OffsetDateTime {
        self.began + Duration::seconds(seconds)
    }

    fn step(&mut self, step: &Step, model: &Model) -> Expected {
        let (world, now) = (Rc::clone(&self.world), self.at(model.now));
        match *step {
            Step::Refresh { who, node, arrives } => self.refresh(who, node, arrives, model),
            Step::Tabs => self.tabs(model),
            Step::Use { who, node } => self.use_access(who, node, now),
            Step::Steal { age } => {
                let generation = (self.owner.generation - age).max(1);
                self.thief = Some(Holder {
                    generation,
                    has_used: false,
                    ..self.owner
                });
                Expected::Nothing
            }
            Step::End { how, node } => {
                self.end(how, &world.node(node), now);
                Expected::Nothing
            }
            Step::RotateKeys { node } => {
                self.rotate_keys(node, now);
                Expected::Nothing
            }
            Step::CatchUp { node } => {
                let node = world.node(node);
                world.runtime.block_on(node.catch_up(now)).unwrap();
                Expected::Nothing
            }
            Step::Restart { node } => {
                let opened = Auth::open(config(&world.scratch), now);
                world.nodes.borrow_mut()[node] = world.runtime.block_on(opened).unwrap();
                Expected::Nothing
            }
            // A node that runs hears of a new key long before it signs.
            Step::Sleep { seconds } => {
                if seconds > 60 {
                    self.hear_of_keys();
                }
                Expected::Nothing
            }
        }
    }

    fn refresh(&mut self, who: Who, node: usize, arrives: bool, model: &Model) -> Expected {
        let holder = match who {
            Who::Owner => self.owner,
            Who::Thief => match self.thief {
                Some(thief) => thief,
                None => return Expected::Nothing,
            },
        };
        let token = self.refresh[&holder.generation].clone();
        let (node, now) = (self.world.node(node), self.at(model.now));
        let nobody = Client::default();
        let answer = self
            .world
            .runtime
            .block_on(node.refresh(&token, &nobody, now));
        self.judge(who, holder, &answer, model);
        let came = self.keep_answer(&answer, model.now);
        if let (true, Expected::Granted(generation)) = (arrives, came) {
            let received = Holder {
                generation,
                access: self.access.len() - 1,
                has_used: false,
            };
            match who {
                Who::Owner => self.owner = received,
                Who::Thief => self.thief = Some(received),
            }
        }
        came
    }

    /// What must never happen, whatever the table says.
    fn judge(&mut self, who: Who, holder: Holder, answer: &Result<SignedIn>, model: &Model) {
        let is_granted = answer.is_ok();
        let Limits { idle, absolute, .. } = model.limits;
        let in_time = model.now < absolute && model.now < self.refreshed_at + idle;
        if who == Who::Thief {
            self.has_thief_acted = true;
            return;
        }
        if in_time && !self.is_ended && !self.has_thief_acted {
            assert!(is_granted, "an owner who only retried was signed out");
        }
        let robbed = self.thief.is_some_and(|thief| {
            let is_ahead = thief.generation > holder.generation;
            is_ahead && thief.has_used && self.has_thief_acted
        });
        if robbed && model.now >= self.refreshed_at + 30 {
            assert!(
                !is_granted,
                "a thief's session outlived the owner's refresh"
            );
        }
    }

    fn keep_answer(&mut self, answer: &Result<SignedIn>, now: i64) -> Expected {
        match answer {
            Ok(signed_in) => {
                let generation = signed_in.session.generation;
                if !self.refresh.contains_key(&generation) {
                    self.refreshed_at = now;
                }
                self.keep(signed_in, now);
                Expected::Granted(generation)
            }
            Err(Error::Refused(why)) => {
                self.has_reason(*why);
                Expected::Refused(*why)
            }
            Err(other) => panic!("neither granted nor refused: {other:?}"),
        }
    }

    /// Remembers what was handed out. Of each generation there is one refresh token, and no sibling.
    fn keep(&mut self, signed_in: &SignedIn, now: i64) {
        let generation = signed_in.session.generation;
        let token = signed_in.tokens.refresh.expose_secret();
        let first = self
            .refresh
            .entry(generation)
            .or_insert_with(|| token.to_owned());
        assert_eq!(first, token, "two successors of one token");
        let newest = self.refresh.keys().max();
        assert_eq!(
            newest,
            Some(&generation),
            "a token that is not the newest was handed out"
        );
        // Ten minutes, or as long as the session has if nothing is done with it, and the leeway.
        let idle = signed_in.idle_expires_at - self.began;
        let lives = (idle.whole_seconds() - now).min(600);
        let ends = now + lives + lives.min(60);
        self.access.push((signed_in.tokens.access.clone(), ends));
    }

    fn tabs(&mut self, model: &Model) -> Expected {
        let token = self.refresh[&self.owner.generation].clone();
        let (one, two) = (self.world.node(0), self.world.node(1));
        let (now, nobody) = (self.at(model.now), Client::default());
        let both = async {
            tokio::join!(
                one.refresh(&token, &nobody, now),
                two.refresh(&token, &nobody, now)
            )
        };
        let (first, second) = self.world.runtime.block_on(both);
        let holder = self.owner;
        self.judge(Who::Owner, holder, &first, model);
        let (first, second) = (
            self.keep_answer(&first, model.now),
            self.keep_answer(&second, model.now),
        );
        if let Expected::Granted(generation) = second {
            self.owner = Holder {
                generation,
                access: self.access.len() - 1,
                has_used: false,
            };
        }
        match (first, second) {
            // Whichever of the two came first has found out why.
            (Expected::Refused(Refusal::Revoked), Expected::Refused(why)) => Expected::Refused(why),
            _ => first,
        }
    }

    fn use_access(&mut self, who: Who, node: usize, now: OffsetDateTime) -> Expected {
        let holder = match who {
            Who::Owner => Some(&mut self.owner),
            Who::Thief => self.thief.as_mut(),
        };
        let Some(holder) = holder else {
            return Expected::Nothing;
        };
        let (token, node) = (&self.access[holder.access].0, self.world.node(node));
        let _runtime = self.world.runtime.enter();
        let Ok(session) = node.verify(token.expose_secret(), now) else {
            return Expected::Unauthenticated;
        };
        holder.has_used = true;
        let receipt = async {
            let row = async || node.store().session(session.id).await.unwrap().unwrap();
            while row().await.used_generation < session.generation {
                tokio::task::yield_now().await;
            }
        };
        self.world.runtime.block_on(receipt);
        Expected::Accepted
    }

    fn end(&mut self, how: Ending, node: &Auth, now: OffsetDateTime) {
        let (id, nobody) = (self.session.id, Client::default());
        let ended = self.world.runtime.block_on(async {
            match how {
                Ending::LogOut => node.log_out(id, &nobody, now).await,
                Ending::FromAnotherDevice => node.end_device(&self.other, id, &nobody, now).await,
                Ending::Disable => node.disable(&self.name, &nobody, now).await,
            }
        });
        assert!(
            ended.is_ok() || self.is_ended || how == Ending::FromAnotherDevice,
            "{ended:?}"
        );
        self.is_ended = true;
    }

    /// A key that signs at once is known elsewhere when the others have heard of it, as they do in a second.
    fn rotate_keys(&self, node: usize, now: OffsetDateTime) {
        let node = self.world.node(node);
        let rotated = node.rotate_keys(Promotion::AtOnce, now);
        self.world.runtime.block_on(rotated).unwrap();
        self.hear_of_keys();
    }

    fn hear_of_keys(&self) {
        for node in [self.world.node(0), self.world.node(1)] {
            let heard = node.keys().reload(node.store(), node.secrets());
            self.world.runtime.block_on(heard).unwrap();
        }
    }

    /// Every refusal has its reason in the trail.
    fn has_reason(&self, why: Refusal) {
        let reasons: &[&str] = match why {
            Refusal::Idle | Refusal::Expired | Refusal::Disabled => &["session_expired"],
            Refusal::Reused => &["session_reused"],
            Refusal::Revoked => &[
                "session_expired",
                "session_reused",
                "signed_out",
                "session_ended",
            ],
            Refusal::Forged | Refusal::Unknown => &[],
        };
        let node = self.world.node(0);
        let told = node.store().reasons(self.session.id);
        let told = self.world.runtime.block_on(told).unwrap();
        let is_told = told.iter().any(|event| reasons.contains(&event.as_str()));
        assert!(is_told, "{why:?} is not in the trail: {told:?}");
    }

    /// Nothing revoked or expired verifies, on any node that can know, whoever holds it.
    fn nothing_over_is_accepted(&self, model: &Model) {
        let now = self.at(model.now);
        for at in 0..2 {
            let node = self.world.node(at);
            for (token, ends) in &self.access {
                let is_over = model.known[at] || model.now >= *ends;
                let accepted = node.accept(token.expose_secret(), now);
                assert_eq!(accepted.is_err(), is_over, "a token at node {at}");
            }
        }
    }
}
