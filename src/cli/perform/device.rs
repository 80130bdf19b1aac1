//! `authy perform device`: RFC 8628.

use std::time::Duration;

use openidconnect::Scope;
use openidconnect::core::{CoreDeviceAuthorizationResponse, CoreTokenResponse};
use serde_json::{Value, json};
use url::Url;

use super::arguments::PerformDevice;
use super::browser::{self, Person};
use super::code::{no_token_endpoint, person};
use super::party::Party;
use super::steps::Steps;
use super::{dpop, failures, id_token, tokens, userinfo};
use crate::cli::output::{CliError, Output};

/// What is asked when no scope is given: who it is.
const SCOPES: &[&str] = &["openid", "profile", "email"];

/// Runs the flow.
///
/// # Errors
/// When a step fails.
pub async fn run(arguments: &PerformDevice, out: Output) -> Result<(), CliError> {
    let person = person(arguments.username.as_ref(), arguments.password_file.as_ref())?;
    let secret = arguments.relying_party.secret()?;
    let mut steps = Steps::new(out);
    let party = Party::discover(&arguments.relying_party, secret, &mut steps).await?;
    let scopes = arguments.relying_party.scopes_or(SCOPES);
    let response = connect(&party, &scopes, person.as_ref(), &mut steps).await?;
    tokens::say(&response, &mut steps);
    let claims = id_token::verify(&party, &response, id_token::Expected::default(), &mut steps)?;
    if claims.is_none() && scopes.iter().any(|scope| scope == "openid") {
        return Err(failures::wrong("No ID token came, though the scope holds openid.", "OpenID Connect Core §3.1.3.3"));
    }
    let subject = claims.as_ref().and_then(|claims| claims.get("sub")).and_then(Value::as_str).map(str::to_owned);
    let userinfo = match &subject {
        Some(subject) => userinfo::ask(&party, &response, subject, &mut steps).await?,
        None => None,
    };
    steps.finish(json!({ "tokens": tokens::shown(&response, &scopes), "id_token_claims": claims, "userinfo": userinfo }));
    Ok(())
}

/// Asks for the codes, lets the person answer, and waits for the tokens.
async fn connect(party: &Party, scopes: &[String], person: Option<&Person>, steps: &mut Steps) -> Result<CoreTokenResponse, CliError> {
    let endpoint = party.metadata.additional_metadata().device_authorization_endpoint.clone();
    let endpoint = endpoint.ok_or_else(|| failures::wrong("The metadata names no device authorization endpoint.", "RFC 8628 §4"))?;
    let client = party.client.clone().set_device_authorization_url(endpoint);
    let request = client.exchange_device_code().add_scopes(scopes.iter().cloned().map(Scope::new));
    let request = party.resource_parameters().fold(request, |request, (name, value)| request.add_extra_param(name, value));
    let codes: CoreDeviceAuthorizationResponse = request.request_async(&party.transport).await.map_err(|error| failures::token(&error))?;
    steps
        .say("device", &format!("a code for {} s, to be asked about every {} s", codes.expires_in().as_secs(), codes.interval().as_secs()));
    match person {
        Some(person) => answer(party, &codes, person, steps).await?,
        None => steps.show_address(&format!("{}\nand type the code {}", codes.verification_uri().as_str(), codes.user_code().secret())),
    }
    let exchange = client.exchange_device_access_token(&codes).map_err(|_| no_token_endpoint())?;
    let waited = exchange.request_async(&party.channel(), tokio::time::sleep, None::<Duration>).await;
    let response = waited.map_err(|error| failures::token(&error))?;
    dpop::check(&response, party.prover.as_ref()).map(|()| response)
}

/// RFC 8628 §3.3: the person types the code and agrees.
async fn answer(party: &Party, codes: &CoreDeviceAuthorizationResponse, person: &Person, steps: &mut Steps) -> Result<(), CliError> {
    let address = codes.verification_uri().as_str();
    let start =
        Url::parse(address).map_err(|error| failures::wrong(format!("The verification_uri is no URL: {error}."), "RFC 8628 §3.2"))?;
    let target = browser::Target { issuer: party.metadata.issuer().url(), redirect_uri: None, user_code: Some(codes.user_code().secret()) };
    browser::walk(&party.transport, target, start, (person, steps)).await.map(drop)
}
