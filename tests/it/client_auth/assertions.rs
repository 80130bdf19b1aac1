//! RFC 7523: `private_key_jwt` and `client_secret_jwt`.

use authy::jose::Algorithm;
use authy::model::client::{AuthMethod, ClientMetadata, Profile};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::canary::Canary;
use crate::support::relying_party::{Answer, RelyingParty, post};
use crate::support::signer::{FOREIGN, KEYS, claims, hs256, key, malleated, set, sign, sign_as, signs_with, unsigned, with};

pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn signing(metadata: &mut ClientMetadata) {
    metadata.auth_method = Some(AuthMethod::PrivateKeyJwt);
    metadata.protocol.jwks = Some(set(&*KEYS));
}

async fn ask(app: &TestApp, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields =
        vec![("grant_type", "client_credentials"), ("scope", "read"), ("client_assertion_type", TYPE), ("client_assertion", assertion)];
    fields.extend(more);
    post(&app.base, "/oauth2/token", &fields, HeaderMap::new()).await
}

/// The claims of a good assertion, changed.
fn changed(rp: &RelyingParty<'_>, changes: &Value) -> Value {
    with(claims(rp.id(), &rp.app.base, rp.app.now().as_seconds()), changes)
}

#[tokio::test]
async fn a_client_signs_with_its_private_key_in_every_algorithm() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.client(signing).await;
        for pair in &*KEYS {
            ask(&app, &sign(pair, &changed(&rp, &json!({}))), &[]).await.ok();
        }
        ask(&app, &sign(key(Algorithm::ES256), &changed(&rp, &json!({}))), &[("client_id", rp.id())]).await.ok();
        app.user("ada").await;
        let code = rp.code("ada").await;
        let assertion = sign(key(Algorithm::EdDSA), &changed(&rp, &json!({})));
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", rp.redirect_uri()),
            ("code_verifier", crate::support::relying_party::VERIFIER),
            ("client_assertion_type", TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        post(&app.base, "/oauth2/token", &fields, HeaderMap::new()).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_assertion_works_once_even_for_two_at_the_same_moment() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.client(signing).await;
        let assertion = sign(key(Algorithm::ES256), &changed(&rp, &json!({})));
        let answers = futures_util::future::join_all((0..8).map(|_| ask(&app, &assertion, &[]))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert!(answers.iter().filter(|answer| answer.status != 200).all(|answer| answer.status == 401));
        let other = app.client(signing).await;
        let same_jti = changed(&other, &json!({ "jti": crate::support::relying_party::claims(&assertion)["jti"] }));
        ask(&app, &sign(key(Algorithm::ES256), &same_jti), &[]).await.ok();
        app.stop().await;
    })
    .await;
}

/// RFC 7518 §3.4 asks for no low `s`, and half of all honest signatures have a high one: the other half of a pair is as good, but it is
/// the same assertion.
#[tokio::test]
async fn the_other_signature_of_a_pair_is_good_but_no_second_assertion() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.client(signing).await;
        let assertion = sign(key(Algorithm::ES256), &changed(&rp, &json!({})));
        ask(&app, &assertion, &[]).await.ok();
        ask(&app, &malleated(&assertion), &[]).await.is(401, "invalid_client");
        let assertion = sign(key(Algorithm::ES256), &changed(&rp, &json!({})));
        ask(&app, &malleated(&assertion), &[]).await.ok();
        ask(&app, &assertion, &[]).await.is(401, "invalid_client");
        assert_eq!(malleated(&malleated(&assertion)), assertion);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_wrong_claim_is_invalid_client_and_burns_nothing() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let (rp, other) = (app.client(signing).await, app.client(signing).await);
        let now = app.now().as_seconds();
        for changes in [
            json!({ "iss": other.id() }),
            json!({ "sub": other.id() }),
            json!({ "iss": null }),
            json!({ "sub": null }),
            json!({ "jti": null }),
            json!({ "exp": null }),
            json!({ "exp": now }),
            json!({ "exp": now - 300 }),
            json!({ "exp": now + 3_700 }),
            json!({ "exp": "soon" }),
            json!({ "iat": now + 120 }),
            json!({ "nbf": now + 61 }),
            json!({ "aud": null }),
            json!({ "aud": "https://evil.example" }),
            json!({ "aud": [app.base, "https://evil.example"] }),
            json!({ "aud": format!("{}/oauth2/revoke", app.base) }),
        ] {
            ask(&app, &sign(key(Algorithm::ES256), &changed(&rp, &changes)), &[]).await.is(401, "invalid_client");
        }
        for changes in [
            json!({ "aud": format!("{}/oauth2/token", app.base) }),
            json!({ "aud": [app.base] }),
            json!({ "nbf": now + 8 }),
            json!({ "iat": now + 8 }),
            json!({ "exp": now + 3_600 }),
            json!({ "iat": null }),
        ] {
            ask(&app, &sign(key(Algorithm::ES256), &changed(&rp, &changes)), &[]).await.ok();
        }
        let kept = changed(&rp, &json!({ "aud": "https://evil.example" }));
        ask(&app, &sign(key(Algorithm::ES256), &kept), &[]).await.is(401, "invalid_client");
        ask(&app, &sign(key(Algorithm::ES256), &with(kept, &json!({ "aud": app.base }))), &[]).await.ok();
        ask(&app, &sign(key(Algorithm::ES256), &changed(&rp, &json!({}))), &[("client_id", other.id())]).await.is(401, "invalid_client");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_header_is_no_source_of_keys_and_nobody_is_asked() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.client(signing).await;
        let canary = Canary::answering("200 OK", "application/json", &set([&*FOREIGN]).to_string()).await;
        let good = changed(&rp, &json!({}));
        ask(&app, &unsigned(&good), &[]).await.is(401, "invalid_client");
        let rsa = &key(Algorithm::RS256).public_jwk;
        for secret in [rsa.to_string(), rsa["n"].as_str().expect("n").to_owned()] {
            for alg in ["HS256", "RS256", "none"] {
                ask(&app, &hs256(secret.as_bytes(), &json!({ "alg": alg, "kid": rsa["kid"] }), &good), &[]).await.is(401, "invalid_client");
            }
        }
        let long = "x".repeat(10_000);
        let ours = &KEYS[2].kid;
        for header in [
            json!({ "alg": "ES256" }),
            json!({ "alg": "ES256", "kid": "../../dev/null" }),
            json!({ "alg": "ES256", "kid": "' OR 1=1" }),
            json!({ "alg": "ES256", "kid": long }),
            json!({ "alg": "ES256", "kid": ours, "jwk": FOREIGN.public_jwk }),
            json!({ "alg": "ES256", "kid": ours, "jku": canary.url() }),
            json!({ "alg": "ES256", "kid": ours, "x5u": canary.url() }),
            json!({ "alg": "ES256", "kid": ours, "x5c": ["AA=="] }),
            json!({ "alg": "ES256", "kid": ours, "crit": ["exp"] }),
            json!({ "alg": "ES256", "kid": ours }),
        ] {
            ask(&app, &sign_as(&FOREIGN, &header, &good), &[]).await.is(401, "invalid_client");
        }
        assert_eq!(canary.connections(), 0);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_assertion_stands_alone() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.client(signing).await;
        let with_secret = app.relying_party().await;
        let secret = with_secret.secret.as_ref().expect("a secret").expose().clone();
        let assertion = sign(key(Algorithm::ES256), &changed(&rp, &json!({})));
        ask(&app, &assertion, &[("client_id", rp.id()), ("client_secret", &secret)]).await.is(401, "invalid_client");
        let unsigned = unsigned(&changed(&with_secret, &json!({})));
        ask(&app, &unsigned, &[("client_id", with_secret.id()), ("client_secret", &secret)]).await.is(401, "invalid_client");
        for fields in [
            [("client_assertion_type", TYPE), ("client_id", rp.id())],
            [("client_assertion", assertion.as_str()), ("client_id", rp.id())],
            [
                ("client_assertion", assertion.as_str()),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
            ],
            [("client_assertion", "not.a.jwt"), ("client_assertion_type", TYPE)],
        ] {
            let fields = [&[("grant_type", "client_credentials")][..], &fields].concat();
            post(&app.base, "/oauth2/token", &fields, HeaderMap::new()).await.is(401, "invalid_client");
        }
        ask(&app, &assertion, &[]).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_fapi_profiles_take_less() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let now = app.now().as_seconds();
        for profile in [Profile::Fapi1, Profile::Fapi2] {
            let rp = app
                .client(|metadata| {
                    signing(metadata);
                    metadata.profile = profile;
                })
                .await;
            for pair in &*KEYS {
                let answer = ask(&app, &sign(pair, &changed(&rp, &json!({}))), &[]).await;
                // FAPI 1.0 Advanced §8.6: "PS256 or ES256"; FAPI 2.0 Security Profile §5.4.1 has EdDSA, too.
                let known = match signs_with(pair) {
                    Algorithm::PS256 | Algorithm::ES256 => true,
                    Algorithm::EdDSA => profile == Profile::Fapi2,
                    Algorithm::RS256 => false,
                };
                assert_ne!(answer.body["error"] == "invalid_client", known, "{profile:?} {:?}", signs_with(pair));
            }
            let token = format!("{}/oauth2/token", app.base);
            for (aud, fits) in
                [(json!(app.base), true), (json!(token), profile == Profile::Fapi1), (json!([app.base]), profile == Profile::Fapi1)]
            {
                let answer = ask(&app, &sign(key(Algorithm::PS256), &changed(&rp, &json!({ "aud": aud }))), &[]).await;
                assert_ne!(answer.body["error"] == "invalid_client", fits, "{profile:?} {aud}");
            }
            let late = ask(&app, &sign(key(Algorithm::PS256), &changed(&rp, &json!({ "exp": now + 400 }))), &[]).await;
            late.is(401, "invalid_client");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_pinned_algorithm_is_the_only_one() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let pinned = |metadata: &mut ClientMetadata| {
            signing(metadata);
            metadata.protocol.token_endpoint_auth_signing_alg = Some("ES256".to_owned());
        };
        let rp = app.client(pinned).await;
        ask(&app, &sign(key(Algorithm::ES256), &changed(&rp, &json!({}))), &[]).await.ok();
        ask(&app, &sign(key(Algorithm::PS256), &changed(&rp, &json!({}))), &[]).await.is(401, "invalid_client");
        // RFC 9864 §2.2: two names of one algorithm, of which libraries use either.
        for registered in ["EdDSA", "Ed25519"] {
            let rp = app
                .client(|metadata| {
                    signing(metadata);
                    metadata.protocol.token_endpoint_auth_signing_alg = Some(registered.to_owned());
                })
                .await;
            for alg in ["EdDSA", "Ed25519"] {
                let pair = key(Algorithm::EdDSA);
                let assertion = sign_as(pair, &json!({ "alg": alg, "kid": pair.kid }), &changed(&rp, &json!({})));
                ask(&app, &assertion, &[]).await.ok();
            }
            ask(&app, &sign(key(Algorithm::ES256), &changed(&rp, &json!({}))), &[]).await.is(401, "invalid_client");
        }
        app.stop().await;
    })
    .await;
}

/// RFC 8725 §3.11: request objects and proofs are signed with the same keys.
#[tokio::test]
async fn a_jwt_of_another_kind_is_no_assertion() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.client(signing).await;
        let pair = key(Algorithm::ES256);
        let typed = |typ: &str| sign_as(pair, &json!({"alg": "ES256", "kid": pair.kid, "typ": typ}), &changed(&rp, &json!({})));
        for typ in ["JWT", "client-authentication+jwt", "application/jwt"] {
            ask(&app, &typed(typ), &[]).await.ok();
        }
        for typ in ["oauth-authz-req+jwt", "dpop+jwt", "at+jwt", "logout+jwt", ""] {
            ask(&app, &typed(typ), &[]).await.is(401, "invalid_client");
        }
        app.stop().await;
    })
    .await;
}
