//! RFC 9449.

use authy::jose::Algorithm;
use authy::model::client::{ClientMetadata, Profile};
use serde_json::{Value, json};

use crate::support::app::{TestApp, behind_a_proxy};
use crate::support::backends;
use crate::support::possession::{DpopKey, ath, certificate};
use crate::support::relying_party::{Answer, RelyingParty, VERIFIER, answer, claims};
use crate::support::signer::{KEYS, sign_as, signs_with};

impl TestApp {
    pub(super) fn token_proof(&self, key: &DpopKey, change: Value) -> String {
        key.proof(("POST", &format!("{}/oauth2/token", self.base)), self.now(), change)
    }
}

pub(super) async fn userinfo(app: &TestApp, scheme: &str, token: &str, proofs: &[&str]) -> Answer {
    let mut request = crate::support::http::client().get(format!("{}/oauth2/userinfo", app.base));
    request = request.header("authorization", format!("{scheme} {token}"));
    for proof in proofs {
        request = request.header("dpop", *proof);
    }
    answer(request).await
}

pub(super) fn userinfo_proof(app: &TestApp, key: &DpopKey, token: &str, change: Value) -> String {
    let mut claims = json!({ "ath": ath(token) });
    claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    key.proof(("GET", &format!("{}/oauth2/userinfo", app.base)), app.now(), claims)
}

pub(super) async fn redeem(rp: &RelyingParty<'_>, code: &str, proof: &str) -> Answer {
    let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", rp.redirect_uri()), ("code_verifier", VERIFIER)];
    rp.post_with("/oauth2/token", &fields, &[("dpop", proof)]).await
}

pub(super) async fn refresh(rp: &RelyingParty<'_>, token: &str, proofs: &[&str]) -> Answer {
    let headers: Vec<_> = proofs.iter().map(|proof| ("dpop", *proof)).collect();
    rp.post_with("/oauth2/token", &[("grant_type", "refresh_token"), ("refresh_token", token)], &headers).await
}

pub(super) async fn credentials(rp: &RelyingParty<'_>, proofs: &[&str]) -> Answer {
    let headers: Vec<_> = proofs.iter().map(|proof| ("dpop", *proof)).collect();
    rp.post_with("/oauth2/token", &[("grant_type", "client_credentials"), ("scope", "read")], &headers).await
}

#[tokio::test]
async fn a_token_is_bound_to_the_key_of_its_proof_and_works_with_no_other() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let (key, other) = (DpopKey::new(), DpopKey::new());
        let tokens = redeem(&rp, &rp.code("ada").await, &app.token_proof(&key, json!({}))).await.ok();
        assert_eq!(tokens.body["token_type"], "DPoP");
        let token = tokens.access_token();
        let facts = rp.introspect(&token).await.ok().body;
        assert_eq!((&facts["cnf"], &facts["token_type"]), (&json!({"jkt": key.thumbprint()}), &json!("DPoP")));

        for scheme in ["DPoP", "dpop", "DPOP"] {
            assert_eq!(userinfo(&app, scheme, &token, &[&userinfo_proof(&app, &key, &token, json!({}))]).await.status, 200, "{scheme}");
        }
        let refused = userinfo(&app, "Bearer", &token, &[&userinfo_proof(&app, &key, &token, json!({}))]).await;
        refused.is(401, "invalid_token");
        let challenges: Vec<_> = refused.headers.get_all("www-authenticate").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(
            challenges.iter().any(|challenge| challenge.starts_with("DPoP algs=\"RS256 PS256 ES256 EdDSA Ed25519\"")),
            "{challenges:?}"
        );
        userinfo(&app, "DPoP", &token, &[]).await.is(401, "invalid_token");
        userinfo(&app, "DPoP", &token, &[&userinfo_proof(&app, &other, &token, json!({}))]).await.is(401, "invalid_token");
        let good = || userinfo_proof(&app, &key, &token, json!({}));
        userinfo(&app, "DPoP", &token, &[&good(), &good()]).await.is(401, "invalid_dpop_proof");
        for change in [
            json!({"ath": null}),
            json!({"ath": ath("other")}),
            json!({"htm": "POST"}),
            json!({"htu": format!("{}/oauth2/token", app.base)}),
        ] {
            userinfo(&app, "DPoP", &token, &[&userinfo_proof(&app, &key, &token, change)]).await.is(401, "invalid_dpop_proof");
        }
        let proof = good();
        assert_eq!(userinfo(&app, "DPoP", &token, &[&proof]).await.status, 200);
        userinfo(&app, "DPoP", &token, &[&proof]).await.is(401, "invalid_dpop_proof");

        let bearer = rp.login("ada").await.access_token();
        let proof = userinfo_proof(&app, &key, &bearer, json!({}));
        userinfo(&app, "DPoP", &bearer, &[&proof]).await.is(401, "invalid_token");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_proof_that_is_wrong_in_any_way_is_refused_at_the_token_endpoint() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        let key = DpopKey::new();
        let now = app.now().as_seconds();
        for seconds in [-10, 10] {
            let proof = app.token_proof(&key, json!({ "iat": now + seconds, "exp": now - 1, "nbf": now + 99 }));
            assert_eq!(credentials(&rp, &[&proof]).await.ok().body["token_type"], "DPoP");
        }
        for change in [
            json!({"htm": "GET"}),
            json!({"htu": "https://elsewhere.example/oauth2/token"}),
            json!({"htu": null}),
            json!({"iat": now - 3600}),
            json!({"iat": now + 3600}),
            json!({"iat": null}),
            json!({"jti": null}),
        ] {
            credentials(&rp, &[&app.token_proof(&key, change)]).await.is(400, "invalid_dpop_proof");
        }
        let good = json!({"jti": "x", "htm": "POST", "htu": format!("{}/oauth2/token", app.base), "iat": now});
        let mut private = key.jwk.clone();
        private["d"] = json!("AA");
        for header in [
            json!({"typ": "JWT", "alg": "ES256", "jwk": key.jwk}),
            json!({"typ": "dpop+jwt", "alg": "ES256"}),
            json!({"typ": "dpop+jwt", "alg": "none", "jwk": key.jwk}),
            json!({"typ": "dpop+jwt", "alg": "HS256", "jwk": key.jwk}),
            json!({"typ": "dpop+jwt", "alg": "RS256", "jwk": key.jwk}),
            json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": private}),
            json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": DpopKey::new().jwk}),
            json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk, "crit": ["x"], "x": 1}),
        ] {
            credentials(&rp, &[&key.sign(&header, &good)]).await.is(400, "invalid_dpop_proof");
        }
        credentials(&rp, &["not.a.proof"]).await.is(400, "invalid_dpop_proof");
        credentials(&rp, &[&app.token_proof(&key, json!({})), &app.token_proof(&key, json!({}))]).await.is(400, "invalid_dpop_proof");
        let proof = app.token_proof(&key, json!({}));
        credentials(&rp, &[&proof]).await.ok();
        credentials(&rp, &[&proof]).await.is(400, "invalid_dpop_proof");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_code_is_for_the_holder_of_the_key_that_asked() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let (key, thief) = (DpopKey::new(), DpopKey::new());
        let code = rp.code_in(&mut app.browser(), "ada", &[("dpop_jkt", &key.thumbprint())]).await;
        redeem(&rp, &code, &app.token_proof(&thief, json!({}))).await.is(400, "invalid_grant");
        rp.redeem(&code).await.is(400, "invalid_grant");
        redeem(&rp, &code, &app.token_proof(&key, json!({}))).await.ok();
        let back = app.browser().walk(&rp.url(&[("dpop_jkt", "short")]), "ada").await;
        assert!(back.contains("error=invalid_request"), "{back}");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn refresh_tokens_of_public_clients_are_bound_and_those_of_confidential_ones_are_not() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let (key, other) = (DpopKey::new(), DpopKey::new());
        let public = app.public_client().await;
        let tokens = redeem(&public, &public.code("ada").await, &app.token_proof(&key, json!({}))).await.ok();
        let token = tokens.refresh_token();
        refresh(&public, &token, &[&app.token_proof(&other, json!({}))]).await.is(400, "invalid_grant");
        refresh(&public, &token, &[]).await.is(400, "invalid_grant");
        let next = refresh(&public, &token, &[&app.token_proof(&key, json!({}))]).await.ok();
        refresh(&public, &next.refresh_token(), &[&app.token_proof(&other, json!({}))]).await.is(400, "invalid_grant");
        refresh(&public, &next.refresh_token(), &[&app.token_proof(&key, json!({}))]).await.ok();

        // A token that was bound to nothing is bound by the first refresh that shows a key: RFC 9449 §5.
        let free = public.redeem(&public.code("ada").await).await.ok().refresh_token();
        let bound = refresh(&public, &free, &[&app.token_proof(&key, json!({}))]).await.ok().refresh_token();
        refresh(&public, &bound, &[]).await.is(400, "invalid_grant");
        let last = refresh(&public, &bound, &[&app.token_proof(&key, json!({}))]).await.ok().refresh_token();
        // Long replaced, and in the hands of somebody without the key it ends nothing.
        app.advance(app.app.settings.lifetimes.refresh_grace + std::time::Duration::from_secs(1));
        refresh(&public, &bound, &[]).await.is(400, "invalid_grant");
        let last = refresh(&public, &last, &[&app.token_proof(&key, json!({}))]).await.ok().refresh_token();
        refresh(&public, &bound, &[&app.token_proof(&key, json!({}))]).await.is(400, "invalid_grant");
        refresh(&public, &last, &[&app.token_proof(&key, json!({}))]).await.is(400, "invalid_grant");

        let confidential = app.relying_party().await;
        let tokens = redeem(&confidential, &confidential.code("ada").await, &app.token_proof(&key, json!({}))).await.ok();
        let next = refresh(&confidential, &tokens.refresh_token(), &[&app.token_proof(&other, json!({}))]).await.ok();
        let facts = confidential.introspect(&next.access_token()).await.ok().body;
        assert_eq!(facts["cnf"]["jkt"], json!(other.thumbprint()));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_whose_tokens_must_be_bound_gets_no_bearer_token_from_any_grant() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let key = DpopKey::new();
        let adjusts: [fn(&mut ClientMetadata); 2] =
            [|metadata| metadata.protocol.dpop_bound_access_tokens = true, |metadata| metadata.profile = Profile::Fapi2];
        for adjust in adjusts {
            credentials(&app.client(adjust).await, &[]).await.is(400, "invalid_dpop_proof");
        }
        let rp = app.client(adjusts[0]).await;
        let code = rp.code("ada").await;
        rp.redeem(&code).await.is(400, "invalid_dpop_proof");
        let tokens = redeem(&rp, &code, &app.token_proof(&key, json!({}))).await.ok();
        assert_eq!(tokens.body["token_type"], "DPoP", "a refused request burns no code");
        refresh(&rp, &tokens.refresh_token(), &[]).await.is(400, "invalid_dpop_proof");
        let next = refresh(&rp, &tokens.refresh_token(), &[&app.token_proof(&key, json!({}))]).await.ok();
        assert_eq!(next.body["token_type"], "DPoP");
        app.stop().await;
    })
    .await;
}

/// FAPI 2.0 Security Profile §5.4.1, FAPI 1.0 Advanced §8.6, where tokens are bound to the certificate besides.
#[tokio::test]
async fn a_proof_is_signed_with_what_the_profile_leaves() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, behind_a_proxy).await;
        let (shown, _) = certificate(b"one certificate");
        for profile in Profile::ALL {
            let rp = app.client(|metadata| metadata.profile = profile).await;
            for pair in &*KEYS {
                let alg = signs_with(pair);
                let claims = json!({
                    "jti": app.app.entropy.identifier(), "htm": "POST", "htu": format!("{}/oauth2/token", app.base), "iat": app.now().as_seconds(),
                });
                let proof = sign_as(pair, &json!({"typ": "dpop+jwt", "alg": alg.as_str(), "jwk": pair.public_jwk}), &claims);
                let headers = [("dpop", proof.as_str()), ("client-cert", shown.as_str())];
                let answer = rp.post_with("/oauth2/token", &[("grant_type", "client_credentials"), ("scope", "read")], &headers).await;
                match (profile, alg) {
                    (Profile::Fapi1, Algorithm::RS256 | Algorithm::EdDSA) | (Profile::Fapi2, Algorithm::RS256) => {
                        answer.is(400, "invalid_dpop_proof");
                    }
                    _ => assert_eq!(answer.ok().body["token_type"], "DPoP", "{profile:?} {alg}"),
                }
            }
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_jwt_names_its_key_and_every_registered_grant_type_is_bound_from_one_place() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.resource("https://api.example", &[]).await;
        let rp = app.relying_party().await;
        let key = DpopKey::new();
        let fields = [("grant_type", "client_credentials"), ("resource", "https://api.example")];
        let proof = app.token_proof(&key, json!({}));
        let token = rp.post_with("/oauth2/token", &fields, &[("dpop", &proof)]).await.ok().access_token();
        assert_eq!(claims(&token)["cnf"], json!({"jkt": key.thumbprint()}));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_pushed_request_with_a_proof_binds_its_code() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let (key, thief) = (DpopKey::new(), DpopKey::new());
        let proof = |key: &DpopKey| key.proof(("POST", &format!("{}/oauth2/par", app.base)), app.now(), json!({}));
        let challenge = crate::support::relying_party::challenge(VERIFIER);
        let mut fields = vec![
            ("response_type", "code"),
            ("redirect_uri", rp.redirect_uri()),
            ("scope", "openid"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let pushed = rp.post_with("/oauth2/par", &fields, &[("dpop", &proof(&key))]).await;
        assert_eq!(pushed.status, 201, "{}", pushed.body);
        let reference = pushed.text("request_uri");
        let mut url = url::Url::parse(&format!("{}/oauth2/authorize", app.base)).unwrap();
        url.query_pairs_mut().append_pair("client_id", rp.id()).append_pair("request_uri", &reference);
        let back = app.browser().walk(url.as_str(), "ada").await;
        let code = crate::support::relying_party::query(&back)["code"].clone();
        redeem(&rp, &code, &app.token_proof(&thief, json!({}))).await.is(400, "invalid_grant");
        rp.redeem(&code).await.is(400, "invalid_grant");
        redeem(&rp, &code, &app.token_proof(&key, json!({}))).await.ok();

        let other = thief.thumbprint();
        fields.push(("dpop_jkt", &other));
        rp.post_with("/oauth2/par", &fields, &[("dpop", &proof(&key))]).await.is(400, "invalid_dpop_proof");
        app.stop().await;
    })
    .await;
}
