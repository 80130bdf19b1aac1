//! Secrets come from standard input, a prompt or a file, never from an argument.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};
use std::path::Path;

use super::output::{CliError, Output};
use crate::secret::Secret;

/// The longest line that is read, in bytes.
const LONGEST: u64 = 64 * 1024;

/// One line of standard input, without its end. Called again it reads the next line.
///
/// # Errors
/// When there is no line, or it is empty, too long or not UTF-8.
pub fn line(what: &str) -> Result<Secret<String>, CliError> {
    let mut text = String::new();
    let read = io::stdin().lock().take(LONGEST).read_line(&mut text);
    let line = Secret::new(text);
    read.map_err(|error| CliError::failed(format!("Standard input cannot be read: {error}.")))?;
    let trimmed = trim(line.expose());
    if trimmed.is_empty() || line.expose().len() as u64 >= LONGEST {
        return Err(CliError::new(
            "refused",
            format!("Standard input holds no {what}."),
            format!("Pipe one line with the {what} into the command."),
        ));
    }
    Ok(trimmed.into())
}

/// The content of a file, without one final newline.
///
/// # Errors
/// When it cannot be read or is empty.
pub fn file(path: &Path, what: &str) -> Result<Secret<String>, CliError> {
    let mend = || format!("Name a file that holds the {what}.");
    let content = std::fs::read_to_string(path).map(Secret::new).map_err(|error| {
        CliError::new(
            "refused",
            format!("The file {:?} cannot be read: {}.", path.display(), crate::config::sources::reason(&error)),
            mend(),
        )
    })?;
    match trim(content.expose()) {
        "" => Err(CliError::new("refused", format!("The file {:?} is empty.", path.display()), mend())),
        text => Ok(text.into()),
    }
}

/// A new password: a line of standard input with `--password-stdin`, else asked for twice at a terminal. `None`: there is nobody to ask.
///
/// # Errors
/// When the two differ, or nothing comes.
pub fn new_password(from_stdin: bool, out: Output) -> Result<Option<Secret<String>>, CliError> {
    if from_stdin {
        return line("password").map(Some);
    }
    if out.json || !io::stdin().is_terminal() {
        return Ok(None);
    }
    let (first, second) = (prompt("Password: ")?, prompt("The same again: ")?);
    if first != second {
        return Err(CliError::new("refused", "The two passwords differ.", "Run the command again and type the same password twice."));
    }
    if first.expose().is_empty() {
        return Err(CliError::new("refused", "The password is empty.", "Run the command again and type a password."));
    }
    Ok(Some(first))
}

/// Asks for a secret at the terminal, without showing it.
///
/// # Errors
/// When there is no terminal.
pub fn prompt(question: &str) -> Result<Secret<String>, CliError> {
    rpassword::prompt_password(question).map(Secret::new).map_err(|error| {
        CliError::new("refused", format!("The terminal cannot be read: {error}."), "Pipe the secret in with the --…-stdin flag.")
    })
}

fn trim(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::trim;

    #[test]
    fn one_line_end_is_taken_off_and_spaces_stay() {
        assert_eq!([trim(" a b \n"), trim("a\r\n"), trim("a\n\n"), trim("a")], [" a b ", "a", "a\n", "a"]);
    }
}
