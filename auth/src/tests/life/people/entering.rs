//! Who can enter which account, and taking one back from a thief.

use super::*;

impl People {
    /// Those who act sign in wherever they can, and use every link and every session that they have.
    pub(in crate::tests::life) async fn try_everything(&mut self) {
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

    pub(in crate::tests::life) async fn is_each_account_ones_own(&mut self) -> Result<(), String> {
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
    pub(in crate::tests::life) async fn first_has_account(&mut self) -> i64 {
        self.register(0, Address::Own(0), 0, 0).await;
        self.deliver().await;
        let letter = self.letters.remove(0);
        self.confirm(0, &letter.token, None).await;
        self.auth.find(USERNAMES[0]).await.unwrap().unwrap().user_id
    }

    /// Has a session, and nobody but them does anything from now on.
    pub(in crate::tests::life) async fn second_knows_the_password(&mut self) {
        let password = self.people[0].passwords[0].clone();
        self.people[1].passwords.push(password);
        self.sign_in(1, 0, false).await;
        self.deliver().await;
        self.acting = 1..2;
        assert!(self.session(1..2, 0).await.is_some());
    }

    /// The first person moves the account back by hand, if the thief has left the password as it was.
    pub(in crate::tests::life) async fn owner_moves_back(&mut self) {
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
    pub(in crate::tests::life) async fn owner_takes_back(
        &mut self,
        account: i64,
    ) -> Result<(), String> {
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

    pub(in crate::tests::life) async fn can_be_entered_by(
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
