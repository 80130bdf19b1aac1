//! A server that is killed, and a server whose stores go away under load: nothing acknowledged is lost, nothing crashes, all recovers.

mod kills;
mod stores;

use std::path::Path;
use std::process::Stdio;

use crate::cli::{authy, command};
use crate::support::browser::Browser;
use crate::support::relying_party::{Answer, VERIFIER, challenge, post, query};

const PASSWORD: &str = "correct horse battery staple";

/// A client with a secret, and where it speaks to.
#[derive(Clone)]
struct Party {
    id: String,
    secret: String,
}

/// A person and a client, made by commands.
fn prepare(place: &Path, env: &[(&str, &str)]) -> Party {
    create_user(place, env, "ada");
    let create = [
        "client",
        "create",
        "App",
        "--redirect-uri",
        "https://rp.example/cb",
        "--grant",
        "authorization_code",
        "--grant",
        "refresh_token",
        "--json",
    ];
    let client = authy(place, env, &create).exits(0).json();
    let text = |member: &str| client[member].as_str().expect("text").to_owned();
    Party { id: text("client_id"), secret: text("client_secret") }
}

fn create_user(place: &Path, env: &[(&str, &str)], name: &str) {
    let email = format!("{name}@example.org");
    let mut child = command(place, env, &["user", "create", name, "--email", &email, "--password-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("authy runs");
    std::io::Write::write_all(&mut child.stdin.take().expect("standard input"), format!("{PASSWORD}\n").as_bytes()).expect("written");
    assert!(child.wait().expect("an end").success());
}

impl Party {
    fn url(&self, base: &str) -> String {
        let parameters = [
            ("client_id", self.id.as_str()),
            ("redirect_uri", "https://rp.example/cb"),
            ("response_type", "code"),
            ("scope", "openid offline_access"),
            ("code_challenge", &challenge(VERIFIER)),
            ("code_challenge_method", "S256"),
        ];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        format!("{base}/oauth2/authorize?{query}")
    }

    async fn token(&self, base: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = fields.to_vec();
        all.extend([("client_id", self.id.as_str()), ("client_secret", self.secret.as_str())]);
        post(base, "/oauth2/token", &all, Default::default()).await
    }

    async fn redeem(&self, base: &str, code: &str) -> Answer {
        let fields =
            [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", "https://rp.example/cb"), ("code_verifier", VERIFIER)];
        self.token(base, &fields).await
    }

    /// Signs in and redeems.
    async fn login(&self, base: &str) -> Answer {
        let back = Browser::new(base).walk(&self.url(base), "ada").await;
        self.redeem(base, &query(&back)["code"]).await.ok()
    }
}
