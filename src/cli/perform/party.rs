//! The relying party: the provider's metadata and keys, and the client that talks to it.

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, ClientId, ClientSecret, DeviceAuthorizationUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IssuerUrl, ProviderMetadata,
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::arguments::RelyingPartyArguments;
use super::dpop::{Channel, Prover};
use super::failures;
use super::steps::Steps;
use super::transport::{Transport, is_loopback};
use crate::cli::output::CliError;
use crate::clock::SystemClock;
use crate::entropy::{Entropy, OsEntropy};
use crate::secret::Secret;

/// What later specifications added to the metadata.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct LaterMetadata {
    /// RFC 9207 §3.
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
    /// RFC 8628 §4.
    pub device_authorization_endpoint: Option<DeviceAuthorizationUrl>,
    /// RFC 9449 §5.1.
    #[serde(default)]
    pub dpop_signing_alg_values_supported: Vec<String>,
}

impl AdditionalProviderMetadata for LaterMetadata {}

/// The provider's metadata.
pub type Metadata = ProviderMetadata<
    LaterMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// A client that knows the endpoints which the metadata names.
pub type Client = CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Everything a flow needs.
#[derive(Debug)]
pub struct Party {
    /// HTTP.
    pub transport: Transport,
    /// What the provider says of itself.
    pub metadata: Metadata,
    /// The client.
    pub client: Client,
    /// The APIs that tokens are asked for.
    pub resources: Vec<String>,
    /// The holder of the key that tokens are bound to, if any.
    pub prover: Option<Prover>,
    /// The time.
    pub clock: SystemClock,
}

impl Party {
    /// OpenID Connect Discovery §4: fetches the metadata, which must name the issuer that was asked, and its keys.
    ///
    /// # Errors
    /// When the provider cannot be reached or its metadata is wrong.
    pub async fn discover(arguments: &RelyingPartyArguments, secret: Option<Secret<String>>, steps: &mut Steps) -> Result<Self, CliError> {
        let issuer = issuer(&arguments.issuer)?;
        if arguments.insecure && !is_loopback(issuer.url()) {
            return Err(CliError::misused(
                "--insecure is only for a server on this machine.",
                "Name the authority of the server's certificate with --ca-file.",
            ));
        }
        let file = arguments.dpop_key_file.as_deref();
        let prover = (arguments.dpop || file.is_some()).then(|| Prover::new(file)).transpose()?;
        let transport = Transport::new(arguments.ca_file.as_deref(), arguments.insecure)?;
        let metadata = Metadata::discover_async(issuer, &transport).await;
        let metadata = metadata.map_err(|error| failures::discovery(&error, &arguments.issuer))?;
        steps.say("discovery", &format!("{} names itself so, {} keys", arguments.issuer, metadata.jwks().keys().len()));
        let client_id = ClientId::new(arguments.client_id.clone());
        let sends_secret = secret.is_some();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose().clone()));
        let client = CoreClient::from_provider_metadata(metadata.clone(), client_id, secret).disable_openid_scope();
        let (method, name) = auth_method(arguments.auth_method.as_deref(), &metadata);
        steps.say("client", &format!("{} ({})", arguments.client_id, if sends_secret { name } else { "no secret" }));
        if let Some(prover) = &prover {
            takes_proofs(&metadata)?;
            steps.say("dpop", &format!("tokens are to be bound to the key {}", prover.thumbprint()));
        }
        let (client, resources) = (client.set_auth_type(method), arguments.resources.clone());
        Ok(Self { transport, client, metadata, resources, prover, clock: SystemClock })
    }

    /// HTTP to the endpoints of tokens and to resources.
    pub fn channel(&self) -> Channel<'_> {
        Channel { transport: &self.transport, prover: self.prover.as_ref() }
    }

    /// 256 random bits of unreserved URL characters: a state, a nonce, a code verifier (RFC 7636 §4.1).
    pub fn random() -> String {
        let entropy: &dyn Entropy = &OsEntropy;
        entropy.token("")
    }

    /// The `resource` parameters of a request: RFC 8707 §2.
    pub fn resource_parameters(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.resources.iter().map(|resource| ("resource", resource.clone()))
    }
}

/// RFC 9449 §5.1: the metadata says which proofs are taken.
fn takes_proofs(metadata: &Metadata) -> Result<(), CliError> {
    let algorithms = &metadata.additional_metadata().dpop_signing_alg_values_supported;
    if algorithms.iter().any(|algorithm| algorithm == "ES256") {
        return Ok(());
    }
    let message = "The provider's metadata does not say that it takes DPoP proofs by ES256.";
    Err(CliError::new("refused", message, "Leave out --dpop, or ask another provider."))
}

/// Reads the flag. OpenID Connect Discovery §3: an issuer has no query and no fragment.
fn issuer(text: &str) -> Result<IssuerUrl, CliError> {
    let misused = |why: String| CliError::misused(format!("The issuer {text:?} {why}."), "Write it like https://id.example.com.");
    let url = Url::parse(text).map_err(|error| misused(format!("is not an absolute URL ({error})")))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(misused("is not https, and its host is not this machine".to_owned())),
        other => return Err(misused(format!("has the scheme {other:?}"))),
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(misused("has a query, a fragment or a user name".to_owned()));
    }
    IssuerUrl::new(text.to_owned()).map_err(|error| misused(format!("is not an absolute URL ({error})")))
}

/// RFC 6749 §2.3.1: basic, unless told otherwise, or the provider lists only post.
fn auth_method(asked: Option<&str>, metadata: &Metadata) -> (AuthType, &'static str) {
    let offered = metadata.token_endpoint_auth_methods_supported();
    let offers = |method| offered.is_none_or(|methods| methods.contains(&method));
    let only_post = !offers(CoreClientAuthMethod::ClientSecretBasic) && offers(CoreClientAuthMethod::ClientSecretPost);
    match asked {
        Some("client_secret_post") => (AuthType::RequestBody, "client_secret_post"),
        None if only_post => (AuthType::RequestBody, "client_secret_post"),
        _ => (AuthType::BasicAuth, "client_secret_basic"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(methods: &str) -> Metadata {
        serde_json::from_str(&format!(
            r#"{{"issuer":"https://id.example","authorization_endpoint":"https://id.example/a","jwks_uri":"https://id.example/j","response_types_supported":["code"],
            "subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"],"token_endpoint_auth_methods_supported":{methods}}}"#
        ))
        .unwrap()
    }

    #[test]
    fn secrets_go_in_the_header_unless_the_provider_takes_only_the_body() {
        let name = |asked, methods| auth_method(asked, &metadata(methods)).1;
        assert_eq!(name(None, r#"["client_secret_post","client_secret_basic"]"#), "client_secret_basic");
        assert_eq!(name(None, "null"), "client_secret_basic");
        assert_eq!(name(None, r#"["client_secret_post","private_key_jwt"]"#), "client_secret_post");
        assert_eq!(name(Some("client_secret_basic"), r#"["client_secret_post"]"#), "client_secret_basic");
        assert_eq!(name(Some("client_secret_post"), "null"), "client_secret_post");
    }

    #[test]
    fn an_issuer_keeps_its_text_and_is_https_or_on_this_machine() {
        assert_eq!(issuer("http://localhost:8080").unwrap().as_str(), "http://localhost:8080");
        for text in ["id.example", "http://id.example", "ftp://id.example", "https://id.example?x=1", "https://ada@id.example"] {
            assert_eq!(issuer(text).unwrap_err().exit_code, 2, "{text}");
        }
    }
}
