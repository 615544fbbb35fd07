//! The program: settings in, a site out.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, bail};
use auth::Auth;
use clap::Parser;
use server::clock::Clock;
use server::config::{Cli, Command, Config};
use server::{Site, admin, assets, data_dir, healthcheck, router, serve};
use tokio::task::JoinSet;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| refuse(&error));
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, from the setting to the cause, instead of a dump.
            let _ = writeln!(std::io::stderr(), "latchkey: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Says what is wrong with a setting, by both of its names, and leaves.
fn refuse(error: &clap::Error) -> ! {
    let _ = error.print();
    if let Some(variable) = server::config::variable_of(error) {
        let _ = writeln!(
            std::io::stderr(),
            "\nIt is set by this flag, or by the variable {variable}."
        );
    }
    std::process::exit(error.exit_code())
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let settings = cli.settings;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime")?;
    runtime.block_on(async {
        let clock = Clock::system();
        match cli.command.unwrap_or(Command::Serve) {
            Command::Serve => serve_site(settings.check()?, clock).await,
            // It only asks: no folder, no secret and no database are needed for that.
            Command::Healthcheck => healthcheck::ask(settings.site_addr),
            Command::Key(command) => {
                let auth = open(&settings.check()?, &clock).await?;
                close_after(&auth, admin::key(&auth, command, &clock)).await
            }
            Command::Audit(command) => {
                let auth = open(&settings.check()?, &clock).await?;
                close_after(&auth, admin::audit(&auth, command)).await
            }
        }
    })
}

/// Leaves the database in order, whatever came out of the work.
async fn close_after<T>(auth: &Auth, work: impl Future<Output = T>) -> T {
    let done = work.await;
    auth.close().await;
    done
}

async fn serve_site(config: Config, clock: Clock) -> anyhow::Result<()> {
    // The address comes first: two processes must not write to one database because one of them is in the way.
    let listener = serve::listen(config.site_addr)?;
    let auth = open(&config, &clock).await?;
    auth.tend_keys(clock.now()).await.map_err(explain)?;
    // Before anybody is told that the site is there: who asks it to leave at once is heard too.
    let leaving = serve::asked_to_leave()?;
    let options = assets::options(&config.site_root, config.site_addr);
    let site = Site {
        auth: auth.clone(),
        cookies: config.cookies,
        public_url: config.public_url.clone(),
        clock: clock.clone(),
        leaving: leaving.clone(),
        outbox: config.outbox,
        api: config.api,
    };
    let router = router(site, &options)?;
    greet(&config.public_url, auth.has_accounts().await?);
    let mut upkeep = upkeep(&auth, &clock);
    tokio::select! {
        served = serve::serve(listener, router, leaving, config.notice_period) => served?,
        // None ends by itself. A site that is deaf to what other nodes revoke must not go on.
        ended = upkeep.join_next() => bail!("the upkeep has ended: {ended:?}"),
    }
    // Letters that are on their way are sent to their end. The other tasks never end, and just stop.
    auth.stop_delivering();
    let _ = tokio::time::timeout(serve::FAREWELL, upkeep.join_next()).await;
    auth.close().await;
    Ok(())
}

/// What a node does beside answering.
fn upkeep(auth: &Auth, clock: &Clock) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let (of, at) = (auth.clone(), clock.clone());
    tasks.spawn(async move { of.keep_up(|| at.now()).await });
    let (of, at) = (auth.clone(), clock.clone());
    tasks.spawn(async move { of.keep_delivering(|| at.now()).await });
    let (of, at) = (auth.clone(), clock.clone());
    tasks.spawn(async move { of.keep_clean(|| at.now()).await });
    tasks
}

async fn open(config: &Config, clock: &Clock) -> anyhow::Result<Auth> {
    if let Some(file) = &config.database_file {
        data_dir::make_database_file(file)?;
    }
    Auth::open(config.auth.clone(), clock.now())
        .await
        .map_err(explain)
}

fn explain(error: auth::Error) -> anyhow::Error {
    let what = match error {
        auth::Error::SealedUnderAnotherSecret => {
            "LATCHKEY_SECRET is not the one that this database was made under: \
             set that one, or name it in LATCHKEY_PREVIOUS_SECRETS"
        }
        _ => "the database cannot be opened",
    };
    anyhow::Error::new(error).context(what)
}

fn greet(public_url: &url::Url, has_accounts: bool) {
    let next = if has_accounts {
        format!("Sign in at {public_url}login")
    } else {
        format!("There is no account yet: sign up at {public_url}register")
    };
    // Who reads this may have gone: that is no reason to stop.
    let _ = writeln!(std::io::stdout(), "Latchkey is at {public_url}\n{next}");
}
