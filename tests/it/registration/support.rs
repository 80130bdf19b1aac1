//! Registration as a stranger speaks it.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use authy::config::Settings;
use authy::config::registration::Mode;
use authy::outbound::{Answer as Fetched, Kind, Outbound, OutboundError, Registrant, Request, Sending};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::relying_party::{Answer, RelyingParty, VERIFIER, answer, challenge};

/// Anybody may register.
pub fn open(settings: &mut Settings) {
    settings.registration.mode = Mode::Open;
}

/// Whoever has a token may register.
pub fn by_token(settings: &mut Settings) {
    settings.registration.mode = Mode::Token;
}

/// What a web application without a server brings.
pub fn public() -> Value {
    json!({
        "client_name": "Stranger",
        "redirect_uris": ["https://stranger.example/cb"],
        "token_endpoint_auth_method": "none",
    })
}

pub async fn register(app: &TestApp, body: &Value, token: Option<&str>) -> Answer {
    send(app, Method::POST, "/oauth2/register", (Some(body.to_string()), token)).await
}

/// A request to the registration of a client.
pub async fn manage(app: &TestApp, method: Method, client_id: &str, (body, token): (Option<&Value>, &str)) -> Answer {
    let path = format!("/oauth2/register/{client_id}");
    send(app, method, &path, (body.map(Value::to_string), Some(token))).await
}

pub async fn send(app: &TestApp, method: Method, path: &str, (body, token): (Option<String>, Option<&str>)) -> Answer {
    let mut request = crate::support::http::client().request(method, format!("{}{path}", app.base));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body);
    }
    answer(request).await
}

/// The relying party behind a registration.
pub async fn relying_party<'a>(app: &'a TestApp, registered: &Answer) -> RelyingParty<'a> {
    let client = app.app.sql.client_by_id(&registered.text("client_id")).await.expect("the database").expect("the client");
    let secret = registered.body["client_secret"].as_str().map(Into::into);
    RelyingParty::new(app, client, secret)
}

/// The beginning of a sign-in at a client that is a document and says `https://app.example.com/cb`.
pub fn document_url(app: &TestApp, client_id: &str, changes: &[(&str, &str)]) -> String {
    let made = challenge(VERIFIER);
    let mut params = vec![
        ("client_id", client_id),
        ("redirect_uri", "https://app.example.com/cb"),
        ("response_type", "code"),
        ("scope", "openid"),
        ("code_challenge", &made),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        params.retain(|(known, _)| known != name);
        params.push((name, value));
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
    format!("{}/oauth2/authorize?{query}", app.base)
}

/// An initial access token of so many uses.
pub async fn initial_token(app: &TestApp, uses: Option<u32>) -> String {
    use authy::admin::office::Office;
    use authy::admin::registration_tokens::TokenDraft;
    use authy::telemetry::audit::Actor;
    let draft = TokenDraft { name: app.app.entropy.identifier(), uses, lifetime: Some(std::time::Duration::from_secs(3600)) };
    let (_, secret) = Office::of(&app.app, Actor::CommandLine).create_registration_token(&draft).await.expect("a token");
    secret.expose().clone()
}

/// The documents of the world, in the place of the world.
#[derive(Debug, Default)]
pub struct Shelf {
    documents: Mutex<HashMap<String, (String, Option<Duration>)>>,
    asked: Mutex<Vec<(Kind, String)>>,
}

impl Shelf {
    /// Publishes a document, or another one in its place.
    pub fn put(&self, url: &str, document: &Value, max_age: Option<u64>) {
        let kept = (document.to_string(), max_age.map(Duration::from_secs));
        self.documents.lock().expect("no panic").insert(url.to_owned(), kept);
    }

    pub fn remove(&self, url: &str) {
        self.documents.lock().expect("no panic").remove(url);
    }

    /// How often authy asked for it.
    pub fn asked(&self, url: &str) -> usize {
        self.asked.lock().expect("no panic").iter().filter(|(_, asked)| asked == url).count()
    }
}

impl Outbound for Shelf {
    fn check(&self, url: &str, _: Registrant) -> Result<(), OutboundError> {
        if url.contains("//10.") { Err(OutboundError::Address) } else { Ok(()) }
    }

    fn send(&self, request: Request) -> Sending<'_> {
        self.asked.lock().expect("no panic").push((request.kind(), request.url().to_owned()));
        let found = self.documents.lock().expect("no panic").get(request.url()).cloned();
        let answer = found.map(|(document, max_age)| Fetched { body: document.into_bytes(), max_age });
        Box::pin(async move { answer.ok_or(OutboundError::Status(404)) })
    }
}
