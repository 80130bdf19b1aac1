//! Whether a refresh token may be used: RFC 6749 §6, RFC 9700 §4.14. Pure.

use std::time::Duration;

use super::invalid_token;
use crate::clock::Timestamp;
use crate::grants::open;
use crate::model::client::Client;
use crate::model::confirmation::Confirmation;
use crate::model::grant::Grant;
use crate::model::refresh_token::RefreshToken;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::grant_type::REFRESH_TOKEN;
use crate::spec::params::Params;
use crate::spec::scope::{OFFLINE_ACCESS, OPENID, Scope};

/// OIDC Core §11: a client is given one if it has the grant type and either this is no OpenID request or `offline_access` was approved.
pub fn is_given(client: &Client, scopes: &[String]) -> bool {
    let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
    client.may_use_grant_type(REFRESH_TOKEN.name) && (!has(OPENID) || has(OFFLINE_ACCESS))
}

/// Where a token stands in its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The newest of its family.
    Newest,
    /// Rotated a moment ago: a client that lost the answer asks again.
    InGrace,
    /// Rotated longer ago: somebody else has it.
    Reused,
}

/// The rules in order. A wrong client is refused before anything about the family is looked at, and never touches it.
///
/// # Errors
/// `invalid_grant`, always with the same sentence.
pub fn usable(token: &RefreshToken, grant: &Grant, client: &Client, (now, grace): (Timestamp, Duration)) -> Result<Standing, Refusal> {
    if grant.client_id != client.client_id {
        return Err(invalid_token().because("the refresh token belongs to another client"));
    }
    if grant.revoked_at.is_some() {
        return Err(invalid_token().because("the grant of this refresh token is revoked"));
    }
    if now >= token.absolute_expires_at {
        return Err(invalid_token().because("the family has reached its absolute end"));
    }
    match token.rotated_at {
        Some(rotated_at) if now.since(rotated_at) <= grace => Ok(Standing::InGrace),
        Some(_) => Ok(Standing::Reused),
        None if now >= token.expires_at => Err(invalid_token().because("the refresh token has been idle for too long")),
        None => Ok(Standing::Newest),
    }
}

/// RFC 9449 §5: a refresh token of a public client is bound to the key of its first request; a thief has not got that.
///
/// # Errors
/// `invalid_grant`.
pub fn holds_its_keys(token: &RefreshToken, shown: &Confirmation) -> Result<(), Refusal> {
    if token.confirmation.is_met_by(shown) {
        return Ok(());
    }
    Err(invalid_token().because("the refresh token is bound to a key that the request does not prove"))
}

/// RFC 9449 §5: what a public client gets is bound to the key that it shows, at a refresh too; what is bound stays so.
pub fn binds_next(token: &RefreshToken, client: &Client, shown: &Confirmation) -> Confirmation {
    if token.confirmation.is_none() && client.is_public() { shown.clone() } else { token.confirmation.clone() }
}

/// What was granted and the client may still have; without `offline_access` there is nothing to refresh.
///
/// # Errors
/// `invalid_grant`.
pub fn still_open(grant: &Grant, client: &Client) -> Result<Vec<String>, Refusal> {
    let open: Vec<String> = open::scopes(&grant.scopes, client).cloned().collect();
    if grant.has_scope(OFFLINE_ACCESS) && !open.iter().any(|scope| scope == OFFLINE_ACCESS) {
        return Err(invalid_token().because("the client may not have offline_access any more"));
    }
    Ok(open)
}

/// RFC 6749 §6: the scope "MUST NOT include any scope not originally granted"; when omitted it is the granted one.
///
/// # Errors
/// `invalid_scope`.
pub fn narrowed_scope(params: &Params, granted: &[String]) -> Result<Vec<String>, Refusal> {
    let Some(requested) = params.get("scope") else { return Ok(granted.to_vec()) };
    let requested = Scope::parse(requested)?;
    if requested.iter().all(|scope| granted.iter().any(|known| known == scope)) {
        return Ok(requested.to_vec());
    }
    Err(OAuthError::invalid_scope("The scope goes beyond what was granted.").about("scope").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::client;

    #[test]
    fn an_openid_request_gets_one_for_offline_access_only_and_nobody_without_the_grant_type() {
        let mut client = client();
        let given = |client: &Client, scope: &str| is_given(client, &Scope::parse(scope).unwrap().to_vec());
        client.metadata.grant_types = vec!["authorization_code".to_owned(), "refresh_token".to_owned()];
        for (scope, expected) in [("openid email", false), ("openid offline_access", true), ("read", true), ("", true)] {
            assert_eq!(given(&client, scope), expected, "{scope:?}");
        }
        client.metadata.grant_types.pop();
        assert!(!given(&client, "openid offline_access") && !given(&client, "read"));
    }
}
