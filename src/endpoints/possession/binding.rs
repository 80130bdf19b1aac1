//! To what the tokens of a client must be bound: RFC 8705 §3.4, RFC 9449 §5.2, and the profiles. Pure.

use crate::client_auth::Credentials;
use crate::jose::{Algorithm, ForeignToken};
use crate::model::client::{Client, Profile};
use crate::model::confirmation::{Binding, Confirmation};
use crate::spec::dpop;
use crate::spec::error::{OAuthError, Refusal};

/// What the registration and the profile ask for.
pub fn of(client: &Client) -> Binding {
    let protocol = &client.metadata.protocol;
    match (client.metadata.profile, protocol.dpop_bound_access_tokens, protocol.tls_client_certificate_bound_access_tokens) {
        // FAPI 1.0 Advanced §5.2.2 item 5: certificate-bound tokens, whatever else was registered.
        (Profile::Fapi1, ..) => Binding::Certificate,
        (_, true, true) => Binding::Either,
        (_, true, false) => Binding::DpopKey,
        (_, false, true) => Binding::Certificate,
        // FAPI 2.0 Security Profile §5.3.2.1 item 4: sender-constrained, by either way.
        (Profile::Fapi2, false, false) => Binding::Either,
        (Profile::Oauth21 | Profile::Legacy, false, false) => Binding::Optional,
    }
}

/// No token leaves that is bound to less than it must be.
///
/// # Errors
/// `invalid_dpop_proof` where a proof is missing (RFC 9449 §5.2), `invalid_request` where a certificate is.
pub fn check(wanted: Binding, confirmation: &Confirmation) -> Result<(), Refusal> {
    if wanted.allows(confirmation) {
        return Ok(());
    }
    Err(match wanted {
        Binding::Certificate => {
            OAuthError::invalid_request("The tokens of this client are bound to its certificate; connect with it.").into()
        }
        Binding::DpopKey | Binding::Either | Binding::Optional => {
            OAuthError::invalid_dpop_proof("The tokens of this client are bound to a key; send a proof of it.")
                .because("the client must bring a DPoP proof or a certificate, and brings none")
        }
    })
}

/// FAPI 2.0 Security Profile §5.4.1: PS256, ES256 or EdDSA.
///
/// # Errors
/// `invalid_dpop_proof`.
pub fn algorithm_is_allowed(client: &Client, credentials: &Credentials) -> Result<(), Refusal> {
    if !client.metadata.profile.is_fapi() {
        return Ok(());
    }
    let weak = |proof: &Option<String>| {
        proof.as_deref().and_then(|proof| ForeignToken::parse(proof).ok()).is_none_or(|proof| proof.algorithm == Algorithm::RS256)
    };
    if credentials.dpop.iter().any(weak) {
        return Err(dpop::invalid_proof().because("the profile of the client does not allow RS256"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::error::ErrorCode;
    use crate::spec::testing::client;

    fn with(profile: Profile, dpop: bool, certificate: bool) -> Binding {
        let mut client = client();
        client.metadata.profile = profile;
        client.metadata.protocol.dpop_bound_access_tokens = dpop;
        client.metadata.protocol.tls_client_certificate_bound_access_tokens = certificate;
        of(&client)
    }

    #[test]
    fn the_registration_decides_and_the_fapi_profiles_never_allow_bearer_tokens() {
        assert_eq!(with(Profile::Oauth21, false, false), Binding::Optional);
        assert_eq!(with(Profile::Oauth21, true, false), Binding::DpopKey);
        assert_eq!(with(Profile::Legacy, false, true), Binding::Certificate);
        assert_eq!(with(Profile::Fapi2, false, false), Binding::Either);
        assert_eq!(with(Profile::Fapi2, false, true), Binding::Certificate);
        assert_eq!(with(Profile::Fapi1, true, false), Binding::Certificate);
        let bearer = Confirmation::default();
        for (wanted, code) in [(Binding::DpopKey, ErrorCode::InvalidDpopProof), (Binding::Certificate, ErrorCode::InvalidRequest)] {
            assert_eq!(check(wanted, &bearer).unwrap_err().error.error, code);
        }
    }
}
