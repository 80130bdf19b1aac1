//! Public clients: OIDC Core §9 `none`, RFC 6749 §2.1.

use super::{Attempt, Method, Presented, Reading};
use crate::model::client::AuthMethod;
use crate::spec::error::Refusal;

/// `none`: the client only names itself.
#[derive(Debug)]
pub struct NoSecret;

impl Method for NoSecret {
    fn name(&self) -> &'static str {
        AuthMethod::None.as_str()
    }

    fn read(&self, presented: &Presented<'_>) -> Result<Option<Attempt>, Refusal> {
        if !presented.credentials.authorization.is_empty() || presented.params.get("client_secret").is_some() {
            return Ok(None);
        }
        Ok(presented.params.get("client_id").map(|client_id| Attempt {
            method: AuthMethod::None,
            readings: vec![Reading { client_id: client_id.to_owned(), secret: None }],
        }))
    }
}
