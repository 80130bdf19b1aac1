//! What a registration makes authy ask of others: the keys of those who sign software statements, and the documents that name the redirect
//! URIs of one sector.

use serde_json::{Map, Value};

use super::{draft, statement};
use crate::app::App;
use crate::config::registration::KeySource;
use crate::failure::Failure;
use crate::jose::client_keys::ClientKeys;
use crate::outbound::{Kind, Registrant, Request};
use crate::spec::client_metadata::ClientDraft;
use crate::spec::error::{OAuthError, Refusal};

/// RFC 7591 §2.3, §3.1.1: the claims of a software statement "MUST take precedence" over what stands beside it. The statement is kept, as the
/// answer must repeat it.
///
/// # Errors
/// `invalid_software_statement`, `unapproved_software_statement`, or `invalid_client_metadata` where a statement is demanded and missing.
pub async fn state(app: &App, members: &mut Map<String, Value>) -> Result<(), Failure> {
    let statement = match members.remove("software_statement") {
        Some(Value::String(statement)) => statement,
        Some(_) => return Err(statement::invalid("the statement is no text").into()),
        None if app.settings.registration.require_software_statement => {
            return Err(draft::invalid("software_statement", "Clients need a software statement to register here.").into());
        }
        None => return Ok(()),
    };
    let issuer = statement::issuer(&statement)?;
    let known = app.settings.registration.software_statement_issuers.iter().find(|known| known.issuer == issuer);
    let known = known.ok_or_else(|| statement::unapproved("its issuer is not among registration.software_statement_issuers"))?;
    let keys = keys(app, &known.keys).await?;
    members.extend(statement::members(&statement, &issuer, (&keys, app.now()))?);
    members.insert("software_statement".to_owned(), Value::from(statement));
    Ok(())
}

async fn keys(app: &App, source: &KeySource) -> Result<ClientKeys, Failure> {
    let bytes = match source {
        KeySource::File(path) => tokio::fs::read(path)
            .await
            .map_err(|error| Failure::Broken(anyhow::Error::new(error).context("a key set of software statements")))?,
        KeySource::Uri(uri) => {
            let answer = app.outbound.send(Request::get(Kind::KeySet, uri, Registrant::Administrator)).await;
            answer.map_err(|error| Failure::Busy(format!("the keys of software statements could not be fetched: {error}").into()))?.body
        }
    };
    let unusable = |why: String| Failure::Broken(anyhow::anyhow!("the key set of software statements is not usable: {why}"));
    let set: Value = serde_json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))?;
    ClientKeys::fetched(&set).map_err(|error| unusable(error.to_string()))
}

/// OIDC Registration §5: the document at `sector_identifier_uri` must name every redirect URI of the client. Addresses that authy would
/// never ask are refused here already.
///
/// # Errors
/// `invalid_client_metadata`.
pub async fn check(app: &App, draft: &ClientDraft) -> Result<(), Failure> {
    let protocol = &draft.protocol;
    let asked = [
        ("jwks_uri", &protocol.jwks_uri),
        ("sector_identifier_uri", &protocol.sector_identifier_uri),
        ("backchannel_logout_uri", &protocol.backchannel_logout_uri),
        ("backchannel_client_notification_endpoint", &protocol.backchannel_client_notification_endpoint),
    ];
    let asked = asked.into_iter().filter_map(|(field, uri)| Some((field, uri.as_ref()?)));
    for (field, uri) in asked.chain(protocol.request_uris.iter().map(|uri| ("request_uris", uri))) {
        let without_fragment = uri.split('#').next().unwrap_or_default();
        app.outbound.check(without_fragment, Registrant::Anybody).map_err(|error| address(field, error.to_string()))?;
    }
    let Some(uri) = &protocol.sector_identifier_uri else { return Ok(()) };
    let answer = app.outbound.send(Request::get(Kind::SectorIdentifier, uri, Registrant::Anybody)).await;
    let body = answer.map_err(|error| sector(error.to_string()))?.body;
    let listed: Vec<String> = serde_json::from_slice(&body).map_err(|_| sector("it is no JSON array of texts"))?;
    if draft.redirect_uris.iter().all(|uri| listed.contains(uri)) {
        return Ok(());
    }
    Err(sector("it lacks a redirect URI of the client").into())
}

fn address(field: &'static str, why: String) -> Refusal {
    OAuthError::invalid_client_metadata("The provider does not connect to this address.").about(field).because(why)
}

fn sector(why: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    let error =
        OAuthError::invalid_client_metadata("The document at sector_identifier_uri does not name every redirect URI of the client.");
    error.about("sector_identifier_uri").because(why)
}
