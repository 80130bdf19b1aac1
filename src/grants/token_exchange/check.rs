//! What may be got in exchange for a token: RFC 8693 §2.1. Pure.

use serde_json::Value;

use super::Held;
use crate::model::client::Client;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::spec::resource;
use crate::spec::scope::{OFFLINE_ACCESS, Scope};
use crate::spec::token_exchange::{self, Presented, Requested};

/// A request whose parameters fit together.
#[derive(Debug)]
pub struct Request<'a> {
    /// Whose access is exchanged.
    pub subject: (&'a str, Presented),
    /// Who acts, if not the client itself.
    pub actor: Option<(&'a str, Presented)>,
    /// What is to come back.
    pub requested: Requested,
}

/// RFC 8693 §2.1: `actor_token_type` is required with `actor_token` "and MUST NOT be included otherwise".
///
/// # Errors
/// `invalid_request`.
pub fn request(params: &Params) -> Result<Request<'_>, Refusal> {
    let subject = (params.require("subject_token")?, Presented::parse(params.require("subject_token_type")?, "subject_token_type")?);
    let actor = match (params.get("actor_token"), params.get("actor_token_type")) {
        (None, None) => None,
        (Some(token), Some(kind)) => Some((token, Presented::parse(kind, "actor_token_type")?)),
        _ => {
            let error = OAuthError::invalid_request("actor_token and actor_token_type go together.");
            return Err(error.about("actor_token").into());
        }
    };
    Ok(Request { subject, actor, requested: Requested::parse(params.get("requested_token_type"))? })
}

/// RFC 6749 §3.3: never wider than the subject token and what the client may have. Access while the person is away does not pass on.
///
/// # Errors
/// `invalid_scope`.
pub fn scope(params: &Params, subject: &Held, client: &Client) -> Result<Vec<String>, Refusal> {
    let passed_on = subject.scope.intersect(&client.metadata.scopes).minus(&std::iter::once(OFFLINE_ACCESS).collect());
    let invalid = |sentence| OAuthError::invalid_scope(sentence).about("scope");
    match params.get("scope") {
        Some(asked) => {
            let asked = Scope::parse(asked)?;
            if asked.is_subset_of(&passed_on) {
                return Ok(asked.to_vec());
            }
            Err(invalid("A scope is not in the subject token, or not open to this client.").into())
        }
        None if passed_on.is_empty() && !subject.scope.is_empty() => {
            Err(invalid("No scope of the subject token is open to this client.").into())
        }
        None => Ok(passed_on.to_vec()),
    }
}

/// RFC 8693 §2.1: `resource` and `audience` name where the token is to be used; it must be good there already.
///
/// # Errors
/// `invalid_target`.
pub fn targets(params: &Params, good_for: &[String]) -> Result<Vec<String>, Refusal> {
    let mut asked = resource::requested(params)?;
    asked.extend(params.all("audience").map(str::to_owned));
    asked.sort();
    asked.dedup();
    resource::narrow(&asked, good_for)
}

/// Who the new token says acts. Impersonation (RFC 8693 §1.1) says nothing of it, and only clients that were told so may do that.
///
/// # Errors
/// `invalid_grant` when too many have acted before.
pub fn act(subject: &Held, actor: Option<&Held>, client: &Client) -> Result<Option<Value>, Refusal> {
    if actor.is_none() && client.metadata.protocol.exchange_impersonation {
        return Ok(subject.act.clone());
    }
    let shown = actor.map_or(client.client_id.as_str(), |actor| actor.known_as.as_str());
    token_exchange::act(shown, subject.act.as_ref()).map(Some)
}
