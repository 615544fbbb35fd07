//! A certificate for the server, so that the tests speak to it as they would across a network.
//!
//! It is its own authority, and good for two days at one address. Where there is no `openssl` to make it, the
//! server does without, and so do the tests.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::postgres::account::Account;
use crate::process::{self, Shell};

const NAME: &str = "server.crt";
const KEY: &str = "server.key";

/// Makes it in the folder with the data, where the server looks for it.
pub(super) fn make(
    shell: &Shell,
    account: &Account,
    data: &Path,
    address: IpAddr,
) -> Option<PathBuf> {
    let openssl = shell.find("openssl")?;
    let certificate = data.join(NAME);
    let mut make = account.command(shell, openssl);
    make.args(["req", "-x509", "-nodes", "-days", "2"])
        .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-subj", "/CN=latchkey"])
        .args(["-addext", &format!("subjectAltName=IP:{address}")])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(data.join(KEY))
        .arg("-out")
        .arg(&certificate);
    match process::read(&mut make) {
        Ok(_) => Some(certificate),
        Err(error) => {
            println!("postgres: without TLS: {error:#}");
            None
        }
    }
}
