//! `authy registration-token …`.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::arguments::{DataOptions, duration};
use super::open::Workplace;
use super::output::{CliError, Output};
use crate::admin::registration_tokens::{TokenDraft, json};

/// `authy registration-token`.
#[derive(Args, Debug)]
pub struct RegistrationTokenCommand {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
    /// What to do.
    #[command(subcommand)]
    pub verb: RegistrationTokenVerb,
}

/// What to do with initial access tokens (RFC 7591 §3).
#[derive(Debug, Subcommand)]
pub enum RegistrationTokenVerb {
    /// Make a token; it is printed once
    Create(RegistrationTokenCreate),
    /// List tokens
    List,
    /// Delete a token; the applications that it registered stay
    Delete(RegistrationTokenName),
}

/// `authy registration-token create`.
#[derive(Args, Debug)]
pub struct RegistrationTokenCreate {
    /// Name of the token: who gets it, or what for
    pub name: String,
    /// How many applications it may register; by default as many as it likes
    #[arg(long, value_name = "NUMBER")]
    pub uses: Option<u32>,
    /// How long it works, such as 7d; by default until it is deleted
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub expires: Option<Duration>,
}

/// A token by name or id.
#[derive(Args, Debug)]
pub struct RegistrationTokenName {
    /// Name or id of the token
    pub token: String,
}

/// Does it.
///
/// # Errors
/// When it is refused, not found, or the data is away.
pub async fn run(command: RegistrationTokenCommand, out: Output) -> Result<(), CliError> {
    let work = Workplace::open(&command.data, out).await?;
    let office = work.office();
    match command.verb {
        RegistrationTokenVerb::Create(RegistrationTokenCreate { name, uses, expires }) => {
            let (token, secret) = office.create_registration_token(&TokenDraft { name, uses, lifetime: expires }).await?;
            let mut shown = json(&token);
            if let Some(members) = shown.as_object_mut() {
                members.insert("token".to_owned(), secret.expose().as_str().into());
            }
            out.object(&shown);
        }
        RegistrationTokenVerb::List => {
            let items: Vec<_> = office.list_registration_tokens().await?.iter().map(json).collect();
            out.list(&items, None, &[("name", "NAME"), ("uses_left", "USES LEFT"), ("expires_at", "EXPIRES"), ("id", "ID")]);
        }
        RegistrationTokenVerb::Delete(RegistrationTokenName { token }) => {
            office.delete_registration_token(&token).await?;
            out.done(&format!("The registration token {token} is deleted."));
        }
    }
    Ok(())
}
