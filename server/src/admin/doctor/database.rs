//! The database: which version it is at, and whether it keeps what it was told.

use auth::{CONNECTIONS_OF_A_NODE, Engine};

use crate::admin::doctor::clock::compare;
use crate::admin::doctor::{Findings, said};
use crate::clock::Clock;
use crate::config::Config;

/// Returns whether it can be worked with.
pub(super) async fn check(config: &Config, clock: &Clock, findings: &mut Findings) -> bool {
    if let Some(file) = config.database_file.as_ref().filter(|file| !file.exists()) {
        let file = file.display();
        let message = format!("{file} is not there yet: the first start makes it");
        findings.warn("database", message);
        return false;
    }
    let found = match auth::inspect(&config.auth.database).await {
        Ok(found) => found,
        Err(error) => {
            findings.fail("database", said(error));
            return false;
        }
    };
    engine(&found.engine, clock, findings);
    let (schema, newest) = (found.schema, found.newest_schema);
    if schema > newest {
        let message = format!("version {schema} is newer than this program, which knows {newest}");
        findings.fail("schema", message);
    } else if schema < newest {
        let message = format!(
            "version {schema}, and {newest} is the newest: `latchkey migrate`, or the next start, brings it there"
        );
        findings.warn("schema", message);
    } else {
        findings.ok("schema", format!("version {schema}, the newest"));
    }
    schema == newest
}

fn engine(engine: &Engine, clock: &Clock, findings: &mut Findings) {
    match engine {
        Engine::Sqlite {
            version,
            journal_mode,
            check,
        } => {
            let message = format!("SQLite {version}, journal_mode={journal_mode}");
            if journal_mode == "wal" {
                findings.ok("database", message);
            } else {
                findings.warn("database", format!("{message}: a start sets it to wal"));
            }
            if check == "ok" {
                findings.ok("integrity", "quick_check finds nothing wrong");
            } else {
                findings.fail("integrity", format!("quick_check: {check}"));
            }
        }
        Engine::Postgres {
            version,
            isolation,
            fsync,
            synchronous_commit,
            full_page_writes,
            max_connections,
            connections,
            now,
        } => {
            let message = format!("PostgreSQL {version}, isolation {isolation}");
            if isolation == "read committed" {
                findings.ok("database", message);
            } else {
                findings.warn(
                    "database",
                    format!("{message}: tried with read committed only"),
                );
            }
            durability(fsync, synchronous_commit, full_page_writes, findings);
            room(*max_connections, *connections, findings);
            compare("the database's", clock.now(), *now, findings);
        }
    }
}

/// Whoever was answered is to be signed in still after a power cut.
fn durability(fsync: &str, commit: &str, pages: &str, findings: &mut Findings) {
    let message = format!("fsync={fsync}, synchronous_commit={commit}, full_page_writes={pages}");
    if fsync == "off" || pages == "off" {
        findings.fail(
            "durability",
            format!("{message}: a power cut can break the database"),
        );
    } else if commit == "off" {
        findings.warn(
            "durability",
            format!("{message}: a power cut can undo what was answered"),
        );
    } else {
        findings.ok("durability", message);
    }
}

fn room(most: i64, taken: i64, findings: &mut Findings) {
    let nodes = most / CONNECTIONS_OF_A_NODE;
    let message = format!(
        "{taken} of {most} are taken; a server takes up to {CONNECTIONS_OF_A_NODE}, so that {nodes} can run"
    );
    if nodes < 1 {
        findings.fail("connections", message);
    } else if most - taken < CONNECTIONS_OF_A_NODE {
        findings.warn("connections", message);
    } else {
        findings.ok("connections", message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::doctor::State;

    #[test]
    fn a_database_that_forgets_is_told() {
        let state = |fsync: &str, commit: &str, pages: &str| {
            let mut findings = Findings::default();
            durability(fsync, commit, pages, &mut findings);
            findings.0[0].state
        };
        assert_eq!(state("on", "on", "on"), State::Ok);
        assert_eq!(state("on", "remote_apply", "on"), State::Ok);
        assert_eq!(state("on", "off", "on"), State::Warn);
        assert_eq!(state("off", "on", "on"), State::Fail);
        assert_eq!(state("on", "on", "off"), State::Fail);
    }

    #[test]
    fn connections_are_counted_in_servers() {
        let state = |most, taken| {
            let mut findings = Findings::default();
            room(most, taken, &mut findings);
            findings.0[0].state
        };
        assert_eq!(state(97, 12), State::Ok);
        assert_eq!(state(97, 90), State::Warn);
        assert_eq!(state(10, 0), State::Fail);
    }
}
