//! Registrations that say everything that can be said: RFC 7591 §2 and authy's own members.

use serde_json::{Value, json};

use super::signer;

/// Members of an application that proves itself by its keys, each set to what is not the default.
pub fn with_keys() -> Value {
    signer::with(of_every_application(), &of_specifications())
}

/// Those that every application has.
fn of_every_application() -> Value {
    json!({
        "client_name": "Everything", "client_uri": "https://rp.example/", "logo_uri": "https://rp.example/logo.png",
        "policy_uri": "https://rp.example/privacy", "tos_uri": "https://rp.example/terms", "contacts": ["ops@rp.example"],
        "redirect_uris": ["https://rp.example/cb"], "post_logout_redirect_uris": ["https://rp.example/bye"],
        "scope": "openid email offline_access read", "allowed_origins": ["https://pages.example"],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code",
            "urn:openid:params:grant-type:ciba", "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:ietf:params:oauth:grant-type:jwt-bearer", "implicit"],
        "response_types": ["code", "code id_token"], "profile": "legacy", "require_pkce": true, "refresh_rotation": false, "skip_consent": true,
        "id_token_claims": "minimal", "id_token_signed_response_alg": "ES256", "userinfo_signed_response_alg": "PS256",
        "access_token_format": "jwt", "default_resource": "https://api.example/", "resources": ["https://api.example/"], "default_max_age": 3600,
        "access_token_lifetime": 300, "id_token_lifetime": 600, "refresh_token_lifetime": 86400
    })
}

/// Those that single specifications ask for.
fn of_specifications() -> Value {
    let requests = json!({
        "token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "ES256", "jwks": signer::set(signer::KEYS.iter()),
        "dpop_bound_access_tokens": true, "dpop_nonce_required": true,
        "require_pushed_authorization_requests": true, "require_signed_request_object": true, "request_object_signing_alg": "PS256",
        "request_object_encryption_alg": "ECDH-ES", "request_object_encryption_enc": "A256GCM",
        "request_uris": ["https://rp.example/request.jwt"], "authorization_details_types": ["payment_initiation"]
    });
    let rest = json!({
        "authorization_signed_response_alg": "ES256", "authorization_encrypted_response_alg": "ECDH-ES",
        "authorization_encrypted_response_enc": "A128GCM", "id_token_encrypted_response_alg": "RSA-OAEP-256",
        "id_token_encrypted_response_enc": "A256GCM", "userinfo_encrypted_response_alg": "ECDH-ES+A128KW",
        "userinfo_encrypted_response_enc": "A192GCM", "introspection_signed_response_alg": "ES256",
        "introspection_encrypted_response_alg": "ECDH-ES+A256KW", "introspection_encrypted_response_enc": "A256CBC-HS512",
        "subject_type": "pairwise", "sector_identifier_uri": "https://rp.example/sector", "default_acr_values": ["urn:authy:acr:password"],
        "require_auth_time": true, "application_type": "web", "initiate_login_uri": "https://rp.example/start",
        "backchannel_logout_uri": "https://rp.example/logout", "backchannel_logout_session_required": true,
        "frontchannel_logout_uri": "https://rp.example/frame", "frontchannel_logout_session_required": true,
        "backchannel_token_delivery_mode": "ping", "backchannel_client_notification_endpoint": "https://rp.example/ciba",
        "backchannel_authentication_request_signing_alg": "ES256", "software_id": "s-1", "software_version": "2",
        "exchange_impersonation": true,
        "assertion_issuers": [{ "issuer": "https://idp.example", "jwks_uri": "https://idp.example/jwks", "subject": "username" }],
    });
    signer::with(requests, &rest)
}

/// The same for applications with a certificate from an authority, one for each way to name it, and for one with keys at a URL.
pub fn with_certificates() -> impl Iterator<Item = Value> {
    let names = [
        ("tls_client_auth_subject_dn", "CN=rp.example,O=Example,C=GB"),
        ("tls_client_auth_san_dns", "rp.example"),
        ("tls_client_auth_san_uri", "urn:example:rp"),
        ("tls_client_auth_san_ip", "192.0.2.7"),
        ("tls_client_auth_san_email", "rp@rp.example"),
    ];
    let of = |more: Value| {
        let base = json!({ "client_name": "Certificate", "redirect_uris": ["https://rp.example/cb"], "tls_client_certificate_bound_access_tokens": true });
        signer::with(base, &more)
    };
    let by_authority = names.map(|(name, value)| of(json!({ "token_endpoint_auth_method": "tls_client_auth", (name): value })));
    let by_key = of(json!({ "token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks_uri": "https://rp.example/jwks" }));
    by_authority.into_iter().chain([by_key])
}
