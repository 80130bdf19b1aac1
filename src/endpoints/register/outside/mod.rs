//! What a registration makes authy ask of others: the keys of those who sign software statements, and the documents that name the redirect
//! URIs of one sector.

use serde_json::{Map, Value};

use super::{draft, statement};
use crate::admin::clients::{self, outside::Unfit};
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
    let audience = [app.issuer.as_str().to_owned(), app.issuer.url("/oauth2/register")];
    let stated = statement::members(&statement, (&issuer, &audience), (&keys, app.now()))?;
    members.retain(|name, _| name.split_once('#').is_none_or(|(plain, _)| !stated.contains_key(plain)));
    members.extend(stated);
    members.insert("software_statement".to_owned(), Value::from(statement));
    Ok(())
}

/// A key set that cannot be had or read is the operator's to mend, who finds the reason in the log; the client is told to come again.
async fn keys(app: &App, source: &KeySource) -> Result<ClientKeys, Failure> {
    let away = |why: String| Failure::Busy(format!("the keys of software statements {why}").into());
    let bytes = match source {
        KeySource::File(path) => {
            tokio::fs::read(path).await.map_err(|error| away(format!("cannot be read from {:?}: {error}", path.display())))?
        }
        KeySource::Uri(uri) => {
            let answer = app.outbound.send(Request::get(Kind::KeySet, uri, Registrant::Administrator)).await;
            answer.map_err(|error| away(format!("could not be fetched: {error}")))?.body
        }
    };
    let set: Value = serde_json::from_slice(&bytes).map_err(|error| away(format!("are not usable: {error}")))?;
    ClientKeys::fetched(&set).map_err(|error| away(format!("are not usable: {error}")))
}

/// Addresses that authy would never ask are refused here already, and the document at `sector_identifier_uri` must name those of the client
/// (OIDC Registration §5).
///
/// # Errors
/// `invalid_client_metadata`.
pub async fn check(app: &App, draft: &ClientDraft) -> Result<(), Failure> {
    let unfit = clients::outside::check(app.outbound.as_ref(), draft, None).await;
    unfit.into_iter().next().map_or(Ok(()), |unfit| Err(refusal(unfit).into()))
}

fn refusal(unfit: Unfit) -> Refusal {
    let (field, sentence, why) = match unfit {
        Unfit::Address(field, why) => (field, "The provider does not connect to this address.", why),
        Unfit::Sector(why) => {
            ("sector_identifier_uri", "The document at sector_identifier_uri does not name the client's own addresses.", why)
        }
    };
    OAuthError::invalid_client_metadata(sentence).about(field).because(why)
}
