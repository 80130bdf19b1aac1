//! Request objects: RFC 9101, OIDC Core §6, FAPI 2.0 Message Signing §5.3.

use std::time::Duration;

use authy::jose::Algorithm;
use authy::jose::jwe::{ContentEncryption, Encryption, KeyManagement};
use authy::model::client::{ClientMetadata, Profile};
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::browser::Landing;
use crate::support::canary::Canary;
use crate::support::encryption::to_provider;
use crate::support::objects::{jwks, sign, sign_as, unsigned};
use crate::support::relying_party::{RelyingParty, VERIFIER, challenge, query};
use crate::support::scene::with_ada;
use crate::support::signer;

mod profiles;

/// A client that signs what it asks.
async fn client(app: &TestApp, adjust: impl FnOnce(&mut ClientMetadata)) -> RelyingParty<'_> {
    app.client(|metadata| {
        metadata.protocol.jwks = Some(jwks());
        metadata.redirect_uris = vec!["https://rp.example/cb".to_owned(), "https://rp.example/other".to_owned()];
        adjust(metadata);
    })
    .await
}

/// A whole request as claims; a `null` takes one away.
fn claims(rp: &RelyingParty<'_>, changes: Value) -> Value {
    let now = rp.app.now().as_seconds();
    let whole = json!({
        "iss": rp.id(), "aud": rp.app.base, "client_id": rp.id(), "redirect_uri": "https://rp.example/other", "response_type": "code",
        "scope": "openid profile", "state": "inside", "nonce": "n-inside", "code_challenge": challenge(VERIFIER), "code_challenge_method": "S256",
        "max_age": 3600, "iat": now, "nbf": now, "exp": now + 300,
    });
    signer::with(whole, &changes)
}

/// The object with what OpenID Connect wants beside it.
fn url(rp: &RelyingParty<'_>, object: &str) -> String {
    rp.url(&[("request", object), ("nonce", "-"), ("code_challenge", "-"), ("code_challenge_method", "-"), ("state", "beside")])
}

async fn refusal(rp: &RelyingParty<'_>, object: &str) -> String {
    query(&rp.app.browser().open(&url(rp, object)).await.away())["error"].clone()
}

#[tokio::test]
async fn everything_comes_from_the_object_signed_or_not() {
    with_ada(async |app, _| {
        let rp = client(app, |_| {}).await;
        let mut browser = app.browser();
        for algorithm in Algorithm::ALL.map(Some).into_iter().chain([None]) {
            // What was answered a moment ago is no fresh sign-in for this one.
            app.advance(Duration::from_secs(1));
            let asked = claims(&rp, json!({"prompt": "login"}));
            let object = algorithm.map_or_else(|| unsigned(&asked), |algorithm| sign(algorithm, &asked));
            let login = browser.open(&url(&rp, &object)).await.page();
            // The object may expire while the person signs in.
            app.advance(Duration::from_secs(400));
            let mut landing = browser.sign_in(&login, "ada").await;
            if let Landing::Page(consent) = landing {
                landing = browser.press(&consent, "consent-form", "consent-approve").await;
            }
            let back = landing.away();
            assert!(back.starts_with("https://rp.example/other?"), "{back}");
            let answer = query(&back);
            assert_eq!(answer["state"], "inside");
            let redeemed = [
                ("grant_type", "authorization_code"),
                ("code", &answer["code"]),
                ("redirect_uri", "https://rp.example/other"),
                ("code_verifier", VERIFIER),
            ];
            let tokens = rp.token(&redeemed).await.ok();
            assert_eq!((tokens.id_claims()["nonce"].as_str(), tokens.body["scope"].as_str()), (Some("n-inside"), Some("openid profile")));
            assert_eq!(refusal(&rp, &object).await, "invalid_request_object", "it has expired");
        }
        // Replays are fine (RFC 9101 §10.2).
        let object = sign(Algorithm::ES256, &claims(&rp, json!({"prompt": "none"})));
        for _ in 0..2 {
            let back = query(&app.browser().open(&url(&rp, &object)).await.away());
            assert_eq!((back["error"].as_str(), back["state"].as_str()), ("login_required", "inside"));
        }
    })
    .await;
}

#[tokio::test]
async fn an_object_that_is_not_to_be_believed_is_refused_and_what_it_says_goes_nowhere() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let (rp, other) = (client(&app, |_| {}).await, client(&app, |_| {}).await);
        let plain = claims(&rp, json!({}));
        let now = app.now().as_seconds();
        let good = sign(Algorithm::ES256, &plain);
        let (body, signature) = good.rsplit_once('.').expect("a signature");
        let (header, payload) = body.split_once('.').expect("a payload");
        let foreign = sign(Algorithm::ES256, &claims(&other, json!({})));
        for (object, why) in [
            (format!("{body}."), "the signature is gone"),
            (format!("{body}.{}", signature.chars().rev().collect::<String>()), "another signature"),
            (format!("{}.{payload}.{signature}", unsigned(&json!({})).split('.').next().expect("a header")), "none with a signature"),
            (format!("{header}.{}.{signature}", unsigned(&plain).split('.').nth(1).expect("a payload").to_uppercase()), "another payload"),
            (foreign, "another client's"),
            (sign_as(Algorithm::ES256, &json!({"typ": "at+jwt"}), &plain), "another kind"),
            (sign_as(Algorithm::ES256, &json!({"kid": "foreign"}), &plain), "an unknown key"),
            (sign_as(Algorithm::ES256, &json!({"crit": ["x"], "x": 1}), &plain), "an extension"),
            (sign(Algorithm::ES256, &claims(&rp, json!({"iss": "another"}))), "iss"),
            (sign(Algorithm::ES256, &claims(&rp, json!({"aud": "https://other.example"}))), "aud"),
            (sign(Algorithm::ES256, &claims(&rp, json!({"exp": now - 1}))), "exp"),
            (sign(Algorithm::ES256, &claims(&rp, json!({"exp": (now + 300).to_string()}))), "exp as text"),
            (sign(Algorithm::ES256, &claims(&rp, json!({"nbf": now + 70}))), "nbf"),
            (sign(Algorithm::ES256, &claims(&rp, json!({"client_id": "another"}))), "client_id"),
            (sign(Algorithm::ES256, &claims(&rp, json!({"request": "x"}))), "an object inside"),
            ("x.y.z".to_owned(), "no JWS"),
            ("x".to_owned(), "no JWS"),
        ] {
            assert_eq!(refusal(&rp, &object).await, "invalid_request_object", "{why}");
        }
        // Believed or not: an address that is not registered gets nothing.
        for uri in ["https://evil.example/cb", "https://rp.example/cb/", "javascript:alert(1)"] {
            for object in
                [sign(Algorithm::ES256, &claims(&rp, json!({"redirect_uri": uri}))), unsigned(&claims(&rp, json!({"redirect_uri": uri})))]
            {
                let page = app.browser().get(&url(&rp, &object)).await;
                assert!(page.status == 400 && page.headers.get("location").is_none() && page.has("error-page"), "{uri}");
            }
            let invalid = sign(Algorithm::ES256, &claims(&rp, json!({"redirect_uri": uri, "exp": now - 1})));
            let page = app.browser().get(&rp.url(&[("request", &invalid), ("redirect_uri", uri)])).await;
            assert!(page.status == 400 && page.headers.get("location").is_none(), "{uri}");
        }
        // Without a redirect URI inside there is none, whatever stands beside.
        assert_eq!(app.browser().get(&url(&rp, &sign(Algorithm::ES256, &claims(&rp, json!({"redirect_uri": null}))))).await.status, 400);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_object_may_be_encrypted_to_a_published_key_and_is_signed_inside() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = client(&app, |_| {}).await;
        let signed = sign(Algorithm::ES256, &claims(&rp, json!({"prompt": "none"})));
        for alg in KeyManagement::OWN {
            for enc in ContentEncryption::ALL {
                let object = to_provider(&app, Encryption { alg, enc }, &signed).await;
                let back = query(&app.browser().open(&url(&rp, &object)).await.away());
                assert_eq!((back["error"].as_str(), back["state"].as_str()), ("login_required", "inside"), "{alg} {enc:?}");
                let (rest, tag) = object.rsplit_once('.').expect("five parts");
                let changed = format!("{rest}.{}", tag.chars().rev().collect::<String>());
                assert_eq!(refusal(&rp, &changed).await, "invalid_request_object");
            }
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_that_signs_sends_nothing_unsigned_by_any_way() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = client(&app, |metadata| {
            metadata.protocol.require_signed_request_object = true;
        })
        .await;
        assert_eq!(refusal(&rp, &unsigned(&claims(&rp, json!({})))).await, "invalid_request_object");
        assert_eq!(query(&app.browser().open(&rp.url(&[])).await.away())["error"], "invalid_request");
        assert_eq!(app.browser().get(&url(&rp, &sign(Algorithm::RS256, &claims(&rp, json!({}))))).await.status, 303);
        let pinned = client(&app, |metadata| {
            metadata.protocol.request_object_signing_alg = Some("PS256".to_owned());
        })
        .await;
        assert_eq!(refusal(&pinned, &sign(Algorithm::ES256, &claims(&pinned, json!({})))).await, "invalid_request_object");
        assert_eq!(app.browser().get(&url(&pinned, &sign(Algorithm::PS256, &claims(&pinned, json!({}))))).await.status, 303);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_object_by_reference_is_fetched_once_from_a_registered_address_only() {
    with_ada(async |app, _| {
        let canary = Canary::answering("200 OK", "application/oauth-authz-req+jwt", "").await;
        let uri = canary.url();
        let rp = client(app, |metadata| {
            metadata.protocol.request_uris = vec![uri.clone()];
        })
        .await;
        canary.answer_with("200 OK", "application/oauth-authz-req+jwt", &sign(Algorithm::RS256, &claims(&rp, json!({}))));
        let with =
            |uri: &str| rp.url(&[("request_uri", uri), ("state", "beside"), ("code_challenge", "-"), ("code_challenge_method", "-")]);
        let mut browser = app.browser();
        let login = browser.open(&with(&uri)).await.page();
        canary.answer_with("200 OK", "application/oauth-authz-req+jwt", "changed meanwhile");
        let consent = browser.sign_in(&login, "ada").await.page();
        let back = query(&browser.press(&consent, "consent-form", "consent-approve").await.away());
        assert_eq!(back["state"], "inside");
        let strangers =
            [format!("{uri}other"), "https://rp.example/request.jwt".to_owned(), "http://169.254.169.254/".to_owned(), "urn:x".to_owned()];
        for stranger in strangers {
            let back = query(&app.browser().open(&with(&stranger)).await.away());
            assert_eq!((back["error"].as_str(), back["state"].as_str()), ("invalid_request_uri", "beside"), "{stranger}");
        }
        let both = rp.url(&[("request_uri", &uri), ("request", "x.y.z")]);
        assert_eq!(query(&app.browser().open(&both).await.away())["error"], "invalid_request");
    })
    .await;
}

#[tokio::test]
async fn a_signed_request_can_be_pushed_and_counts_as_signed() {
    with_ada(async |app, _| {
        let rp = client(app, |metadata| {
            metadata.profile = Profile::Fapi2;
            metadata.protocol.require_signed_request_object = true;
        })
        .await;
        let now = app.now().as_seconds();
        let push = async |object: String| rp.post("/oauth2/par", &[("request", &object), ("client_id", rp.id())]).await;
        for (claims, algorithm) in [
            (claims(&rp, json!({"exp": null})), Algorithm::PS256),
            (claims(&rp, json!({"nbf": null})), Algorithm::PS256),
            (claims(&rp, json!({"exp": now + 3_700})), Algorithm::PS256),
            (claims(&rp, json!({"nbf": now - 3_700, "exp": now + 10})), Algorithm::PS256),
            (claims(&rp, json!({"aud": null})), Algorithm::PS256),
            (claims(&rp, json!({"aud": "https://other.example"})), Algorithm::PS256),
            (claims(&rp, json!({})), Algorithm::RS256),
        ] {
            push(sign(algorithm, &claims)).await.is(400, "invalid_request_object");
        }
        push(unsigned(&claims(&rp, json!({})))).await.is(400, "invalid_request_object");
        let plain = [("client_id", rp.id()), ("redirect_uri", rp.redirect_uri()), ("response_type", "code")];
        rp.post("/oauth2/par", &plain).await.is(400, "invalid_request");
        push(sign(Algorithm::PS256, &claims(&rp, json!({"code_challenge": null, "code_challenge_method": null}))))
            .await
            .is(400, "invalid_request");
        push(sign(Algorithm::PS256, &claims(&rp, json!({"response_type": "code id_token"})))).await.is(400, "unauthorized_client");
        let pushed = push(sign(Algorithm::ES256, &claims(&rp, json!({"nbf": now + 8, "aud": [app.base, "https://other.example"]})))).await;
        assert_eq!(pushed.status, 201, "{}", pushed.body);
        let query_text = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("client_id", rp.id()), ("request_uri", &pushed.text("request_uri"))])
            .finish();
        let back = query(&app.browser().walk(&format!("{}/oauth2/authorize?{query_text}&state=outside", app.base), "ada").await);
        assert_eq!(back["state"], "inside");
        // By the browser alone nothing comes, signed or not.
        let direct = query(&app.browser().open(&url(&rp, &sign(Algorithm::PS256, &claims(&rp, json!({}))))).await.away());
        assert_eq!(direct["error"], "invalid_request");
    })
    .await;
}
