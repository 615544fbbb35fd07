//! The end of a trial: each line of the ledger against the site.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::trial::actor::{Actor, Tokens, log_in};
use crate::trial::caller::{Caller, Said};
use crate::trial::tally::Told;

/// How long a site that has recovered may still put one question off.
const PATIENCE: Duration = Duration::from_secs(20);

impl Actor {
    /// Holds all that was acknowledged against the site. What is asked here is no part of the load.
    pub(crate) fn reckon(&mut self) {
        let load = std::mem::take(&mut self.caller.tally);
        self.reckon_sessions();
        self.reckon_accounts();
        for tokens in std::mem::take(&mut self.ended) {
            self.is_over(&tokens, "before", Duration::ZERO);
        }
        self.caller.tally = load;
    }

    fn reckon_sessions(&mut self) {
        for tokens in [self.session.clone(), self.drawer.clone()] {
            let body = json!({"refreshToken": tokens.refresh});
            let said = insist(&mut self.caller, |caller| {
                caller.post("/api/auth/refresh", &body)
            });
            let Some(renewed) = Tokens::of(&said).filter(|_| said.is_good()) else {
                let lost = format!("{} is signed out at the end: {:?}", self.name, said.told);
                self.broken.signed_out.push(lost);
                continue;
            };
            let said = insist(&mut self.caller, |caller| {
                caller.get_as(&renewed.jwt, "/api/users/me")
            });
            self.check_name(&said.body);
        }
    }

    fn reckon_accounts(&mut self) {
        for name in std::mem::take(&mut self.registered) {
            let said = insist(&mut self.caller, |caller| log_in(caller, &name));
            if !said.is_good() {
                let lost = format!("{name} was registered and cannot sign in: {:?}", said.told);
                self.broken.lost.push(lost);
            }
        }
    }

    /// Tries an ended session with both of its tokens; tells whether both were refused. Its access token may be
    /// accepted for `grace`.
    pub(super) fn is_over(&mut self, tokens: &Tokens, when: &str, grace: Duration) -> bool {
        let load = std::mem::take(&mut self.caller.tally);
        let body = json!({"refreshToken": tokens.refresh});
        let refresh = self.caller.post("/api/auth/refresh", &body).told;
        let began = Instant::now();
        let access = loop {
            let asked = Instant::now();
            let access = self.caller.get_as(&tokens.jwt, "/api/users/me").told;
            if access != Told::Good || asked - began >= grace {
                break access;
            }
            thread::park_timeout(Duration::from_millis(20));
        };
        self.caller.tally = load;
        let is_alive = access == Told::Good || refresh == Told::Good;
        if is_alive {
            let alive = format!(
                "a session of {} that was ended {when} is alive: access {access:?}, refresh {refresh:?}",
                self.name
            );
            self.broken.alive.push(alive);
        }
        // To be put off, or not to be answered, is no refusal, but no entrance either.
        access == Told::Wrong(401) && refresh == Told::Wrong(401)
    }
}

/// Asks until there is an answer that means something.
fn insist(caller: &mut Caller, ask: impl Fn(&mut Caller) -> Said) -> Said {
    let began = Instant::now();
    loop {
        let said = ask(caller);
        let is_final = matches!(said.told, Told::Good | Told::Wrong(400..=499));
        if is_final || began.elapsed() > PATIENCE {
            return said;
        }
        thread::park_timeout(Duration::from_millis(50));
    }
}
