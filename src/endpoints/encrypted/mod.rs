//! Answers for the eyes of one client: a signed token, and encrypted to a key of the client where it registered that (RFC 7519 §5.2,
//! OIDC Core §10.2).

use crate::app::App;
use crate::client_auth::keys::{self, Freshness};
use crate::failure::Failure;
use crate::jose::jwe::{self, Encryption};
use crate::model::client::Client;
use crate::secret::Secret;
use crate::spec::error::OAuthError;

/// What can be encrypted, each by members of its own: OIDC Registration §2, RFC 9701 §6, JARM §3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `id_token_encrypted_response_alg`.
    IdToken,
    /// `userinfo_encrypted_response_alg`.
    UserInfo,
    /// `introspection_encrypted_response_alg`.
    Introspection,
    /// `authorization_encrypted_response_alg`.
    Authorization,
}

/// How the client wants it encrypted, if at all.
pub fn wanted(client: &Client, kind: Kind) -> Option<Encryption> {
    let protocol = &client.metadata.protocol;
    let (alg, enc) = match kind {
        Kind::IdToken => (&protocol.id_token_encrypted_response_alg, &protocol.id_token_encrypted_response_enc),
        Kind::UserInfo => (&protocol.userinfo_encrypted_response_alg, &protocol.userinfo_encrypted_response_enc),
        Kind::Introspection => (&protocol.introspection_encrypted_response_alg, &protocol.introspection_encrypted_response_enc),
        Kind::Authorization => (&protocol.authorization_encrypted_response_alg, &protocol.authorization_encrypted_response_enc),
    };
    Encryption::registered(alg.as_deref(), enc.as_deref())
}

/// A signed token as the client gets it.
///
/// # Errors
/// `invalid_request` when the client registered encryption and has no key for it: nothing leaves in the clear instead.
pub async fn token(app: &App, client: &Client, kind: Kind, signed: Secret<String>) -> Result<Secret<String>, Failure> {
    match wanted(client, kind) {
        None => Ok(signed),
        Some(how) => Box::pin(to(app, client, how, (Some("JWT"), signed.expose().as_bytes()))).await,
    }
}

/// Claims that are encrypted and not signed: OIDC Core §5.3.2.
///
/// # Errors
/// As [`token`].
pub async fn claims(app: &App, client: &Client, how: Encryption, claims: &[u8]) -> Result<Secret<String>, Failure> {
    Box::pin(to(app, client, how, (None, claims))).await
}

async fn to(
    app: &App,
    client: &Client,
    how: Encryption,
    (content_type, content): (Option<&str>, &[u8]),
) -> Result<Secret<String>, Failure> {
    const NO_KEY: OAuthError = OAuthError::invalid_request("The client has no key that this answer can be encrypted to.");
    let keys = keys::of_client(app, client, Freshness::Usual).await.map_err(|error| NO_KEY.because(error.to_string()))?;
    let key = jwe::recipient_key(keys.iter().map(|key| key.jwk()), how.alg);
    let key = key.ok_or_else(|| NO_KEY.because(format!("no key of the client is for {}", how.alg)))?;
    let encrypted = jwe::encrypt(key, how, content_type, content).map_err(|error| NO_KEY.because(error.to_string()))?;
    Ok(Secret::new(encrypted))
}
