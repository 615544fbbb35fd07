//! Signing up, signing in and signing out.

use secrecy::{ExposeSecret, SecretString};
use time::OffsetDateTime;

use crate::account::{Email, Identifier, Username};
use crate::audit::{Entry, Event};
use crate::error::{Error, Result};
use crate::hasher::Verdict;
use crate::password::{self, MAX_LENGTH};
use crate::refresh::to_the_end;
use crate::secret;
use crate::session::{Client, Persistence, Session, SessionId, SessionRow, SignedIn};
use crate::store::{Credentials, NewUser, Taken, Which, Writing};
use crate::{Auth, Registration};

/// What somebody who wants an account gives, as received.
pub struct SignUp {
    /// Becomes an [`Email`].
    pub email: String,
    /// Becomes a [`Username`].
    pub username: String,
    /// Hashed exactly as received.
    pub password: SecretString,
}

/// What somebody who has an account gives, as received.
pub struct LogIn {
    /// An email address or a username.
    pub identifier: String,
    /// Compared exactly as received.
    pub password: SecretString,
    /// Whether the sign-in outlives the browser's window.
    pub persistence: Persistence,
}

/// A session that is about to begin.
struct Beginning {
    row: SessionRow,
    /// The session that the browser came with, which ends.
    former: Option<SessionId>,
    /// What the trail is told.
    events: &'static [Event],
}

impl Auth {
    /// Makes an account and signs its owner in. `replacing` is the session the browser came with, if any.
    ///
    /// # Errors
    /// What is wrong with the first field that is refused, a name that is taken, or that registration is closed.
    pub async fn sign_up(
        &self,
        form: SignUp,
        client: &Client,
        replacing: Option<&Session>,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        if self.config().registration == Registration::Closed {
            return Err(Error::RegistrationClosed);
        }
        let email = Email::parse(&form.email)?;
        let username = Username::parse(&form.username)?;
        let context = [email.as_str(), username.as_str()];
        password::check(&form.password, self.config().password_min_length, &context)?;
        let password_hash = self.hasher().hash(form.password).await?;
        let new = NewUser {
            document_id: secret::random_id(),
            email,
            username,
            password_hash,
            at: now,
        };
        let (auth, client) = (self.clone(), client.clone());
        let former = replacing.map(|session| session.id);
        to_the_end(async move { auth.open_account(new, client, former).await }).await
    }

    /// Signs in with an email address or a username. `replacing` is the session the browser came with.
    ///
    /// # Errors
    /// [`Error::BadCredentials`] for an unknown name, a wrong password and a disabled account alike,
    /// after the same work; [`Error::Busy`] when too many passwords wait to be verified.
    pub async fn log_in(
        &self,
        form: LogIn,
        client: &Client,
        replacing: Option<&Session>,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let credentials = self.find(&form.identifier).await?;
        let verdict = self
            .verify_password(credentials.as_ref(), &form.password)
            .await?;
        let known = match credentials {
            Some(known) if verdict != Verdict::Wrong && !known.disabled => known,
            other => return self.refuse(other, client, now).await,
        };
        let rehashed = match verdict {
            // A replacement that has to wait can wait for the next sign-in.
            Verdict::Outdated => self.hasher().hash(form.password).await.ok(),
            Verdict::Right | Verdict::Wrong => None,
        };
        let holder = Holder {
            user_id: known.user_id,
            document_id: known.document_id.clone(),
            role: known.role.clone(),
        };
        let row = self.new_session(holder, form.persistence, client.clone(), now);
        let former = replacing.map(|session| session.id);
        let auth = self.clone();
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            if !writing.hold_account(&known).await? {
                writing.commit().await?;
                return Err(Error::BadCredentials);
            }
            if let Some(hash) = rehashed {
                writing
                    .rehash(known.user_id, &known.password_hash, &hash)
                    .await?;
            }
            let events = &[Event::SignedIn];
            let new = Beginning {
                row,
                former,
                events,
            };
            auth.begin_session(writing, new, now).await
        })
        .await
    }

    pub(crate) async fn find(&self, identifier: &str) -> Result<Option<Credentials>> {
        match Identifier::parse(identifier) {
            Some(identifier) => self.store().credentials(&identifier).await,
            None => Ok(None),
        }
    }

    /// Writes the account and its first session in one transaction.
    async fn open_account(
        &self,
        new: NewUser,
        client: Client,
        former: Option<SessionId>,
    ) -> Result<SignedIn> {
        let now = new.at;
        let mut writing = self.store().write().await?;
        let user_id = match writing.insert_user(&new).await {
            Ok(id) => id,
            Err(Taken::Failed(error)) => return Err(error),
            Err(Taken::Name) => {
                drop(writing);
                return Err(self.which_is_taken(&new).await?);
            }
        };
        let holder = Holder {
            user_id,
            document_id: new.document_id,
            role: "user".to_owned(),
        };
        let row = self.new_session(holder, Persistence::Browser, client, now);
        let events = &[Event::SignedUp, Event::SignedIn];
        let new = Beginning {
            row,
            former,
            events,
        };
        self.begin_session(writing, new, now).await
    }

    /// The database refused the row; this only finds the field to say it at. It asks as a writer, because
    /// the row that was first may not be committed yet.
    async fn which_is_taken(&self, new: &NewUser) -> Result<Error> {
        let mut writing = self.store().write_once().await?;
        let is_email = writing.is_email_taken(&new.email).await?;
        writing.commit().await?;
        Ok(if is_email {
            Error::EmailTaken
        } else {
            Error::UsernameTaken
        })
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
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let user_id = credentials.map(|known| known.user_id);
        let (auth, client) = (self.clone(), client.clone());
        // Who hangs up before the answer has tried all the same.
        to_the_end(async move {
            let mut writing = auth.store().write().await?;
            let entry = Entry {
                user_id,
                ..Entry::new(Event::SignInFailed, &client, now)
            };
            writing.audit(&entry).await?;
            writing.commit().await
        })
        .await?;
        Err(Error::BadCredentials)
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
            user: holder.document_id,
            role: holder.role,
            disabled: false,
        }
    }

    /// Ends the former session, and begins the new one.
    async fn begin_session(
        &self,
        mut writing: Writing,
        new: Beginning,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let Beginning {
            row,
            former,
            events,
        } = new;
        let signed_in = self.mint(&row, now)?;
        let entry = Entry {
            user_id: Some(row.user_id),
            session: Some(row.id),
            ..Entry::new(Event::SignedIn, &row.client, now)
        };
        if let Some(former) = former {
            self.replace(&mut writing, former, &entry).await?;
        }
        writing.insert_session(&row).await?;
        for event in events {
            writing
                .audit(&Entry {
                    event: *event,
                    ..entry
                })
                .await?;
        }
        let ended = Vec::from_iter(former);
        self.commit_revocation(writing, &ended, now).await?;
        Ok(signed_in)
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

/// Whom a new session is for.
pub(crate) struct Holder {
    pub(crate) user_id: i64,
    pub(crate) document_id: String,
    pub(crate) role: String,
}
