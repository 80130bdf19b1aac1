//! (endpoint that authenticates clients) × (authentication method) × (right, wrong, foreign, replayed, nothing), from the registry: a new
//! method fails here until it has a case.

use authy::client_auth::METHODS;
use authy::jose::Algorithm;
use authy::model::client::{AuthMethod, ClientMetadata};
use authy::routes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{self, HeaderMap};
use serde_json::json;

use super::assertions::TYPE;
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{Answer, RelyingParty, post};
use crate::support::signer::{FOREIGN, KEYS, claims, hs256, key, set, sign};
use crate::support::x509::Authority;

/// Every path below `/oauth2` that is no endpoint at which a client authenticates; what is in neither list fails.
const OTHERS: &[&str] = &[
    "/oauth2/authorize",
    "/oauth2/userinfo",
    "/oauth2/logout",
    "/oauth2/register",
    "/oauth2/register/{client_id}",
    "/oauth2/check_session",
];

/// Fields that are well-formed at an endpoint, so that only the authentication decides between 401 and anything else.
fn fields(path: &str) -> Option<&'static [(&'static str, &'static str)]> {
    Some(match path {
        "/oauth2/token" => &[("grant_type", "client_credentials"), ("scope", "read")],
        "/oauth2/introspect" | "/oauth2/revoke" => &[("token", "at_unknown")],
        "/oauth2/par" => &[("response_type", "code")],
        "/oauth2/device_authorization" => &[("scope", "read")],
        "/oauth2/bc-authorize" => &[("scope", "openid"), ("login_hint", "nobody")],
        _ => return None,
    })
}

/// What a client brings.
#[derive(Clone, Default)]
struct Proof {
    fields: Vec<(&'static str, String)>,
    headers: HeaderMap,
}

impl Proof {
    fn fields(fields: &[(&'static str, &str)]) -> Self {
        Self { fields: fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(), ..Self::default() }
    }

    fn header(name: header::HeaderName, value: &str) -> Self {
        Self { headers: HeaderMap::from_iter([(name, value.parse().expect("a value"))]), ..Self::default() }
    }

    fn and(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push((name, value.to_owned()));
        self
    }

    async fn post(&self, app: &TestApp, path: &str) -> Answer {
        let mut all: Vec<(&str, &str)> = fields(path).unwrap_or_default().to_vec();
        all.extend(self.fields.iter().map(|(name, value)| (*name, value.as_str())));
        post(&app.base, path, &all, self.headers.clone()).await
    }
}

fn metadata(method: AuthMethod, metadata: &mut ClientMetadata) {
    metadata.auth_method = Some(method);
    match method {
        AuthMethod::PrivateKeyJwt => metadata.protocol.jwks = Some(set(&*KEYS)),
        AuthMethod::TlsClientAuth => metadata.protocol.tls_client_auth_san_dns = Some("rp.example".to_owned()),
        AuthMethod::SelfSignedTlsClientAuth => metadata.protocol.jwks = Some(Authority::shared().self_signed().jwks()),
        AuthMethod::None => metadata.grant_types.retain(|grant| grant != "client_credentials"),
        AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost | AuthMethod::ClientSecretJwt => {}
    }
}

/// The right proof of a client, made anew each time.
fn right(rp: &RelyingParty<'_>, method: AuthMethod) -> Proof {
    let secret = rp.secret.as_ref().map(|secret| secret.expose().clone()).unwrap_or_default();
    proof(rp, method, &secret, &sign(key(Algorithm::ES256), &own_claims(rp)), ["rp.example"])
}

/// A proof of the right kind with the wrong secret, key or certificate.
fn wrong(rp: &RelyingParty<'_>, method: AuthMethod) -> Proof {
    let forged = json!({ "alg": "ES256", "kid": key(Algorithm::ES256).kid });
    let forged = crate::support::signer::sign_as(&FOREIGN, &forged, &own_claims(rp));
    proof(rp, method, "cs_wrong-but-long-enough-to-sign-with-it-at-all", &forged, ["other.example"])
}

fn own_claims(rp: &RelyingParty<'_>) -> serde_json::Value {
    claims(rp.id(), &rp.app.base, rp.app.now().as_seconds())
}

fn proof(rp: &RelyingParty<'_>, method: AuthMethod, secret: &str, assertion: &str, [name]: [&str; 1]) -> Proof {
    let authority = Authority::shared();
    let certificate = |der: &[u8]| Proof::header(header::HeaderName::from_static("client-cert"), &format!(":{}:", STANDARD.encode(der)));
    match method {
        AuthMethod::ClientSecretBasic => {
            Proof::header(header::AUTHORIZATION, &format!("Basic {}", STANDARD.encode(format!("{}:{secret}", rp.id()))))
        }
        AuthMethod::ClientSecretPost => Proof::fields(&[("client_id", rp.id()), ("client_secret", secret)]),
        AuthMethod::ClientSecretJwt => {
            let signed = hs256(secret.as_bytes(), &json!({ "alg": "HS256" }), &own_claims(rp));
            Proof::fields(&[("client_assertion_type", TYPE), ("client_assertion", &signed)])
        }
        AuthMethod::PrivateKeyJwt => Proof::fields(&[("client_assertion_type", TYPE), ("client_assertion", assertion)]),
        AuthMethod::TlsClientAuth => certificate(&authority.issue(name).der()).and("client_id", rp.id()),
        AuthMethod::SelfSignedTlsClientAuth if name == "rp.example" => {
            certificate(&authority.self_signed().der()).and("client_id", rp.id())
        }
        AuthMethod::SelfSignedTlsClientAuth => certificate(&authority.issue(name).der()).and("client_id", rp.id()),
        AuthMethod::None => Proof::fields(&[("client_id", rp.id())]),
    }
}

fn is_refused(answer: &Answer) -> bool {
    answer.body["error"] == "invalid_client"
}

fn with_certificates(settings: &mut authy::config::Settings) {
    settings.trusted_proxies =
        vec![authy::config::Network::parse("127.0.0.0/8").expect("a network"), authy::config::Network::parse("::1").expect("a network")];
    settings.mtls.base = Some("https://mtls.id.example".to_owned());
    settings.mtls.ca_file = Some(Authority::shared().file());
}

#[tokio::test]
async fn every_endpoint_checks_every_method_alike() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, with_certificates).await;
        let posts = routes::TABLE.iter().filter(|(path, methods)| path.starts_with("/oauth2/") && methods.contains(&"POST"));
        for (path, _) in posts.filter(|(path, _)| !OTHERS.contains(path)) {
            assert!(
                fields(path).is_some(),
                "{path} authenticates clients: say in `fields` what is well-formed there, or add it to `OTHERS`"
            );
            for method in METHODS.iter().map(|method| method.method()) {
                check(&app, path, method).await;
            }
            assert!(is_refused(&Proof::default().post(&app, path).await), "{path} without credentials");
        }
        app.stop().await;
    })
    .await;
}

async fn check(app: &TestApp, path: &str, method: AuthMethod) {
    let case = format!("{path} {}", method.as_str());
    let rp = app.client(|registered| metadata(method, registered)).await;
    let other = app.client(|registered| metadata(method, registered)).await;
    // RFC 7662 §2.1: nobody introspects without proof.
    let open = path != "/oauth2/introspect" || method != AuthMethod::None;
    let used = right(&rp, method);
    assert_ne!(is_refused(&used.post(app, path).await), open, "{case}: the right proof");
    let assertion = matches!(method, AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt);
    assert_eq!(is_refused(&used.post(app, path).await), assertion || !open, "{case}: the same again");
    if method == AuthMethod::None {
        return;
    }
    assert!(is_refused(&wrong(&rp, method).post(app, path).await), "{case}: the wrong proof");
    let name_alone = Proof::fields(&[("client_id", rp.id())]);
    assert!(is_refused(&name_alone.post(app, path).await), "{case}: a name alone");
    if !matches!(method, AuthMethod::TlsClientAuth | AuthMethod::SelfSignedTlsClientAuth) {
        let foreign = right(&other, method).and("client_id", rp.id()).post(app, path).await;
        assert!(foreign.status == 400 || foreign.status == 401, "{case}: another client's proof: {}", foreign.body);
    }
    for another in METHODS.iter().map(|method| method.method()).filter(|another| *another != method) {
        let mut crossed = rp.clone();
        crossed.secret = rp.secret.clone().or_else(|| Some("cs_wrong-but-long-enough-to-sign-with-it-at-all".into()));
        assert!(is_refused(&right(&crossed, another).post(app, path).await), "{case}: by {} instead", another.as_str());
    }
}
