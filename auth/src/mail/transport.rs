//! How letters leave.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration as StdDuration;
use std::{fs, io};

use lettre::message::header::{ContentType, MessageId};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use crate::account::Email;
use crate::error::{Error, Result};
use crate::mail::letter::Written;
use crate::mail::{MailConfig, MailRoute, Outbox, Sender, Sent, SmtpSecurity, SmtpServer};
use crate::secret;

/// How many letters are handed over at once.
pub(super) const CONNECTIONS: u32 = 8;
/// How long a mail server may take for one step of its protocol.
const PATIENCE: StdDuration = StdDuration::from_secs(30);

/// The way out, ready to be used.
pub(crate) struct Transport {
    from: Mailbox,
    route: Route,
}

enum Route {
    /// The pool of the library keeps connections, and opens as many as it is asked for: so who asks is
    /// counted here.
    Smtp(AsyncSmtpTransport<Tokio1Executor>, Semaphore),
    Folder(PathBuf),
    Memory(Outbox),
}

/// Why a letter did not leave.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Undelivered {
    /// It may leave another time.
    Transient(String),
    /// It never will.
    Permanent(String),
}

impl Transport {
    pub(crate) fn new(config: &MailConfig) -> Result<Self> {
        let Sender(from) = config.from.clone();
        let route = match &config.route {
            MailRoute::Smtp(server) => {
                Route::Smtp(connect(server)?, Semaphore::new(CONNECTIONS as usize))
            }
            MailRoute::Folder(folder) => Route::Folder(folder.clone()),
            MailRoute::Memory(outbox) => Route::Memory(outbox.clone()),
        };
        Ok(Self { from, route })
    }

    /// Hands a letter over. `id` names it, also when it has to be sent once more.
    pub(super) async fn send(
        &self,
        letter: &Written,
        id: &str,
        now: OffsetDateTime,
    ) -> std::result::Result<(), Undelivered> {
        let message = || {
            let built = self.message(letter, id, now);
            built.map_err(|error| Undelivered::Permanent(error.to_string()))
        };
        match &self.route {
            Route::Smtp(server, places) => {
                let message = message()?;
                let _place = places.acquire().await;
                hand_over(server, message, &letter.recipient).await
            }
            Route::Folder(folder) => {
                let name = format!("{}-{id}.eml", now.unix_timestamp());
                let (folder, bytes) = (folder.clone(), message()?.formatted());
                let written = tokio::task::spawn_blocking(move || write(&folder, &name, &bytes));
                let written = written
                    .await
                    .unwrap_or_else(|_| Err(io::Error::other("writing it broke off")));
                written.map_err(|error| Undelivered::Transient(error.to_string()))
            }
            Route::Memory(outbox) => {
                let number = id.split('.').next().unwrap_or_default();
                outbox.put(Sent {
                    number: number.parse().unwrap_or_default(),
                    to: letter.recipient.as_str().to_owned(),
                    subject: letter.subject.clone(),
                    text: letter.text.clone(),
                    html: letter.html.clone(),
                });
                Ok(())
            }
        }
    }

    /// Goes as far as it can without a letter.
    pub(super) async fn reach(&self) -> std::result::Result<(), String> {
        match &self.route {
            Route::Smtp(server, _) => match server.test_connection().await {
                Ok(true) => Ok(()),
                Ok(false) => Err("the mail server hangs up".to_owned()),
                Err(error) => Err(error.to_string()),
            },
            Route::Folder(folder) => {
                fs::create_dir_all(folder).map_err(|error| error.to_string())?;
                let file = tempfile_in(folder).map_err(|error| error.to_string())?;
                fs::remove_file(file).map_err(|error| error.to_string())
            }
            Route::Memory(_) => Ok(()),
        }
    }

    fn message(
        &self,
        letter: &Written,
        id: &str,
        now: OffsetDateTime,
    ) -> std::result::Result<Message, Box<dyn std::error::Error>> {
        let to: Address = letter.recipient.as_str().parse()?;
        let domain = self.from.email.domain();
        Ok(Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.clone())
            .date(now.into())
            .header(MessageId::from(format!("<{id}@{domain}>")))
            // No vacation notice answers it (RFC 3834).
            .header(AutoSubmitted)
            .multipart(
                MultiPart::alternative()
                    .singlepart(SinglePart::plain(letter.text.clone()))
                    .singlepart(
                        SinglePart::builder()
                            .header(ContentType::TEXT_HTML)
                            .body(letter.html.clone()),
                    ),
            )?)
    }
}

async fn hand_over(
    server: &AsyncSmtpTransport<Tokio1Executor>,
    message: Message,
    recipient: &Email,
) -> std::result::Result<(), Undelivered> {
    match server.send(message).await {
        Ok(_) => Ok(()),
        Err(error) if is_about(recipient, &error) => Err(Undelivered::Permanent(error.to_string())),
        Err(error) => Err(Undelivered::Transient(error.to_string())),
    }
}

/// Whether a refusal is about the recipient, and will stay one. A wrong password, a server that does not
/// relay, or one without STARTTLS is about us: whoever runs the site can mend it, and then the letter is to
/// go.
fn is_about(recipient: &Email, error: &lettre::transport::smtp::Error) -> bool {
    let said = error.to_string().to_lowercase();
    // Letters to such an address need a server that knows them (RFC 6531).
    let is_unspeakable = !recipient.as_str().is_ascii() && error.is_client();
    let code = error.status().map(u16::from);
    let is_refused = matches!(code, Some(550 | 551 | 553 | 556));
    let is_policy = ["5.7.", "relay", "auth"]
        .iter()
        .any(|word| said.contains(word));
    is_unspeakable || (is_refused && !is_policy)
}

/// `Auto-Submitted: auto-generated` (RFC 3834, section 5).
#[derive(Clone)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn connect(server: &SmtpServer) -> Result<AsyncSmtpTransport<Tokio1Executor>> {
    let tls = || TlsParameters::new(server.host.clone()).map_err(Error::internal);
    let tls = match server.security {
        SmtpSecurity::Tls => Tls::Wrapper(tls()?),
        SmtpSecurity::StartTls => Tls::Required(tls()?),
        SmtpSecurity::Plain => Tls::None,
    };
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
        .port(server.port)
        .tls(tls)
        .timeout(Some(PATIENCE))
        .pool_config(PoolConfig::new().max_size(CONNECTIONS));
    if let Some((user, password)) = &server.credentials {
        let password = password.expose_secret().to_owned();
        transport = transport.credentials(Credentials::new(user.clone(), password));
    }
    Ok(transport.build())
}

/// Makes a file that no one reads, to see whether there can be one.
fn tempfile_in(folder: &Path) -> io::Result<PathBuf> {
    let path = folder.join(format!(".{}", secret::random_id()));
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    file.map(|_| path)
}

/// A letter is there whole or not at all, and for the owner of the folder only.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".{name}"));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(bytes)?;
    fs::rename(&draft, folder.join(name))
}
