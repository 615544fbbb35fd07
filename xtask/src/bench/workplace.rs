//! What every measurement on a running server needs.

use std::path::Path;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::process::Shell;
use crate::server::Server;

pub(crate) struct Workplace<'a> {
    pub(crate) shell: &'a Shell,
    pub(crate) checkout: &'a Checkout,
    /// The server's data directory, used by one server after the other.
    pub(crate) data: &'a Path,
}

impl Workplace<'_> {
    /// Starts the release build on a free port, with the settings a new user has.
    pub(crate) fn start(&self) -> Result<Server> {
        let command = self.shell.command(self.checkout.binary());
        Server::start(command, self.checkout, self.data)
    }

    /// The same on the first processor alone, where the system can do that.
    pub(crate) fn start_on_one_processor(&self) -> Result<Server> {
        if self.shell.find("taskset").is_none() {
            return self.start();
        }
        let mut command = self.shell.command("taskset");
        command.args(["-c", "0"]).arg(self.checkout.binary());
        Server::start(command, self.checkout, self.data)
    }
}
