//! To what the tokens of a client must be bound: RFC 8705 §3.4, RFC 9449 §5.2, and the profiles. Pure.

use crate::jose::Algorithm;
use crate::model::client::{Client, Profile};
use crate::model::confirmation::{Binding, Confirmation};
use crate::spec::bearer::Scheme;
use crate::spec::dpop;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::signing_algorithm::left_by;

/// What a refusal is about that misses a certificate, as others are about a parameter.
pub const CERTIFICATE: &str = "certificate";

/// What the registration and the profile ask for.
pub fn of(client: &Client) -> Binding {
    let protocol = &client.metadata.protocol;
    match (client.metadata.profile, protocol.dpop_bound_access_tokens, protocol.tls_client_certificate_bound_access_tokens) {
        // FAPI 1.0 Advanced §5.2.2 item 5: certificate-bound tokens, whatever else was registered.
        (Profile::Fapi1, ..) => Binding::Certificate,
        // RFC 9449 §5.2: "the authorization server MUST reject token requests from the client that do not contain the DPoP header".
        (_, true, true) => Binding::Both,
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
    if wanted == Binding::Certificate || (wanted == Binding::Both && confirmation.jkt.is_some()) {
        let unproven = OAuthError::invalid_request("The tokens of this client are bound to its certificate; connect with it.");
        return Err(unproven.about(CERTIFICATE).because("the client must connect with a certificate, and the request comes without one"));
    }
    Err(OAuthError::invalid_dpop_proof("The tokens of this client are bound to a key; send a proof of it.")
        .because("the client must bring a DPoP proof or a certificate, and brings none"))
}

/// A proof is signed with what the profile leaves: FAPI 2.0 Security Profile §5.4.1, FAPI 1.0 Advanced §8.6.
///
/// # Errors
/// `invalid_dpop_proof`.
pub fn algorithm_is_allowed(client: &Client, algorithm: Option<Algorithm>) -> Result<(), Refusal> {
    match algorithm.filter(|algorithm| !left_by(client.metadata.profile).contains(algorithm)) {
        Some(algorithm) => Err(dpop::invalid_proof().because(format!("the profile of the client does not leave {algorithm}"))),
        None => Ok(()),
    }
}

/// Whether an access token may be used so: with the scheme it was issued for, by whoever holds its keys. RFC 9449 §7.1, RFC 8705 §3.
///
/// # Errors
/// `invalid_token`.
pub fn use_of_token(bound_to: &Confirmation, scheme: Scheme, shown: &Confirmation) -> Result<(), Refusal> {
    const INVALID: OAuthError = OAuthError::invalid_token("The access token is bound to a key that the request does not prove.");
    match (bound_to.jkt.is_some(), scheme) {
        (true, Scheme::Bearer) => Err(INVALID.because("a DPoP-bound token was sent as a bearer token")),
        (false, Scheme::Dpop) => Err(INVALID.because("the token is not bound to a DPoP key")),
        _ if bound_to.is_met_by(shown) => Ok(()),
        _ => Err(INVALID.because("another key or certificate than the one that the token is bound to")),
    }
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
    fn a_proof_is_signed_with_what_the_profile_leaves() {
        let mut client = client();
        for (profile, left) in [(Profile::Oauth21, 4), (Profile::Legacy, 4), (Profile::Fapi2, 3), (Profile::Fapi1, 2)] {
            client.metadata.profile = profile;
            assert!(algorithm_is_allowed(&client, None).is_ok(), "a request without a proof");
            let allowed = Algorithm::ALL.into_iter().filter(|algorithm| algorithm_is_allowed(&client, Some(*algorithm)).is_ok());
            assert_eq!(allowed.count(), left, "{profile:?}");
        }
        assert!(
            algorithm_is_allowed(&client, Some(Algorithm::EdDSA)).is_err() && algorithm_is_allowed(&client, Some(Algorithm::ES256)).is_ok()
        );
    }

    #[test]
    fn the_registration_decides_and_the_fapi_profiles_never_allow_bearer_tokens() {
        assert_eq!(with(Profile::Oauth21, false, false), Binding::Optional);
        assert_eq!(with(Profile::Oauth21, true, false), Binding::DpopKey);
        assert_eq!(with(Profile::Legacy, false, true), Binding::Certificate);
        assert_eq!(with(Profile::Fapi2, false, false), Binding::Either);
        assert_eq!(with(Profile::Fapi2, false, true), Binding::Certificate);
        assert_eq!(with(Profile::Fapi1, true, false), Binding::Certificate);
        assert_eq!(with(Profile::Oauth21, true, true), Binding::Both);
        let of = |jkt: Option<&str>, certificate: Option<&str>| Confirmation {
            jkt: jkt.map(str::to_owned),
            certificate: certificate.map(str::to_owned),
        };
        assert!(check(Binding::Both, &of(Some("k"), Some("c"))).is_ok());
        for (given, code) in [(of(None, Some("c")), ErrorCode::InvalidDpopProof), (of(Some("k"), None), ErrorCode::InvalidRequest)] {
            assert_eq!(check(Binding::Both, &given).unwrap_err().error.error, code);
        }
        let bearer = Confirmation::default();
        for (wanted, code) in [(Binding::DpopKey, ErrorCode::InvalidDpopProof), (Binding::Certificate, ErrorCode::InvalidRequest)] {
            assert_eq!(check(wanted, &bearer).unwrap_err().error.error, code);
        }
    }
}
