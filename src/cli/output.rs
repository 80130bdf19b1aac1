//! The only place that prints: text or JSON on standard output, errors on standard error.

use std::io::{self, Write as _};

use serde_json::{Value, json};

use crate::boot::{BootError, trouble};
use crate::config::{Problem, Problems};

/// How a command prints.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// One JSON value, and no prompt.
    pub json: bool,
}

impl Output {
    /// Prints what a command has to say: one value, or its text.
    pub fn print(self, value: &Value, text: impl FnOnce() -> String) {
        if self.json { self::text(&format!("{value}\n")) } else { self::text(&with_newline(text())) }
    }

    /// Prints a list: `{"items":[…],"next":…}`, or a table of the given columns.
    pub fn list(self, items: &[Value], next: Option<&str>, columns: &[(&str, &str)]) {
        self.print(&json!({ "items": items, "next": next }), || {
            let mut text = table(items, columns);
            if let Some(next) = next {
                text.push_str(&format!("more: --after {next}\n"));
            }
            text
        });
    }

    /// Prints one object: JSON, or a line per member that is not null.
    pub fn object(self, value: &Value) {
        self.print(value, || {
            let members = value.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
            members.map(|(name, value)| format!("{name}: {}\n", cell(value))).collect()
        });
    }

    /// Prints a sentence for people beside what was printed.
    pub fn aside(self, sentence: &str) {
        if !self.json {
            lines(&[sentence.to_owned()]);
        }
    }

    /// Prints that something was done: `{}`, or a sentence.
    pub fn done(self, sentence: &str) {
        self.print(&json!({}), || sentence.to_owned());
    }
}

/// What went wrong, for the person or script that ran a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    /// A word for scripts: `not_found`, `already_exists`, `refused`, `failed`, `usage`, `invalid_configuration`.
    pub error: String,
    /// One sentence. Never a secret.
    pub message: String,
    /// One sentence: what to do.
    pub mend: String,
    /// Wrong settings, each with its own mend.
    pub problems: Vec<Problem>,
    /// 1: refused or failed; 2: wrong usage.
    pub exit_code: u8,
}

impl CliError {
    /// An error with exit code 1.
    pub fn new(error: &str, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { error: error.to_owned(), message: message.into(), mend: mend.into(), problems: Vec::new(), exit_code: 1 }
    }

    /// Something that is broken rather than refused.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new("failed", message, "`authy config check` and `authy doctor` find most causes.")
    }

    /// Wrong usage, as the parser of the command line tells it: exit code 2.
    pub fn usage(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        // The first paragraph: what is wrong, which arguments are missing, which values are possible.
        let paragraph: Vec<&str> = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
        let message = paragraph.join(" ").trim_start_matches("error: ").to_owned();
        Self { exit_code: 2, ..Self::new("usage", message, "See the same command with --help.") }
    }

    /// Wrong usage that only the command itself can see: exit code 2.
    pub fn misused(message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { exit_code: 2, ..Self::new("usage", message, mend) }
    }
}

impl From<Problems> for CliError {
    fn from(Problems(problems): Problems) -> Self {
        let join = |text: fn(&Problem) -> String| problems.iter().map(text).collect::<Vec<_>>().join(" ");
        let message = join(|problem| format!("{}: {}", problem.key, problem.problem));
        let mend = join(|problem| format!("{}: {}", problem.key, problem.mend));
        Self { problems, ..Self::new("invalid_configuration", message, mend) }
    }
}

impl From<anyhow::Error> for CliError {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => error,
            Err(error) => match error.downcast::<BootError>() {
                Ok(error) => error.into(),
                Err(error) => {
                    let words = format!("{error:#}");
                    trouble::of(&words).map_or_else(|| Self::failed(words), Self::from)
                }
            },
        }
    }
}

impl std::fmt::Display for CliError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}

/// Prints lines on standard output, each complete when it returns.
pub fn lines(lines: &[String]) {
    text(&lines.iter().map(|line| format!("{line}\n")).collect::<String>());
}

/// Prints text as it is. A reader that has gone away is no reason to fail: what it wanted, it has.
pub fn text(text: &str) {
    let mut out = io::stdout().lock();
    let _nobody_reads = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints an error on standard error: `{"error","message","mend"}`, or the sentence and its mend.
pub fn error(error: &CliError, json: bool) {
    let text = if json {
        format!("{}\n", json!({ "error": error.error, "message": error.message, "mend": error.mend }))
    } else if error.problems.is_empty() {
        format!("error: {}\n mend: {}\n", error.message, error.mend)
    } else {
        error.problems.iter().map(|problem| format!("error: {}: {}\n mend: {}\n", problem.key, problem.problem, problem.mend)).collect()
    };
    let _nobody_reads = io::stderr().lock().write_all(text.as_bytes());
}

fn with_newline(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// A table with a heading: (member, heading) per column.
fn table(items: &[Value], columns: &[(&str, &str)]) -> String {
    let mut rows = vec![columns.iter().map(|(_, heading)| (*heading).to_owned()).collect::<Vec<String>>()];
    rows.extend(items.iter().map(|item| columns.iter().map(|(member, _)| item.get(member).map(cell).unwrap_or_default()).collect()));
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// A value on one line, without the control characters that would move a terminal's cursor.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => items.iter().map(cell).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    };
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_and_cannot_move_the_cursor() {
        let items = [json!({"name": "ada", "groups": ["a", "b"], "admin": true}), json!({"name": "gr\u{1b}[2Jace", "groups": []})];
        let text = table(&items, &[("name", "NAME"), ("groups", "GROUPS"), ("admin", "ADMIN")]);
        assert_eq!(text, "NAME       GROUPS  ADMIN\nada        a b     true\ngr\u{fffd}[2Jace\n");
    }

    #[test]
    fn an_error_of_a_command_survives_its_way_through_anyhow() {
        let error = CliError::new("not_found", "There is no user \"ada\".", "See `authy user list`.");
        assert_eq!(CliError::from(anyhow::Error::new(error.clone()).context("while looking")), error);
        assert_eq!(CliError::from(anyhow::anyhow!("inner").context("outer")).message, "outer: inner");
        let boot = CliError::from(anyhow::Error::new(BootError::new("It is away.", "Start it.")));
        assert_eq!((boot.message.as_str(), boot.mend.as_str(), boot.exit_code), ("It is away.", "Start it.", 1));
    }
}
