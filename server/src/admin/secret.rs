//! Reading what must not be seen: passwords come from the terminal or from standard input, never from an argument,
//! which everybody on the machine can read.

use std::io::{BufRead, IsTerminal, stdin};

use anyhow::{Context, bail, ensure};
use secrecy::SecretString;

/// The longest line that is read, in bytes: longer than any password may be.
const LONGEST: u64 = 4096;

/// Asks for a new password, twice, where somebody sits; else the first line of standard input is it.
///
/// # Errors
/// When there is none, or the two are not the same.
pub(super) fn new_password() -> anyhow::Result<SecretString> {
    if !stdin().is_terminal() {
        return Ok(first_line(stdin().lock())
            .context("the password on standard input")?
            .into());
    }
    let ask = |prompt: &str| rpassword::prompt_password(prompt).context("the terminal");
    let password = ask("New password: ")?;
    if password != ask("Once more: ")? {
        bail!("the two passwords are not the same");
    }
    Ok(password.into())
}

/// Reads a line that may be seen.
///
/// # Errors
/// When there is none.
pub(super) fn answer() -> anyhow::Result<String> {
    first_line(stdin().lock()).context("the answer on standard input")
}

/// The first line without its end; everything else of it is kept as it is.
fn first_line(input: impl BufRead) -> anyhow::Result<String> {
    let mut line = String::new();
    let mut input = input.take(LONGEST);
    input.read_line(&mut line).context("it is no text")?;
    ensure!(!line.is_empty(), "there is none");
    ensure!(
        line.ends_with('\n') || (line.len() as u64) < LONGEST,
        "it is longer than {LONGEST} bytes"
    );
    let without_end = line.strip_suffix('\n').unwrap_or(&line);
    let without_end = without_end.strip_suffix('\r').unwrap_or(without_end);
    Ok(without_end.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &[u8]) -> anyhow::Result<String> {
        first_line(input)
    }

    #[test]
    fn one_line_is_read_and_nothing_of_it_is_lost_but_its_end() {
        for (input, password) in [
            ("a password\n", "a password"),
            ("a password\r\n", "a password"),
            ("  blanks  \nand another line\n", "  blanks  "),
            ("without an end", "without an end"),
            ("\n", ""),
            ("mañana\0パスワード\n", "mañana\0パスワード"),
        ] {
            assert_eq!(read(input.as_bytes()).unwrap(), password, "{input:?}");
        }
    }

    #[test]
    fn what_is_no_line_of_text_is_refused() {
        for input in [&b""[..], b"\xff\xfe\n", &[b'a'; 5000]] {
            assert!(read(input).is_err());
        }
        assert_eq!(
            read(&[&[b'a'; 4095][..], b"\n"].concat()).unwrap().len(),
            4095
        );
    }
}
