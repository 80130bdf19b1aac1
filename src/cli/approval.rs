//! `authy approval …`: requests of applications that wait for a person (OpenID CIBA).

use clap::{Args, Subcommand};

use super::arguments::DataOptions;
use super::open::Workplace;
use super::output::{CliError, Output};
use crate::admin::approvals::json;

/// `authy approval`.
#[derive(Args, Debug)]
pub struct ApprovalCommand {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
    /// What to do.
    #[command(subcommand)]
    pub verb: ApprovalVerb,
}

/// What to do with requests.
#[derive(Debug, Subcommand)]
pub enum ApprovalVerb {
    /// List the requests of enabled applications that wait for an answer: the newest first, a hundred at most
    List(ListArguments),
    /// Allow a request in the person's name
    Allow(RequestName),
    /// Refuse a request in the person's name
    Deny(RequestName),
}

/// Which requests.
#[derive(Args, Debug)]
pub struct ListArguments {
    /// Only those of this user: user name, e-mail address or id (sub)
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
}

/// A request.
#[derive(Args, Debug)]
pub struct RequestName {
    /// Its id, or the `auth_req_id` that the application was given
    pub id: String,
}

/// Does it.
///
/// # Errors
/// When it is refused, not found, or the data is away.
pub async fn run(command: ApprovalCommand, out: Output) -> Result<(), CliError> {
    let work = Workplace::open(&command.data, out).await?;
    let office = work.office();
    match command.verb {
        ApprovalVerb::List(arguments) => {
            let items: Vec<_> = office.list_approvals(arguments.user.as_deref()).await?.iter().map(json).collect();
            let columns = [("id", "ID"), ("client_id", "CLIENT"), ("sub", "USER"), ("binding_message", "MESSAGE"), ("expires_at", "UNTIL")];
            out.list(&items, None, &columns);
        }
        ApprovalVerb::Allow(RequestName { id }) => out.object(&json(&office.answer_approval(&id, true).await?)),
        ApprovalVerb::Deny(RequestName { id }) => out.object(&json(&office.answer_approval(&id, false).await?)),
    }
    Ok(())
}
