//! Somebody who uses the site all the time and keeps a ledger: what each good answer said is written down, and
//! held against the site when the trial is over.
//!
//! What got no answer, or a 503, is in doubt: it may have been done or not, and a client tries it again.

pub(crate) mod broken;
mod reckoning;

use std::time::Duration;

use serde_json::{Value, json};

use crate::trial::actor::broken::Broken;
use crate::trial::caller::{Caller, Said};
use crate::trial::tally::Told;

pub(crate) const PASSWORD: &str = "seven quiet otters";

pub(crate) struct Actor {
    pub(crate) caller: Caller,
    name: String,
    session: Tokens,
    /// A device that lies in a drawer: it asks for nothing before the end.
    drawer: Tokens,
    /// The display name that was saved, and after it those in doubt.
    saved: Vec<String>,
    /// Names of accounts that were made.
    registered: Vec<String>,
    /// Sessions that were ended.
    ended: Vec<Tokens>,
    /// How many answers it was promised something in.
    pub(crate) acknowledged: u64,
    rounds: u64,
    /// How long after its end a session may still be accepted: on other nodes than the one that ended it.
    pub(crate) grace: Duration,
    pub(crate) broken: Broken,
}

#[derive(Clone, Default)]
struct Tokens {
    jwt: String,
    refresh: String,
}

impl Tokens {
    fn of(said: &Said) -> Option<Self> {
        Some(Self {
            jwt: said.text("jwt")?,
            refresh: said.text("refreshToken")?,
        })
    }
}

impl Actor {
    /// Makes an account and signs in on two devices. None when the site does not let that happen.
    pub(crate) fn enter(mut caller: Caller, name: String) -> Option<Self> {
        let session = Tokens::of(&register(&mut caller, &name))?;
        let drawer = Tokens::of(&log_in(&mut caller, &name))?;
        Some(Self {
            caller,
            saved: vec![String::new()],
            name,
            session,
            drawer,
            registered: Vec::new(),
            ended: Vec::new(),
            acknowledged: 0,
            rounds: 0,
            grace: Duration::ZERO,
            broken: Broken::default(),
        })
    }

    /// Does the next thing; tells whether that went well.
    pub(crate) fn go_on(&mut self) -> bool {
        self.rounds += 1;
        match self.rounds % 16 {
            3 => self.register_another(),
            7 | 15 => self.end_a_session(),
            round if round % 4 == 0 => self.save(),
            round if round % 4 == 1 => self.refresh(),
            _ => self.look(),
        }
    }

    fn refresh(&mut self) -> bool {
        let body = json!({"refreshToken": self.session.refresh});
        let said = self.caller.post("/api/auth/refresh", &body);
        if said.told == Told::Wrong(401) {
            let name = &self.name;
            self.broken
                .signed_out
                .push(format!("{name} was signed out in round {}", self.rounds));
            self.start_over();
        }
        let Some(tokens) = Tokens::of(&said).filter(|_| said.is_good()) else {
            return false;
        };
        self.session = tokens;
        self.acknowledged += 1;
        true
    }

    /// Signs in anew, so that one loss is counted once.
    fn start_over(&mut self) {
        if let Some(tokens) = Tokens::of(&log_in(&mut self.caller, &self.name)) {
            self.session = tokens;
        }
    }

    /// Asks with the access token; with a new one when that is stale.
    fn with_access(&mut self, ask: impl Fn(&mut Caller, &str) -> Said) -> Option<Said> {
        let said = ask(&mut self.caller, &self.session.jwt);
        if said.told != Told::Wrong(401) {
            return Some(said);
        }
        // Stale is what every client expects: only the refusal of the refresh token signs out.
        self.caller.tally.forgive_stale();
        self.refresh()
            .then(|| ask(&mut self.caller, &self.session.jwt))
    }

    fn save(&mut self) -> bool {
        let wanted = format!("{} {}", self.name, self.rounds);
        let body = json!({"name": wanted});
        let said = self.with_access(|caller, jwt| caller.put_as(jwt, "/api/users/me", &body));
        match said.map(|said| said.told) {
            Some(Told::Good) => {
                self.saved = vec![wanted];
                self.acknowledged += 1;
                return true;
            }
            Some(Told::Busy | Told::Silence) => self.saved.push(wanted),
            _ => {}
        }
        false
    }

    fn look(&mut self) -> bool {
        let said = self.with_access(|caller, jwt| caller.get_as(jwt, "/api/users/me"));
        let Some(said) = said.filter(Said::is_good) else {
            return false;
        };
        self.check_name(&said.body);
        true
    }

    fn check_name(&mut self, user: &Value) {
        let shown = user["name"].as_str().unwrap_or_default();
        if !self.saved.iter().any(|name| name == shown) {
            let lost = format!("{} saved {:?} and sees {shown:?}", self.name, self.saved);
            self.broken.lost.push(lost);
        }
    }

    fn register_another(&mut self) -> bool {
        let name = format!("{}-{}", self.name, self.rounds);
        let said = register(&mut self.caller, &name);
        if said.is_good() {
            self.registered.push(name);
            self.acknowledged += 1;
        }
        said.is_good()
    }

    /// Signs in on another device, signs out there, and comes back with what that device had.
    fn end_a_session(&mut self) -> bool {
        let said = log_in(&mut self.caller, &self.name);
        let Some(tokens) = Tokens::of(&said).filter(|_| said.is_good()) else {
            return false;
        };
        let nothing_else = json!({});
        let said = self
            .caller
            .post_as(&tokens.jwt, "/api/auth/logout", &nothing_else);
        if !said.is_good() {
            return false;
        }
        self.acknowledged += 1;
        let is_over = self.is_over(&tokens, "just now", self.grace);
        self.ended.push(tokens);
        is_over
    }
}

fn register(caller: &mut Caller, name: &str) -> Said {
    let email = format!("{name}@example.org");
    let body = json!({"username": name, "email": email, "password": PASSWORD});
    caller.post("/api/auth/local/register", &body)
}

pub(crate) fn log_in(caller: &mut Caller, name: &str) -> Said {
    let body = json!({"identifier": name, "password": PASSWORD});
    caller.post("/api/auth/local", &body)
}
