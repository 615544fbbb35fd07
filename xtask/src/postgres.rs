//! A Postgres server of our own, for the tests and for several nodes: empty, on a free port, and gone afterwards.
//!
//! Whatever becomes of this process, the server does not outlive it: a shell beside it, which starts
//! the server, waits for the end of what we could write to it, then stops the server and deletes its
//! files. Nothing that a test writes has to survive a power failure, so nothing is forced to the disk.

mod account;
mod certificate;
mod programs;

use std::env;
use std::fs::{self, DirBuilder};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail, ensure};

use crate::postgres::account::Account;
use crate::postgres::programs::Programs;
use crate::process::{self, Shell};

/// Names a server to use instead, on which the tests may create databases; and what the tests read.
pub(crate) const VARIABLE: &str = "TEST_DATABASE_URL";

/// Arguments: `pg_ctl`, the folder, the options of the server.
const GUARDIAN: &str = r#"
trap '' INT TERM HUP
if "$1" start --silent --wait --pgdata="$2/data" --log="$2/log" --options="$3" >&2
then echo ready
else echo failed
fi
cat > /dev/null
if test -e "$2/data/postmaster.pid"
then "$1" stop --silent --mode=immediate --pgdata="$2/data"
fi
rm -rf "$2"
"#;

/// A server that runs, stopped when dropped.
pub(crate) struct Postgres {
    guardian: Child,
    address: SocketAddr,
    pg_ctl: PathBuf,
    account: Account,
    /// What it shows to those who connect, when it has one.
    certificate: Option<PathBuf>,
    /// In the folder, where its account may be.
    shell: Shell,
    folder: Folder,
}

/// Deleted when dropped.
struct Folder(PathBuf);

impl Postgres {
    pub(crate) fn start(shell: &Shell) -> Result<Self> {
        let programs = programs::find(shell)?;
        let account = Account::find(shell)?;
        let folder = Folder::create(&account)?;
        // The account of the server may not even look into the checkout.
        let shell = shell.in_directory(&folder.0);
        initialize(&shell, &programs, &account, &folder)?;

        let address = process::quiet_address()?;
        let data = folder.join("data");
        let certificate = certificate::make(&shell, &account, &data, address.ip());
        let mut guardian = account.command(&shell, "sh");
        let guardian = guardian
            .args(["-c", GUARDIAN, "guardian"])
            .arg(&programs.pg_ctl)
            .arg(&folder.0)
            .arg(options(address, certificate.as_deref()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start a shell")?;
        let mut postgres = Self {
            guardian,
            address,
            pg_ctl: programs.pg_ctl,
            account,
            certificate,
            shell,
            folder,
        };
        postgres.wait_until_ready()?;
        println!("postgres: {}", postgres.url());
        Ok(postgres)
    }

    /// Where somebody who may create databases connects to.
    pub(crate) fn url(&self) -> String {
        let url = format!("postgres://postgres@{}/postgres", self.address);
        match &self.certificate {
            Some(file) => format!("{url}?sslmode=verify-full&sslrootcert={}", file.display()),
            None => url,
        }
    }

    /// Stops the server as an administrator would: who is connected is cut off. What was committed stays.
    pub(crate) fn stop(&self) -> Result<()> {
        let mut stop = self.control("stop");
        process::read(stop.arg("--mode=fast")).map(drop)
    }

    /// Ends it as a crash of all its processes would. What was committed stays where `synchronous_commit` is on.
    pub(crate) fn crash(&self) -> Result<()> {
        let mut stop = self.control("stop");
        process::read(stop.arg("--mode=immediate")).map(drop)
    }

    /// Runs statements, for what they print.
    pub(crate) fn query(&self, statements: &str) -> Result<String> {
        let beside = self.pg_ctl.with_file_name("psql");
        let psql = if beside.is_file() {
            beside
        } else {
            "psql".into()
        };
        let mut psql = self.shell.command(psql);
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]);
        process::read(psql.args(["--command", statements, "--dbname", &self.url()]))
    }

    /// Where clients of a database of this name connect to.
    pub(crate) fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres@{}/{database}", self.address)
    }

    /// Starts it again where it was.
    pub(crate) fn resume(&self) -> Result<()> {
        let mut start = self.control("start");
        let log = format!("--log={}", self.folder.join("log").display());
        let options = options(self.address, self.certificate.as_deref());
        let options = format!("--options={options}");
        // The server would keep a pipe open that we read to its end.
        start.args([log, options]).stdout(Stdio::null());
        let status = start.stderr(Stdio::null()).status()?;
        ensure!(status.success(), "Postgres does not start again");
        Ok(())
    }

    fn control(&self, what: &str) -> Command {
        let mut command = self.account.command(&self.shell, &self.pg_ctl);
        command.args([what, "--silent", "--wait", "--pgdata"]);
        command.arg(self.folder.join("data"));
        command
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let output = self.guardian.stdout.take().expect("stdout was asked for");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        if line.trim() != "ready" {
            let log = fs::read_to_string(self.folder.0.join("log")).unwrap_or_default();
            bail!("Postgres does not start: {}", log.trim());
        }
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guardian.stdin.take());
        let _ = self.guardian.wait();
    }
}

impl Folder {
    /// Makes a folder that only the account of the server can look into.
    fn create(account: &Account) -> Result<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("latchkey-postgres-{}-{number}", std::process::id());
        let folder = env::temp_dir().join(name);
        let made = DirBuilder::new().mode(0o700).create(&folder);
        made.with_context(|| format!("cannot create {}", folder.display()))?;
        let folder = Self(folder);
        if let Some((user, group)) = account.owner() {
            chown(&folder.0, Some(user), Some(group))?;
        }
        Ok(folder)
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The guardian deleted it, unless it was never started.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn initialize(
    shell: &Shell,
    programs: &Programs,
    account: &Account,
    folder: &Folder,
) -> Result<()> {
    let mut initdb = account.command(shell, &programs.initdb);
    initdb
        .args(["--username=postgres", "--auth=trust", "--no-sync"])
        .args(["--locale=C", "--encoding=UTF8", "--pgdata"])
        .arg(folder.join("data"));
    process::read(&mut initdb).map(drop)
}

/// The tests of a large machine have many connections at once; each has little to remember.
fn options(address: SocketAddr, certificate: Option<&Path>) -> String {
    let settings = [
        format!("listen_addresses={}", address.ip()),
        format!("port={}", address.port()),
        format!("ssl={}", certificate.map_or("off", |_| "on")),
        "unix_socket_directories=".to_owned(),
        "max_connections=300".to_owned(),
        "shared_buffers=64MB".to_owned(),
        "fsync=off".to_owned(),
        "synchronous_commit=off".to_owned(),
        "full_page_writes=off".to_owned(),
    ];
    settings.map(|setting| format!("-c {setting}")).join(" ")
}
