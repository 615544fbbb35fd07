//! Leaving while somebody listens to what never ends by itself.

use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::io::AsyncReadExt;

use crate::program::Program;
use crate::visitor::Visitor;

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_does_not_keep_the_program_from_leaving() {
    let dir = TempDir::new().unwrap();
    let mut program = Program::start(dir.path());
    let ada = Visitor::sign_up(program.address, "ada".to_owned()).await;
    let mut stream = ada.unwrap().listen(program.address).await;
    let asked = Instant::now();
    let status = Command::new("kill")
        .args(["-TERM", &program.child.id().to_string()])
        .status();
    assert!(status.unwrap().success());
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(
        !rest.contains("ended"),
        "the session goes on elsewhere: {rest}"
    );
    assert!(program.child.wait().unwrap().success());
    // What is under way may take ten seconds: this is not waited for.
    assert!(asked.elapsed() < Duration::from_secs(8));
}
