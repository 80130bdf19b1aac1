//! Dynamic client registration: RFC 7591, OIDC Registration 1.0.

pub mod answer;
pub mod draft;
pub mod http;
pub mod manage;
pub mod outside;
pub mod statement;
pub mod usage;

use std::net::IpAddr;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::accounts::quota::Quota;
use crate::app::App;
use crate::config::registration::Mode;
use crate::failure::Failure;
use crate::model::client::{Client, ClientOrigin, ClientSecret, SecretHash};
use crate::model::registration::{Admission, DynamicClient};
use crate::sealing::Purpose;
use crate::secret::{Secret, TokenHash};
use crate::spec::bearer::{self, Scheme};
use crate::spec::client_metadata::ClientDraft;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::json;
use crate::store::sql::Registered;
use crate::telemetry::audit;

use answer::Handed;

/// Who asks to be registered, and for what.
#[derive(Debug)]
pub struct Applicant<'a> {
    /// Every `Authorization` header.
    pub authorization: &'a [Option<String>],
    /// Where the request comes from.
    pub address: Option<IpAddr>,
    /// The body.
    pub body: &'a str,
}

/// RFC 7591 §3: may somebody register, is what they bring acceptable, save it, tell them.
///
/// # Errors
/// `invalid_token` without the initial access token that is needed, and the errors of §3.2.2.
pub async fn register(app: &App, applicant: &Applicant<'_>) -> Result<Map<String, Value>, Failure> {
    let admission = admit(app, applicant).await?; // RFC 7591 §3
    let mut members = members(applicant.body)?; // §3.1
    outside::state(app, &mut members).await?; // §2.3
    let draft = draft::draft(members, &app.settings.registration)?; // §2
    outside::check(app, &draft).await?; // OIDC Registration §5
    let (client, secret) = client(app, &draft)?;
    app.provide_keys(client.metadata.signing_algorithms()).await?;
    let token = Secret::new(app.entropy.token("rat_")); // RFC 7592 §3
    save(app, (&client, &token), &admission).await?;
    Ok(answer::information(&client, &app.issuer, &Handed { secret: secret.as_ref(), token: &token }))
}

/// RFC 7591 §3: by an initial access token, or openly within bounds that strangers cannot widen.
async fn admit(app: &App, applicant: &Applicant<'_>) -> Result<Admission, Failure> {
    let policy = &app.settings.registration;
    if let Some(token) = bearer_token(applicant.authorization)? {
        let hash = TokenHash::of(token);
        return match app.sql.registration_token_lives(&hash, app.now()).await? {
            true => Ok(Admission::Token(hash)),
            false => Err(not_admitted().because("the initial access token is unknown, expired or used up").into()),
        };
    }
    if policy.mode != Mode::Open {
        return Err(not_admitted().because("the request carries no initial access token").into());
    }
    let quota = Quota { kind: "register-address", limit: u64::from(policy.per_address), window: Duration::from_secs(3600) };
    if !quota.turn(app, applicant.address, "").await?.is_granted() {
        let error = OAuthError::temporarily_unavailable("Too many registrations from this address; try again within the hour.");
        return Err(error.because("one address may register AUTHY_REGISTRATION__PER_ADDRESS clients in an hour").into());
    }
    Ok(Admission::Open { quarantine: policy.quarantine_clients })
}

fn not_admitted() -> OAuthError {
    OAuthError::invalid_token("An initial access token that is known, in time and not used up is needed to register a client.")
}

/// The bearer token of a request, if it has one: RFC 6750 §2.1.
fn bearer_token(authorization: &[Option<String>]) -> Result<Option<&str>, Refusal> {
    Ok(bearer::find(authorization, None, None)?.filter(|(scheme, _)| *scheme == Scheme::Bearer).map(|(_, token)| token))
}

/// RFC 7591 §3.1: one JSON object, in which nothing comes twice.
fn members(body: &str) -> Result<Map<String, Value>, Refusal> {
    json::object(body.as_bytes())
        .ok_or_else(|| OAuthError::invalid_client_metadata("The body must be one JSON object without repeated members.").into())
}

/// The client that a draft makes, with the secret that goes to it.
fn client(app: &App, draft: &ClientDraft) -> Result<(Client, Option<Secret<String>>), Refusal> {
    let metadata = draft::checked(draft)?;
    let now = app.now();
    let mut client = draft::vouched(Client {
        client_id: app.entropy.identifier(),
        name: draft.name.trim().to_owned(),
        origin: ClientOrigin::Dynamic,
        enabled: true,
        secrets: Vec::new(),
        created_at: now,
        updated_at: now,
        metadata,
    });
    let mut made = None;
    if client.has_secrets() {
        let (secret, plain) = new_secret(app, &client);
        client.secrets.push(secret);
        made = Some(plain);
    }
    Ok((client, made))
}

/// A secret of 256 random bits, kept as a hash, or sealed when the client signs with it.
fn new_secret(app: &App, client: &Client) -> (ClientSecret, Secret<String>) {
    let plain = Secret::new(app.entropy.token("cs_"));
    let now = app.now();
    let secret = ClientSecret {
        id: app.entropy.uuid(),
        hash: if client.signs_with_secret() {
            SecretHash::Sealed(app.sealer.seal(Purpose::Stored, plain.expose().as_bytes(), app.entropy.as_ref()))
        } else {
            SecretHash::Sha256(TokenHash::of(plain.expose()))
        },
        created_at: now,
        expires_at: app.settings.registration.secret_lifetime.map(|lifetime| now + lifetime),
    };
    (secret, plain)
}

/// One transaction: the use of the token or the place in quarantine, and the client. What strangers do leaves no audit events, which stay
/// for a year; the first approval does.
async fn save(app: &App, (client, token): (&Client, &Secret<String>), admission: &Admission) -> Result<(), Failure> {
    let (policy, now) = (&app.settings.registration, app.now());
    let vouched = matches!(admission, Admission::Token(_));
    let dynamic = DynamicClient {
        client_id: client.client_id.clone(),
        token_hash: Some(TokenHash::of(token.expose())),
        approved_at: vouched.then_some(now),
        last_used_at: now,
        expires_at: now + if vouched { policy.expire_unused } else { policy.quarantine },
    };
    let event = audit::by_client(app.entropy.as_ref(), now, audit::CLIENT_REGISTERED, &client.client_id).build();
    match app.sql.register_client(client, &dynamic, admission, vouched.then_some(&event)).await? {
        Registered::Done => {
            app.forget_client(&client.client_id);
            Ok(())
        }
        Registered::NotAdmitted if vouched => Err(not_admitted().because("the initial access token was just used up").into()),
        Registered::NotAdmitted => Err(Failure::Busy("the quarantine of registered clients is full".into())),
        Registered::Taken => Err(Failure::Broken(anyhow::anyhow!("a random client_id was taken"))),
    }
}
