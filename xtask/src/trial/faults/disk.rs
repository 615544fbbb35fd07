//! The disk under the data is full, or takes no writes any more.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::process::{Shell, read};
use crate::trial::faults::{Row, on_sqlite};
use crate::trial::scene::Scene;

/// Holds the database of a short load, and is soon full.
const SIZE: &str = "size=24m,mode=0755";

pub(super) fn full(scene: &Scene) -> Result<Row> {
    let fault = "disk full";
    let data = scene.folder("full")?;
    let _disk = match Disk::mount(scene.shell, &data) {
        Ok(disk) => disk,
        Err(why) => return Ok(Row::skipped(fault, &why)),
    };
    on_sqlite(scene, fault, &data, Vec::new(), |_| {
        let filling = data.join("filling");
        fill(&filling)?;
        // What a later write frees or needs is taken as well: the disk stays full.
        let began = Instant::now();
        while began.elapsed() < scene.lengths.fault {
            fill(&filling)?;
            thread::park_timeout(scene.lengths.fault / 50);
        }
        fs::remove_file(&filling)?;
        Ok(Instant::now())
    })
}

/// The files of the database can be read and not written, though the server has them open.
pub(super) fn read_only(scene: &Scene) -> Result<Row> {
    let fault = "database read-only";
    let data = scene.folder("read-only")?;
    if let Err(why) = try_to_seal(scene.shell, &data.join("probe")) {
        return Ok(Row::skipped(fault, &why));
    }
    on_sqlite(scene, fault, &data, Vec::new(), |_| {
        let files = ["latchkey.db", "latchkey.db-wal"].map(|name| data.join(name));
        let _sealed = Sealed::seal(scene.shell, files.to_vec())?;
        thread::park_timeout(scene.lengths.fault);
        drop(_sealed);
        Ok(Instant::now())
    })
}

/// Appends until nothing more goes in.
fn fill(file: &Path) -> Result<()> {
    let mut file = File::options().create(true).append(true).open(file)?;
    for piece in [64 * 1024, 4096, 1] {
        while file.write_all(&vec![0; piece]).is_ok() {}
    }
    Ok(())
}

/// A small disk in memory, gone when dropped.
struct Disk<'a> {
    shell: &'a Shell,
    folder: PathBuf,
}

impl<'a> Disk<'a> {
    fn mount(shell: &'a Shell, folder: &Path) -> Result<Self> {
        let mut mount = shell.command("mount");
        mount.args(["-t", "tmpfs", "-o", SIZE, "latchkey-trial"]);
        read(mount.arg(folder)).context("no small disk can be mounted (it takes root)")?;
        Ok(Self {
            shell,
            folder: folder.to_owned(),
        })
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        if let Err(error) = read(self.shell.command("umount").arg(&self.folder)) {
            eprintln!("{error:#}");
        }
    }
}

/// Files that the system lets nobody write, until it is dropped. Who has one open is refused as well, unlike with
/// permissions; and a disk cannot be remounted read-only while one is open.
struct Sealed<'a> {
    shell: &'a Shell,
    files: Vec<PathBuf>,
}

impl<'a> Sealed<'a> {
    fn seal(shell: &'a Shell, files: Vec<PathBuf>) -> Result<Self> {
        let sealed = Self { shell, files };
        sealed.attribute("+i")?;
        Ok(sealed)
    }

    fn attribute(&self, change: &str) -> Result<()> {
        read(self.shell.command("chattr").arg(change).args(&self.files)).map(drop)
    }
}

impl Drop for Sealed<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.attribute("-i") {
            eprintln!("{error:#}");
        }
    }
}

fn try_to_seal(shell: &Shell, file: &Path) -> Result<()> {
    let mut probe = File::create(file)?;
    let sealed = Sealed::seal(shell, vec![file.to_owned()])
        .context("no file can be made immutable (it takes root, and a file system that can)")?;
    let refused = probe.write_all(b"x").is_err();
    drop(sealed);
    fs::remove_file(file)?;
    anyhow::ensure!(
        refused,
        "an immutable file that is open can still be written here"
    );
    Ok(())
}
