//! Who is there during a run: applications, people, and people who have signed in already.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Map;

use crate::clock::{Clock as _, SystemClock, Timestamp};
use crate::entropy::{Entropy, OsEntropy};
use crate::jose::Algorithm;
use crate::model::client::{Client, ClientMetadata, ClientOrigin, ClientSecret, SecretHash};
use crate::model::resource::Resource;
use crate::model::session::Session;
use crate::model::user::{Password, User};
use crate::secret::{Secret, TokenHash};
use crate::spec::prompt::ACR_PASSWORD;
use crate::spec::scope::{OFFLINE_ACCESS, OPENID};
use crate::store::sql::{Created, Sql};
use crate::telemetry::audit;

/// Where codes go; nobody listens there.
pub const REDIRECT_URI: &str = "https://client.example/callback";
/// The registered API.
pub const RESOURCE: &str = "https://api.example/";
/// How long a session lasts, in seconds.
const SESSION: u64 = 24 * 3_600;

/// Everything a load needs to know.
#[derive(Debug)]
pub struct World {
    /// One application per ID Token algorithm that is measured.
    pub applications: Vec<Application>,
    /// People who have signed in: `sub` and session cookie.
    pub signed_in: Vec<(String, Secret<String>)>,
    /// Usernames of everybody.
    pub usernames: Vec<String>,
    /// Everybody's password.
    pub password: Secret<String>,
    /// Its hash, at the cost of the run.
    pub password_hash: Secret<String>,
}

/// A registered application.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its `client_id`.
    pub client_id: String,
    /// Its credentials, as the `Authorization` header carries them (RFC 6749 §2.3.1).
    pub authorization: Secret<String>,
    /// What its ID Tokens are signed with.
    pub algorithm: Algorithm,
}

/// How many of each.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// People with a password.
    pub people: usize,
    /// How many of them have signed in.
    pub signed_in: usize,
}

/// Makes everybody and saves them; `hash` is that of `password`.
///
/// # Errors
/// When the database is away.
pub async fn populate(sql: &Sql, size: Size, (password, hash): (Secret<String>, Secret<String>)) -> anyhow::Result<World> {
    let maker = Maker { sql, entropy: &OsEntropy, now: SystemClock.now() };
    maker.resource().await?;
    let mut applications = Vec::new();
    for algorithm in [Algorithm::RS256, Algorithm::ES256] {
        applications.push(maker.application(algorithm).await?);
    }
    let (mut usernames, mut signed_in) = (Vec::new(), Vec::new());
    for number in 0..size.people {
        let user = maker.person(number, &hash).await?;
        if number < size.signed_in {
            signed_in.push((user.subject.clone(), maker.session(&user.subject, &hash).await?));
        }
        usernames.push(user.username);
    }
    Ok(World { applications, signed_in, usernames, password, password_hash: hash })
}

struct Maker<'a> {
    sql: &'a Sql,
    entropy: &'a dyn Entropy,
    now: Timestamp,
}

impl Maker<'_> {
    fn event(&self, kind: &str) -> crate::model::audit::AuditEvent {
        audit::event(self.entropy, self.now, kind, audit::Actor::CommandLine).build()
    }

    async fn resource(&self) -> anyhow::Result<()> {
        let resource = Resource {
            uri: RESOURCE.to_owned(),
            name: "Benchmark".to_owned(),
            scopes: Vec::new(),
            signing_algorithm: Algorithm::ES256.as_str().to_owned(),
            access_token_lifetime: None,
            introspection_clients: Vec::new(),
            created_at: self.now,
        };
        saved(&self.sql.create_resource(&resource, &self.event(audit::RESOURCE_CREATED)).await?)
    }

    async fn application(&self, algorithm: Algorithm) -> anyhow::Result<Application> {
        let (client_id, secret) = (self.entropy.identifier(), self.entropy.token("cs_"));
        let client = Client {
            client_id: client_id.clone(),
            name: format!("Benchmark {algorithm}"),
            origin: ClientOrigin::Administrator,
            enabled: true,
            metadata: ClientMetadata {
                redirect_uris: vec![REDIRECT_URI.to_owned()],
                grant_types: ["authorization_code", "refresh_token", "client_credentials"].map(str::to_owned).to_vec(),
                response_types: vec!["code".to_owned()],
                scopes: [OPENID, "profile", "email", OFFLINE_ACCESS, "read"].map(str::to_owned).to_vec(),
                id_token_signed_response_alg: Some(algorithm.as_str().to_owned()),
                refresh_rotation: true,
                skip_consent: true,
                ..ClientMetadata::default()
            },
            secrets: vec![ClientSecret {
                id: self.entropy.uuid(),
                hash: SecretHash::Sha256(TokenHash::of(&secret)),
                created_at: self.now,
                expires_at: None,
            }],
            created_at: self.now,
            updated_at: self.now,
        };
        saved(&self.sql.create_client(&client, &self.event(audit::CLIENT_CREATED)).await?)?;
        let authorization = Secret::new(format!("Basic {}", STANDARD.encode(format!("{client_id}:{secret}"))));
        Ok(Application { client_id, authorization, algorithm })
    }

    async fn person(&self, number: usize, hash: &Secret<String>) -> anyhow::Result<User> {
        let username = format!("person-{number}-{}", self.entropy.identifier());
        let user = User {
            subject: self.entropy.identifier(),
            email: Some(format!("{username}@example.org")),
            email_verified: true,
            name: Some(format!("Person {number}")),
            username,
            claims: Map::new(),
            groups: Vec::new(),
            admin: false,
            locked_at: None,
            created_at: self.now,
            updated_at: self.now,
        };
        let password = Password { hash: hash.clone(), changed_at: self.now };
        saved(&self.sql.create_user(&user, Some(&password), &self.event(audit::USER_CREATED)).await?)?;
        Ok(user)
    }

    async fn session(&self, subject: &str, hash: &Secret<String>) -> anyhow::Result<Secret<String>> {
        let cookie = Secret::new(self.entropy.token("se_"));
        let session = Session {
            id: self.entropy.uuid(),
            token_hash: TokenHash::of(cookie.expose()),
            admin_token_hash: None,
            subject: subject.to_owned(),
            sid: self.entropy.identifier(),
            auth_time: self.now,
            amr: vec!["pwd".to_owned()],
            acr: ACR_PASSWORD.to_owned(),
            user_agent: "authy bench".to_owned(),
            address: "127.0.0.1".to_owned(),
            created_at: self.now,
            last_seen_at: self.now,
            expires_at: self.now + std::time::Duration::from_secs(SESSION),
            ended_at: None,
        };
        let started = self.sql.create_session(&session, hash, &self.event(audit::SESSION_STARTED)).await?;
        anyhow::ensure!(started, "the password of a person who was just made is another");
        Ok(cookie)
    }
}

fn saved(created: &Created) -> anyhow::Result<()> {
    match created {
        Created::Done => Ok(()),
        Created::Exists(what) => anyhow::bail!("somebody has this {what} already in a database that was empty"),
    }
}
