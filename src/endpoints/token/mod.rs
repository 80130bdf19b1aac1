//! The token endpoint: RFC 6749 §3.2.

pub mod http;
pub mod issue;

use std::sync::Arc;

use serde_json::Value;

use crate::app::App;
use crate::client_auth::{self, AuthenticatedClient, Credentials, Presented};
use crate::endpoints::possession::{self, Possession};
use crate::endpoints::register;
use crate::failure::Failure;
use crate::grants::{self, Exchange, GrantType};
use crate::model::client::Client;
use crate::model::grant::Grant;
use crate::model::user::User;
use crate::spec::authorization_details;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::spec::resource::{self, Targets};

use issue::TokenResponse;

/// What the token endpoint learned before it failed or answered, for the log.
#[derive(Debug, Default)]
pub struct Trace {
    /// The client, once it has authenticated.
    pub client_id: Option<String>,
    /// The grant type, once it is known to exist.
    pub grant_type: Option<&'static str>,
    /// A nonce for the client's next DPoP proof.
    pub dpop_nonce: Option<String>,
}

/// RFC 6749 §3.2: authenticate, find the grant type, may this client use it, exchange.
///
/// # Errors
/// RFC 6749 §5.2.
pub async fn token(app: &App, body: &str, credentials: &Credentials, trace: &mut Trace) -> Result<TokenResponse, Failure> {
    let params = Params::parse(body)?; // RFC 6749 §3.2
    let client = client_auth::authenticate(app, &Presented { credentials, params: &params }).await?; // RFC 6749 §2.3
    trace.client_id = Some(client.client_id.clone());
    let grant = grants::find(params.require("grant_type")?)
        .ok_or_else(|| OAuthError::unsupported_grant_type("The grant type is not supported.").about("grant_type"))?;
    trace.grant_type = Some(grant.name());
    client_may_use(&client, grant)?; // RFC 6749 §5.2, unauthorized_client
    let Possession { confirmation, next_nonce, proof, .. } = possession::of_client(app, &client, credentials).await?; // RFC 9449 §5, RFC 8705 §3
    trace.dpop_nonce = next_nonce;
    let (confirmation, proof) = (&confirmation, proof.as_ref());
    let tokens = grant.exchange(Exchange { app, client: &client, params: &params, confirmation, proof, now: app.now() }).await?;
    register::usage::used(app, &client).await;
    Ok(tokens)
}

/// RFC 6749 §5.2: whether the client is registered for the grant type.
///
/// # Errors
/// `unauthorized_client`.
pub fn client_may_use(client: &AuthenticatedClient, grant: &'static dyn GrantType) -> Result<(), Refusal> {
    if client.is_public() && !grant.open_to_public_clients() {
        return Err(OAuthError::unauthorized_client("Public clients may not use this grant type.").into());
    }
    if client.may_use_grant_type(grant.name()) {
        return Ok(());
    }
    Err(OAuthError::unauthorized_client("The client is not registered for this grant type.")
        .because(format!("{} is not among the client's grant types", grant.name())))
}

/// The user of a grant, who must still be allowed in.
///
/// # Errors
/// `invalid_grant` when the account is gone or locked.
pub async fn active_user(app: &App, subject: &str) -> Result<Arc<User>, Failure> {
    match app.user(subject).await? {
        Some(user) if user.is_active() => Ok(user),
        _ => Err(OAuthError::invalid_grant("The grant is no longer valid.").because("the account is locked or deleted").into()),
    }
}

/// RFC 8707 §2.2: at the token endpoint `resource` names a subset of what was approved; without it, all of that. What an administrator has
/// taken from the client since is refused, as what is no longer registered.
///
/// # Errors
/// `invalid_target`.
pub async fn requested_resources(app: &App, client: &Client, params: &Params, approved: &[String]) -> Result<Targets, Failure> {
    targets(app, client, &resource::narrow(&resource::requested(params)?, approved)?).await
}

/// RFC 8707 §2: the resources that a request names, which the client may ask for.
///
/// # Errors
/// `invalid_target`.
pub async fn any_resources(app: &App, client: &Client, params: &Params) -> Result<Targets, Failure> {
    targets(app, client, &resource::requested(params)?).await
}

/// RFC 9396 §5: whether requested details fit the types that are registered now.
///
/// # Errors
/// `invalid_authorization_details`.
pub async fn fitting_details(app: &App, details: &[Value]) -> Result<(), Failure> {
    if !details.is_empty() {
        authorization_details::fit(details, &app.authorization_types().await?)?;
    }
    Ok(())
}

/// RFC 9396 §6, §7.1: the grant as this token request wants it, with some or all of the details that were approved.
///
/// # Errors
/// `invalid_authorization_details`.
pub async fn with_requested_details(app: &App, grant: &Grant, client: &Client, params: &Params) -> Result<Grant, Failure> {
    Ok(grant.clone().detailed_as(requested_details(app, client, params, &grant.authorization_details).await?))
}

/// RFC 9396 §6: the details that this token request wants of those that it may have; naming none means all of them.
///
/// # Errors
/// `invalid_authorization_details`.
pub async fn requested_details(app: &App, client: &Client, params: &Params, approved: &[Value]) -> Result<Vec<Value>, Failure> {
    let asked = authorization_details::requested(params, client)?;
    Ok(authorization_details::narrow(asked, &open_details(app, client, approved).await?)?)
}

/// Of the details that were approved, those that may still be given: an administrator may have taken a type from the client, or away.
///
/// # Errors
/// When the store is away.
pub async fn open_details(app: &App, client: &Client, approved: &[Value]) -> Result<Vec<Value>, Failure> {
    if approved.is_empty() {
        return Ok(Vec::new());
    }
    Ok(authorization_details::open(approved, client, &app.authorization_types().await?))
}

/// RFC 8707 §2: the resources of these names, for a token of this client.
///
/// # Errors
/// `invalid_target`.
pub async fn targets(app: &App, client: &Client, uris: &[String]) -> Result<Targets, Failure> {
    let mut known = Vec::with_capacity(uris.len());
    for uri in uris {
        known.extend(app.resource(uri).await?);
    }
    Ok(Targets::check(uris, &known, client)?)
}

/// RFC 8707 §2: these resources as they are registered, each once; one that is not registered stays as it is.
///
/// # Errors
/// When the store is away.
pub async fn as_registered(app: &App, uris: &[String]) -> Result<Vec<String>, Failure> {
    let mut registered: Vec<String> = Vec::with_capacity(uris.len());
    for uri in uris {
        let name = app.resource(uri).await?.map_or_else(|| uri.clone(), |known| known.uri.clone());
        if !registered.contains(&name) {
            registered.push(name);
        }
    }
    Ok(registered)
}
