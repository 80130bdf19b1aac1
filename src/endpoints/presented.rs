//! What a presented token turns out to be, for the endpoints that take tokens: userinfo, introspection and revocation.

use serde_json::Value;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::endpoints::token::issue::ACCESS_TOKEN_PREFIX;
use crate::grants::refresh_token::successor;
use crate::jose::keys::KeySet;
use crate::jose::verify::{self, Expect, Typ};
use crate::sealing::{Purpose, Sealer};
use crate::spec::access_token::{Holder, JwtClaims, OpaqueClaims};

/// An access token whose seal or signature held and which has not expired. Whether its grant lives is asked of the store.
#[derive(Debug)]
pub struct AccessTokenFacts {
    /// For whom it acts.
    pub holder: Holder,
    /// The client it was issued to.
    pub client_id: String,
    /// Space-delimited.
    pub scope: String,
    /// `aud`; empty for opaque tokens, which are for authy's own endpoints.
    pub audience: Vec<String>,
    /// When.
    pub issued_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Its own name.
    pub jti: String,
}

impl AccessTokenFacts {
    /// Whether a scope was granted.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|granted| granted == scope)
    }

    /// The grant that it dies with, if it acts for a user.
    pub const fn grant_id(&self) -> Option<Uuid> {
        match &self.holder {
            Holder::User { grant_id, .. } => Some(*grant_id),
            Holder::Client => None,
        }
    }
}

/// Whether the text has the form of a refresh token; only the store knows more.
pub fn looks_like_refresh_token(token: &str) -> bool {
    token.starts_with(successor::PREFIX)
}

/// Opens or verifies an access token; `None` for anything else, whatever is wrong with it (T-AT-1, T-JWT-2).
pub fn access_token(token: &str, sealer: &Sealer, keys: &KeySet, (issuer, now): (&str, Timestamp)) -> Option<AccessTokenFacts> {
    if token.starts_with(ACCESS_TOKEN_PREFIX) {
        let bytes = sealer.open_text(Purpose::AccessToken, ACCESS_TOKEN_PREFIX, token)?;
        let claims: OpaqueClaims = serde_json::from_slice(&bytes).ok()?;
        return (now < claims.expires_at).then_some(AccessTokenFacts {
            holder: claims.holder,
            client_id: claims.client_id,
            scope: claims.scope,
            audience: claims.audience,
            issued_at: claims.issued_at,
            expires_at: claims.expires_at,
            jti: claims.jti,
        });
    }
    let expect = Expect { issuer, typ: Typ::AccessToken, check_expiry: true, now };
    let claims = verify::verify(keys, token, &expect).ok()?;
    let claims = JwtClaims::from_json(&Value::Object(claims))?;
    Some(AccessTokenFacts {
        holder: claims.holder,
        client_id: claims.client_id,
        scope: claims.scope,
        audience: claims.audience,
        issued_at: claims.issued_at,
        expires_at: claims.expires_at,
        jti: claims.jti,
    })
}
