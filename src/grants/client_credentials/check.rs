//! Which scopes a client may have for itself: RFC 6749 §3.3, §4.4. Pure.

use std::sync::Arc;

use crate::model::resource::Resource;
use crate::spec::claims::STANDARD_SCOPES;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::resource;
use crate::spec::scope::Scope;

/// The requested scopes, all of which must be registered; without any, every registered scope that does not speak of a person.
///
/// # Errors
/// `invalid_scope`.
pub fn scope(requested: Option<&str>, registered: &[String]) -> Result<Vec<String>, Refusal> {
    // They speak of a person, which a client alone is not: OIDC Core §5.4, §11.
    let open = || registered.iter().filter(|scope| !STANDARD_SCOPES.contains(&scope.as_str()));
    let Some(requested) = requested else { return Ok(open().cloned().collect()) };
    let requested = Scope::parse(requested)?;
    if requested.iter().all(|scope| open().any(|known| known == scope)) {
        return Ok(requested.to_vec());
    }
    Err(OAuthError::invalid_scope("A scope is unknown or not open to this client.").about("scope").into())
}

/// Of the scopes that were asked for, the resources must list some.
///
/// # Errors
/// `invalid_scope`.
pub fn some_left(requested: Option<&str>, scope: &[String], resources: &[Arc<Resource>]) -> Result<(), Refusal> {
    if requested.is_none() || scope.is_empty() || !resource::open_scopes(scope, resources).is_empty() {
        return Ok(());
    }
    Err(OAuthError::invalid_scope("None of the scopes is one of the resource.").about("scope").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_gets_its_own_scopes_and_never_those_of_people() {
        let registered = ["openid".to_owned(), "read".to_owned(), "write".to_owned()];
        assert_eq!(scope(None, &registered).unwrap(), ["read", "write"]);
        assert_eq!(scope(Some("write"), &registered).unwrap(), ["write"]);
        assert!(scope(Some("openid"), &registered).is_err());
        assert!(scope(Some("admin"), &registered).is_err());
    }
}
