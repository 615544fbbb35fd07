//! Starting other programs, with the environment a person at a prompt would have.

use std::env;
use std::ffi::OsStr;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context, Result, bail};

/// Where commands are started and where their programs are looked for.
#[derive(Clone)]
pub(crate) struct Shell {
    directory: PathBuf,
    path: Vec<PathBuf>,
}

impl Shell {
    /// Takes over this process's `PATH` and adds cargo's own folder, where setup installs.
    pub(crate) fn new(directory: PathBuf) -> Self {
        let inherited = env::var_os("PATH").unwrap_or_default();
        let mut path: Vec<PathBuf> = env::split_paths(&inherited).collect();
        path.extend(cargo_bin().ok());
        Self { directory, path }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn in_directory(&self, directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            path: self.path.clone(),
        }
    }

    /// Puts a folder before all others on the `PATH` of the commands to come.
    pub(crate) fn prefer(&mut self, folder: PathBuf) {
        self.path.insert(0, folder);
    }

    /// Looks a program up as a shell would.
    pub(crate) fn find(&self, program: &str) -> Option<PathBuf> {
        let candidates = self.path.iter().map(|folder| folder.join(program));
        candidates.into_iter().find(|file| is_executable(file))
    }

    /// Prepares a command that does not know it was started by `cargo run`.
    ///
    /// The rustup proxy that started us names its toolchain to its children; left in place, that
    /// would overrule the one this checkout is set to. The variables about our own package would
    /// make build scripts that watch them run again.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.directory);
        if let Ok(path) = env::join_paths(&self.path) {
            command.env("PATH", path);
        }
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(is_about_us) {
                command.env_remove(name);
            }
        }
        command
    }

    pub(crate) fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments);
        command
    }
}

fn is_about_us(variable: &str) -> bool {
    let set_by_cargo_run = ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH"];
    let names_a_compiler = ["RUSTUP_TOOLCHAIN", "RUSTC", "RUSTDOC"];
    variable.starts_with("CARGO_PKG_")
        || set_by_cargo_run.contains(&variable)
        || names_a_compiler.contains(&variable)
}

fn is_executable(file: &Path) -> bool {
    file.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Finds the folder in which cargo looks for its subcommands.
pub(crate) fn cargo_bin() -> Result<PathBuf> {
    let home = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => user_home()?.join(".cargo"),
    };
    Ok(home.join("bin"))
}

pub(crate) fn user_home() -> Result<PathBuf> {
    env::home_dir().context("the user has no home directory: set HOME")
}

/// Runs a command with its output on our terminal.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", describe(command));
    let status = command.status().with_context(|| start_failure(command))?;
    if !status.success() {
        bail!("`{}` failed ({status})", describe(command));
    }
    Ok(())
}

/// Runs a command for what it prints.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| start_failure(command))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed: {}", describe(command), complaint.trim());
    }
    String::from_utf8(output.stdout).context("the output is not UTF-8")
}

pub(crate) fn start_failure(command: &Command) -> String {
    format!("cannot start `{}`", command.get_program().to_string_lossy())
}

pub(crate) fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(OsStr::to_string_lossy).collect();
    words.join(" ")
}

/// Finds an address on which a program that is about to start can listen.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}

/// Finds an address for a program that is going to end and to start again at the same one. Its port is below those
/// from which connections go out: none of them takes it meanwhile.
pub(crate) fn quiet_address() -> Result<SocketAddr> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Two of us at once begin to look at different places.
    let offset = u16::try_from(std::process::id() % 20_000)?;
    for _ in 0..1000 {
        let next = NEXT.fetch_add(1, Ordering::Relaxed) % 20_000;
        let port = 10_000 + (offset + next) % 20_000;
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            return Ok(listener.local_addr()?);
        }
    }
    bail!("there is no free port between 10000 and 30000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_do_not_inherit_the_toolchain_that_started_us() {
        assert!(is_about_us("RUSTUP_TOOLCHAIN"));
        assert!(is_about_us("CARGO_PKG_NAME"));
        assert!(!is_about_us("CARGO_TARGET_DIR"));
        assert!(!is_about_us("CARGO_HOME"));
    }

    #[test]
    fn a_preferred_folder_comes_first() {
        let mut shell = Shell::new(PathBuf::from("/"));
        let system = shell.find("sh").expect("every unix has a shell");
        let folder = env::temp_dir().join(format!("xtask-prefer-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::os::unix::fs::symlink(&system, folder.join("sh")).unwrap();
        shell.prefer(folder.clone());
        assert_eq!(shell.find("sh"), Some(folder.join("sh")));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
