//! What a profile asks of a registration (RFC 7591 §2): FAPI 2.0 Security Profile §5.3.2, FAPI 1.0 Advanced §5.2.2. Algorithms are in `algorithms`.

use super::{ClientDraft, Problem};
use crate::model::client::{AuthMethod, ClientMetadata, Profile};
use crate::spec::{grant_type, signing_algorithm};

/// Fills in what a draft leaves open and its profile decides.
pub(super) fn complete(draft: &ClientDraft, metadata: &mut ClientMetadata) {
    let open = draft.auth_method.is_none() && draft.secret.is_none() && !draft.public;
    if open && matches!(metadata.profile, Profile::Fapi1 | Profile::Fapi2) && metadata.protocol.has_keys() {
        metadata.auth_method = Some(AuthMethod::PrivateKeyJwt); // the one method of the profiles that needs nothing but keys
    }
    let with_code = grant_type::AUTHORIZATION_CODE.is_among(&metadata.grant_types);
    let by_certificate = metadata.auth_method.is_some_and(AuthMethod::is_by_certificate);
    match metadata.profile {
        Profile::Oauth21 | Profile::Legacy => return,
        Profile::Fapi2 => {
            metadata.require_pkce = draft.require_pkce.unwrap_or(true); // FAPI 2.0 SP §5.3.2.2
            metadata.refresh_rotation = draft.refresh_rotation.unwrap_or(false); // §5.3.2.1
            metadata.protocol.require_pushed_authorization_requests |= with_code; // §5.3.2.2
        }
        Profile::Fapi1 => metadata.protocol.require_signed_request_object |= with_code, // FAPI 1.0 Advanced §5.2.2
    }
    let protocol = &mut metadata.protocol;
    if !protocol.dpop_bound_access_tokens && !protocol.tls_client_certificate_bound_access_tokens {
        // Tokens are bound to the sender: to its certificate where it has one, and in FAPI 1.0, which knows no other way.
        match metadata.profile == Profile::Fapi1 || by_certificate {
            true => protocol.tls_client_certificate_bound_access_tokens = true,
            false => protocol.dpop_bound_access_tokens = true,
        }
    }
    // The usual default, which would be meant where nothing stands, is not for these profiles.
    let default = signing_algorithm::default_of(metadata.profile);
    metadata.id_token_signed_response_alg.get_or_insert_with(|| default.as_str().to_owned());
}

/// What a profile does not allow.
pub(super) fn check(draft: &ClientDraft, metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    let name = match metadata.profile {
        Profile::Oauth21 | Profile::Legacy => return,
        Profile::Fapi2 => "fapi2",
        Profile::Fapi1 => "fapi1",
    };
    let allowed = [AuthMethod::PrivateKeyJwt, AuthMethod::TlsClientAuth, AuthMethod::SelfSignedTlsClientAuth];
    if !metadata.auth_method.is_some_and(|method| allowed.contains(&method)) {
        let problem = match metadata.auth_method {
            Some(method) => format!("{} is not for clients on the profile {name}", method.as_str()),
            None => format!("a client on the profile {name} has no secret, and keys of its own are not given"),
        };
        let mend = "use private_key_jwt with jwks or jwks_uri, tls_client_auth or self_signed_tls_client_auth";
        problems.push(Problem::new("token_endpoint_auth_method", problem, mend));
    }
    for uri in metadata.redirect_uris.iter().filter(|uri| !uri.starts_with("https://")) {
        let problem = format!("{uri:?} is not https, which the profile {name} asks for");
        problems.push(Problem::new("redirect_uris", problem, "register an https URI"));
    }
    if metadata.profile == Profile::Fapi2 {
        if draft.require_pkce == Some(false) {
            problems.push(Problem::new("require_pkce", "the profile fapi2 requires PKCE", "leave it out or set it to true"));
        }
        if draft.refresh_rotation == Some(true) {
            let problem = "the profile fapi2 does not rotate refresh tokens (FAPI 2.0 Security Profile §5.3.2.1)";
            problems.push(Problem::new("refresh_rotation", problem, "leave it out or set it to false"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::client::ClientOrigin;
    use crate::spec::client_metadata;

    fn draft(profile: &str, method: &str) -> ClientDraft {
        ClientDraft {
            redirect_uris: vec!["https://rp.example/cb".to_owned()],
            profile: Some(profile.to_owned()),
            auth_method: Some(method.to_owned()),
            ..ClientDraft::new("Bank", ClientOrigin::Administrator)
        }
    }

    fn completed(draft: &ClientDraft) -> ClientMetadata {
        let mut metadata = client_metadata::settings::resolve(draft, &mut Vec::new());
        complete(draft, &mut metadata);
        metadata
    }

    fn fields(draft: &ClientDraft) -> Vec<&'static str> {
        let mut problems = Vec::new();
        check(draft, &completed(draft), &mut problems);
        problems.iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_profile_decides_what_the_draft_leaves_open() {
        let metadata = completed(&draft("fapi2", "private_key_jwt"));
        assert!(metadata.require_pkce && !metadata.refresh_rotation && metadata.protocol.require_pushed_authorization_requests);
        assert!(metadata.protocol.dpop_bound_access_tokens && !metadata.protocol.tls_client_certificate_bound_access_tokens);
        assert_eq!(metadata.id_token_signed_response_alg.as_deref(), Some("PS256"));
        let mut keyed = ClientDraft { auth_method: None, ..draft("fapi2", "") };
        assert_eq!(fields(&keyed), ["token_endpoint_auth_method"], "neither a method nor keys");
        keyed.protocol.jwks_uri = Some("https://rp.example/jwks".to_owned());
        assert_eq!((completed(&keyed).auth_method, fields(&keyed)), (Some(AuthMethod::PrivateKeyJwt), Vec::new()));
        let metadata = completed(&draft("fapi2", "tls_client_auth"));
        assert!(!metadata.protocol.dpop_bound_access_tokens && metadata.protocol.tls_client_certificate_bound_access_tokens);
        let metadata = completed(&draft("fapi1", "private_key_jwt"));
        assert!(metadata.protocol.tls_client_certificate_bound_access_tokens && metadata.protocol.require_signed_request_object);
        assert_eq!(fields(&draft("fapi2", "private_key_jwt")), [""; 0]);
        assert_eq!(fields(&draft("fapi1", "self_signed_tls_client_auth")), [""; 0]);
    }

    #[test]
    fn what_a_profile_forbids_is_named() {
        for (profile, method) in [("fapi2", "client_secret_basic"), ("fapi1", "client_secret_jwt"), ("fapi2", "none")] {
            assert_eq!(fields(&draft(profile, method)), ["token_endpoint_auth_method"], "{profile} {method}");
        }
        let mut wrong = draft("fapi2", "private_key_jwt");
        (wrong.require_pkce, wrong.refresh_rotation) = (Some(false), Some(true));
        wrong.redirect_uris.push("http://127.0.0.1/cb".to_owned());
        assert_eq!(fields(&wrong), ["redirect_uris", "require_pkce", "refresh_rotation"]);
        assert_eq!(fields(&draft("oauth21", "client_secret_basic")), [""; 0]);
    }
}
