//! What an assertion may be exchanged for: RFC 7523 §2.1. Pure.

use crate::model::client::Client;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::spec::scope::{OFFLINE_ACCESS, Scope};

/// The scopes asked for, all of which must be the client's; without any, all of the client's. Access while the person is away is what
/// assertions are there for, so it needs no scope.
///
/// # Errors
/// `invalid_scope`.
pub fn scope(params: &Params, client: &Client) -> Result<Vec<String>, Refusal> {
    let open: Vec<String> = client.metadata.scopes.iter().filter(|scope| *scope != OFFLINE_ACCESS).cloned().collect();
    let Some(asked) = params.get("scope") else { return Ok(open) };
    let asked = Scope::parse(asked)?;
    if asked.iter().all(|scope| open.iter().any(|known| known == scope)) {
        return Ok(asked.to_vec());
    }
    Err(OAuthError::invalid_scope("A scope is unknown or not open to this client.").about("scope").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::client;

    #[test]
    fn a_scope_of_others_is_refused() {
        let mut client = client();
        client.metadata.scopes = ["read", "offline_access"].map(str::to_owned).to_vec();
        let scope = |asked: &str| scope(&Params::from_pairs([("scope", asked)]), &client);
        assert_eq!(scope("").unwrap(), ["read"]);
        assert_eq!(scope("read").unwrap(), ["read"]);
        assert!(scope("read write").is_err() && scope("offline_access").is_err());
    }
}
