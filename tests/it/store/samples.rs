//! Things to store.

use std::time::Duration;

use authy::clock::Timestamp;
use authy::entropy::{Entropy, OsEntropy};
use authy::model::audit::AuditEvent;
use authy::model::authentication_request::{AuthenticationRequest, Delivery, State};
use authy::model::client::{AuthMethod, Client, ClientMetadata, ClientOrigin, ClientSecret, SecretHash};
use authy::model::grant::{Authentication, Grant};
use authy::model::refresh_token::RefreshToken;
use authy::model::session::Session;
use authy::model::user::{Password, User};
use authy::secret::{Secret, TokenHash};
use authy::spec::device::Polling;
use authy::store::Sql;
use authy::store::sql::{AuditFilter, Created, Room};
use serde_json::json;
use uuid::Uuid;

use crate::support::backends::START;

pub const DAY: Duration = Duration::from_secs(24 * 3600);

pub fn id() -> Uuid {
    let entropy: &dyn Entropy = &OsEntropy;
    entropy.uuid()
}

pub fn event(kind: &str) -> AuditEvent {
    AuditEvent {
        id: id(),
        at: START,
        kind: kind.to_owned(),
        actor: "system".to_owned(),
        subject: None,
        client_id: None,
        detail: json!({"why": "a test"}),
    }
}

/// The kinds of all recorded events.
pub async fn recorded(sql: &Sql) -> Vec<String> {
    let events = sql.audit_page(&AuditFilter::default(), None, 1000).await.unwrap();
    events.into_iter().map(|event| event.kind).collect()
}

pub fn user(username: &str) -> User {
    User {
        subject: format!("sub-of-{username}"),
        username: username.to_owned(),
        email: Some(format!("{username}@example.com")),
        email_verified: true,
        name: Some(format!("{username} Lovelace")),
        claims: json!({"locale": "en", "address": {"country": "GB"}}).as_object().unwrap().clone(),
        groups: Vec::new(),
        admin: false,
        locked_at: None,
        created_at: START,
        updated_at: START + Duration::from_micros(1),
    }
}

pub fn password(hash: &str) -> Password {
    Password { hash: hash.into(), changed_at: START }
}

pub fn secret(text: &str) -> ClientSecret {
    ClientSecret { id: id(), hash: SecretHash::Sha256(TokenHash::of(text)), created_at: START, expires_at: None }
}

pub fn client(client_id: &str, name: &str) -> Client {
    Client {
        client_id: client_id.to_owned(),
        name: name.to_owned(),
        origin: ClientOrigin::Administrator,
        enabled: true,
        metadata: ClientMetadata {
            redirect_uris: vec![format!("https://{client_id}.example/cb")],
            auth_method: Some(AuthMethod::ClientSecretBasic),
            allowed_origins: vec!["https://spa.example".to_owned()],
            more: [("software_id".to_owned(), json!("x"))].into(),
            ..ClientMetadata::default()
        },
        secrets: vec![secret(client_id)],
        created_at: START,
        updated_at: START,
    }
}

pub fn session(subject: &str) -> Session {
    let id = id();
    Session {
        id,
        token_hash: TokenHash::of(&format!("token {id}")),
        admin_token_hash: None,
        subject: subject.to_owned(),
        sid: format!("sid-{id}"),
        auth_time: START,
        amr: vec!["pwd".to_owned()],
        acr: "1".to_owned(),
        user_agent: "Mozilla/5.0".to_owned(),
        address: "192.0.2.1".to_owned(),
        created_at: START,
        last_seen_at: START,
        expires_at: START + DAY * 7,
        ended_at: None,
    }
}

pub fn grant(session: &Session, client_id: &str) -> Grant {
    Grant {
        id: id(),
        subject: session.subject.clone(),
        client_id: client_id.to_owned(),
        session_id: session.id,
        offline: false,
        scopes: vec!["openid".to_owned(), "email".to_owned()],
        resources: vec!["https://api.example".to_owned()],
        authentication: Authentication {
            sid: session.sid.clone(),
            auth_time: session.auth_time,
            amr: session.amr.clone(),
            acr: session.acr.clone(),
        },
        claims_request: json!({"userinfo": {"email": null}}),
        authorization_details: Vec::new(),
        created_at: START,
        revoked_at: None,
    }
}

pub fn token(grant: &Grant, generation: i32) -> RefreshToken {
    RefreshToken {
        hash: TokenHash::of(&format!("{} {generation}", grant.id)),
        grant_id: grant.id,
        generation,
        issued_at: START,
        expires_at: START + DAY * 30,
        absolute_expires_at: START + DAY * 180,
        rotated_at: None,
        confirmation: Default::default(),
    }
}

/// `ada`, the client `app`, and a session of hers.
pub async fn ada_with_app(sql: &Sql) -> Session {
    assert_eq!(sql.create_user(&user("ada"), Some(&password("$2b$hash")), &event("user.created")).await.unwrap(), Created::Done);
    assert_eq!(sql.create_client(&client("app", "App"), &event("client.created")).await.unwrap(), Created::Done);
    let session = session("sub-of-ada");
    begin(sql, &session).await;
    session
}

/// What `ada` of [`ada_with_app`] has verified.
pub fn verified() -> Secret<String> {
    "$2b$hash".into()
}

/// Starts a session of hers.
pub async fn begin(sql: &Sql, session: &Session) {
    assert!(sql.create_session(session, &verified(), &event("session.started")).await.unwrap());
}

/// Starts one in the place of another.
pub async fn replace(sql: &Sql, old: &Session, new: &Session) {
    assert!(sql.replace_session(old.id, new, &verified(), (&event("session.ended"), &event("session.started"))).await.unwrap());
}

pub fn later(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

/// More than any test fills.
pub const ROOM: Room = Room { of_client: 1_000, for_person: 1_000 };

/// One that waits for its answer.
pub fn authentication_request(client_id: &str, subject: &str) -> AuthenticationRequest {
    AuthenticationRequest {
        id: id(),
        auth_req_id: TokenHash::of(&id().to_string()),
        client_id: client_id.to_owned(),
        subject: subject.to_owned(),
        scopes: vec!["openid".to_owned()],
        resources: Vec::new(),
        authorization_details: Vec::new(),
        binding_message: None,
        delivery: Delivery::Poll,
        sealed: Vec::new(),
        polling: Polling::default(),
        state: State::Pending,
        approval: None,
        attempts: 0,
        notify_at: None,
        created_at: START,
        expires_at: later(300),
    }
}
