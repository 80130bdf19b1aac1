//! A provider that runs inside the test, on a port of its own, with a clock that the test moves.

use std::sync::Arc;
use std::time::Duration;

use authy::app::App;
use authy::app::builder::Parts;
use authy::clock::{Clock as _, ManualClock, Timestamp};
use authy::entropy::{Entropy, OsEntropy};
use authy::model::audit::AuditEvent;
use authy::model::client::{Client, ClientMetadata, ClientOrigin, ClientSecret, SecretHash};
use authy::model::resource::Resource;
use authy::model::user::{Password, User};
use authy::outbound::Outbound;
use authy::sealing::{MasterKey, Purpose, Sealer};
use authy::secret::{Secret, TokenHash};
use authy::server::{Bound, Running};
use authy::spec::issuer::Issuer;
use authy::store::sql::{Created, Options};
use authy::store::{Kv, Sql};
use authy::telemetry::audit::{self, Actor};
use serde_json::{Map, Value, json};

use super::backends::{Backend, Redis};
use super::browser::Browser;
use super::relying_party::RelyingParty;

/// The password of every test user.
pub const PASSWORD: &str = "correct horse battery staple";

/// A running provider.
pub struct TestApp {
    pub app: Arc<App>,
    pub clock: Arc<ManualClock>,
    /// `http://localhost:PORT`: the issuer.
    pub base: String,
    pub management: String,
    master: Arc<MasterKey>,
    running: Option<Running>,
}

/// What a test may want otherwise.
pub type Adjust = fn(&mut authy::config::Settings);

impl TestApp {
    pub async fn start(backend: Backend) -> Self {
        Self::start_with(backend, |_| {}).await
    }

    pub async fn start_with(backend: Backend, adjust: Adjust) -> Self {
        Self::start_asking(backend, adjust, None).await
    }

    /// With something else in the place of what sends authy's own requests.
    pub async fn start_asking(backend: Backend, adjust: Adjust, outbound: Option<Arc<dyn Outbound>>) -> Self {
        let Backend { sql, kv, clock, .. } = backend;
        let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let mut settings = authy::config::Settings::for_tests();
        adjust(&mut settings);
        let bound = Bound::new(&settings).expect("free ports");
        let base = format!("http://localhost:{}", bound.port().expect("a port"));
        let management = format!("http://{}", bound.addresses().last().expect("a management listener"));
        let master = MasterKey::generate(entropy.as_ref());
        let sealer = Sealer::new(&master);
        let keys = super::keys::first_keys(&sealer, entropy.as_ref(), clock.now());
        let made = audit::event(entropy.as_ref(), clock.now(), "keys.created", Actor::System).build();
        sql.create_first_signing_keys(&keys, &made).await.expect("keys are stored");
        let issuer = settings.issuer.clone().unwrap_or_else(|| Issuer::parse(&base).expect("an issuer"));
        settings.mtls.base = settings.mtls.base.take().or_else(|| bound.mtls_base(&issuer));
        let guarded = || Arc::new(authy::outbound::Guarded::new(&settings.outbound, &issuer).expect("a client"));
        let outbound = outbound.unwrap_or_else(|| guarded());
        let parts = Parts { settings, issuer, clock: clock.clone(), entropy, sql, kv, sealer, outbound };
        let app = Arc::new(App::build(parts).await.expect("an app"));
        let running = authy::server::start(app.clone(), bound).expect("a server");
        Self { app, clock, base, management, master: Arc::new(master), running: Some(running) }
    }

    /// Another node on the same storages: connections, caches and a port of its own; the same issuer, master key and clock.
    pub async fn another_node(&self, options: &Options, redis: &Redis) -> Self {
        let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let settings = self.app.settings.clone();
        let bound = Bound::new(&settings).expect("free ports");
        let base = format!("http://localhost:{}", bound.port().expect("a port"));
        let management = format!("http://{}", bound.addresses().last().expect("a management listener"));
        let sql = Sql::open(options).await.expect("the database");
        let kv = Kv::open_redis_under(&redis.url, None, &redis.prefix).await.expect("Redis");
        let (issuer, clock, master, sealer) = (self.app.issuer.clone(), self.clock.clone(), self.master.clone(), Sealer::new(&self.master));
        let outbound = Arc::new(authy::outbound::Guarded::new(&settings.outbound, &issuer).expect("a client"));
        let parts = Parts { settings, issuer, clock: clock.clone(), entropy, sql, kv, sealer, outbound };
        let app = Arc::new(App::build(parts).await.expect("an app"));
        let running = authy::server::start(app.clone(), bound).expect("a server");
        Self { app, clock, base, management, master, running: Some(running) }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves protocol time.
    pub fn advance(&self, span: Duration) {
        self.clock.advance(span);
    }

    pub fn event(&self, kind: &str) -> AuditEvent {
        AuditEvent {
            id: self.app.entropy.uuid(),
            at: self.now(),
            kind: kind.to_owned(),
            actor: "test".to_owned(),
            subject: None,
            client_id: None,
            detail: json!({}),
        }
    }

    /// As an administrator sets it.
    pub async fn set_password(&self, user: &User, password: &Password) {
        let events = (&self.event("password.set"), &self.event("session.ended"));
        assert!(self.app.sql.set_password(&user.subject, password, None, events).await.expect("the database"));
    }

    /// As a command beside the server changes a client.
    pub async fn change_client(&self, client: &Client) {
        let stored = self.app.sql.client_by_id(&client.client_id).await.expect("the database").expect("the client");
        let changed = Client { updated_at: stored.updated_at, ..client.clone() };
        assert!(self.app.sql.update_client(&changed, &self.event("client.updated")).await.expect("the database"));
        if stored.enabled != client.enabled {
            let event = self.event("client.updated");
            assert!(self.app.sql.enable_client(&client.client_id, client.enabled, &event).await.expect("the database"));
        }
        self.app.forget_client(&client.client_id);
    }

    /// A user with every standard claim, whose password is [`PASSWORD`].
    pub async fn user(&self, username: &str) -> User {
        let user = User {
            subject: self.app.entropy.identifier(),
            username: username.to_owned(),
            email: Some(format!("{username}@example.org")),
            email_verified: true,
            name: Some(format!("{username} Example")),
            claims: standard_claims(),
            groups: Vec::new(),
            admin: false,
            locked_at: None,
            created_at: self.now(),
            updated_at: self.now(),
        };
        self.save_user(user).await
    }

    pub async fn admin(&self, username: &str) -> User {
        let user = User {
            subject: self.app.entropy.identifier(),
            username: username.to_owned(),
            email: Some(format!("{username}@example.org")),
            email_verified: true,
            name: None,
            claims: Map::new(),
            groups: Vec::new(),
            admin: true,
            locked_at: None,
            created_at: self.now(),
            updated_at: self.now(),
        };
        self.save_user(user).await
    }

    async fn save_user(&self, user: User) -> User {
        let entropy = self.app.entropy.clone();
        let hash = tokio::task::spawn_blocking(move || authy::hashing::password::hash(PASSWORD, 4, entropy.as_ref()).expect("a hash"))
            .await
            .expect("hashed");
        let password = Password { hash, changed_at: self.now() };
        assert_eq!(self.app.sql.create_user(&user, Some(&password), &self.event("user.created")).await.expect("a user"), Created::Done);
        user
    }

    /// A confidential client with the defaults of an administrator's registration, changed by `adjust`.
    pub async fn client(&self, adjust: impl FnOnce(&mut ClientMetadata)) -> RelyingParty<'_> {
        let secret = self.app.entropy.token("cs_");
        let mut metadata = ClientMetadata {
            redirect_uris: vec!["https://rp.example/cb".to_owned()],
            post_logout_redirect_uris: vec!["https://rp.example/bye".to_owned()],
            grant_types: ["authorization_code", "refresh_token", "client_credentials"].map(str::to_owned).to_vec(),
            response_types: vec!["code".to_owned()],
            scopes: ["openid", "profile", "email", "address", "phone", "groups", "offline_access", "read", "write"]
                .map(str::to_owned)
                .to_vec(),
            refresh_rotation: true,
            ..ClientMetadata::default()
        };
        adjust(&mut metadata);
        let mut client = Client {
            client_id: self.app.entropy.identifier(),
            name: "Example application".to_owned(),
            origin: ClientOrigin::Administrator,
            enabled: true,
            secrets: Vec::new(),
            metadata,
            created_at: self.now(),
            updated_at: self.now(),
        };
        if client.has_secrets() {
            let hash = match client.signs_with_secret() {
                true => SecretHash::Sealed(self.app.sealer.seal(Purpose::Stored, secret.as_bytes(), self.app.entropy.as_ref())),
                false => SecretHash::Sha256(TokenHash::of(&secret)),
            };
            client.secrets = vec![ClientSecret { id: self.app.entropy.uuid(), hash, created_at: self.now(), expires_at: None }];
        }
        assert_eq!(self.app.sql.create_client(&client, &self.event("client.created")).await.expect("a client"), Created::Done);
        let secret = client.has_secrets().then(|| Secret::new(secret));
        RelyingParty::new(self, client, secret)
    }

    /// The client most tests need.
    pub async fn relying_party(&self) -> RelyingParty<'_> {
        self.client(|_| {}).await
    }

    /// A public client.
    pub async fn public_client(&self) -> RelyingParty<'_> {
        self.client(|metadata| {
            metadata.auth_method = Some(authy::model::client::AuthMethod::None);
            metadata.grant_types.retain(|grant| grant != "client_credentials");
            metadata.require_pkce = true;
        })
        .await
    }

    pub async fn resource(&self, uri: &str, introspection_clients: &[&str]) {
        let resource = Resource {
            uri: uri.to_owned(),
            name: "An API".to_owned(),
            scopes: Vec::new(),
            signing_algorithm: "ES256".to_owned(),
            access_token_lifetime: None,
            introspection_clients: introspection_clients.iter().map(|&client| client.to_owned()).collect(),
            created_at: self.now(),
        };
        assert_eq!(self.app.sql.create_resource(&resource, &self.event("resource.created")).await.expect("a resource"), Created::Done);
    }

    /// What the task of a running server does every minute.
    pub async fn sweep(&self) {
        authy::tasks::sweep::round(&self.app).await.expect("swept");
    }

    /// A fresh browser.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.base)
    }

    pub async fn get_json(&self, path: &str) -> Value {
        let response = crate::support::http::get(format!("{}{path}", self.base)).await;
        response.json_body().await
    }

    /// Ends the server; dropping it leaves that to the process's end.
    pub async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            running.abandon().await;
        }
    }
}

/// reqwest is built without its JSON feature, which only the tests would use.
pub trait JsonBody {
    fn json_body(self) -> impl Future<Output = Value>;
}

impl JsonBody for reqwest::Response {
    async fn json_body(self) -> Value {
        let text = self.text().await.expect("a body");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("not JSON ({error}): {text}"))
    }
}

/// Requests come through a proxy on this machine that tells where from.
pub fn behind_a_proxy(settings: &mut authy::config::Settings) {
    settings.trusted_proxies = ["127.0.0.0/8", "::1"].map(|text| authy::config::Network::parse(text).expect("a network")).to_vec();
}

/// OIDC Core §5.1: every standard claim that is kept in the claims of a user.
pub fn standard_claims() -> Map<String, Value> {
    let claims = json!({
        "given_name": "Ada", "family_name": "Example", "middle_name": "Q", "nickname": "ada",
        "profile": "https://people.example/ada", "picture": "https://people.example/ada.png", "website": "https://ada.example",
        "gender": "female", "birthdate": "1990-12-10", "zoneinfo": "Europe/Berlin", "locale": "en-GB",
        "phone_number": "+49 30 1234567", "phone_number_verified": true,
        "address": { "formatted": "1 Example Street", "street_address": "1 Example Street", "locality": "Berlin", "postal_code": "10115", "country": "Germany" },
    });
    claims.as_object().cloned().unwrap_or_default()
}
