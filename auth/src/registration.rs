//! Opening an account: who gets an address when several want it.
//!
//! Whoever has shown that the address is theirs keeps it, and everybody else makes way. Where addresses have
//! to be confirmed before anybody is signed in, nobody learns from a registration, nor from what follows it,
//! whether there is an account with the address.

use crate::Auth;
use crate::Confirmation;
use crate::audit::{Entry, Event};
use crate::error::{Error, Result};
use crate::login::{Beginning, Holder, SignedUp};
use crate::mail::{Kind, NewMail, Pace};
use crate::session::{Client, SessionId};
use crate::store::{NewUser, Occupant, Place, ROLE, Taken, Writing};

/// What the letter to the owner of an address is to tell of: an account made way for the new one.
const REPLACED: &str = "replaced";

/// How often it is tried again when somebody else is doing the same.
const ATTEMPTS: u32 = 3;

impl Auth {
    /// Writes the account, and its first session when it can be used, in one transaction.
    pub(crate) async fn open_account(
        &self,
        new: NewUser,
        client: &Client,
        former: Option<SessionId>,
    ) -> Result<SignedUp> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            // Taken between our look and our step: the second look sees by whom.
            match self.try_to_open(&new, client, former).await {
                Err(Taken::Name) if attempts < ATTEMPTS => {}
                Err(Taken::Name) => return Err(Error::UsernameTaken),
                Err(Taken::Failed(error)) => return Err(error),
                Ok(done) => return Ok(done),
            }
        }
    }

    async fn try_to_open(
        &self,
        new: &NewUser,
        client: &Client,
        former: Option<SessionId>,
    ) -> std::result::Result<SignedUp, Taken> {
        let mut writing = self.store().write().await?;
        let (new, displaced) = match self.find_place(&mut writing, new).await {
            Ok(found) => found,
            Err(refused) => {
                // It may be for the work of others that is not committed yet.
                writing.commit().await?;
                return Err(refused.into());
            }
        };
        for user_id in &displaced {
            self.displace(&mut writing, *user_id, new.at).await?;
        }
        let user_id = match writing.insert_user(&new).await {
            Ok(id) => id,
            Err(taken) => {
                drop(writing);
                self.store().settle().await?;
                return Err(taken);
            }
        };
        let entry = Entry {
            user_id: Some(user_id),
            ..Entry::new(Event::SignedUp, client, new.at)
        };
        let mut ended = Vec::new();
        for former in &displaced {
            ended.extend(self.end_displaced(&mut writing, *former, &entry).await?);
            writing.inherit_resets(*former, user_id, &new.email).await?;
        }
        let replaced = (!displaced.is_empty()).then_some(REPLACED);
        let welcome = welcome(&new, user_id, client, replaced);
        if self.config().confirmation == Confirmation::Required {
            writing.audit(&entry).await?;
            self.queue_or_withhold(&mut writing, &welcome, Pace::IN_PASSING)
                .await?;
            self.commit_revocation(writing, &ended, new.at).await?;
            return Ok(SignedUp::Unconfirmed(Box::new(new.account(user_id))));
        }
        let holder = Holder {
            user_id,
            document_id: new.document_id.clone(),
            role: ROLE.to_owned(),
        };
        let row = self.new_session(holder, new.persistence, client.clone(), new.at);
        let beginning = Beginning {
            ended,
            welcome: Some(welcome),
            ..Beginning::new(row, former, &[Event::SignedUp, Event::SignedIn])
        };
        let signed_in = self.begin_session(writing, beginning, new.at).await?;
        Ok(SignedUp::SignedIn(Box::new(signed_in)))
    }

    /// Says how the new account stands to its address, and which accounts make way for it.
    async fn find_place(
        &self,
        writing: &mut Writing,
        new: &NewUser,
    ) -> Result<(NewUser, Vec<i64>)> {
        let occupants = writing.occupants(&new.email).await?;
        let (displaced, firm): (Vec<_>, Vec<_>) = occupants
            .into_iter()
            .partition(|occupant: &Occupant| occupant.can_be_displaced);
        let displaced: Vec<i64> = displaced.iter().map(|occupant| occupant.user_id).collect();
        let is_required = self.config().confirmation == Confirmation::Required;
        if !firm.is_empty() && !is_required {
            return Err(Error::EmailTaken);
        }
        if writing.is_username_taken(&new.username, &displaced).await? {
            return Err(Error::UsernameTaken);
        }
        let place = if firm.is_empty() {
            Place::Holder
        } else {
            Place::Claimant
        };
        let new = NewUser {
            place,
            ..new.clone()
        };
        Ok((new, displaced))
    }
}

/// The letter to the address of a new account: to whoever made it, or to the owner of the one that has the
/// address already.
fn welcome<'a>(
    new: &'a NewUser,
    user_id: i64,
    client: &'a Client,
    replaced: Option<&'a str>,
) -> NewMail<'a> {
    match new.place {
        Place::Holder => NewMail {
            detail: replaced,
            ..NewMail::to(&new.email, Kind::ConfirmAddress, client, new.at).about(user_id)
        },
        Place::Claimant => NewMail::to(&new.email, Kind::AddressTaken, client, new.at),
    }
}
