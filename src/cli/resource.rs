//! `authy resource …`.

use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::arguments::{DataOptions, duration};
use super::open::Workplace;
use super::output::{CliError, Output};
use crate::admin::resources::draft::{ResourceDraft, json};
use crate::config::Settings;
use crate::model::resource::Resource;
use crate::spec::protected_resource;

/// `authy resource`.
#[derive(Args, Debug)]
pub struct ResourceCommand {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
    /// What to do.
    #[command(subcommand)]
    pub verb: ResourceVerb,
}

/// What to do with resources (RFC 8707).
#[derive(Debug, Subcommand)]
pub enum ResourceVerb {
    /// Register an API
    Create(ResourceChange),
    /// List APIs
    List,
    /// Show an API, or the document that it publishes about itself
    Show(ResourceShow),
    /// Change an API; what is not named stays, a repeatable flag replaces its whole list
    Update(ResourceChange),
    /// Delete an API; no more tokens are made for it
    Delete(ResourceUri),
}

/// A resource by its identifier.
#[derive(Args, Debug)]
pub struct ResourceUri {
    /// Absolute URI that names the API
    pub uri: String,
}

/// `authy resource show`.
#[derive(Args, Debug)]
pub struct ResourceShow {
    /// Absolute URI that names the API
    pub uri: String,
    /// Print the Protected Resource Metadata (RFC 9728) that the API serves, for APIs on other hosts than authy
    #[arg(long)]
    pub metadata: bool,
}

/// What may be said about a resource.
#[derive(Args, Debug)]
pub struct ResourceChange {
    /// Absolute URI that names the API and becomes the aud of its tokens, such as `https://api.example.com`
    pub uri: String,
    /// Name for people; by default the URI
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// A scope that a token for it may have, such as orders:read, by default any of the client; may be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// Algorithm that signs its tokens; by default ES256
    #[arg(long, value_name = "ALGORITHM", value_parser = ["RS256", "PS256", "ES256", "EdDSA"])]
    pub signing_alg: Option<String>,
    /// How long its tokens live, such as 10m
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub access_token_lifetime: Option<Duration>,
    /// A client that may introspect its tokens; may be repeated
    #[arg(long = "introspection-client", value_name = "CLIENT")]
    pub introspection_clients: Vec<String>,
}

/// Does it.
///
/// # Errors
/// When it is refused, not found, or the data is away.
pub async fn run(command: ResourceCommand, out: Output) -> Result<(), CliError> {
    let work = Workplace::open(&command.data, out).await?;
    let office = work.office();
    match command.verb {
        ResourceVerb::Create(change) => {
            let blank = ResourceDraft { uri: change.uri.clone(), ..ResourceDraft::default() };
            let resource = office.create_resource(&changed(blank, change)).await?;
            work.provide_keys(std::iter::once(resource.signing_algorithm.as_str())).await?;
            out.object(&json(&resource));
        }
        ResourceVerb::List => {
            let items: Vec<_> = office.list_resources().await?.iter().map(json).collect();
            out.list(&items, None, &[("uri", "URI"), ("name", "NAME"), ("signing_algorithm", "ALGORITHM"), ("scopes", "SCOPES")]);
        }
        ResourceVerb::Show(ResourceShow { uri, metadata: false }) => out.object(&json(&office.find_resource(&uri).await?)),
        ResourceVerb::Show(ResourceShow { uri, metadata: true }) => {
            let document = published(&office.find_resource(&uri).await?, &work.settings)?;
            out.print(&document, || document.to_string());
        }
        ResourceVerb::Update(change) => {
            let stored = ResourceDraft::of(&office.find_resource(&change.uri).await?);
            let resource = office.update_resource(&changed(stored, change)).await?;
            work.provide_keys(std::iter::once(resource.signing_algorithm.as_str())).await?;
            out.object(&json(&resource));
        }
        ResourceVerb::Delete(ResourceUri { uri }) => {
            let uri = office.find_resource(&uri).await?.uri;
            office.delete_resource(&uri).await?;
            out.done(&format!("The resource {uri} is deleted."));
        }
    }
    Ok(())
}

/// RFC 9728 §2: what the API serves at its well-known place.
fn published(resource: &Resource, settings: &Settings) -> Result<Value, CliError> {
    let unset = || {
        let problem = "The issuer is not set and follows a port that the system chooses, and the document names it.";
        CliError::new("refused", problem, "Set AUTHY_ISSUER as the server has it.")
    };
    let issuer = settings.issuer_before_start().ok_or_else(unset)?;
    serde_json::to_value(protected_resource::metadata(resource, &issuer))
        .map_err(|error| CliError::failed(format!("The document cannot be written: {error}.")))
}

/// What is named wins; a repeatable flag replaces its whole list.
fn changed(mut draft: ResourceDraft, change: ResourceChange) -> ResourceDraft {
    draft.name = change.name.unwrap_or(draft.name);
    draft.signing_algorithm = change.signing_alg.or(draft.signing_algorithm);
    draft.access_token_lifetime = change.access_token_lifetime.map(|span| span.as_secs()).or(draft.access_token_lifetime);
    if !change.scopes.is_empty() {
        draft.scopes = change.scopes.iter().flat_map(|scope| scope.split_whitespace()).map(str::to_owned).collect();
    }
    if !change.introspection_clients.is_empty() {
        draft.introspection_clients = change.introspection_clients;
    }
    draft
}
