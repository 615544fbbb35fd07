//! Three people, what each of them holds, and what they can do with it.

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

    async fn register(&mut self, who: usize, address: Address, username: usize, password: usize) {
        let person = &self.people[who];
        let form = SignUp {
            email: person.address(address).to_owned(),
            username: USERNAMES[username].to_owned(),
            password: secret(&person.passwords[password]),
        };
        let client = person.client();
        let done = granted(self.auth.sign_up(form, &client, None, self.now).await);
        if let Some(signed_in) = done.and_then(SignedUp::signed_in) {
            self.keep(who, signed_in);
        }
    }

    async fn sign_in(&mut self, who: usize, name: usize, is_known_browser: bool) {
        let person = &self.people[who];
        let client = match is_known_browser {
            true => person.client(),
            false => Client::default(),
        };
        let names = ADDRESSES.iter().chain(&USERNAMES);
        let from_there = names.clone().cycle().skip(name).take(names.count());
        for name in from_there {
            for password in &person.passwords {
                let form = LogIn {
                    identifier: (*name).to_owned(),
                    password: secret(password),
                    persistence: Persistence::Remembered,
                };
                let done = granted(self.auth.log_in(form, &client, None, self.now).await);
                if let Some(signed_in) = done {
                    return self.keep(who, signed_in);
                }
            }
        }
    }

    async fn use_link(
        &mut self,
        letter: &Letter,
        session: Option<usize>,
        password: usize,
        goes_on: bool,
    ) {
        let (who, token) = (letter.to, &letter.token);
        let session = match session {
            Some(session) => self.session(who..who + 1, session).await,
            None => None,
        };
        let session = session.map(|(_, session)| session);
        match granted(self.auth.link(token, None, self.now).await) {
            None => {}
            Some(Link::ConfirmEmail { .. }) => self.confirm(who, token, session.as_ref()).await,
            Some(Link::ResetPassword { .. }) => self.reset(who, token, password).await,
            Some(Link::UndoEmail { .. } | Link::EndSession { .. }) => {
                let Some(handed_over) = granted(self.auth.secure(token, self.now).await) else {
                    return;
                };
                let token = handed_over.expose().to_owned();
                if goes_on {
                    self.reset(who, &token, password).await;
                }
                // It may be of use later: as good as a letter.
                self.letters.push(Letter {
                    to: who,
                    subject: ASKED.to_owned(),
                    token,
                });
            }
        }
    }

    async fn confirm(&mut self, who: usize, token: &str, session: Option<&Session>) {
        let person = &self.people[who];
        let client = person.client();
        for password in &person.passwords {
            let password = secret(password);
            let done = self
                .auth
                .confirm_email(token, password, &client, session, self.now)
                .await;
            match granted(done) {
                Some(Confirmed::SignedIn(signed_in)) => return self.keep(who, *signed_in),
                Some(Confirmed::Here) => return,
                None => {}
            }
        }
    }

    async fn reset(&mut self, who: usize, token: &str, password: usize) {
        let password = &self.people[who].passwords[password];
        let done = self.auth.reset(token, password, self.now).await;
        if let Some(signed_in) = granted(done) {
            self.keep(who, signed_in);
        }
    }

    async fn send_again(&mut self, session: usize) {
        let nobody = Client::default();
        if let Some((_, session)) = self.session(self.acting.clone(), session).await {
            let sent = self
                .auth
                .send_confirmation_again(&session, &nobody, self.now);
            granted(sent.await);
        }
    }

    async fn change_address(&mut self, session: usize, address: Address) {
        let Some((who, session)) = self.session(self.acting.clone(), session).await else {
            return;
        };
        let (person, nobody) = (&self.people[who], Client::default());
        let address = person.address(address);
        for password in &person.passwords {
            let password = secret(password);
            let asked = self
                .auth
                .change_email(&session, password, address, &nobody, self.now);
            if granted(asked.await).is_some() {
                return;
            }
        }
    }

    async fn change_password(&mut self, session: usize, new: usize) {
        let Some((who, session)) = self.session(self.acting.clone(), session).await else {
            return;
        };
        let person = &self.people[who];
        let client = person.client();
        for current in &person.passwords {
            let (current, new) = (secret(current), secret(&person.passwords[new]));
            let changed = self
                .auth
                .change_password(&session, current, new, &client, self.now);
            if let Some(signed_in) = granted(changed.await) {
                return self.keep(who, signed_in);
            }
        }
    }

    async fn change_name(&mut self, session: usize, username: usize) {
        let nobody = Client::default();
        if let Some((_, session)) = self.session(self.acting.clone(), session).await {
            let username = USERNAMES[username];
            let changed = self
                .auth
                .change_profile(&session, username, "", &nobody, self.now);
            granted(changed.await);
        }
    }

    async fn leave(&mut self, session: usize) {
        let Some((who, session)) = self.session(self.acting.clone(), session).await else {
            return;
        };
        let nobody = Client::default();
        for password in &self.people[who].passwords {
            let password = secret(password);
            let planned = self
                .auth
                .plan_deletion(&session, password, &nobody, self.now);
            if granted(planned.await).is_some() {
                return;
            }
        }
    }

    /// Those who act sign in wherever they can, and use every link and every session that they have.
    pub(super) async fn try_everything(&mut self) {
        for address in 0..ADDRESSES.len() {
            self.take(&Step::AskForReset { address }, true).await;
        }
        for who in self.acting.clone() {
            self.sign_in(who, 0, false).await;
            // Those that are over are dropped by this.
            for session in (0..self.sessions.len()).rev() {
                self.session(who..who + 1, session).await;
            }
            let letters = self.letters.clone();
            for letter in letters.iter().filter(|letter| letter.to == who) {
                let theirs = self.sessions.iter().filter(|held| held.by == who).count();
                for session in (0..theirs).map(Some).chain([None]) {
                    self.use_link(letter, session, 0, true).await;
                }
            }
        }
        self.deliver().await;
    }

    /// Who has a live session of an account, or knows its password.
    async fn who_can_enter(&mut self, standing: &Standing) -> HashSet<usize> {
        let mut able = HashSet::new();
        let (account, known) = (&standing.account, &standing.credentials);
        for (who, person) in self.people.iter().enumerate() {
            for held in self.sessions.iter().filter(|held| held.by == who) {
                let session = &held.signed_in.session;
                if session.user != account.document_id {
                    continue;
                }
                let row = self.auth.store().session(session.id).await.unwrap();
                let is_alive = row.is_some_and(|row| {
                    row.revoked_at.is_none()
                        && !row.disabled
                        && row.idle_expires_at.min(row.expires_at) > self.now
                });
                if is_alive || self.auth.check(&held.signed_in, self.now).is_ok() {
                    able.insert(who);
                }
            }
            for password in &person.passwords {
                let pair = (known.password_hash.clone(), password.clone());
                if !self.tried.contains_key(&pair) {
                    let password = secret(password);
                    let verdict = self.auth.verify_password(Some(known), &password).await;
                    let is_right = verdict.unwrap() != Verdict::Wrong;
                    self.tried.insert(pair.clone(), is_right);
                }
                if self.tried[&pair] && !known.disabled {
                    able.insert(who);
                }
            }
        }
        able
    }

    pub(super) async fn is_each_account_ones_own(&mut self) -> Result<(), String> {
        for id in 1..=60 {
            let Some(standing) = self.auth.store().standing(id).await.unwrap() else {
                continue;
            };
            let able = self.who_can_enter(&standing).await;
            let account = &standing.account;
            if able.len() > 1 || (standing.credentials.disabled && !able.is_empty()) {
                return Err(format!("{able:?} can enter {account:?}"));
            }
            let is_theirs = |who: &usize| {
                let person = &self.people[*who];
                person.mailboxes.contains(&account.email.as_str())
            };
            if account.confirmed_at.is_some() && !able.iter().all(is_theirs) {
                return Err(format!("{able:?} can enter {account:?} of somebody else"));
            }
        }
        Ok(())
    }

    /// One that is confirmed.
    pub(super) async fn first_has_account(&mut self) -> i64 {
        self.register(0, Address::Own(0), 0, 0).await;
        self.deliver().await;
        let letter = self.letters.remove(0);
        self.confirm(0, &letter.token, None).await;
        self.auth.find(USERNAMES[0]).await.unwrap().unwrap().user_id
    }

    /// Has a session, and nobody but them does anything from now on.
    pub(super) async fn second_knows_the_password(&mut self) {
        let password = self.people[0].passwords[0].clone();
        self.people[1].passwords.push(password);
        self.sign_in(1, 0, false).await;
        self.deliver().await;
        self.acting = 1..2;
        assert!(self.session(1..2, 0).await.is_some());
    }

    /// The first person moves the account back by hand, if the thief has left the password as it was.
    pub(super) async fn owner_moves_back(&mut self) {
        self.acting = 0..1;
        self.sessions.retain(|held| held.by != 0);
        self.sign_in(0, 0, false).await;
        if self.session(0..1, 0).await.is_some() {
            self.change_address(0, Address::Own(0)).await;
            self.deliver().await;
            if let Some(letter) = self.letter(0).await {
                self.use_link(&letter, Some(0), 0, false).await;
            }
        }
        self.acting = 1..2;
    }

    /// The first person has nothing but the mailbox, and knows nothing but a new password.
    pub(super) async fn owner_takes_back(&mut self, account: i64) -> Result<(), String> {
        self.sessions.retain(|held| held.by != 0);
        // The thief knows the other one.
        self.people[0].passwords.remove(0);
        if let Some(undo) = self.oldest_undo().await {
            self.undo(&undo, account).await?;
        } else {
            // However often the thief has asked for links, there is one for the owner after an hour.
            self.now += Duration::hours(1);
            self.auth.ask_for_reset_of(ADDRESSES[0], self.now).await;
            self.deliver().await;
            // It may have been on its way.
            if let Some(undo) = self.oldest_undo().await {
                self.undo(&undo, account).await?;
            }
        }
        let mut theirs = self.letters.iter().filter(|letter| letter.to == 0);
        let newest = theirs.rfind(|letter| letter.subject == ASKED);
        let newest = newest.ok_or("the owner has no link")?.clone();
        self.use_link(&newest, None, 0, true).await;
        let signed_in = self.session(0..1, 0).await;
        signed_in
            .map(|_| ())
            .ok_or("the link is no good".to_owned())
    }

    /// The first one that went to the owner, unless they moved back by hand.
    async fn oldest_undo(&self) -> Option<Letter> {
        let mut theirs = self.letters.iter().filter(|letter| letter.to == 0);
        let oldest = theirs.find(|letter| letter.subject == MOVED)?;
        let link = self.auth.link(&oldest.token, None, self.now).await;
        link.is_ok().then(|| oldest.clone())
    }

    /// From then on nobody can enter until a password is set.
    async fn undo(&mut self, letter: &Letter, account: i64) -> Result<(), String> {
        self.use_link(letter, None, 0, false).await;
        self.can_be_entered_by(account, &[]).await
    }

    pub(super) async fn can_be_entered_by(
        &mut self,
        account: i64,
        expected: &[usize],
    ) -> Result<(), String> {
        let standing = self.auth.store().standing(account).await.unwrap();
        let standing = standing.ok_or("the account is gone")?;
        let able = self.who_can_enter(&standing).await;
        let found = &standing.account;
        let is_as_it_was = found.email.as_str() == ADDRESSES[0]
            && found.deletion_at.is_none()
            && found.pending_email.is_none();
        if is_as_it_was && able == expected.iter().copied().collect() {
            return Ok(());
        }
        Err(format!("{able:?} can enter {found:?}"))
    }
}
