//! `authy user …`.

use clap::{Args, Subcommand};

use super::arguments::{DataOptions, PageOptions};
use super::output::{CliError, Output};

/// `authy user`.
#[derive(Args, Debug)]
pub struct UserCommand {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
    /// What to do.
    #[command(subcommand)]
    pub verb: UserVerb,
}

/// What to do with users.
#[derive(Debug, Subcommand)]
pub enum UserVerb {
    /// Make a user; without --password-stdin a terminal is asked for the password
    Create(UserCreate),
    /// List users
    List(PageOptions),
    /// Show a user
    Show(UserName),
    /// Set a password; every session of the user ends
    SetPassword(UserPassword),
    /// Lock a user out; sessions and tokens stop working
    Lock(UserName),
    /// Let a locked user in again
    Unlock(UserName),
    /// Delete a user and everything that hangs from it
    Delete(UserName),
}

/// `authy user create`.
#[derive(Args, Debug)]
pub struct UserCreate {
    /// What the person types to sign in
    pub username: String,
    /// E-mail address
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// The address is known to be the person's
    #[arg(long)]
    pub email_verified: bool,
    /// Full name
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// Another claim, as JSON or else as text; may be repeated
    #[arg(long = "claim", value_name = "NAME=JSON-OR-TEXT", value_parser = claim)]
    pub claims: Vec<(String, serde_json::Value)>,
    /// A group to be in; may be repeated
    #[arg(long = "group", value_name = "NAME")]
    pub groups: Vec<String>,
    /// May use the administration
    #[arg(long)]
    pub admin: bool,
    /// Read the password from one line of standard input
    #[arg(long)]
    pub password_stdin: bool,
}

/// A user by name or id.
#[derive(Args, Debug)]
pub struct UserName {
    /// User name, e-mail address or id (sub)
    pub user: String,
}

/// `authy user set-password`.
#[derive(Args, Debug)]
pub struct UserPassword {
    /// User name, e-mail address or id (sub)
    pub user: String,
    /// Read the password from one line of standard input
    #[arg(long)]
    pub password_stdin: bool,
}

/// `NAME=VALUE`: the value is JSON when it can be read as such, else text.
fn claim(text: &str) -> Result<(String, serde_json::Value), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => {
            Ok((name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| serde_json::Value::String(value.to_owned()))))
        }
        _ => Err("write it as NAME=VALUE, such as locale=de or address='{\"country\":\"Germany\"}'".to_owned()),
    }
}

/// Does it.
///
/// # Errors
/// When it is refused, not found, or the data is away.
pub async fn run(_: UserCommand, _: Output) -> Result<(), CliError> {
    Err(CliError::not_built("user"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::claim;

    #[test]
    fn a_claim_is_json_when_it_can_be_and_text_otherwise() {
        assert_eq!(claim("locale=de").unwrap(), ("locale".to_owned(), json!("de")));
        assert_eq!(claim("phone_number_verified=true").unwrap().1, json!(true));
        assert_eq!(claim("address={\"country\":\"Germany\"}").unwrap().1, json!({"country": "Germany"}));
        assert_eq!(claim("note=a=b").unwrap().1, json!("a=b"));
        assert_eq!(claim("empty=").unwrap().1, json!(""));
        assert!(claim("locale").is_err() && claim("=de").is_err());
    }
}
