//! Client authentication: RFC 6749 §2.3, OIDC Core §9, RFC 8705 §2. Each method is one entry of [`METHODS`].

pub mod assertion;
pub mod certificate;
pub mod credentials;
pub mod guesses;
pub mod keys;
pub mod mtls;
pub mod none;
pub mod registration;
pub mod secret;
pub mod secrets;

pub use credentials::Credentials;

use std::ops::Deref;
use std::sync::Arc;

use crate::app::App;
use crate::endpoints::client_document;
use crate::failure::Failure;
use crate::jose::client_keys;
use crate::model::client::{AuthMethod, Client};
use crate::secret::Secret;
use crate::spec::client_assertion;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::store::kv::replay;

/// What a request brings to prove who its client is.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// Headers and certificate.
    pub credentials: &'a Credentials,
    /// The form body.
    pub params: &'a Params,
}

/// One client authentication method.
pub trait Method: Sync {
    /// Which one.
    fn method(&self) -> AuthMethod;

    /// The registered `token_endpoint_auth_method`.
    fn name(&self) -> &'static str {
        self.method().as_str()
    }

    /// What of this method the request carries, if anything; pure. A request that carries a name alone is read by every method that
    /// proves it elsewhere than in the request, and the client's registration tells which one it is.
    ///
    /// # Errors
    /// A malformed attempt is `invalid_client` or `invalid_request`.
    fn read(&self, presented: &Presented<'_>) -> Result<Option<Vec<Reading>>, Refusal>;
}

/// An attempt at authentication, not yet checked.
#[derive(Debug)]
struct Attempt {
    method: AuthMethod,
    /// Possible readings: RFC 6749 §2.3.1 asks for form-encoding inside Basic, and not every client does it.
    readings: Vec<Reading>,
}

/// One reading of an attempt.
#[derive(Debug)]
pub struct Reading {
    /// The client it claims to be.
    pub client_id: String,
    /// What is to prove it.
    pub proof: Proof,
}

/// What is to prove who a client is.
#[derive(Debug)]
pub enum Proof {
    /// Nothing: the client is public.
    Nothing,
    /// A secret.
    Secret(Secret<String>),
    /// A signed JWT.
    Assertion(Secret<String>),
    /// The certificate of the connection.
    Certificate,
}

/// The registry: discovery, registration rules and the tests read it.
pub static METHODS: &[&dyn Method] = &[
    &secret::ClientSecretBasic,
    &secret::ClientSecretPost,
    &assertion::ClientSecretJwt,
    &assertion::PrivateKeyJwt,
    &mtls::TlsClientAuth,
    &mtls::SelfSignedTlsClientAuth,
    &none::NoSecret,
];

/// A client that has proved who it is, or a public one that has said so: only [`authenticate`] makes it.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient(Arc<Client>);

impl AuthenticatedClient {
    /// The client, to be kept longer than the proof.
    pub fn into_client(self) -> Arc<Client> {
        self.0
    }
}

impl Deref for AuthenticatedClient {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.0
    }
}

/// RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request."
///
/// # Errors
/// `invalid_request` for two methods at once, `invalid_client` otherwise.
pub async fn authenticate(app: &App, presented: &Presented<'_>) -> Result<AuthenticatedClient, Failure> {
    let attempts = attempts(presented)?;
    match check(app, presented, &attempts).await {
        // Refused by what was read a moment ago: a secret that has been changed meanwhile works at once.
        Err(Failure::Refused(refusal)) => Box::pin(check_anew(app, presented, &attempts, refusal)).await,
        verdict => verdict,
    }
}

async fn check_anew(app: &App, presented: &Presented<'_>, attempts: &[Attempt], refusal: Refusal) -> Result<AuthenticatedClient, Failure> {
    if any_changed(app, attempts).await? { check(app, presented, attempts).await } else { Err(refusal.into()) }
}

async fn any_changed(app: &App, attempts: &[Attempt]) -> Result<bool, Failure> {
    let mut changed = false;
    for reading in attempts.iter().flat_map(|attempt| &attempt.readings) {
        changed |= app.client_has_changed(&reading.client_id).await?;
    }
    Ok(changed)
}

async fn check(app: &App, presented: &Presented<'_>, attempts: &[Attempt]) -> Result<AuthenticatedClient, Failure> {
    let mut refusal = None;
    for (method, reading) in attempts.iter().flat_map(|attempt| attempt.readings.iter().map(|reading| (attempt.method, reading))) {
        let Some(client) = client_document::authenticating(app, &reading.client_id).await? else { continue };
        if !client.enabled {
            return Err(invalid_client().because(format!("the client {} is disabled", client.client_id)).into());
        }
        let claimed = |why: Refusal| why.with(format!("the request comes as the client {}", client.client_id));
        // A name alone is read by several methods: why the client's own one failed says more than that the others are not allowed.
        if let Err(not_allowed) = method_is_allowed(&client, method) {
            refusal.get_or_insert_with(|| claimed(not_allowed));
            continue;
        }
        match prove(app, &client, presented, &reading.proof).await {
            Ok(()) => return Ok(AuthenticatedClient(client)),
            Err(Failure::Refused(why)) => refusal = Some(claimed(why)),
            Err(broken) => return Err(broken),
        }
    }
    Err(refusal.unwrap_or_else(|| invalid_client().because("unknown client or wrong secret")).into())
}

/// Boxed is what has a signature to verify or a store to ask: in line it would be a part of every request's future.
async fn prove(app: &App, client: &Client, presented: &Presented<'_>, proof: &Proof) -> Result<(), Failure> {
    match proof {
        Proof::Nothing => Ok(()),
        Proof::Secret(secret) => secrets::fits(app, client, secret, presented.credentials).await,
        Proof::Assertion(token) => Box::pin(prove_by_assertion(app, client, presented, token)).await,
        Proof::Certificate => Box::pin(mtls_proof(app, client, presented)).await,
    }
}

/// RFC 7523 §3: the signature first, then the claims, and last the mark that it was used: what fails a check burns no `jti`.
async fn prove_by_assertion(app: &App, client: &Client, presented: &Presented<'_>, token: &Secret<String>) -> Result<(), Failure> {
    let claims = match client.metadata.auth_method {
        Some(AuthMethod::ClientSecretJwt) => match signed_with_secret(app, client, token) {
            Ok(claims) => claims,
            Err(wrong) => {
                guesses::admit(app, client, presented.credentials).await?;
                return Err(wrong.into());
            }
        },
        _ => {
            let verdict = keys::verify(app, client, token.expose(), assertion::algorithms(client)).await;
            verdict.map_err(|why| invalid_client().because(format!("the assertion is not believed: {why}")))?.claims
        }
    };
    let endpoints = endpoints(app, &presented.credentials.path);
    let expect = client_assertion::Expect {
        client_id: &client.client_id,
        profile: client.metadata.profile,
        issuer: app.issuer.as_str(),
        endpoints: &endpoints,
        now: app.now(),
    };
    let once = client_assertion::check(&claims, &expect)
        .map_err(|claim| invalid_client().because(format!("the assertion has a claim that does not fit: {claim}")))?;
    let room = if client.is_vouched_for() { "client_assertion" } else { "client_assertion-strangers" };
    if replay::seen(&app.kv, room, &once.key.hex(), once.remember).await? {
        return Err(invalid_client().because("the jti of the assertion was seen before").into());
    }
    Ok(())
}

fn signed_with_secret(app: &App, client: &Client, token: &Secret<String>) -> Result<serde_json::Map<String, serde_json::Value>, Refusal> {
    let secrets = client.live_secrets(app.now()).filter_map(|secret| secrets::recovered(&secret.hash, &app.sealer));
    let mut verdicts = secrets.map(|secret| client_keys::verify_with_secret(token.expose(), secret.expose()));
    let fitting = verdicts.find_map(Result::ok);
    fitting.ok_or_else(|| invalid_client().because("the assertion is signed with none of the client's secrets"))
}

/// RFC 8705 §2.
async fn mtls_proof(app: &App, client: &Client, presented: &Presented<'_>) -> Result<(), Failure> {
    let refused = |why: String| Failure::from(invalid_client().because(why));
    let certificate = presented.credentials.certificate.as_ref().ok_or_else(|| refused("there is no client certificate".into()))?;
    let identity =
        certificate::Identity::read(certificate.der()).map_err(|why| refused(format!("the certificate cannot be read: {why}")))?;
    if client.metadata.auth_method == Some(AuthMethod::TlsClientAuth) {
        let authorities = app.client_authorities.as_ref().ok_or_else(|| refused("AUTHY_MTLS_CA_FILE is not set".into()))?;
        authorities.vouch(certificate, app.now()).map_err(|why| refused(format!("no authority vouches for the certificate: {why}")))?;
        return mtls::names_client(&identity, &client.metadata.protocol).map_err(|why| refused(why.to_owned()));
    }
    for freshness in [keys::Freshness::Usual, keys::Freshness::Newest] {
        let known = keys::of_client(app, client, freshness).await.map_err(|why| refused(format!("the client's keys: {why}")))?;
        if mtls::is_registered(certificate, &identity, &known) {
            return Ok(());
        }
    }
    Err(refused("the certificate is none of those that the client registered".into()))
}

/// The URLs under which this endpoint and the token endpoint are known.
fn endpoints(app: &App, path: &str) -> Vec<String> {
    let aliases = app.settings.mtls.base.iter().flat_map(|base| ["/oauth2/token", path].map(|path| format!("{base}{path}")));
    ["/oauth2/token", path].map(|path| app.issuer.url(path)).into_iter().chain(aliases).collect()
}

/// The one sentence for every failure, so that a stranger does not learn which clients exist.
pub(super) const fn invalid_client() -> OAuthError {
    OAuthError::invalid_client("Client authentication failed.")
}

fn attempts(presented: &Presented<'_>) -> Result<Vec<Attempt>, Refusal> {
    let mut found: Vec<Attempt> = Vec::new();
    for method in METHODS {
        if let Some(readings) = method.read(presented)? {
            found.push(Attempt { method: method.method(), readings });
        }
    }
    let by_name = |attempt: &Attempt| attempt.readings.iter().all(|reading| matches!(reading.proof, Proof::Nothing | Proof::Certificate));
    if found.len() > 1 && !found.iter().all(by_name) {
        // Who signs an assertion and sends a secret besides hopes that one of them will do: no part of it is believed.
        if found.iter().flat_map(|attempt| &attempt.readings).any(|reading| matches!(reading.proof, Proof::Assertion(_))) {
            return Err(invalid_client().because("an assertion and another authentication method in one request (RFC 6749 §2.3)"));
        }
        return Err(OAuthError::invalid_request("The request uses more than one client authentication method.")
            .because("two authentication methods in one request (RFC 6749 §2.3)"));
    }
    if found.is_empty() {
        return Err(invalid_client().because("no client authentication in the request"));
    }
    Ok(found)
}

/// A client uses the method it registered; a confidential one that pinned none may use either form of its secret.
fn method_is_allowed(client: &Client, used: AuthMethod) -> Result<(), Refusal> {
    let allowed = match client.metadata.auth_method {
        Some(registered) => registered == used,
        None => matches!(used, AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost),
    };
    if allowed {
        return Ok(());
    }
    let registered = client.metadata.auth_method.map_or("client_secret_basic or client_secret_post", AuthMethod::as_str);
    let by_certificate = client.metadata.auth_method.is_some_and(AuthMethod::is_by_certificate);
    let missed = if by_certificate && used == AuthMethod::None { ", and the request comes without a certificate" } else { "" };
    Err(invalid_client().because(format!("the client is registered for {registered}, not for {}{missed}", used.as_str())))
}
