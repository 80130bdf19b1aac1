//! `authy perform client-credentials`: RFC 6749 §4.4.

use openidconnect::Scope;
use serde_json::json;

use super::arguments::PerformClientCredentials;
use super::code::no_token_endpoint;
use super::party::Party;
use super::steps::Steps;
use super::{dpop, failures, tokens};
use crate::cli::output::{CliError, Output};

/// Runs the flow.
///
/// # Errors
/// When a step fails.
pub async fn run(arguments: &PerformClientCredentials, out: Output) -> Result<(), CliError> {
    let secret = arguments.relying_party.secret()?;
    let mut steps = Steps::new(out);
    let party = Party::discover(&arguments.relying_party, secret, &mut steps).await?;
    let scopes = arguments.relying_party.scopes_or(&[]);
    let request = party.client.exchange_client_credentials().map_err(|_| no_token_endpoint())?;
    let request = request.add_scopes(scopes.iter().cloned().map(Scope::new));
    let request = party.resource_parameters().fold(request, |request, (name, value)| request.add_extra_param(name, value));
    let response = request.request_async(&party.channel()).await.map_err(|error| failures::token(&error))?;
    dpop::check(&response, party.prover.as_ref())?;
    tokens::say(&response, &mut steps);
    steps.finish(json!({ "tokens": tokens::shown(&response, &scopes), "id_token_claims": null, "userinfo": null }));
    Ok(())
}
