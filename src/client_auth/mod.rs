//! Client authentication: RFC 6749 §2.3, OIDC Core §9. Each method is one entry of [`METHODS`].

pub mod credentials;
pub mod none;
pub mod secret;

pub use credentials::Credentials;

use std::ops::Deref;
use std::sync::Arc;

use crate::app::App;
use crate::failure::Failure;
use crate::hashing::password;
use crate::model::client::{AuthMethod, Client, SecretHash};
use crate::secret::{Secret, TokenHash};
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;

/// What a request brings to prove who its client is.
#[derive(Debug)]
pub struct Presented<'a> {
    /// Headers and certificate.
    pub credentials: &'a Credentials,
    /// The form body.
    pub params: &'a Params,
}

/// One client authentication method.
pub trait Method: Sync {
    /// The registered `token_endpoint_auth_method`.
    fn name(&self) -> &'static str;

    /// What of this method the request carries, if anything; pure.
    ///
    /// # Errors
    /// A malformed attempt is `invalid_client` or `invalid_request`.
    fn read(&self, presented: &Presented<'_>) -> Result<Option<Attempt>, Refusal>;
}

/// An attempt at authentication, not yet checked.
#[derive(Debug)]
pub struct Attempt {
    /// Which method.
    pub method: AuthMethod,
    /// Possible readings: RFC 6749 §2.3.1 asks for form-encoding inside Basic, and not every client does it.
    pub readings: Vec<Reading>,
}

/// One reading of an attempt.
#[derive(Debug)]
pub struct Reading {
    /// The client it claims to be.
    pub client_id: String,
    /// The secret, unless the method has none.
    pub secret: Option<Secret<String>>,
}

/// The registry: discovery, registration rules and the tests read it.
pub static METHODS: &[&dyn Method] = &[&secret::ClientSecretBasic, &secret::ClientSecretPost, &none::NoSecret];

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
    let attempt = single_attempt(presented)?;
    match check(app, &attempt).await {
        // Refused by what was read a moment ago: a secret that has been changed meanwhile works at once.
        Err(Failure::Refused(_)) if any_changed(app, &attempt).await? => check(app, &attempt).await,
        verdict => verdict,
    }
}

async fn any_changed(app: &App, attempt: &Attempt) -> Result<bool, Failure> {
    let mut changed = false;
    for reading in &attempt.readings {
        changed |= app.client_has_changed(&reading.client_id).await?;
    }
    Ok(changed)
}

async fn check(app: &App, attempt: &Attempt) -> Result<AuthenticatedClient, Failure> {
    for reading in &attempt.readings {
        let Some(client) = app.client(&reading.client_id).await? else { continue };
        if !client.enabled {
            return Err(invalid_client().because("the client is disabled").into());
        }
        method_is_allowed(&client, attempt.method)?;
        let Some(secret) = &reading.secret else { return Ok(AuthenticatedClient(client)) };
        if secret_fits(app, &client, secret).await? {
            return Ok(AuthenticatedClient(client));
        }
    }
    Err(invalid_client().because("unknown client or wrong secret").into())
}

/// The one sentence for every failure, so that a stranger does not learn which clients exist.
pub(super) const fn invalid_client() -> OAuthError {
    OAuthError::invalid_client("Client authentication failed.")
}

fn single_attempt(presented: &Presented<'_>) -> Result<Attempt, Refusal> {
    let mut found: Option<Attempt> = None;
    for method in METHODS {
        let Some(attempt) = method.read(presented)? else { continue };
        if found.is_some() {
            return Err(OAuthError::invalid_request("The request uses more than one client authentication method.")
                .because("two authentication methods in one request (RFC 6749 §2.3)"));
        }
        found = Some(attempt);
    }
    found.ok_or_else(|| invalid_client().because("no client authentication in the request"))
}

/// A client uses the method it registered; a confidential one that pinned none may use either form of its secret.
fn method_is_allowed(client: &Client, used: AuthMethod) -> Result<(), Refusal> {
    let allowed = match client.metadata.auth_method {
        Some(registered) => registered == used,
        None => used != AuthMethod::None,
    };
    if allowed {
        return Ok(());
    }
    Err(invalid_client().because(format!("the client may not use {}", used.as_str())))
}

/// Whether the presented secret is one of the client's live ones. Compares in constant time; a brought secret is hashed off the workers
/// and its verdict kept for a few minutes, since a slow hash per token request would let anybody keep the processor busy.
async fn secret_fits(app: &App, client: &Client, presented: &Secret<String>) -> Result<bool, Failure> {
    let now = app.now();
    let presented_hash = TokenHash::of(presented.expose());
    let live = client.secrets.iter().filter(|secret| secret.expires_at.is_none_or(|end| now < end));
    for secret in live {
        match &secret.hash {
            SecretHash::Sha256(stored) if *stored == presented_hash => return Ok(true),
            SecretHash::Sha256(_) => {}
            SecretHash::Bcrypt(stored) => {
                let key = (client.client_id.clone(), presented_hash);
                if app.caches.client_secrets.get(&key) == Some(secret.id) {
                    return Ok(true);
                }
                let (candidate, stored) = (presented.clone(), stored.clone());
                let verdict = app.hashing.run(move || password::verify(candidate.expose(), stored.expose())).await;
                match verdict {
                    None => return Err(Failure::Busy("the hashing queue is full".into())),
                    Some(false) => {}
                    Some(true) => {
                        app.caches.client_secrets.put(key, secret.id);
                        return Ok(true);
                    }
                }
            }
        }
    }
    Ok(false)
}
