//! What people do with their own passwords, sessions and letters.

use super::*;

impl People {
    pub(super) async fn register(
        &mut self,
        who: usize,
        address: Address,
        username: usize,
        password: usize,
    ) {
        let person = &self.people[who];
        let form = SignUp {
            email: person.address(address).to_owned(),
            username: USERNAMES[username].to_owned(),
            password: secret(&person.passwords[password]),
            persistence: Persistence::Browser,
        };
        let client = person.client();
        let done = granted(self.auth.sign_up(form, &client, None, self.now).await);
        if let Some(signed_in) = done.and_then(SignedUp::signed_in) {
            self.keep(who, signed_in);
        }
    }

    pub(super) async fn sign_in(&mut self, who: usize, name: usize, is_known_browser: bool) {
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
                    device: None,
                };
                let done = granted(self.auth.log_in(form, &client, None, self.now).await);
                if let Some(signed_in) = done {
                    return self.keep(who, signed_in);
                }
            }
        }
    }

    pub(super) async fn use_link(
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

    pub(super) async fn confirm(&mut self, who: usize, token: &str, session: Option<&Session>) {
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

    pub(super) async fn reset(&mut self, who: usize, token: &str, password: usize) {
        let password = &self.people[who].passwords[password];
        let done = self.auth.reset(token, password, self.now).await;
        if let Some(signed_in) = granted(done) {
            self.keep(who, signed_in);
        }
    }

    pub(super) async fn send_again(&mut self, session: usize) {
        let nobody = Client::default();
        if let Some((_, session)) = self.session(self.acting.clone(), session).await {
            let sent = self
                .auth
                .send_confirmation_again(&session, &nobody, self.now);
            granted(sent.await);
        }
    }

    pub(super) async fn change_address(&mut self, session: usize, address: Address) {
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

    pub(super) async fn change_password(&mut self, session: usize, new: usize) {
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

    pub(super) async fn change_name(&mut self, session: usize, username: usize) {
        let nobody = Client::default();
        if let Some((_, session)) = self.session(self.acting.clone(), session).await {
            let username = USERNAMES[username];
            let changed =
                self.auth
                    .change_profile(&session, Some(username), None, &nobody, self.now);
            granted(changed.await);
        }
    }

    pub(super) async fn leave(&mut self, session: usize) {
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
}
