//! What a presented token turns out to be, for the endpoints that take tokens: userinfo, introspection, revocation, token exchange, and
//! those that take hints.

use serde::Deserialize as _;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::app::App;
use crate::clock::Timestamp;
use crate::endpoints::token::issue::ACCESS_TOKEN_PREFIX;
use crate::grants::refresh_token::successor;
use crate::jose::keys::KeySet;
use crate::jose::verify::{self, Expect, Expiry, Typ};
use crate::jose::{JoseError, jwe};
use crate::model::confirmation::Confirmation;
use crate::sealing::{Purpose, Sealer};
use crate::spec::access_token::{GRANT_ID, Holder, OpaqueClaims};

/// Whether the text has the form of a refresh token; only the store knows more.
pub fn looks_like_refresh_token(token: &str) -> bool {
    token.starts_with(successor::PREFIX)
}

/// Opens or verifies an access token, sealed or signed; `None` for anything else, whatever is wrong with it.
/// Whether its grant lives is asked of the store.
pub fn access_token(token: &str, sealer: &Sealer, keys: &KeySet, (issuer, now): (&str, Timestamp)) -> Option<OpaqueClaims> {
    if token.starts_with(ACCESS_TOKEN_PREFIX) {
        let bytes = sealer.open_text(Purpose::AccessToken, ACCESS_TOKEN_PREFIX, token)?;
        let claims: OpaqueClaims = serde_json::from_slice(&bytes).ok()?;
        return (now < claims.expires_at).then_some(claims);
    }
    let expect = Expect { issuer, typ: Typ::AccessToken, expiry: Expiry::Refused, now };
    from_jwt(&verify::verify(keys, token, expect).ok()?)
}

/// Why an ID Token tells nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoIdToken {
    /// It is encrypted, but not to a key of ours: to the client that it was given to, say.
    Foreign(JoseError),
    /// Whatever else is wrong with it.
    Invalid(JoseError),
}

/// The claims of an ID Token of ours that a client brings back. An expired one may still hint, where `expiry` says so.
///
/// OIDC Core §3.1.2.1: of an encrypted ID Token the client "MUST decrypt the signed ID Token contained within", which it "MAY re-encrypt
/// […] to the Authentication Server".
///
/// # Errors
/// Why it is of no use.
pub fn id_token(app: &App, token: &str, expiry: Expiry) -> Result<Map<String, Value>, NoIdToken> {
    let (keys, now) = (app.keys.current(), app.now());
    let opened = match jwe::is_encrypted(token) {
        true => Some(keys.set.decrypt(token, (now, app.entropy.as_ref())).map_err(|error| match error {
            JoseError::Malformed(_) => NoIdToken::Invalid(error),
            _ => NoIdToken::Foreign(error),
        })?),
        false => None,
    };
    let signed = opened.as_ref().map_or(token, |signed| signed.expose().as_str());
    let expect = Expect { issuer: app.issuer.as_str(), typ: Typ::IdToken, expiry, now };
    verify::verify(&keys.set, signed, expect).map_err(NoIdToken::Invalid)
}

/// RFC 9068 §2.2, read back from a token of our own. Its subject is the one that the client knows; the grant names the person.
fn from_jwt(claims: &Map<String, Value>) -> Option<OpaqueClaims> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let moment = |name: &str| claims.get(name).and_then(Value::as_i64).map(Timestamp::from_seconds);
    let holder = match text(GRANT_ID) {
        Some(grant_id) => Holder::User { grant_id: Uuid::parse_str(&grant_id).ok()?, subject: text("sub")? },
        None => Holder::Client,
    };
    let audience = match claims.get("aud")? {
        Value::String(only) => vec![only.clone()],
        several => Vec::deserialize(several).ok()?,
    };
    Some(OpaqueClaims {
        holder,
        client_id: text("client_id")?,
        scope: text("scope").unwrap_or_default(),
        audience,
        issued_at: moment("iat")?,
        expires_at: moment("exp")?,
        jti: text("jti")?,
        confirmation: claims.get("cnf").map_or_else(|| Ok(Confirmation::default()), Confirmation::deserialize).ok()?,
        authorization_details: claims.get("authorization_details").and_then(Value::as_array).cloned().unwrap_or_default(),
        act: claims.get("act").cloned(),
    })
}
