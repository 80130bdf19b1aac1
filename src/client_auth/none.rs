//! Public clients: OIDC Core §9 `none`, RFC 6749 §2.1.

use super::{Method, Presented, Proof, Reading};
use crate::model::client::AuthMethod;
use crate::spec::error::Refusal;

/// `none`: the client only names itself.
#[derive(Debug)]
pub struct NoSecret;

impl Method for NoSecret {
    fn method(&self) -> AuthMethod {
        AuthMethod::None
    }

    fn read(&self, presented: &Presented<'_>) -> Result<Option<Vec<Reading>>, Refusal> {
        Ok(name_alone(presented).map(|client_id| vec![Reading { client_id: client_id.to_owned(), proof: Proof::Nothing }]))
    }
}

/// The `client_id` of a request that proves nothing by itself.
pub(super) fn name_alone<'a>(presented: &Presented<'a>) -> Option<&'a str> {
    let proves = ["client_secret", "client_assertion", "client_assertion_type"].iter().any(|name| presented.params.get(name).is_some());
    if proves || !presented.credentials.authorization.is_empty() { None } else { presented.params.get("client_id") }
}
