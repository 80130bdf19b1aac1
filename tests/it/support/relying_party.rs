//! A relying party that speaks the protocol by hand, so that a test can also speak it wrongly.

use std::collections::HashMap;

use authy::model::client::Client;
use authy::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::header::{self, HeaderMap};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::app::TestApp;
use super::browser::Browser;

/// RFC 7636 Appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A client and its secret.
#[derive(Clone)]
pub struct RelyingParty<'a> {
    pub app: &'a TestApp,
    pub client: Client,
    pub secret: Option<Secret<String>>,
    /// The scope that [`RelyingParty::login`] asks for.
    pub scope: String,
}

/// An answer of the token endpoint, or of another one.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.body);
        self
    }

    /// Asserts a refusal: RFC 6749 §5.2.
    #[track_caller]
    pub fn is(&self, status: u16, error: &str) {
        assert_eq!((self.status, self.body["error"].as_str()), (status, Some(error)), "{}", self.body);
    }

    #[track_caller]
    pub fn text(&self, member: &str) -> String {
        self.body[member].as_str().unwrap_or_else(|| panic!("no {member} in {}", self.body)).to_owned()
    }

    pub fn access_token(&self) -> String {
        self.text("access_token")
    }

    pub fn refresh_token(&self) -> String {
        self.text("refresh_token")
    }

    /// The claims of the ID Token, unverified: the tests of other languages verify.
    pub fn id_claims(&self) -> Value {
        claims(&self.text("id_token"))
    }
}

/// The payload of a JWT.
pub fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

/// The header of a JWT.
pub fn jose_header(token: &str) -> Value {
    let header = token.split('.').next().expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).expect("base64url")).expect("JSON")
}

/// The parameters of a URL's query.
pub fn query(url: &str) -> HashMap<String, String> {
    url::Url::parse(url).expect("a URL").query_pairs().into_owned().collect()
}

/// S256: RFC 7636 §4.2.
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

impl<'a> RelyingParty<'a> {
    pub fn new(app: &'a TestApp, client: Client, secret: Option<Secret<String>>) -> Self {
        Self { app, client, secret, scope: "openid profile email offline_access".to_owned() }
    }

    /// The same client at another node.
    pub fn at<'b>(&self, node: &'b TestApp) -> RelyingParty<'b> {
        RelyingParty { app: node, client: self.client.clone(), secret: self.secret.clone(), scope: self.scope.clone() }
    }

    pub fn id(&self) -> &str {
        &self.client.client_id
    }

    pub fn redirect_uri(&self) -> &str {
        &self.client.metadata.redirect_uris[0]
    }

    pub fn with_scope(mut self, scope: &str) -> Self {
        self.scope = scope.to_owned();
        self
    }

    /// An authorization URL; a value of `-` takes a default parameter away.
    pub fn url(&self, changes: &[(&str, &str)]) -> String {
        let mut params: Vec<(&str, String)> = vec![
            ("client_id", self.id().to_owned()),
            ("redirect_uri", self.redirect_uri().to_owned()),
            ("response_type", "code".to_owned()),
            ("scope", self.scope.clone()),
            ("state", "st-1".to_owned()),
            ("nonce", "n-1".to_owned()),
            ("code_challenge", challenge(VERIFIER)),
            ("code_challenge_method", "S256".to_owned()),
        ];
        for (name, value) in changes {
            params.retain(|(known, _)| known != name);
            if *value != "-" {
                params.push((name, (*value).to_owned()));
            }
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        format!("{}/oauth2/authorize?{query}", self.app.base)
    }

    /// A code for that user, in that browser.
    pub async fn code_in(&self, browser: &mut Browser, username: &str, changes: &[(&str, &str)]) -> String {
        let back = browser.walk(&self.url(changes), username).await;
        let answer = query(&back);
        answer.get("code").unwrap_or_else(|| panic!("no code in {back}")).clone()
    }

    pub async fn code(&self, username: &str) -> String {
        self.code_in(&mut self.app.browser(), username, &[]).await
    }

    /// Signs in and redeems.
    pub async fn login(&self, username: &str) -> Answer {
        let code = self.code(username).await;
        self.redeem(&code).await.ok()
    }

    pub async fn redeem(&self, code: &str) -> Answer {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.redirect_uri()),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    pub async fn client_credentials(&self, scope: &str) -> Answer {
        self.token(&[("grant_type", "client_credentials"), ("scope", scope)]).await
    }

    /// A token request with the client's own authentication.
    pub async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        self.post("/oauth2/token", fields).await
    }

    pub async fn introspect(&self, token: &str) -> Answer {
        self.post("/oauth2/introspect", &[("token", token)]).await
    }

    pub async fn is_active(&self, token: &str) -> bool {
        self.introspect(token).await.ok().body["active"] == Value::Bool(true)
    }

    pub async fn revoke(&self, token: &str) -> Answer {
        self.post("/oauth2/revoke", &[("token", token)]).await
    }

    pub async fn userinfo(&self, token: &str) -> Answer {
        let request = crate::support::http::client().get(format!("{}/oauth2/userinfo", self.app.base)).bearer_auth(token);
        answer(request).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(path, fields, &[]).await
    }

    /// The same with more headers.
    pub async fn post_with(&self, path: &str, fields: &[(&str, &str)], more: &[(&str, &str)]) -> Answer {
        let mut fields = fields.to_vec();
        let mut headers = HeaderMap::new();
        for (name, value) in more {
            let name: header::HeaderName = name.parse().expect("a header name");
            headers.append(name, value.parse().expect("a header value"));
        }
        match &self.secret {
            Some(secret) => {
                let pair = STANDARD.encode(format!("{}:{}", self.id(), secret.expose()));
                headers.insert(header::AUTHORIZATION, format!("Basic {pair}").parse().expect("a header"));
            }
            None => fields.push(("client_id", self.id())),
        }
        post(&self.app.base, path, &fields, headers).await
    }
}

/// A form post without any authentication of its own.
pub async fn post(base: &str, path: &str, fields: &[(&str, &str)], headers: HeaderMap) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = crate::support::http::client().post(format!("{base}{path}")).headers(headers);
    answer(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)).await
}

/// Sends a request and reads its JSON, if it has any.
pub async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.expect("a body");
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
    Answer { status, headers, body }
}
