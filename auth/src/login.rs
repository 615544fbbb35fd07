//! Signing up, signing in and signing out.

use secrecy::{ExposeSecret, SecretString};
use time::OffsetDateTime;

use crate::account::{Email, Identifier, Username};
use crate::audit::{Entry, Event};
use crate::error::{Error, Result};
use crate::password::{self, MAX_LENGTH, Verdict};
use crate::secret;
use crate::session::{Client, Persistence, Session, SessionId, SessionRow, SignedIn};
use crate::store::{Credentials, NewUser, Taken, Writing};
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

/// Whom a new session is for.
struct Holder<'a> {
    user_id: i64,
    document_id: &'a str,
    role: &'a str,
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

        let document_id = secret::random_id();
        let mut writing = self.store().write().await?;
        let new = NewUser {
            document_id: &document_id,
            email: &email,
            username: &username,
            password_hash: &password_hash,
            at: now,
        };
        let user_id = match writing.insert_user(&new).await {
            Ok(id) => id,
            Err(Taken::Failed(error)) => return Err(error),
            Err(Taken::Name) => {
                drop(writing);
                // The database refused the row; this only finds the field to show it at.
                return Err(if self.store().is_email_taken(&email).await? {
                    Error::EmailTaken
                } else {
                    Error::UsernameTaken
                });
            }
        };
        writing
            .audit(&Entry {
                event: Event::SignedUp,
                user_id: Some(user_id),
                session: None,
                client,
                at: now,
            })
            .await?;
        let holder = Holder {
            user_id,
            document_id: &document_id,
            role: "user",
        };
        self.begin_session(
            writing,
            &holder,
            Persistence::Browser,
            client,
            replacing,
            now,
        )
        .await
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
        let holder = match credentials {
            Some(known) if verdict != Verdict::Wrong && !known.disabled => known,
            other => return self.refuse(other, client, now).await,
        };
        let rehashed = match verdict {
            Verdict::Outdated => Some(self.hasher().hash(form.password).await?),
            Verdict::Right | Verdict::Wrong => None,
        };
        let mut writing = self.store().write().await?;
        if let Some(hash) = rehashed {
            writing
                .rehash(holder.user_id, &holder.password_hash, &hash)
                .await?;
        }
        let holder = Holder {
            user_id: holder.user_id,
            document_id: &holder.document_id,
            role: &holder.role,
        };
        self.begin_session(writing, &holder, form.persistence, client, replacing, now)
            .await
    }

    /// Ends a session: its tokens are refused from the moment this returns.
    ///
    /// # Errors
    /// When the database does not answer; then the session lives on.
    pub async fn log_out(
        &self,
        id: &SessionId,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<()> {
        let mut writing = self.store().write().await?;
        self.end_session(&mut writing, id, Event::SignedOut, client, now)
            .await?;
        self.commit_revocation(writing, id, now).await
    }

    pub(crate) async fn find(&self, identifier: &str) -> Result<Option<Credentials>> {
        match Identifier::parse(identifier) {
            Some(identifier) => self.store().credentials(&identifier).await,
            None => Ok(None),
        }
    }

    async fn verify_password(
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
        let mut writing = self.store().write().await?;
        writing
            .audit(&Entry {
                event: Event::SignInFailed,
                user_id,
                session: None,
                client,
                at: now,
            })
            .await?;
        writing.commit().await?;
        Err(Error::BadCredentials)
    }

    async fn begin_session(
        &self,
        mut writing: Writing,
        holder: &Holder<'_>,
        persistence: Persistence,
        client: &Client,
        replacing: Option<&Session>,
        now: OffsetDateTime,
    ) -> Result<SignedIn> {
        let limits = self.config().lifespans.limits(persistence);
        let row = SessionRow {
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
            client: client.clone(),
            user: holder.document_id.to_owned(),
            role: holder.role.to_owned(),
            disabled: false,
        };
        let signed_in = self.mint(&row, now)?;
        writing.insert_session(&row).await?;
        let entry = Entry {
            event: Event::SignedIn,
            user_id: Some(row.user_id),
            session: Some(&row.id),
            client,
            at: now,
        };
        writing.audit(&entry).await?;
        if let Some(former) = replacing {
            self.end_session(
                &mut writing,
                &former.id,
                Event::SessionReplaced,
                client,
                now,
            )
            .await?;
            self.commit_revocation(writing, &former.id, now).await?;
        } else {
            writing.commit().await?;
        }
        Ok(signed_in)
    }
}
