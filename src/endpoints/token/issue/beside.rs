//! What travels beside an ID Token: OIDC Core §3.1.3.6, §3.3.2.11, CIBA Core §10.3.1. Pure.

use serde_json::Value;

use super::AccessToken;
use crate::jose;
use crate::jose::algorithm::Algorithm;
use crate::secret::Secret;
use crate::spec::ciba;

/// What an ID Token travels with; it carries the hashes of these: OIDC Core §3.1.3.6, §3.3.2.11, FAPI 1.0 Advanced §5.1.1.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// `at_hash`
    pub access_token: Option<&'a AccessToken>,
    /// `c_hash`
    pub code: Option<&'a Secret<String>>,
    /// `s_hash`
    pub state: Option<&'a str>,
    /// The refresh token beside it in a push: CIBA Core §10.3.1.
    pub refresh_token: Option<&'a Secret<String>>,
    /// The request that a push answers: CIBA Core §10.3.1.
    pub auth_req_id: Option<&'a Secret<String>>,
    /// There is no access token and none will come, so the claims of the scopes are here: OIDC Core §5.4.
    pub only: bool,
}

impl<'a> Beside<'a> {
    /// An ID Token of the token endpoint.
    pub fn access_token(token: &'a AccessToken) -> Self {
        Self { access_token: Some(token), ..Self::default() }
    }

    /// The claims that only a pushed ID Token has: CIBA Core §10.3.1.
    pub(super) fn of_push(&self, algorithm: Algorithm) -> impl Iterator<Item = (String, Value)> {
        let request = self.auth_req_id.map(|id| (ciba::AUTH_REQ_ID, id.expose().clone()));
        let refresh_token = self.refresh_token.map(|token| (ciba::REFRESH_TOKEN_HASH, jose::half_hash(algorithm, token.expose())));
        request.into_iter().chain(refresh_token).map(|(name, value)| (name.to_owned(), Value::from(value)))
    }
}
