//! Client secrets: RFC 6749 §2.3.1.

use super::{Method, Presented, Proof, Reading, invalid_client};
use crate::model::client::AuthMethod;
use crate::secret::Secret;
use crate::spec::basic;
use crate::spec::error::{OAuthError, Refusal};

/// `client_secret_basic`.
#[derive(Debug)]
pub struct ClientSecretBasic;

impl Method for ClientSecretBasic {
    fn method(&self) -> AuthMethod {
        AuthMethod::ClientSecretBasic
    }

    fn read(&self, presented: &Presented<'_>) -> Result<Option<Vec<Reading>>, Refusal> {
        let header = match presented.credentials.authorization.as_slice() {
            [] => return Ok(None),
            [Some(header)] => header,
            [None] => return Err(invalid_client().because("the Authorization header is not text")),
            _ => return Err(OAuthError::invalid_request("The request has more than one Authorization header.").into()),
        };
        let Some(credentials) = basic::parse(header)? else { return Ok(None) };
        let readings: Vec<Reading> =
            credentials.into_iter().map(|pair| Reading { client_id: pair.client_id, proof: Proof::Secret(pair.client_secret) }).collect();
        // RFC 6749 §3.2.1 allows client_id in the body beside the header, but only the same one.
        if let Some(named) = presented.params.get("client_id")
            && !readings.iter().any(|reading| reading.client_id == named)
        {
            return Err(OAuthError::invalid_request("The client_id differs from the one in the Authorization header.")
                .about("client_id")
                .into());
        }
        Ok(Some(readings))
    }
}

/// `client_secret_post`.
#[derive(Debug)]
pub struct ClientSecretPost;

impl Method for ClientSecretPost {
    fn method(&self) -> AuthMethod {
        AuthMethod::ClientSecretPost
    }

    fn read(&self, presented: &Presented<'_>) -> Result<Option<Vec<Reading>>, Refusal> {
        let Some(secret) = presented.params.get("client_secret") else { return Ok(None) };
        let client_id = presented
            .params
            .get("client_id")
            .ok_or_else(|| OAuthError::invalid_request("The request has a client_secret but no client_id.").about("client_id"))?;
        Ok(Some(vec![Reading { client_id: client_id.to_owned(), proof: Proof::Secret(Secret::new(secret.to_owned())) }]))
    }
}
