//! Signed assertions: `private_key_jwt` and `client_secret_jwt` (RFC 7523 §2.2, OIDC Core §9).

use super::{Method, Presented, Proof, Reading, invalid_client};
use crate::jose::{Algorithm, client_keys, compact};
use crate::model::client::{AuthMethod, Client};
use crate::secret::Secret;
use crate::spec::client_assertion::{ASSERTION_TYPE, TYPES, claimed_client};
use crate::spec::error::Refusal;
use crate::spec::{signing_algorithm, typ};

/// `token_endpoint_auth_signing_alg_values_supported`: RFC 8414 §2.
pub const SIGNING_ALGORITHMS: &[&str] = &["PS256", "ES256", "EdDSA", "Ed25519", "RS256", "HS256"];

/// `private_key_jwt`.
#[derive(Debug)]
pub struct PrivateKeyJwt;

impl Method for PrivateKeyJwt {
    fn method(&self) -> AuthMethod {
        AuthMethod::PrivateKeyJwt
    }

    fn read(&self, presented: &Presented<'_>) -> Result<Option<Vec<Reading>>, Refusal> {
        Ok(read(presented)?.filter(|(_, symmetric)| !symmetric).map(|(reading, _)| vec![reading]))
    }
}

/// `client_secret_jwt`.
#[derive(Debug)]
pub struct ClientSecretJwt;

impl Method for ClientSecretJwt {
    fn method(&self) -> AuthMethod {
        AuthMethod::ClientSecretJwt
    }

    fn read(&self, presented: &Presented<'_>) -> Result<Option<Vec<Reading>>, Refusal> {
        Ok(read(presented)?.filter(|(_, symmetric)| *symmetric).map(|(reading, _)| vec![reading]))
    }
}

/// RFC 7521 §4.2: the assertion names the client; a `client_id` beside it must be the same. Also whether its header speaks of a shared
/// secret: that tells the two methods apart, and the registration then says whether the client may use it.
fn read(presented: &Presented<'_>) -> Result<Option<(Reading, bool)>, Refusal> {
    let params = presented.params;
    let token = match (params.get("client_assertion_type"), params.get("client_assertion")) {
        (None, None) => return Ok(None),
        (Some(ASSERTION_TYPE), Some(token)) => token,
        (Some(ASSERTION_TYPE), None) => return Err(invalid_client().because("there is a client_assertion_type without client_assertion")),
        _ => return Err(invalid_client().because("the client_assertion_type is missing or is not the one of JWTs")),
    };
    let Some((header, claims)) = compact::unverified_header(token).zip(compact::unverified_claims(token)) else {
        return Err(invalid_client().because("the client_assertion is not a signed JWT"));
    };
    // RFC 8725 §3.11: the same key signs request objects and proofs.
    if !typ::is_absent_or_one_of(TYPES, &header) {
        return Err(invalid_client().because("the typ of the client_assertion is that of something else"));
    }
    let Some(client_id) = claimed_client(&claims) else {
        return Err(invalid_client().because("the client_assertion has no sub"));
    };
    if params.get("client_id").is_some_and(|named| named != client_id) {
        return Err(invalid_client().because("client_id is not the sub of the client_assertion"));
    }
    let reading = Reading { client_id: client_id.to_owned(), proof: Proof::Assertion(Secret::new(token.to_owned())) };
    Ok(Some((reading, client_keys::claims_shared_secret(&header))))
}

/// The algorithms that a client's assertions may have: the only one that it registered for them, as far as its profile leaves it.
pub fn algorithms(client: &Client) -> &'static [Algorithm] {
    signing_algorithm::taken(client.metadata.profile, client.metadata.protocol.token_endpoint_auth_signing_alg.as_deref())
}
