//! `authy client …`.

pub mod arguments;
mod draft;

use clap::{Args, Subcommand};

use super::arguments::{DataOptions, PageOptions};
use super::open::Workplace;
use super::output::{CliError, Output};
use super::stdin;
use crate::admin::clients::{document, json};
use crate::admin::fault::{Fault, Faults};
use crate::admin::office::{Office, Problem};
use crate::boot;
use crate::entropy::OsEntropy;
use crate::model::client::{AuthMethod, ClientOrigin};
use crate::sealing::Sealer;
use crate::spec::client_metadata::ClientDraft;
use crate::store::sql::Page;
use arguments::{ClientCreate, ClientUpdate, MetadataArguments};

/// `authy client`.
#[derive(Args, Debug)]
pub struct ClientCommand {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
    /// What to do.
    #[command(subcommand)]
    pub verb: ClientVerb,
}

/// What to do with clients.
#[derive(Debug, Subcommand)]
pub enum ClientVerb {
    /// Register an application; its secret is printed once
    Create(Box<ClientCreate>),
    /// List applications
    List(PageOptions),
    /// Show an application
    Show(ClientName),
    /// Change an application; what is not named stays, a repeatable flag replaces its whole list
    Update(Box<ClientUpdate>),
    /// Give an application another secret, printed once; the old one works until it is retired
    RotateSecret(ClientRotate),
    /// Delete an application and every grant to it
    Delete(ClientName),
}

/// A client by id or unique name.
#[derive(Args, Debug)]
pub struct ClientName {
    /// Client id, or name if only one has it
    pub client: String,
}

/// `authy client rotate-secret`.
#[derive(Args, Debug)]
pub struct ClientRotate {
    /// Client id, or name if only one has it
    pub client: String,
    /// Take the new secret from one line of standard input instead of making one
    #[arg(long)]
    pub secret_stdin: bool,
    /// The old secrets stop working at once
    #[arg(long)]
    pub retire_old: bool,
}

const COLUMNS: &[(&str, &str)] = &[
    ("client_id", "CLIENT ID"),
    ("client_name", "NAME"),
    ("token_endpoint_auth_method", "AUTHENTICATION"),
    ("grant_types", "GRANTS"),
    ("enabled", "ENABLED"),
];

/// Does it.
///
/// # Errors
/// When it is refused, not found, or the data is away.
pub async fn run(command: ClientCommand, out: Output) -> Result<(), CliError> {
    let work = Workplace::open(&command.data, out).await?;
    let office = work.office();
    match command.verb {
        ClientVerb::Create(arguments) => create(&work, *arguments, out).await?,
        ClientVerb::List(page) => {
            let page = Page { search: page.search, after: page.after, limit: page.limit };
            let (clients, next) = office.clients_page(&page).await?;
            let items: Vec<_> = clients.iter().map(json::client).collect();
            out.list(&items, next.as_deref(), COLUMNS);
        }
        ClientVerb::Show(ClientName { client }) => out.object(&json::client(&office.find_client(&client).await?)),
        ClientVerb::Update(arguments) => update(&work, *arguments, out).await?,
        ClientVerb::RotateSecret(arguments) => rotate(&work, &arguments, out).await?,
        ClientVerb::Delete(ClientName { client }) => {
            let client = office.find_client(&client).await?;
            office.delete_client(&client.client_id).await?;
            out.done(&format!("{} is deleted.", client.name));
        }
    }
    Ok(())
}

/// The master key, opened only for a client that signs with its secret.
async fn sealer(work: &Workplace, method: Option<&str>) -> Result<Option<Sealer>, CliError> {
    if method != Some(AuthMethod::ClientSecretJwt.as_str()) {
        return Ok(None);
    }
    Ok(Some(boot::master_key(&work.settings, &work.sql, &OsEntropy, work.now).await?.sealer))
}

async fn create(work: &Workplace, arguments: ClientCreate, out: Output) -> Result<(), CliError> {
    refuse_secret_argument(&arguments.metadata, "Pipe it in with --secret-stdin, or leave it out: authy makes one and prints it once.")?;
    let mut draft = ClientDraft::new(arguments.name.clone(), ClientOrigin::Administrator);
    read_files(&arguments.metadata, &mut draft)?;
    draft.name = arguments.name;
    draft.client_id = arguments.client_id.or(draft.client_id);
    draft.public |= arguments.public;
    if arguments.secret_stdin {
        draft.secret = Some(stdin::line("secret")?);
    }
    let sealer = sealer(work, draft.auth_method.as_deref()).await?;
    let office = Office { sealer: sealer.as_ref(), ..work.office() };
    let (client, made) = office.create_client(&draft).await?;
    work.provide_keys(client.metadata.signing_algorithms()).await?;
    let secret = made.or_else(|| draft.secret.clone().filter(|_| !client.is_public()));
    out.object(&json::registered(&client, secret.as_ref()));
    Ok(())
}

async fn update(work: &Workplace, arguments: ClientUpdate, out: Output) -> Result<(), CliError> {
    refuse_secret_argument(&arguments.metadata, ROTATE)?;
    let office = work.office();
    let mut client = office.find_client(&arguments.client).await?;
    let mut draft = ClientDraft::of(&client);
    read_files(&arguments.metadata, &mut draft)?;
    if draft.secret.is_some() {
        return Err(refuse("An update does not change the secret, and the metadata file has a client_secret.", ROTATE));
    }
    draft.name = arguments.name.unwrap_or(draft.name);
    draft::change_kind(&mut draft);
    let mut made = None;
    if draft != ClientDraft::of(&client) {
        let sealer = sealer(work, draft.auth_method.as_deref()).await?;
        let office = Office { sealer: sealer.as_ref(), ..office };
        (client, made) = office.update_client(&client, &draft).await?;
        work.provide_keys(client.metadata.signing_algorithms()).await?;
    }
    if let Some(enabled) = arguments.enabled {
        client = office.enable_client(&client.client_id, enabled).await?;
    }
    out.object(&json::registered(&client, made.as_ref()));
    Ok(())
}

async fn rotate(work: &Workplace, arguments: &ClientRotate, out: Output) -> Result<(), CliError> {
    let found = work.office().find_client(&arguments.client).await?;
    let sealer = sealer(work, found.metadata.auth_method.map(AuthMethod::as_str)).await?;
    let office = Office { sealer: sealer.as_ref(), ..work.office() };
    let client_id = found.client_id;
    let (mut client, secret) = if arguments.secret_stdin {
        let brought = stdin::line("secret")?;
        (office.bring_secret(&client_id, &brought).await?, brought)
    } else {
        office.rotate_secret(&client_id).await?
    };
    if arguments.retire_old {
        client = office.retire_old_secrets(&client_id).await?;
    }
    out.object(&json::registered(&client, Some(&secret)));
    Ok(())
}

/// What to do instead of an update.
const ROTATE: &str = "Leave client_secret out and run: authy client rotate-secret CLIENT; with --secret-stdin it takes one of yours.";

/// Whoever is on the machine sees the arguments of its programs.
fn refuse_secret_argument(arguments: &MetadataArguments, mend: &str) -> Result<(), CliError> {
    let is_secret = |member: &String| {
        let name = member.split('=').next().unwrap_or_default();
        name.trim().eq_ignore_ascii_case("client_secret")
    };
    match arguments.members.iter().any(is_secret) {
        true => Err(refuse("A secret is not taken from an argument: others on this machine can read it there.", mend)),
        false => Ok(()),
    }
}

fn refuse(message: &str, mend: &str) -> CliError {
    Problem::from(Faults::from(Fault::new("metadata", message, mend))).into()
}

/// The metadata document first, then the flags: flags beside it win.
fn read_files(arguments: &MetadataArguments, draft: &mut ClientDraft) -> Result<(), CliError> {
    if let Some(path) = &arguments.metadata_file {
        let text = stdin::file(path, "client metadata")?;
        document::read(text.expose(), draft).map_err(Problem::from)?;
    }
    let jwks = match &arguments.jwks_file {
        None => None,
        Some(path) => Some(document::key_set(stdin::file(path, "key set")?.expose()).map_err(Problem::from)?),
    };
    draft::apply(arguments, jwks, draft);
    for assignment in &arguments.members {
        document::assign(assignment, draft).map_err(Problem::from)?;
    }
    Ok(())
}
