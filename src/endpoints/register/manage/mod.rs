//! Clients that read, change and delete their own registration: RFC 7592.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::answer::{self, Handed};
use super::{bearer_token, draft, members, new_secret, outside};
use crate::app::App;
use crate::client_auth::secrets;
use crate::failure::Failure;
use crate::model::client::{Client, ClientOrigin, ClientSecret, SecretHash};
use crate::model::registration::DynamicClient;
use crate::secret::{Secret, TokenHash};
use crate::spec::error::OAuthError;
use crate::store::sql::SecretChanges;
use crate::telemetry::audit;

/// How often what a client says is put into what somebody else has changed meanwhile.
const TRIES: usize = 3;

/// A client that has proven that a registration is its own.
#[derive(Debug)]
struct Owner {
    client: Arc<Client>,
    dynamic: DynamicClient,
    token: Secret<String>,
}

/// RFC 7592 §2.1.
///
/// # Errors
/// `invalid_token`.
pub async fn read(app: &App, client_id: &str, authorization: &[Option<String>]) -> Result<Map<String, Value>, Failure> {
    let Owner { client, token, .. } = owner(app, client_id, authorization).await?;
    Ok(answer::information(&client, &app.issuer, &Handed { secret: None, token: &token }))
}

/// RFC 7592 §2.2: what the request says replaces all that was registered, but for what an administrator has settled since.
///
/// # Errors
/// `invalid_token`, and the errors of RFC 7591 §3.2.2.
pub async fn update(app: &App, client_id: &str, authorization: &[Option<String>], body: &str) -> Result<Map<String, Value>, Failure> {
    let mut members = members(body)?;
    is_about(app, &mut members, &owner(app, client_id, authorization).await?.client)?;
    outside::state(app, &mut members).await?;
    let draft = draft::draft(members, &app.settings.registration)?;
    outside::check(app, &draft).await?;
    let metadata = draft::checked(&draft)?;
    for _ in 0..TRIES {
        // Read after the addresses in the request have answered, which takes as long as the client likes.
        let owner = owner(app, client_id, authorization).await?;
        let described = Client { name: draft.name.trim().to_owned(), metadata: metadata.clone(), ..Client::clone(&owner.client) };
        let mut client = draft::settled(&owner.client, described)?;
        let (changes, secret) = fit_secrets(app, &mut client, &owner.dynamic);
        let Some(token) = replace(app, &owner, &client, &changes).await? else { continue };
        app.forget_client(client_id);
        return Ok(answer::information(&client, &app.issuer, &Handed { secret: secret.as_ref(), token: &token }));
    }
    Err(Failure::Busy("others change this client all the time".into()))
}

/// Saves what the owner says in one step, since the answer alone tells a new token and a new secret, and returns the token that opens the
/// registration from now on. `None` when somebody has changed the client, or its token, since the owner was let in.
async fn replace(app: &App, owner: &Owner, client: &Client, changes: &SecretChanges) -> Result<Option<Secret<String>>, Failure> {
    app.provide_keys(client.metadata.signing_algorithms()).await?;
    let token = &owner.token;
    let next = if app.settings.registration.rotate_token { Secret::new(app.entropy.token("rat_")) } else { token.clone() };
    let [presented, successor] = [token, &next].map(|token| TokenHash::of(token.expose()));
    let event = event(app, &owner.dynamic, audit::CLIENT_UPDATED);
    let saved = app.sql.change_registered_client(client, (&presented, &successor), changes, app.now(), event.as_ref()).await?;
    Ok(saved.then_some(next))
}

/// RFC 7592 §2.3: the client and everything it was granted.
///
/// # Errors
/// `invalid_token`.
pub async fn delete(app: &App, client_id: &str, authorization: &[Option<String>]) -> Result<(), Failure> {
    let Owner { dynamic, .. } = owner(app, client_id, authorization).await?;
    app.sql.delete_registered_client(client_id, event(app, &dynamic, audit::CLIENT_DELETED).as_ref()).await?;
    app.forget_client(client_id);
    app.forget_approvals();
    Ok(())
}

/// RFC 7592 §2: the registration access token opens the registration of its own client and no other; nobody learns which clients exist.
async fn owner(app: &App, client_id: &str, authorization: &[Option<String>]) -> Result<Owner, Failure> {
    let token = bearer_token(authorization)?.ok_or_else(|| invalid_token().because("the request carries no registration access token"))?;
    let dynamic = app.sql.dynamic_client(client_id).await?;
    let hash = dynamic.as_ref().and_then(|dynamic| dynamic.token_hash);
    if hash != Some(TokenHash::of(token)) {
        return Err(invalid_token().because("the registration access token is not that of this client").into());
    }
    let client = app.sql.client_by_id(client_id).await?.filter(|client| client.enabled && client.origin == ClientOrigin::Dynamic);
    match (client, dynamic) {
        (Some(client), Some(dynamic)) if app.now() < dynamic.expires_at => {
            Ok(Owner { client: Arc::new(client), dynamic, token: Secret::new(token.to_owned()) })
        }
        _ => Err(invalid_token().because("the client is gone, expired or disabled").into()),
    }
}

fn invalid_token() -> OAuthError {
    OAuthError::invalid_token("The registration access token is not valid for this client.")
}

/// RFC 7592 §2.2: `client_id` must be in the request; both it and a `client_secret` "MUST match".
fn is_about(app: &App, members: &mut Map<String, Value>, client: &Client) -> Result<(), Failure> {
    if members.remove("client_id").as_ref().and_then(Value::as_str) != Some(client.client_id.as_str()) {
        return Err(draft::invalid("client_id", "The client_id is missing or not that of the registration.").into());
    }
    let fits = |secret: &str| {
        let presented = TokenHash::of(secret);
        client.live_secrets(app.now()).any(|known| secrets::is_of(&known.hash, presented, &app.sealer))
    };
    match members.remove("client_secret") {
        Some(secret) if !secret.as_str().is_some_and(fits) => {
            Err(draft::invalid("client_secret", "The client_secret is not the one that was issued.").into())
        }
        _ => Ok(()),
    }
}

/// With an update: a client that needs a secret and has none, or one in the second half of its life, gets a new one beside it; a client
/// that needs none loses them. Changes the client, and returns what is to be saved of that and the new secret.
fn fit_secrets(app: &App, client: &mut Client, dynamic: &DynamicClient) -> (SecretChanges, Option<Secret<String>>) {
    let now = app.now();
    let recorded = |kind: &str| event(app, dynamic, kind);
    if !client.has_secrets() {
        let secrets = std::mem::take(&mut client.secrets).into_iter();
        let retired = secrets.map(|secret| (secret.id, recorded(audit::CLIENT_SECRET_RETIRED))).collect();
        return (SecretChanges { retired, ..SecretChanges::default() }, None);
    }
    let half = app.settings.registration.secret_lifetime.map(|lifetime| lifetime / 2);
    let young = |secret: &ClientSecret| secret.expires_at.zip(half).is_none_or(|(end, half)| now + half < end);
    let of_use = |secret: &ClientSecret| !client.signs_with_secret() || matches!(secret.hash, SecretHash::Sealed(_));
    if client.secrets.first().is_some_and(|secret| young(secret) && of_use(secret)) {
        return (SecretChanges::default(), None);
    }
    let (secret, plain) = new_secret(app, client);
    client.secrets.insert(0, secret.clone());
    let added = Some((secret, recorded(audit::CLIENT_SECRET_ADDED)));
    (SecretChanges { added, ..SecretChanges::default() }, Some(plain))
}

/// What a client in quarantine does leaves no audit events: it is a stranger, and they stay for a year.
fn event(app: &App, dynamic: &DynamicClient, kind: &str) -> Option<crate::model::audit::AuditEvent> {
    dynamic.approved_at?;
    Some(audit::by_client(app.entropy.as_ref(), app.now(), kind, &dynamic.client_id).build())
}
