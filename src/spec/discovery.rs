//! The metadata document: RFC 8414 §2, OIDC Discovery §3, RFC 8628 §4, CIBA Core §4, RFC 8705 §5, RFC 9126 §5, RFC 9207 §3, OIDC RP-Initiated
//! Logout §2.1. Nothing is named that does not work.

pub mod logout;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::authentication_request::Delivery;
use crate::spec::claims::SUPPORTED_CLAIMS;
use crate::spec::issuer::Issuer;
use crate::spec::pkce;
use crate::spec::prompt::{DISPLAY_VALUES, PROMPT_VALUES};
use crate::spec::signing_algorithm::OF_CLIENTS;
use crate::spec::subject::SUBJECT_TYPES;

type Names = Vec<String>;

/// The document, which is one and the same at every well-known address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "every field is the registered metadata name of RFC 8414 §2 and means what is said there")]
pub struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub userinfo_endpoint: String,
    pub jwks_uri: String,
    pub pushed_authorization_request_endpoint: String,
    pub revocation_endpoint: String,
    pub introspection_endpoint: String,
    pub device_authorization_endpoint: String,
    pub backchannel_authentication_endpoint: String,
    pub backchannel_token_delivery_modes_supported: Names,
    pub backchannel_authentication_request_signing_alg_values_supported: Names,
    pub backchannel_user_code_parameter_supported: bool,
    pub end_session_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub client_id_metadata_document_supported: bool,
    #[serde(flatten)]
    pub logout: logout::LogoutMetadata,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Names,
    pub response_types_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_modes_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grant_types_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acr_values_supported: Names,
    pub subject_types_supported: Names,
    pub id_token_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id_token_encryption_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id_token_encryption_enc_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub userinfo_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub userinfo_encryption_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub userinfo_encryption_enc_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub introspection_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub introspection_encryption_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub introspection_encryption_enc_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_endpoint_auth_methods_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub revocation_endpoint_auth_methods_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub introspection_endpoint_auth_methods_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dpop_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_endpoint_auth_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub revocation_endpoint_auth_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub introspection_endpoint_auth_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub mtls_endpoint_aliases: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tls_client_certificate_bound_access_tokens: bool,
    pub display_values_supported: Names,
    pub prompt_values_supported: Names,
    pub claim_types_supported: Names,
    pub claims_supported: Names,
    pub code_challenge_methods_supported: Names,
    pub ui_locales_supported: Names,
    pub claims_parameter_supported: bool,
    pub request_parameter_supported: bool,
    pub request_uri_parameter_supported: bool,
    pub require_request_uri_registration: bool,
    pub request_object_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_object_encryption_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_object_encryption_enc_values_supported: Names,
    pub authorization_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_encryption_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_encryption_enc_values_supported: Names,
    pub require_pushed_authorization_requests: bool,
    pub authorization_response_iss_parameter_supported: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details_types_supported: Names,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_documentation: Option<String>,
}

/// What the registries of the server hold: the document is made from them, so that it cannot say more than they do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Registries<'a> {
    /// `grant_types_supported`.
    pub grant_types: &'a [&'a str],
    /// `token_endpoint_auth_methods_supported`.
    pub auth_methods: &'a [&'a str],
    /// `token_endpoint_auth_signing_alg_values_supported`.
    pub auth_signing_algs: &'a [&'a str],
    /// What stands in the place of the issuer for clients with a certificate.
    pub mtls_base: Option<&'a str>,
    /// `response_types_supported`.
    pub response_types: &'a [&'a str],
    /// `response_modes_supported`.
    pub response_modes: &'a [&'a str],
    /// `id_token_signing_alg_values_supported`.
    pub id_token_algs: &'a [&'a str],
    /// What clients may sign with: `request_object_signing_alg_values_supported`, to which `none` is added.
    pub client_algs: &'a [&'a str],
    /// What others may encrypt to keys of ours with: `request_object_encryption_alg_values_supported`.
    pub own_encryption_algs: &'a [&'a str],
    /// `…_encryption_enc_values_supported`.
    pub own_encryption_encs: &'a [&'a str],
    /// `userinfo_signing_alg_values_supported`; left out when there are none.
    pub userinfo_algs: &'a [&'a str],
    /// How the ID Token, userinfo and introspection answers are encrypted to clients: `…_encryption_alg_values_supported`.
    pub encryption_algs: &'a [&'a str],
    /// `…_encryption_enc_values_supported`.
    pub encryption_encs: &'a [&'a str],
    /// `dpop_signing_alg_values_supported`: RFC 9449 §5.1.
    pub dpop_algs: &'a [&'a str],
    /// `scopes_supported`.
    pub scopes: &'a [&'a str],
    /// `acr_values_supported`.
    pub acr_values: &'a [&'a str],
    /// `ui_locales_supported`, in the canonical form of BCP 47; English when none is given.
    pub ui_locales: &'a [&'a str],
    /// `client_id_metadata_document_supported`.
    pub client_documents: bool,
    /// Whether clients may register: `registration_endpoint`.
    pub registration: bool,
    /// Whether `check_session_iframe` answers: OIDC Session Management.
    pub session_management: bool,
    /// `require_pushed_authorization_requests`: RFC 9126 §5.
    pub require_pushed_authorization_requests: bool,
    /// `service_documentation`.
    pub service_documentation: Option<&'a str>,
}

/// The document of a provider.
pub fn document(issuer: &Issuer, registries: &Registries<'_>) -> Metadata {
    // RFC 7662 §2.1: whoever introspects must prove who it is, so public clients cannot.
    let proving: Vec<&str> = registries.auth_methods.iter().copied().filter(|method| *method != "none").collect();
    Metadata {
        issuer: issuer.as_str().to_owned(),
        authorization_endpoint: issuer.url("/oauth2/authorize"),
        token_endpoint: issuer.url("/oauth2/token"),
        userinfo_endpoint: issuer.url("/oauth2/userinfo"),
        jwks_uri: issuer.url("/.well-known/jwks.json"),
        pushed_authorization_request_endpoint: issuer.url("/oauth2/par"),
        revocation_endpoint: issuer.url("/oauth2/revoke"),
        introspection_endpoint: issuer.url("/oauth2/introspect"),
        device_authorization_endpoint: issuer.url("/oauth2/device_authorization"),
        backchannel_authentication_endpoint: issuer.url("/oauth2/bc-authorize"),
        backchannel_token_delivery_modes_supported: Delivery::ALL.iter().map(|mode| mode.as_str().to_owned()).collect(),
        backchannel_authentication_request_signing_alg_values_supported: names(OF_CLIENTS),
        backchannel_user_code_parameter_supported: false,
        end_session_endpoint: issuer.url("/oauth2/logout"),
        client_id_metadata_document_supported: registries.client_documents,
        registration_endpoint: registries.registration.then(|| issuer.url("/oauth2/register")),
        logout: logout::LogoutMetadata::new(issuer, registries.session_management),
        scopes_supported: names(registries.scopes),
        response_types_supported: names(registries.response_types),
        response_modes_supported: names(registries.response_modes),
        grant_types_supported: names(registries.grant_types),
        acr_values_supported: names(registries.acr_values),
        subject_types_supported: names(SUBJECT_TYPES),
        id_token_signing_alg_values_supported: names(registries.id_token_algs),
        id_token_encryption_alg_values_supported: names(registries.encryption_algs),
        id_token_encryption_enc_values_supported: names(registries.encryption_encs),
        userinfo_signing_alg_values_supported: names(registries.userinfo_algs),
        userinfo_encryption_alg_values_supported: names(registries.encryption_algs),
        userinfo_encryption_enc_values_supported: names(registries.encryption_encs),
        introspection_signing_alg_values_supported: names(registries.userinfo_algs),
        introspection_encryption_alg_values_supported: names(registries.encryption_algs),
        introspection_encryption_enc_values_supported: names(registries.encryption_encs),
        token_endpoint_auth_methods_supported: names(registries.auth_methods),
        revocation_endpoint_auth_methods_supported: names(registries.auth_methods),
        introspection_endpoint_auth_methods_supported: names(&proving),
        dpop_signing_alg_values_supported: names(registries.dpop_algs),
        token_endpoint_auth_signing_alg_values_supported: names(registries.auth_signing_algs),
        revocation_endpoint_auth_signing_alg_values_supported: names(registries.auth_signing_algs),
        introspection_endpoint_auth_signing_alg_values_supported: names(registries.auth_signing_algs),
        mtls_endpoint_aliases: registries.mtls_base.map(mtls_aliases).unwrap_or_default(),
        tls_client_certificate_bound_access_tokens: registries.mtls_base.is_some(), // RFC 8705 §3.3
        display_values_supported: names(DISPLAY_VALUES),
        prompt_values_supported: names(PROMPT_VALUES),
        claim_types_supported: names(&["normal"]),
        claims_supported: names(SUPPORTED_CLAIMS),
        code_challenge_methods_supported: names(pkce::METHODS),
        ui_locales_supported: names(if registries.ui_locales.is_empty() { &["en"] } else { registries.ui_locales }),
        claims_parameter_supported: true,
        request_parameter_supported: true,
        request_uri_parameter_supported: true,
        require_request_uri_registration: true,
        request_object_signing_alg_values_supported: names(&[&["none"], registries.client_algs].concat()),
        request_object_encryption_alg_values_supported: names(registries.own_encryption_algs),
        request_object_encryption_enc_values_supported: names(registries.own_encryption_encs),
        authorization_signing_alg_values_supported: names(registries.id_token_algs),
        authorization_encryption_alg_values_supported: names(registries.encryption_algs), // JARM §4
        authorization_encryption_enc_values_supported: names(registries.encryption_encs),
        require_pushed_authorization_requests: registries.require_pushed_authorization_requests,
        authorization_response_iss_parameter_supported: true,
        authorization_details_types_supported: Names::new(),
        service_documentation: registries.service_documentation.map(str::to_owned),
    }
}

/// RFC 8705 §5: the endpoints at which a client may show a certificate.
const MTLS_ENDPOINTS: &[(&str, &str)] = &[
    ("token_endpoint", "/oauth2/token"),
    ("revocation_endpoint", "/oauth2/revoke"),
    ("introspection_endpoint", "/oauth2/introspect"),
    ("pushed_authorization_request_endpoint", "/oauth2/par"),
    ("device_authorization_endpoint", "/oauth2/device_authorization"),
    ("userinfo_endpoint", "/oauth2/userinfo"),
    ("backchannel_authentication_endpoint", "/oauth2/bc-authorize"),
];

fn mtls_aliases(base: &str) -> BTreeMap<&'static str, String> {
    MTLS_ENDPOINTS.iter().map(|(name, path)| (*name, format!("{base}{path}"))).collect()
}

fn names(values: &[&str]) -> Names {
    values.iter().map(|value| (*value).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sample(issuer: &str) -> serde_json::Value {
        let registries = Registries {
            grant_types: &["authorization_code"],
            auth_methods: &["client_secret_basic", "none"],
            response_types: &["code"],
            id_token_algs: &["RS256"],
            ..Registries::default()
        };
        serde_json::to_value(document(&Issuer::parse(issuer).unwrap(), &registries)).unwrap()
    }

    #[test]
    fn every_endpoint_hangs_from_the_issuer() {
        let document = sample("https://id.example.com/auth");
        assert_eq!(document["issuer"], "https://id.example.com/auth");
        let members = document.as_object().unwrap();
        let endpoints: Vec<_> = members.iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri").collect();
        assert_eq!(endpoints.len(), 10);
        for (name, url) in endpoints {
            assert!(url.as_str().unwrap().starts_with("https://id.example.com/auth/"), "{name}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_named() {
        let document = sample("https://id.example.com");
        for name in ["acr_values_supported", "userinfo_signing_alg_values_supported", "response_modes_supported", "service_documentation"] {
            assert_eq!(document.get(name), None, "{name}");
        }
        assert_eq!(document["introspection_endpoint_auth_methods_supported"], json!(["client_secret_basic"]));
        assert_eq!(document["require_request_uri_registration"], true, "absent would mean false: OIDC Discovery §3");
        assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(document["ui_locales_supported"], json!(["en"]));
    }
}
