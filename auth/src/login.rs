//! Signing up, signing in and signing out.

use secrecy::{ExposeSecret, SecretString};
use time::OffsetDateTime;
use tracing::Instrument;

use crate::account::{Account, Email, Identifier, Username};
use crate::audit::{Entry, Event};
use crate::error::{Error, Result};
use crate::hasher::Verdict;
use crate::mail::{Kind, NewMail, Pace};
use crate::measure::{self, traced};
use crate::password::{self, MAX_LENGTH};
use crate::refresh::to_the_end;
use crate::secret;
use crate::session::{Client, DeviceId, Persistence, Session, SessionId, SessionRow, SignedIn};
use crate::store::{Credentials, NewUser, Place, Which, Writing};
use crate::throttle::{Attempt, Errand};
use crate::{Auth, Confirmation, Registration};

/// What somebody who wants an account gives, as received.
pub struct SignUp {
    /// Becomes an [`Email`].
    pub email: String,
    /// Becomes a [`Username`].
    pub username: String,
    /// Hashed exactly as received.
    pub password: SecretString,
    /// Whether the first sign-in outlives the browser's window.
    pub persistence: Persistence,
}

/// What somebody who has an account gives, as received.
pub struct LogIn {
    /// An email address or a username.
    pub identifier: String,
    /// Compared exactly as received.
    pub password: SecretString,
    /// Whether the sign-in outlives the browser's window.
    pub persistence: Persistence,
    /// What a program calls the device that it runs on. An earlier session on it ends.
    pub device: Option<DeviceId>,
}

/// What came of signing up.
pub enum SignedUp {
    /// The account can be used at once.
    SignedIn(Box<SignedIn>),
    /// The address has to be confirmed first. It is said in the same way when there is an account with the
    /// address already: then it is its owner who gets a letter. The account is as it will be for whoever
    /// confirms the address.
    Unconfirmed(Box<Account>),
}

impl SignedUp {
    /// The session, when there is one.
    #[must_use]
    pub fn signed_in(self) -> Option<SignedIn> {
        match self {
            Self::SignedIn(signed_in) => Some(*signed_in),
            Self::Unconfirmed(_) => None,
        }
    }
}

/// A session that is about to begin.
pub(crate) struct Beginning<'a> {
    pub(crate) row: SessionRow,
    /// The session that the browser came with, which ends.
    pub(crate) former: Option<SessionId>,
    /// What the trail is told.
    pub(crate) events: &'static [Event],
    /// Where to write that the browser is a new one; nowhere when that goes without saying.
    pub(crate) tell: Option<&'a Email>,
    /// What else is to be told.
    pub(crate) letters: &'a [NewMail<'a>],
    /// The first letter about an account, which anybody can have sent to anybody.
    pub(crate) welcome: Option<NewMail<'a>>,
    /// Sessions that were ended in the same transaction.
    pub(crate) ended: Vec<SessionId>,
    /// The try that succeeded.
    pub(crate) attempt: Option<Attempt>,
    /// As it is held, where somebody looked.
    pub(crate) account: Option<Account>,
}

impl Beginning<'_> {
    pub(crate) fn new(
        row: SessionRow,
        former: Option<SessionId>,
        events: &'static [Event],
    ) -> Self {
        Self {
            row,
            former,
            events,
            tell: None,
            letters: &[],
            welcome: None,
            ended: Vec::new(),
            attempt: None,
            account: None,
        }
    }
}

impl Auth {
    /// Makes an account, and signs its owner in unless the address has to be confirmed first. `replacing` is
    /// the session the browser came with, if any.
    ///
    /// An account with the same address that nobody has confirmed is replaced: it may have been made by
    /// somebody whose address it is not.
    ///
    /// # Errors
    /// What is wrong with the first field that is refused, a name that is taken, or that registration is closed.
    pub async fn sign_up(
        &self,
        form: SignUp,
        client: &Client,
        replacing: Option<&Session>,
        now: OffsetDateTime,
    ) -> Result<SignedUp> {
        let making = self.make_account(form, client, replacing, now);
        let signed_up = making.instrument(traced!("sign_up")).await;
        measure::sign_up(&signed_up);
        signed_up
    }

    async fn make_account(
        &self,
        form: SignUp,
        client: &Client,
        replacing: Option<&Session>,
        now: OffsetDateTime,
    ) -> Result<SignedUp> {
        if self.config().registration == Registration::Closed {
            return Err(Error::RegistrationClosed);
        }
        self.pace(Errand::Register, client, now)?;
        let email = Email::parse(&form.email)?;
        let username = Username::parse(&form.username)?;
        let context = [email.as_str(), username.as_str()];
        password::check(&form.password, self.config().password_min_length, &context)?;
        let password_hash = self.hasher().hash(form.password).await?;
        let new = NewUser {
            document_id: secret::random_id(),
            email,
            place: Place::Holder,
            username,
            password_hash,
            persistence: form.persistence,
            language: client.language,
            at: now,
        };
        let (auth, client) = (self.clone(), client.clone());
        let former = replacing.map(|session| session.id);
        to_the_end(async move { auth.open_account(new, &client, former).await }).await
    }

    /// Signs in with an email address or a username. `replacing` is the session the browser came with.
    ///
    /// # Errors
    /// [`Error::BadCredentials`] for an unknown name, a wrong password, a disabled account, and an address
    /// that is to be confirmed first alike, after the same work; [`Error::TooManyAttempts`] when there were too many
    /// of those; [`Error::Busy`] when too many passwords wait to be verified.
    pub async fn log_in(
        &self,
        form: LogIn,
        client: &Client,
        replacing: Option<&Session>,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let checking = self.check_and_begin(form, client, replacing, now);
        let signed_in = checking.instrument(traced!("log_in")).await;
        measure::sign_in(&signed_in);
        signed_in
    }

    async fn check_and_begin(
        &self,
        form: LogIn,
        client: &Client,
        replacing: Option<&Session>,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let credentials = self.find(&form.identifier).await?;
        let attempt = self
            .begin_sign_in(&form.identifier, credentials.as_ref(), client, now)
            .await?;
        let verdict = self
            .verify_password(credentials.as_ref(), &form.password)
            .await?;
        let known = match credentials {
            Some(known) if verdict != Verdict::Wrong && self.may_sign_in(&known) => known,
            other => return self.refuse(other, attempt, client, now).await,
        };
        let rehashed = match verdict {
            // A replacement that has to wait can wait for the next sign-in.
            Verdict::Outdated => self.hasher().hash(form.password).await.ok(),
            Verdict::Right | Verdict::Wrong => None,
        };
        let holder = Holder::from(&known);
        let row = SessionRow {
            device: form.device,
            ..self.new_session(holder, form.persistence, client.clone(), now)
        };
        let former = replacing.map(|session| session.id);
        let auth = self.clone();
        to_the_end(async move {
            let mut writing = auth.store().write_once().await?;
            let Some(account) = writing.hold_account(&known).await? else {
                writing.commit().await?;
                return Err(Error::BadCredentials);
            };
            writing.note_language(&account, row.client.language).await?;
            if auth.hasher().is_in_demand() {
                writing.expect_company();
            }
            if let Some(hash) = rehashed {
                writing
                    .rehash(known.user_id, &known.password_hash, &hash)
                    .await?;
            }
            let new = Beginning {
                account: Some(account),
                tell: Some(&known.email),
                attempt,
                ..Beginning::new(row, former, &[Event::SignedIn])
            };
            auth.begin_session(writing, new, now).await
        })
        .await
    }

    /// Where addresses are confirmed first, whoever has not done that is told what a wrong password is told:
    /// anything else, be it only another letter, would say that nobody else has the address.
    fn may_sign_in(&self, known: &Credentials) -> bool {
        let is_required = self.config().confirmation == Confirmation::Required;
        !known.disabled && (known.is_confirmed || !is_required)
    }

    pub(crate) async fn find(&self, identifier: &str) -> Result<Option<Credentials>> {
        match Identifier::parse(identifier) {
            Some(identifier) => self.store().credentials(&identifier).await,
            None => Ok(None),
        }
    }

    pub(crate) async fn verify_password(
        &self,
        credentials: Option<&Credentials>,
        password: &SecretString,
    ) -> Result<Verdict> {
        // Nobody has such a password, and hashing it would be work for a sender of long ones.
        if password.expose_secret().chars().count() > MAX_LENGTH {
            return Ok(Verdict::Wrong);
        }
        match credentials {
            Some(known) => {
                self.hasher()
                    .verify(password.clone(), known.password_hash.clone())
                    .await
            }
            None => self.hasher().pretend(password.clone()).await,
        }
    }

    async fn refuse(
        &self,
        credentials: Option<Credentials>,
        attempt: Option<Attempt>,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let user_id = credentials.map(|known| known.user_id);
        self.audit_failure(Event::SignInFailed, user_id, attempt, client, now)
            .await?;
        Err(Error::BadCredentials)
    }

    /// Puts a wrong password into the trail, and counts it. Who hangs up before the answer has tried all the same.
    pub(crate) async fn audit_failure(
        &self,
        event: Event,
        user_id: Option<i64>,
        attempt: Option<Attempt>,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<()> {
        let (auth, client) = (self.clone(), client.clone());
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let entry = Entry {
                user_id,
                ..Entry::new(event, &client, now)
            };
            writing.audit(&entry).await?;
            if let Some(attempt) = &attempt {
                writing.failed(attempt, now).await?;
            }
            writing.commit().await
        })
        .await
    }

    pub(crate) fn new_session(
        &self,
        holder: Holder,
        persistence: Persistence,
        client: Client,
        now: OffsetDateTime,
    ) -> SessionRow {
        let limits = self.config().lifespans.limits(persistence);
        SessionRow {
            id: SessionId::random(),
            user_id: holder.user_id,
            generation: 1,
            rotated_at: now,
            used_generation: 0,
            persistence,
            authenticated_at: now,
            methods: vec!["pwd".to_owned()],
            created_at: now,
            last_seen_at: now,
            idle_expires_at: now + limits.idle.min(limits.absolute),
            expires_at: now + limits.absolute,
            revoked_at: None,
            client,
            device: None,
            user: holder.document_id,
            role: holder.role,
            disabled: false,
        }
    }

    /// Ends the former session, and begins the new one. Signing in is what calls a deletion off.
    pub(crate) async fn begin_session(
        &self,
        mut writing: Writing,
        new: Beginning<'_>,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let Beginning { row, mut ended, .. } = new;
        let signed_in = self.mint(&row, now)?;
        let entry = Entry {
            user_id: Some(row.user_id),
            session: Some(row.id),
            ..Entry::new(Event::SignedIn, &row.client, now)
        };
        let held = new.account.as_ref();
        let was_leaving = match held.is_some_and(|account| account.deletion_at.is_none()) {
            true => None,
            false => writing.call_off_deletion(row.user_id, now).await?,
        };
        if let Some(former) = new.former {
            self.replace(&mut writing, former, &entry).await?;
            ended.push(former);
        }
        if let Some(device) = &row.device {
            let entry = Entry {
                event: Event::SessionReplaced,
                ..entry
            };
            let which = Which::OnDevice {
                user_id: row.user_id,
                device,
            };
            ended.extend(self.end(&mut writing, which, &entry).await?);
        }
        writing.insert_session(&row).await?;
        let stays = was_leaving.as_ref().map(|_| Event::DeletionCalledOff);
        for event in new.events.iter().copied().chain(stays) {
            writing.audit(&Entry { event, ..entry }).await?;
        }
        let is_known = match &row.client.browser {
            Some(browser) => writing.meet_browser(row.user_id, browser, now).await?,
            None => false,
        };
        if let Some(welcome) = &new.welcome {
            self.queue_or_withhold(&mut writing, welcome, Pace::IN_PASSING)
                .await?;
        }
        for letter in new.letters {
            writing.queue_mail(letter).await?;
        }
        if let Some(email) = &was_leaving {
            self.tell(&mut writing, email, Kind::DeletionCalledOff, &entry)
                .await?;
        }
        if let Some(email) = new.tell.filter(|_| !is_known) {
            self.tell(&mut writing, email, Kind::NewBrowser, &entry)
                .await?;
        }
        if let Some(attempt) = &new.attempt {
            writing.succeeded(attempt).await?;
        }
        self.commit_revocation(writing, &ended, now).await?;
        // What was called off is not in it.
        let account = new.account.filter(|_| was_leaving.is_none());
        Ok(SignedIn {
            account: account.map(Box::new),
            ..signed_in
        })
    }

    /// Ends the session that a browser came with. It may be another account's.
    async fn replace(
        &self,
        writing: &mut Writing,
        former: SessionId,
        by: &Entry<'_>,
    ) -> Result<()> {
        let Some(row) = writing.session(former).await? else {
            return Ok(());
        };
        let entry = Entry {
            event: Event::SessionReplaced,
            user_id: Some(row.user_id),
            ..*by
        };
        self.end(writing, Which::One(former), &entry).await?;
        Ok(())
    }
}

impl From<&Credentials> for Holder {
    fn from(known: &Credentials) -> Self {
        Self {
            user_id: known.user_id,
            document_id: known.document_id.clone(),
            role: known.role.clone(),
        }
    }
}

/// Whom a new session is for.
pub(crate) struct Holder {
    pub(crate) user_id: i64,
    pub(crate) document_id: String,
    pub(crate) role: String,
}
