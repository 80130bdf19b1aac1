//! `authy perform refresh`: RFC 6749 §6, OpenID Connect Core §12.

use openidconnect::RefreshToken;
use serde_json::json;

use super::arguments::PerformRefresh;
use super::code::exchange_refresh_token;
use super::party::Party;
use super::steps::Steps;
use super::{id_token, tokens};
use crate::cli::output::{CliError, Output};
use crate::cli::stdin;

/// Runs the flow. Userinfo is not asked: should that fail, the new refresh token would be lost.
///
/// # Errors
/// When a step fails.
pub async fn run(arguments: &PerformRefresh, out: Output) -> Result<(), CliError> {
    let secret = arguments.relying_party.secret()?;
    let token = match &arguments.refresh_token_file {
        Some(path) => stdin::file(path, "refresh token")?,
        None => stdin::line("refresh token")?,
    };
    let mut steps = Steps::new(out);
    let party = Party::discover(&arguments.relying_party, secret, &mut steps).await?;
    let scopes = arguments.relying_party.scopes_or(&[]);
    let response = exchange_refresh_token(&party, &RefreshToken::new(token.expose().clone()), &scopes).await?;
    tokens::say(&response, &mut steps);
    let claims = id_token::verify(&party, &response, id_token::Expected::default(), &mut steps)?;
    steps.finish(json!({ "tokens": tokens::shown(&response, &scopes), "id_token_claims": claims, "userinfo": null }));
    Ok(())
}
