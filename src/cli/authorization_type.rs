//! `authy authorization-type …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::arguments::DataOptions;
use super::open::Workplace;
use super::output::{CliError, Output};
use super::stdin;
use crate::admin::authorization_types::draft::{TypeDraft, json};

/// `authy authorization-type`.
#[derive(Args, Debug)]
pub struct AuthorizationTypeCommand {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
    /// What to do.
    #[command(subcommand)]
    pub verb: AuthorizationTypeVerb,
}

/// What to do with types of authorization details (RFC 9396).
#[derive(Debug, Subcommand)]
pub enum AuthorizationTypeVerb {
    /// Register a type
    Create(TypeChange),
    /// List types
    List,
    /// Show a type
    Show(TypeName),
    /// Change a type; what is not named stays
    Update(TypeChange),
    /// Delete a type; nobody can ask for it any more
    Delete(TypeName),
}

/// A type by its name.
#[derive(Args, Debug)]
pub struct TypeName {
    /// The type of its details
    #[arg(value_name = "TYPE")]
    pub kind: String,
}

/// What may be said about a type.
#[derive(Args, Debug)]
pub struct TypeChange {
    /// The type of its details, such as payment_initiation
    #[arg(value_name = "TYPE")]
    pub kind: String,
    /// File with the JSON Schema that every detail must fit
    #[arg(long, value_name = "FILE")]
    pub schema_file: Option<PathBuf>,
    /// A detail in words, with members of it in braces: "Pay {amount} to {creditor.name}"
    #[arg(long, value_name = "TEXT")]
    pub sentence: Option<String>,
}

/// Does it.
///
/// # Errors
/// When it is refused, not found, or the data is away.
pub async fn run(command: AuthorizationTypeCommand, out: Output) -> Result<(), CliError> {
    let work = Workplace::open(&command.data, out).await?;
    let office = work.office();
    match command.verb {
        AuthorizationTypeVerb::Create(change) => {
            let draft = changed(TypeDraft { kind: change.kind.clone(), ..TypeDraft::default() }, change)?;
            out.object(&json(&office.create_authorization_type(&draft).await?));
        }
        AuthorizationTypeVerb::List => {
            let items: Vec<_> = office.list_authorization_types().await?.iter().map(json).collect();
            out.list(&items, None, &[("type", "TYPE"), ("sentence", "SENTENCE")]);
        }
        AuthorizationTypeVerb::Show(TypeName { kind }) => out.object(&json(&office.find_authorization_type(&kind).await?)),
        AuthorizationTypeVerb::Update(change) => {
            let draft = changed(TypeDraft::of(&office.find_authorization_type(&change.kind).await?), change)?;
            out.object(&json(&office.update_authorization_type(&draft).await?));
        }
        AuthorizationTypeVerb::Delete(TypeName { kind }) => {
            office.delete_authorization_type(&kind).await?;
            out.done(&format!("The type {kind} is deleted."));
        }
    }
    Ok(())
}

/// What is named wins.
fn changed(mut draft: TypeDraft, change: TypeChange) -> Result<TypeDraft, CliError> {
    if let Some(path) = change.schema_file {
        draft.schema = Some(stdin::file(&path, "schema")?.expose().clone());
    }
    draft.sentence = change.sentence.unwrap_or(draft.sentence);
    Ok(draft)
}
