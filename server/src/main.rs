//! The program: settings in, a site out.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, bail};
use auth::Auth;
use clap::Parser;
use server::clock::Clock;
use server::config::{Cli, Command, Config, Settings};
use server::telemetry::{self, metrics};
use server::{Site, admin, assets, healthcheck, open, reception, serve};
use tokio::task::JoinSet;

/// A page is made of thousands of small pieces of memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| refuse(&error));
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if admin::is_unread(&error) => ExitCode::SUCCESS,
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
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime")?;
    let settings = cli.settings;
    let command = cli.command.unwrap_or(Command::Serve);
    // What a command does is said to who gave it, and to no collector.
    let collector = match command {
        Command::Serve => settings.otlp_endpoint.clone(),
        _ => None,
    };
    let collector = collector.filter(|base| !base.is_empty());
    let mut telemetry =
        telemetry::start(settings.log_format, collector.as_deref(), runtime.handle())?;
    let done = runtime.block_on(act(settings, command));
    telemetry.send_the_rest();
    // What is cut off with it is told of in the log.
    drop(runtime);
    drop(telemetry);
    done
}

async fn act(settings: Settings, command: Command) -> anyhow::Result<()> {
    let clock = Clock::system();
    match command {
        Command::Serve => serve_site(settings.check()?, clock).await,
        // It only asks: no folder, no secret and no database are needed for that.
        Command::Healthcheck => healthcheck::ask(settings.site_addr, settings.tls_cert.is_some()),
        // It says by itself what is wrong with the settings.
        Command::Doctor(arguments) => admin::doctor::run(settings, &arguments, &clock).await,
        Command::Migrate(form) => {
            let config = settings.check()?;
            open::make_file(&config)?;
            admin::migrate::run(&config.auth.database, form).await
        }
        Command::User(command) => {
            let auth = open::as_it_is(&settings.check()?, &clock).await?;
            close_after(&auth, admin::user::run(&auth, command, &clock)).await
        }
        Command::Import(command) => {
            let auth = open::as_it_is(&settings.check()?, &clock).await?;
            close_after(&auth, admin::import::run(&auth, command, &clock)).await
        }
        Command::Key(command) => {
            let auth = open::as_it_is(&settings.check()?, &clock).await?;
            close_after(&auth, admin::key::run(&auth, command, &clock)).await
        }
        Command::Audit(command) => {
            let auth = open::as_it_is(&settings.check()?, &clock).await?;
            close_after(&auth, admin::audit::run(&auth, command)).await
        }
    }
}

/// Leaves the database in order, whatever came out of the work.
async fn close_after<T>(auth: &Auth, work: impl Future<Output = T>) -> T {
    let done = work.await;
    auth.close().await;
    done
}

async fn serve_site(config: Config, clock: Clock) -> anyhow::Result<()> {
    // The address comes first: two processes must not write to one database because one of them is in the way.
    let listener = serve::listen("LEPTOS_SITE_ADDR", config.site_addr)?;
    let tls = config.certificate.clone().map(serve::Certificate::serve);
    let tls = tls.transpose()?;
    let metrics = config.metrics_addr.map(metrics::listen).transpose()?;
    let auth = open::up_to_date(&config, &clock).await?;
    auth.tend_keys(clock.now()).await.map_err(open::explain)?;
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
        proxies: config.proxies.clone(),
        max_requests: config.max_requests,
    };
    let terms = serve::Terms {
        connections: config.max_connections,
        proxies: config.proxies,
        notice_period: config.notice_period,
        tls,
    };
    let reception = reception(site, &options)?;
    let terms = terms.within_the_systems();
    if let Some(metrics) = metrics {
        tokio::spawn(metrics.serve(auth.clone(), leaving.clone()));
    }
    greet(&config.public_url, auth.has_accounts().await?);
    let mut upkeep = upkeep(&auth, &clock);
    tokio::select! {
        served = serve::serve(listener, |peer| reception.for_peer(peer), leaving, terms) => served?,
        // None ends by itself. A site that is deaf to what other nodes revoke must not go on.
        _ = upkeep.join_next() => bail!("the upkeep has ended"),
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

fn greet(public_url: &url::Url, has_accounts: bool) {
    let next = if has_accounts {
        format!("Sign in at {public_url}login")
    } else {
        format!("There is no account yet: sign up at {public_url}register")
    };
    // Who reads this may have gone: that is no reason to stop.
    let _ = writeln!(
        std::io::stdout(),
        "{} is at {public_url}\n{next}",
        product::NAME
    );
}
