//! The settings: each is a flag and an environment variable, and a wrong one stops the start with a
//! sentence that names it.

mod api;
mod check;
mod mail;
mod network;
pub(crate) mod strength;

use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use auth::{CookieJarStyle, Cost};
use clap::{Args, Parser, Subcommand, ValueEnum};
use url::Url;

use crate::admin::Form;
use crate::admin::audit::AuditCommand;
use crate::admin::doctor::DoctorArgs;
use crate::admin::import::ImportCommand;
use crate::admin::key::KeyCommand;
use crate::admin::user::UserCommand;
use crate::api::ApiConfig;
use crate::client::Proxies;
use crate::config::check::parse_cost;
use crate::serve::Certificate;
use crate::telemetry::LogFormat;

/// A complete sign-in for Rust web applications.
#[derive(Parser)]
#[command(name = "latchkey", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub settings: Settings,
}

/// The environment variable of the setting that `error` is about.
#[must_use]
pub fn variable_of(error: &clap::Error) -> Option<String> {
    use clap::CommandFactory;
    use clap::error::{ContextKind, ContextValue};
    let Some(ContextValue::String(usage)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    // clap says it as it is typed: `--site-addr <ADDRESS>`.
    let flag = usage.split([' ', '=']).next()?.strip_prefix("--")?;
    let command = Cli::command();
    let setting = command
        .get_arguments()
        .find(|argument| argument.get_long() == Some(flag))?;
    Some(setting.get_env()?.to_string_lossy().into_owned())
}

#[derive(Subcommand, Clone)]
pub enum Command {
    /// Serves the site. This is what happens without a command.
    Serve,
    /// Brings the schema of the database up to date. A server that starts does so by itself.
    Migrate(Form),
    /// Looks after accounts.
    #[command(subcommand)]
    User(UserCommand),
    /// Looks whether all is well: settings, files, database, clock, mail, keys, and the site as browsers reach it.
    Doctor(DoctorArgs),
    /// Takes accounts from another system.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Asks the node that listens at `LEPTOS_SITE_ADDR` whether it is ready, and fails when it is not.
    Healthcheck,
    /// Looks after the keys that sign access tokens.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Looks into the trail of security events.
    #[command(subcommand)]
    Audit(AuditCommand),
}

#[derive(Args)]
pub struct Settings {
    /// Where to listen.
    #[arg(
        long,
        global = true,
        env = "LEPTOS_SITE_ADDR",
        default_value = "127.0.0.1:3000",
        value_name = "ADDRESS"
    )]
    pub site_addr: SocketAddr,

    /// The folder with the files that the build made for browsers.
    #[arg(
        long,
        global = true,
        env = "LEPTOS_SITE_ROOT",
        default_value = "target/site",
        value_name = "FOLDER"
    )]
    pub site_root: PathBuf,

    /// The address that browsers use. It decides cookie names, `Secure` and the same-origin check;
    /// https means production. Without it: `http://localhost:<port>`.
    #[arg(long, global = true, env = "LATCHKEY_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<Url>,

    /// The folder for the database and the secret. It is made when it is not there.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_DATA_DIR",
        default_value = "data",
        value_name = "FOLDER"
    )]
    pub data_dir: PathBuf,

    /// `sqlite:<file>` or `postgres://…`. Without it: `latchkey.db` in the data folder.
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub database_url: Option<String>,

    /// How long a request waits for the database before it is answered with 503, in milliseconds.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_DATABASE_PATIENCE",
        default_value_t = 3000,
        value_name = "MILLISECONDS",
        value_parser = clap::value_parser!(u64).range(1..=20_000)
    )]
    pub database_patience: u64,

    /// How long a node that was asked to leave (SIGTERM) goes on taking requests, in milliseconds. `/readyz`
    /// says 503 meanwhile, so that a load balancer sends it no more.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_NOTICE_PERIOD",
        default_value_t = 0,
        value_name = "MILLISECONDS",
        value_parser = clap::value_parser!(u64).range(0..=60_000)
    )]
    pub notice_period: u64,

    /// The master secret, at least 32 bytes, on https drawn at random. As a flag everybody on this machine can read it: prefer the
    /// variable. Without it: `secret.key` in the data folder, made at the first start.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_SECRET",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    pub secret: Option<String>,

    /// Former master secrets, separated by commas: they still open what they sealed.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_PREVIOUS_SECRETS",
        hide_env_values = true,
        value_delimiter = ',',
        value_name = "SECRETS"
    )]
    pub previous_secrets: Vec<String>,

    /// How long an access token lives, in seconds.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_ACCESS_TOKEN_LIFESPAN",
        default_value_t = 600,
        value_name = "SECONDS"
    )]
    pub access_token_lifespan: u32,

    /// How long a session lives at most, with "keep me signed in", in seconds.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_MAX_REFRESH_TOKEN_LIFESPAN",
        default_value_t = 2_592_000,
        value_name = "SECONDS"
    )]
    pub max_refresh_token_lifespan: u32,

    /// How long a session with "keep me signed in" lives without a visit, in seconds.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_IDLE_REFRESH_TOKEN_LIFESPAN",
        default_value_t = 1_209_600,
        value_name = "SECONDS"
    )]
    pub idle_refresh_token_lifespan: u32,

    /// How long a session lives at most, without "keep me signed in", in seconds.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_MAX_SESSION_LIFESPAN",
        default_value_t = 86_400,
        value_name = "SECONDS"
    )]
    pub max_session_lifespan: u32,

    /// How long a session without "keep me signed in" lives without a visit, in seconds.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_IDLE_SESSION_LIFESPAN",
        default_value_t = 7200,
        value_name = "SECONDS"
    )]
    pub idle_session_lifespan: u32,

    /// What access tokens are signed with. `HS256` only for programs that know nothing else: its key is
    /// not published, and whoever can verify with it can sign. Another one signs after 15 minutes.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_SIGNING_ALGORITHM",
        default_value = "EdDSA",
        ignore_case = true,
        value_name = "ALGORITHM"
    )]
    pub signing_algorithm: SigningMode,

    /// `SameSite` of the cookies. `strict` signs people out of links that other sites and mails hold.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_SAME_SITE",
        default_value = "lax",
        value_name = "MODE"
    )]
    pub same_site: SameSiteMode,

    /// Whether strangers may make accounts.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_REGISTRATION",
        default_value = "open",
        value_name = "MODE"
    )]
    pub registration: RegistrationMode,

    /// Whether an address has to be confirmed before anybody is signed in. With `required` nothing tells
    /// strangers whether an address has an account.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_CONFIRM_EMAIL",
        default_value = "optional",
        value_name = "MODE"
    )]
    pub confirm_email: ConfirmationMode,

    /// The mail server: `smtps://user:password@host` for TLS, `smtp://…` for STARTTLS, and
    /// `smtp://localhost:1025?tls=none` on this machine only. Without it, on plain http, letters are
    /// files in `outbox` in the data folder, to be read at `/dev/outbox`.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_SMTP_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub smtp_url: Option<Url>,

    /// Who letters are from: `Name <address>`. It has to be set with a mail server.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_MAIL_FROM",
        value_name = "ADDRESS"
    )]
    pub mail_from: Option<String>,

    /// Where the JSON API puts refresh tokens: in the `body`, for programs that keep them, or in a `cookie` that
    /// scripts cannot read. A client may ask for the cookie by `X-Strapi-Refresh-Cookie: httpOnly`.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_API_TOKENS",
        default_value = "body",
        value_name = "PLACE"
    )]
    pub api_tokens: TokenMode,

    /// Other sites whose pages may use the JSON API, separated by commas: `https://app.example.org`. The cookies of
    /// this site are open to them with `LATCHKEY_API_TOKENS=cookie` only.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_CORS_ORIGINS",
        value_delimiter = ',',
        value_name = "ORIGINS"
    )]
    pub cors_origins: Vec<String>,

    /// The proxies in front, as addresses or networks, separated by commas: `10.0.0.0/8`. Only theirs is the word
    /// that counts for where a request comes from, by `X-Forwarded-For` or `Forwarded`.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "NETWORKS"
    )]
    pub trusted_proxies: Vec<String>,

    /// How many passwords are hashed at once: each takes the memory of `LATCHKEY_ARGON2`, and keeps it for a minute.
    /// Without it as many as there are cores.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_HASH_WORKERS",
        value_name = "COUNT"
    )]
    pub hash_workers: Option<NonZeroU16>,

    /// How many passwords may wait to be hashed. Those beyond are answered with 503.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_HASH_QUEUE",
        default_value_t = 64,
        value_name = "COUNT"
    )]
    pub hash_queue: u16,

    /// How many connections are held at most. A client that is no trusted proxy holds a quarter of them at most.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_MAX_CONNECTIONS",
        default_value_t = 16_384,
        value_name = "COUNT",
        value_parser = clap::value_parser!(u32).range(16..=1_000_000)
    )]
    pub max_connections: u32,

    /// How many requests are worked on at once. Those beyond are answered with 503.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_MAX_REQUESTS",
        default_value_t = 512,
        value_name = "COUNT",
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    pub max_requests: u32,

    /// Whether it is limited how often somebody may try. `off` is for load tests, on localhost only.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_RATE_LIMITS",
        default_value = "on",
        value_name = "MODE"
    )]
    pub rate_limits: RateLimitMode,

    /// The fewest characters of a password, 8 at the least.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_PASSWORD_MIN_LENGTH",
        default_value_t = 12,
        value_name = "CHARACTERS"
    )]
    pub password_min_length: usize,

    /// What a password hash costs: m = KiB of memory, t = passes, p = lanes. On https no less than OWASP asks for.
    #[arg(long, global = true, env = "LATCHKEY_ARGON2", default_value = "m=19456,t=2,p=1", value_name = "PARAMETERS", value_parser = parse_cost)]
    pub argon2: Cost,

    /// How the log is written: `text` for people, or `json`, an object a line. What is in it says `RUST_LOG`.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_LOG_FORMAT",
        default_value = "text",
        value_name = "FORMAT"
    )]
    pub log_format: LogFormat,

    /// The certificate of the site and those that lead to its authority, in a PEM file. With it the site speaks TLS
    /// and HTTP/2 by itself; without it a proxy in front does. It is read again when it is replaced.
    #[arg(long, global = true, env = "LATCHKEY_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// The private key of the certificate, in a PEM file.
    #[arg(long, global = true, env = "LATCHKEY_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// Where Prometheus finds `/metrics`, and nothing else. Without it there are none.
    #[arg(
        long,
        global = true,
        env = "LATCHKEY_METRICS_ADDR",
        value_name = "ADDRESS"
    )]
    pub metrics_addr: Option<SocketAddr>,

    /// The collector of OpenTelemetry that gets traces, by OTLP over HTTP: `http://localhost:4318`. Without it
    /// there are none.
    #[arg(
        long,
        global = true,
        env = "OTEL_EXPORTER_OTLP_ENDPOINT",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub otlp_endpoint: Option<String>,
}

/// As `alg` names them.
#[derive(Clone, Copy, ValueEnum)]
pub enum SigningMode {
    #[value(name = "EdDSA")]
    EdDsa,
    #[value(name = "ES256")]
    Es256,
    #[value(name = "HS256")]
    Hs256,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum SameSiteMode {
    Lax,
    Strict,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum RegistrationMode {
    Open,
    Closed,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum ConfirmationMode {
    Optional,
    Required,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum RateLimitMode {
    On,
    Off,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum TokenMode {
    Body,
    Cookie,
}

/// The settings, checked, and what follows from them.
pub struct Config {
    pub site_addr: SocketAddr,
    pub site_root: PathBuf,
    /// Where metrics are asked for, if anywhere.
    pub metrics_addr: Option<SocketAddr>,
    /// What TLS is spoken with, if it is.
    pub certificate: Option<Certificate>,
    /// Scheme, host and port, without a path.
    pub public_url: Url,
    pub cookies: CookieJarStyle,
    /// The file that is the database, when no other is set.
    pub database_file: Option<PathBuf>,
    /// Where letters are files, for whoever is at this machine to read.
    pub outbox: Option<PathBuf>,
    pub notice_period: Duration,
    pub api: ApiConfig,
    pub proxies: Proxies,
    pub max_connections: usize,
    pub max_requests: usize,
    pub auth: auth::Config,
}
