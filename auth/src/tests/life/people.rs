//! Three people, what each of them holds, and what they can do with it.

mod acts;
mod entering;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::{ADDRESSES, Address, Step, USERNAMES};
use crate::hasher::Verdict;
use crate::store::Standing;
use crate::tests::*;
use crate::{Browser, Confirmed, Link, SignedUp};

/// The subject of the letter that goes to the address of before.
const MOVED: &str = "Your email address was changed";
const ASKED: &str = "Set a new password";

struct Person {
    mailboxes: &'static [&'static str],
    /// Those that they know, the two of their own first.
    passwords: Vec<String>,
    browser: Browser,
}

struct Held {
    by: usize,
    signed_in: SignedIn,
}

/// A letter with a link.
#[derive(Clone)]
struct Letter {
    to: usize,
    subject: String,
    token: String,
}

impl Person {
    fn new(name: &str, mailboxes: &'static [&'static str]) -> Self {
        Self {
            mailboxes,
            passwords: vec![
                format!("a long password of {name}"),
                format!("another password of {name}"),
            ],
            browser: Browser::random(),
        }
    }

    fn address(&self, address: Address) -> &'static str {
        match address {
            Address::Own(number) => self.mailboxes[number % self.mailboxes.len()],
            Address::Any(number) => ADDRESSES[number],
        }
    }

    fn client(&self) -> Client {
        Client {
            browser: Some(self.browser),
            ..Client::default()
        }
    }
}

pub(super) struct People {
    auth: Fixture,
    now: OffsetDateTime,
    people: Vec<Person>,
    /// Who does something: all of them, or the thief.
    acting: Range<usize>,
    /// Everybody's, the newest last.
    sessions: Vec<Held>,
    letters: Vec<Letter>,
    /// Which passwords are right for which hashes: each is tried once.
    tried: HashMap<(String, String), bool>,
}

/// What is refused is a step too; what fails is not.
fn granted<T>(result: crate::Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error @ (Error::Internal(_) | Error::Unavailable(_) | Error::Busy)) => {
            panic!("{error:?}")
        }
        Err(_) => None,
    }
}

impl People {
    pub(super) async fn new(confirmation: Confirmation) -> Self {
        let auth = Fixture::with(|config| config.confirmation = confirmation).await;
        let people = vec![
            Person::new("ada", &ADDRESSES[..2]),
            Person::new("eve", &ADDRESSES[2..4]),
            Person::new("ida", &ADDRESSES[4..]),
        ];
        Self {
            auth,
            now: NOW,
            people,
            acting: 0..3,
            sessions: Vec::new(),
            letters: Vec::new(),
            tried: HashMap::new(),
        }
    }

    pub(super) async fn take(&mut self, step: &Step, is_delivered: bool) {
        // So that another letter may be asked for.
        self.now += Duration::seconds(61);
        match *step {
            Step::Register {
                who,
                address,
                username,
                password,
            } => self.register(who, address, username, password).await,
            Step::SignIn {
                who,
                name,
                is_known_browser,
            } => self.sign_in(who, name, is_known_browser).await,
            Step::UseLink {
                letter,
                session,
                password,
                goes_on,
            } => {
                if let Some(letter) = self.letter(letter).await {
                    self.use_link(&letter, session, password, goes_on).await;
                }
            }
            Step::AskForReset { address } => {
                let address = ADDRESSES[address];
                self.auth.ask_for_reset_of(address, self.now).await;
            }
            Step::AskForConfirmation { address } => {
                let (address, nobody) = (ADDRESSES[address], Client::default());
                let asked = self.auth.ask_for_confirmation(address, &nobody, self.now);
                granted(asked.await);
            }
            Step::SendAgain { session } => self.send_again(session).await,
            Step::ChangeAddress { session, address } => {
                self.change_address(session, address).await;
            }
            Step::ChangePassword { session, password } => {
                self.change_password(session, password).await;
            }
            Step::ChangeName { session, username } => self.change_name(session, username).await,
            Step::Leave { session } => self.leave(session).await,
            Step::Sleep { minutes } => {
                self.now += Duration::minutes(minutes);
                self.auth.clean_up(self.now).await.unwrap();
            }
        }
        if is_delivered {
            self.deliver().await;
        }
    }

    async fn deliver(&mut self) {
        for letter in self.auth.letters(self.now).await {
            let has = |person: &Person| person.mailboxes.contains(&letter.to.as_str());
            let to = self.people.iter().position(has);
            let to = to.unwrap_or_else(|| panic!("a letter to {}", letter.to));
            if letter.text.contains("?token=") {
                self.letters.push(Letter {
                    to,
                    token: token_in(&letter),
                    subject: letter.subject,
                });
            }
        }
    }

    /// One that is good for something, if there is one.
    async fn letter(&self, from_newest: usize) -> Option<Letter> {
        let letters = self.letters.iter().rev();
        let letters = letters.filter(|letter| self.acting.contains(&letter.to));
        let mut found = None;
        for letter in letters.skip(from_newest) {
            found = Some(letter.clone());
            if self.auth.link(&letter.token, None, self.now).await.is_ok() {
                break;
            }
        }
        found
    }

    /// A session with an access token that is accepted, as a browser would have it, and whose it is.
    async fn session(&mut self, by: Range<usize>, from_newest: usize) -> Option<(usize, Session)> {
        let sessions = self.sessions.iter().enumerate().rev();
        let mut theirs = sessions.filter(|(_, held)| by.contains(&held.by));
        let (index, held) = theirs.nth(from_newest)?;
        let who = held.by;
        if let Ok(session) = self.auth.check(&held.signed_in, self.now) {
            return Some((who, Session::clone(&session)));
        }
        match granted(self.auth.exchange(&held.signed_in, self.now).await) {
            Some(renewed) => {
                let session = renewed.session.clone();
                self.sessions[index].signed_in = renewed;
                Some((who, session))
            }
            None => {
                self.sessions.remove(index);
                None
            }
        }
    }

    fn keep(&mut self, by: usize, signed_in: SignedIn) {
        self.sessions.push(Held { by, signed_in });
    }
}
