//! A person and a client, made by commands as an operator makes them, for a server in a process of its own.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use super::app::PASSWORD;
use super::browser::Browser;
use super::relying_party::{Answer, VERIFIER, challenge, post, query};
use crate::cli::{authy, command};

const REDIRECT_URI: &str = "https://rp.example/cb";

/// A client with a secret.
#[derive(Clone)]
pub struct Party {
    pub id: String,
    pub secret: String,
}

/// The user `ada`, and a client.
pub fn prepare(place: &Path, env: &[(&str, &str)]) -> Party {
    create_user(place, env, ("ada", "ada@example.org", PASSWORD));
    create_client(place, env, &["authorization_code", "refresh_token"])
}

/// A client with these grants.
pub fn create_client(place: &Path, env: &[(&str, &str)], grants: &[&str]) -> Party {
    let mut create = vec!["client", "create", "App", "--redirect-uri", REDIRECT_URI, "--json"];
    create.extend(grants.iter().flat_map(|grant| ["--grant", grant]));
    let client = authy(place, env, &create).exits(0).json();
    let text = |member: &str| client[member].as_str().expect("text").to_owned();
    Party { id: text("client_id"), secret: text("client_secret") }
}

/// A user, whose password goes in by standard input.
pub fn create_user(place: &Path, env: &[(&str, &str)], (name, email, password): (&str, &str, &str)) {
    let mut child = command(place, env, &["user", "create", name, "--email", email, "--password-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("authy runs");
    child.stdin.take().expect("standard input").write_all(format!("{password}\n").as_bytes()).expect("written");
    assert!(child.wait().expect("an end").success());
}

impl Party {
    /// An authorization request; `more` wins over what it has by itself.
    pub fn url(&self, base: &str, more: &[(&str, &str)]) -> String {
        let challenge = challenge(VERIFIER);
        let usual = [
            ("client_id", self.id.as_str()),
            ("redirect_uri", REDIRECT_URI),
            ("response_type", "code"),
            ("scope", "openid offline_access"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let usual = usual.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(usual.chain(more.iter().copied())).finish();
        format!("{base}/oauth2/authorize?{query}")
    }

    /// A request with the client's own authentication.
    pub async fn post(&self, base: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let own = [("client_id", self.id.as_str()), ("client_secret", self.secret.as_str())];
        post(base, path, &[fields, &own].concat(), Default::default()).await
    }

    pub async fn token(&self, base: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(base, "/oauth2/token", fields).await
    }

    pub async fn redeem(&self, base: &str, code: &str) -> Answer {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT_URI), ("code_verifier", VERIFIER)];
        self.token(base, &fields).await
    }

    /// Signs in and redeems.
    pub async fn login(&self, base: &str) -> Answer {
        let back = Browser::new(base).walk(&self.url(base, &[]), "ada").await;
        self.redeem(base, &query(&back)["code"]).await.ok()
    }
}
