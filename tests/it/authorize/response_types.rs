//! Legacy response types (OIDC Core §3.2, §3.3, Multiple Response Types §5) and signed responses (JARM).

use std::collections::HashMap;
use std::time::Duration;

use authy::jose::{Algorithm, half_hash};
use authy::model::client::{ClientMetadata, IdTokenClaims, Profile};
use authy::secret::TokenHash;
use authy::store::kv::codes::{self, Loaded};
use serde_json::Value;

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{claims, jose_header, query};

const LEGACY: &[&str] = &["id_token", "id_token token", "code id_token", "code token", "code id_token token"];

fn legacy(metadata: &mut ClientMetadata) {
    metadata.profile = Profile::Legacy;
    metadata.id_token_claims = IdTokenClaims::Minimal;
    metadata.response_types = LEGACY.iter().chain(&["code"]).map(|&known| known.to_owned()).collect();
    metadata.grant_types.push("implicit".to_owned());
}

/// The parameters of a fragment; there must be no query.
fn fragment(url: &str) -> HashMap<String, String> {
    let url = url::Url::parse(url).expect("a URL");
    assert_eq!(url.query(), None, "{url}");
    url::form_urlencoded::parse(url.fragment().expect("a fragment").as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn each_response_type_answers_in_the_fragment_with_what_it_names() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.client(legacy).await.with_scope("openid profile");
        let mut browser = app.browser();
        for response_type in LEGACY {
            let names = |name: &str| response_type.split(' ').any(|word| word == name);
            let back = fragment(&browser.walk(&rp.url(&[("response_type", response_type)]), "ada").await);
            assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("st-1", app.base.as_str()), "{response_type}");
            assert_eq!((back.contains_key("code"), back.contains_key("id_token")), (names("code"), names("id_token")), "{response_type}");
            assert_eq!(back.contains_key("access_token"), names("token"), "{response_type}");
            if let Some(token) = back.get("access_token") {
                assert_eq!(
                    (back["token_type"].as_str(), back["expires_in"].as_str(), back["scope"].as_str()),
                    ("Bearer", "600", "openid profile")
                );
                assert_eq!(rp.userinfo(token).await.ok().body["nickname"], "ada");
            }
            let subject = back.get("id_token").map(|token| {
                let id = claims(token);
                assert_eq!((id["nonce"].as_str(), id["aud"].as_str()), (Some("n-1"), Some(rp.id())));
                let hash = |name: &str| back.get(name).map(|value| half_hash(Algorithm::RS256, value));
                assert_eq!(id.get("c_hash").and_then(Value::as_str).map(str::to_owned), hash("code"), "{response_type}");
                assert_eq!(id.get("at_hash").and_then(Value::as_str).map(str::to_owned), hash("access_token"), "{response_type}");
                assert_eq!(id["s_hash"], half_hash(Algorithm::RS256, "st-1"));
                // OIDC Core §5.4: claims of scopes are here when no access token is issued.
                assert_eq!(id.get("nickname").is_some(), *response_type == "id_token", "{response_type}");
                id["sub"].clone()
            });
            if let Some(code) = back.get("code") {
                let tokens = rp.redeem(code).await.ok();
                assert!(subject.is_none_or(|subject| tokens.id_claims()["sub"] == subject));
                assert!(rp.is_active(&tokens.access_token()).await);
                if let Some(front) = back.get("access_token") {
                    assert!(rp.is_active(front).await);
                    rp.redeem(code).await.is(400, "invalid_grant");
                    assert!(!rp.is_active(front).await, "a replay ends what the front channel gave");
                    assert!(!rp.is_active(&tokens.access_token()).await);
                }
            }
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_code_beside_a_token_still_gives_a_refresh_token_and_dies_with_its_grant() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.client(legacy).await;
        let mut browser = app.browser();
        let back = fragment(&browser.walk(&rp.url(&[("response_type", "code token")]), "ada").await);
        let tokens = rp.redeem(&back["code"]).await.ok();
        let tokens = rp.refresh(&tokens.refresh_token()).await.ok();
        rp.revoke(&back["access_token"]).await.ok();
        rp.refresh(&tokens.refresh_token()).await.is(400, "invalid_grant");
        let back = fragment(&browser.walk(&rp.url(&[("response_type", "code token")]), "ada").await);
        rp.revoke(&back["access_token"]).await.ok();
        rp.redeem(&back["code"]).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}

/// The approval of such a code is saved before it is redeemed, which must not make a second redemption look like the first.
#[tokio::test]
async fn a_code_beside_a_token_is_redeemed_once_though_the_short_lived_store_forgets() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let mut browser = app.browser();
        for scope in ["openid profile", "openid profile offline_access"] {
            let rp = app.client(legacy).await.with_scope(scope);
            let back = fragment(&browser.walk(&rp.url(&[("response_type", "code token")]), "ada").await);
            let hash = TokenHash::of(&back["code"]);
            let Loaded::Live(before) = codes::load(&app.app.kv, &hash).await.expect("the store") else { panic!("the code lives") };
            let tokens = rp.redeem(&back["code"]).await.ok();
            codes::save(&app.app.kv, &hash, &before, Duration::from_secs(60)).await.expect("the store");
            rp.redeem(&back["code"]).await.is(400, "invalid_grant");
            for token in [&back["access_token"], &tokens.access_token()] {
                assert!(!rp.is_active(token).await, "{scope}");
            }
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn refusals_of_legacy_types_come_in_the_fragment_and_a_nonce_is_demanded() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.client(legacy).await;
        for response_type in LEGACY.iter().filter(|known| known.contains("id_token")) {
            let back = fragment(&app.browser().open(&rp.url(&[("response_type", response_type), ("nonce", "-")])).await.away());
            assert_eq!((back["error"].as_str(), back["state"].as_str()), ("invalid_request", "st-1"), "{response_type}");
            let back = fragment(&app.browser().open(&rp.url(&[("response_type", response_type), ("response_mode", "query")])).await.away());
            assert_eq!(back["error"], "invalid_request", "never in the query: {response_type}");
        }
        let url = rp.url(&[("response_type", "id_token token"), ("scope", "openid offline_access")]);
        let back = fragment(&app.browser().walk(&url, "ada").await);
        assert_eq!(back["scope"], "openid", "nobody comes with a code for it (OIDC Core §11)");
        let without_openid = fragment(&app.browser().open(&rp.url(&[("response_type", "id_token"), ("scope", "profile")])).await.away());
        assert_eq!(without_openid["error"], "invalid_request");
        // Other profiles do not have them, whatever is registered.
        let other = app.client(|metadata| {
            legacy(metadata);
            metadata.profile = Profile::Oauth21;
        });
        let back = fragment(&app.browser().open(&other.await.url(&[("response_type", "code token")])).await.away());
        assert_eq!(back["error"], "unauthorized_client");
        let bound = app.client(|metadata| {
            legacy(metadata);
            metadata.protocol.dpop_bound_access_tokens = true;
        });
        let back = fragment(&app.browser().open(&bound.await.url(&[("response_type", "code token")])).await.away());
        assert_eq!(back["error"], "unauthorized_client", "no Bearer token by any path");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_signed_response_is_one_parameter_that_says_for_whom_it_is() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        for (registered, algorithm) in [(None, "RS256"), (Some("ES256"), "ES256"), (Some("PS256"), "PS256")] {
            let rp = app.client(|metadata| metadata.protocol.authorization_signed_response_alg = registered.map(str::to_owned)).await;
            let mut browser = app.browser();
            for mode in ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"] {
                // The person has agreed before from the second round on.
                let response = match browser.open(&rp.url(&[("response_mode", mode)])).await {
                    crate::support::browser::Landing::Away(url) if mode == "fragment.jwt" => fragment(&url)["response"].clone(),
                    crate::support::browser::Landing::Away(url) => query(&url)["response"].clone(),
                    crate::support::browser::Landing::Page(page) if page.has("form-post-form") => page.form("form-post-form").1.remove(0).1,
                    crate::support::browser::Landing::Page(page) => {
                        let consent = browser.sign_in(&page, "ada").await.page();
                        query(&browser.press(&consent, "consent-form", "consent-approve").await.away())["response"].clone()
                    }
                };
                assert_eq!(jose_header(&response)["alg"], algorithm);
                let signed = claims(&response);
                assert_eq!((signed["iss"].as_str(), signed["aud"].as_str()), (Some(app.base.as_str()), Some(rp.id())));
                assert_eq!(signed["exp"], app.now().as_seconds() + 600);
                assert_eq!(signed["state"], "st-1");
                rp.redeem(signed["code"].as_str().expect("a code")).await.ok();
            }
            let refused = query(&app.browser().open(&rp.url(&[("response_mode", "jwt"), ("prompt", "none")])).await.away());
            assert_eq!(refused.keys().collect::<Vec<_>>(), ["response"]);
            let signed = claims(&refused["response"]);
            assert_eq!((signed["error"].as_str(), signed["state"].as_str()), (Some("login_required"), Some("st-1")));
        }
        app.stop().await;
    })
    .await;
}
