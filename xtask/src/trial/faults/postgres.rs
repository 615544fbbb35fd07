//! What happens to a Postgres: it is stopped, it crashes, it cuts its connections, it takes no writes.

use std::thread;
use std::time::Instant;

use anyhow::Result;

use crate::postgres::Postgres;
use crate::trial::faults::{Row, close, under_load};
use crate::trial::scene::{CHEAP, Scene, Site};

/// Argument: for how many seconds. A transaction sees the list of connections as it was at first, unless told.
const CUT: &str = "
do $$
declare over timestamptz := clock_timestamp() + interval '{} seconds';
begin
  while clock_timestamp() < over loop
    perform pg_stat_clear_snapshot();
    perform pg_terminate_backend(pid) from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid();
    perform pg_sleep(0.05);
  end loop;
end $$";

/// As a server that has become a standby has it. Connections that are there hear of it, too.
const READ_ONLY: [&str; 2] = [
    "alter system set default_transaction_read_only = on",
    "select pg_reload_conf()",
];
const WRITABLE: [&str; 2] = [
    "alter system reset default_transaction_read_only",
    "select pg_reload_conf()",
];

type Happening = fn(&Scene, &Postgres) -> Result<Instant>;

const FAULTS: [(&str, &str, Happening); 4] = [
    ("Postgres stopped and started", "stopped", stopped),
    ("Postgres crashed and started", "crashed", crashed),
    (
        "Postgres cuts all connections, 20 times a second",
        "cut",
        cut,
    ),
    ("Postgres read-only", "sealed", read_only),
];

pub(super) fn all(scene: &Scene) -> Result<Vec<Row>> {
    let postgres = start(scene)?;
    let try_one = |(fault, name, happening)| on_postgres(scene, &postgres, fault, name, happening);
    FAULTS.into_iter().map(try_one).collect()
}

/// Two of them in one.
pub(super) fn cut_and_crashed(scene: &Scene) -> Result<Row> {
    let postgres = start(scene)?;
    let fault = "Postgres cuts all connections, and crashes";
    on_postgres(
        scene,
        &postgres,
        fault,
        "cut_and_crashed",
        |scene, postgres| {
            cut(scene, postgres)?;
            crashed(scene, postgres)
        },
    )
}

/// For tests nothing has to survive that Postgres has committed; here that is what is tried.
fn start(scene: &Scene) -> Result<Postgres> {
    let postgres = Postgres::start(scene.shell)?;
    // It overrules how the server was started.
    postgres.query("alter role postgres set synchronous_commit = on")?;
    Ok(postgres)
}

fn on_postgres(
    scene: &Scene,
    postgres: &Postgres,
    fault: &str,
    name: &str,
    happening: Happening,
) -> Result<Row> {
    println!("{fault} …");
    postgres.query(&format!("create database {name}"))?;
    let data = scene.folder(name)?;
    let settings = vec![
        (CHEAP.0, CHEAP.1.to_owned()),
        ("DATABASE_URL", postgres.url_of(name)),
    ];
    let mut site = Site::open(scene, &data, settings)?;
    let mut row = under_load(scene, fault, &mut site, |_| happening(scene, postgres))?;
    row.damage.extend(close(site, &data));
    Ok(row)
}

fn stopped(scene: &Scene, postgres: &Postgres) -> Result<Instant> {
    postgres.stop()?;
    thread::park_timeout(scene.lengths.fault);
    postgres.resume()?;
    Ok(Instant::now())
}

fn crashed(scene: &Scene, postgres: &Postgres) -> Result<Instant> {
    postgres.crash()?;
    thread::park_timeout(scene.lengths.fault);
    postgres.resume()?;
    Ok(Instant::now())
}

fn cut(scene: &Scene, postgres: &Postgres) -> Result<Instant> {
    let seconds = scene.lengths.fault.as_secs().to_string();
    postgres.query(&CUT.replace("{}", &seconds))?;
    Ok(Instant::now())
}

fn read_only(scene: &Scene, postgres: &Postgres) -> Result<Instant> {
    for statement in READ_ONLY {
        postgres.query(statement)?;
    }
    thread::park_timeout(scene.lengths.fault);
    for statement in WRITABLE {
        postgres.query(statement)?;
    }
    Ok(Instant::now())
}
