//! Every profile and every binding that a client can register, by every grant type: RFC 9449 §5, RFC 8705 §3, FAPI 2.0 Security Profile §5.3.2.1,
//! FAPI 1.0 Advanced §5.2.2.

use authy::endpoints::possession::binding;
use authy::jose::Algorithm;
use authy::model::client::Profile;
use authy::model::confirmation::Binding;
use authy::model::user::User;
use serde_json::{Value, json};

use super::{Case, artefact, cases, change, client, exchange_with};
use crate::support::app::{TestApp, behind_a_proxy};
use crate::support::backends;
use crate::support::possession::{DpopKey, certificate};
use crate::support::relying_party::{Answer, RelyingParty};
use crate::support::signer;

/// What a request proves: a DPoP key, the certificate of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Brought {
    key: bool,
    certificate: bool,
}

const EVERYTHING: [Brought; 4] = [
    Brought { key: false, certificate: false },
    Brought { key: true, certificate: false },
    Brought { key: false, certificate: true },
    Brought { key: true, certificate: true },
];

/// What the tokens are bound to when that is brought, as (key, certificate), or the code of the refusal. A new binding does not compile until
/// it is told here.
fn expected(binding: Binding, brought: Brought) -> Result<(bool, bool), &'static str> {
    let Brought { key, certificate } = brought;
    match binding {
        Binding::Optional => Ok((key, false)),
        Binding::DpopKey if key => Ok((true, false)),
        Binding::Certificate if certificate => Ok((key, true)),
        Binding::Both if key && certificate => Ok((true, true)),
        Binding::Either if key || certificate => Ok((key, certificate)),
        Binding::Certificate => Err("invalid_request"),
        Binding::Both if key => Err("invalid_request"),
        Binding::DpopKey | Binding::Both | Binding::Either => Err("invalid_dpop_proof"),
    }
}

/// The same client under every profile, with every binding registered.
fn registrations<'a>(rp: &RelyingParty<'a>) -> Vec<RelyingParty<'a>> {
    let flags = [(false, false), (true, false), (false, true), (true, true)];
    let all = Profile::ALL.into_iter().flat_map(|profile| flags.map(|flags| (profile, flags)));
    all.map(|(profile, (dpop, certificate))| {
        let mut other = rp.clone();
        other.client.metadata.profile = profile;
        other.client.metadata.protocol.dpop_bound_access_tokens = dpop;
        other.client.metadata.protocol.tls_client_certificate_bound_access_tokens = certificate;
        other
    })
    .collect()
}

struct Keys {
    key: DpopKey,
    /// As the header has it, and its thumbprint.
    certificate: (String, String),
}

impl Keys {
    fn new() -> Self {
        Self { key: DpopKey::new(), certificate: certificate(b"the certificate of the client") }
    }

    async fn exchange(&self, rp: &RelyingParty<'_>, case: &Case, artefact: &str, brought: Brought) -> Answer {
        let proof = self.key.proof(("POST", &format!("{}/oauth2/token", rp.app.base)), rp.app.now(), json!({}));
        let headers = [("dpop", proof.as_str(), brought.key), ("client-cert", self.certificate.0.as_str(), brought.certificate)];
        let headers: Vec<_> = headers.into_iter().filter(|(_, _, sent)| *sent).map(|(name, value, _)| (name, value)).collect();
        exchange_with(rp, case, artefact, (&[], &headers)).await
    }

    /// The `cnf` of a token that is bound so.
    fn confirmation(&self, (key, certificate): (bool, bool)) -> Value {
        let mut confirmation = json!({});
        if key {
            confirmation["jkt"] = json!(self.key.thumbprint());
        }
        if certificate {
            confirmation["x5t#S256"] = json!(self.certificate.1);
        }
        confirmation
    }
}

async fn with_proxy(test: impl AsyncFn(&TestApp, &User)) {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, behind_a_proxy).await;
        let ada = app.user("ada").await;
        test(&app, &ada).await;
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn no_grant_type_gives_a_token_that_is_bound_to_less_than_profile_and_registration_ask_for() {
    with_proxy(async |app, ada| {
        let (rp, keys) = (client(app).await, Keys::new());
        for case in cases() {
            let artefact = artefact(&rp, &case, ada).await;
            for registered in registrations(&rp) {
                let binding = binding::of(&registered.client);
                let profile = registered.client.metadata.profile;
                assert!(!profile.is_fapi() || binding != Binding::Optional, "{profile:?} gives no bearer tokens");
                change(&registered).await;
                for brought in EVERYTHING {
                    let Err(code) = expected(binding, brought) else { continue };
                    let answer = keys.exchange(&registered, &case, &artefact, brought).await;
                    let told = (answer.status, answer.body["error"].as_str(), answer.body.get("access_token"));
                    assert_eq!(told, (400, Some(code), None), "{} {profile:?} {binding:?} {brought:?}", case.name);
                }
            }
            change(&rp).await;
            // None of the refusals has used it up.
            let answer = keys.exchange(&rp, &case, &artefact, EVERYTHING[0]).await;
            assert_eq!(answer.status, 200, "{}: {}", case.name, answer.body);
        }
    })
    .await;
}

#[tokio::test]
async fn every_grant_type_binds_its_token_to_what_the_request_proves() {
    with_proxy(async |app, ada| {
        let (rp, keys) = (client(app).await, Keys::new());
        for case in cases() {
            let mut seen: Vec<Binding> = Vec::new();
            for registered in registrations(&rp) {
                let binding = binding::of(&registered.client);
                // Profiles that ask for the same differ in nothing here, but each is tried once with both.
                let tried = if seen.contains(&binding) { &EVERYTHING[3..] } else { &EVERYTHING[..] };
                seen.push(binding);
                for &brought in tried {
                    let Ok(bound) = expected(binding, brought) else { continue };
                    change(&rp).await;
                    let artefact = artefact(&rp, &case, ada).await;
                    change(&registered).await;
                    let case_name = format!("{} {:?} {binding:?} {brought:?}", case.name, registered.client.metadata.profile);
                    let answer = keys.exchange(&registered, &case, &artefact, brought).await;
                    assert_eq!(answer.status, 200, "{case_name}: {}", answer.body);
                    assert_eq!(answer.body["token_type"], if bound.0 { "DPoP" } else { "Bearer" }, "{case_name}");
                    let facts = rp.introspect(&answer.access_token()).await.ok().body;
                    let confirmation = facts.get("cnf").cloned().unwrap_or_else(|| json!({}));
                    assert_eq!(confirmation, keys.confirmation(bound), "{case_name}");
                }
            }
            change(&rp).await;
        }
    })
    .await;
}

/// FAPI 2.0 Security Profile §5.4.1.
#[tokio::test]
async fn no_grant_type_takes_a_proof_by_an_algorithm_that_the_profile_forbids() {
    with_proxy(async |app, ada| {
        let (rp, rsa) = (client(app).await, signer::key(Algorithm::RS256));
        let number = std::cell::Cell::new(0);
        let proof = || {
            number.set(number.get() + 1);
            let header = json!({ "typ": "dpop+jwt", "alg": "RS256", "jwk": rsa.public_jwk });
            let (jti, url) = (format!("rsa-{}", number.get()), format!("{}/oauth2/token", app.base));
            signer::sign_as(rsa, &header, &json!({ "jti": jti, "htm": "POST", "htu": url, "iat": app.now().as_seconds() }))
        };
        for case in cases() {
            let artefact = artefact(&rp, &case, ada).await;
            let strict = Profile::ALL.into_iter().filter(|profile| profile.is_fapi());
            for profile in strict {
                let mut registered = rp.clone();
                registered.client.metadata.profile = profile;
                change(&registered).await;
                let answer = exchange_with(&registered, &case, &artefact, (&[], &[("dpop", &proof())])).await;
                assert_eq!(answer.body["error"], "invalid_dpop_proof", "{} {profile:?}: {}", case.name, answer.body);
            }
            change(&rp).await;
            let answer = exchange_with(&rp, &case, &artefact, (&[], &[("dpop", &proof())])).await;
            assert_eq!((answer.status, answer.body["token_type"].as_str()), (200, Some("DPoP")), "{}: {}", case.name, answer.body);
        }
    })
    .await;
}
