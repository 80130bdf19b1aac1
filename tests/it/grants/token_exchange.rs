//! RFC 8693.

mod userinfo;

use std::time::Duration;

use authy::model::client::{AccessTokenFormat, ClientMetadata};
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::encryption::{Recipient, encrypted};
use crate::support::relying_party::{Answer, RelyingParty, claims};
use crate::support::scene::with_ada;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const API: &str = "https://api.example/";

/// The client that people sign in to.
async fn front(app: &TestApp) -> RelyingParty<'_> {
    app.relying_party().await.with_scope("openid profile read write offline_access")
}

/// A service that may exchange what it is handed.
async fn service(app: &TestApp) -> RelyingParty<'_> {
    app.client(|metadata| {
        metadata.grant_types = [GRANT, "client_credentials"].map(str::to_owned).to_vec();
        metadata.scopes = ["openid", "read", "admin"].map(str::to_owned).to_vec();
    })
    .await
}

async fn exchange(rp: &RelyingParty<'_>, subject: &str, kind: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("grant_type", GRANT), ("subject_token", subject), ("subject_token_type", kind)];
    fields.extend_from_slice(more);
    rp.token(&fields).await
}

/// Signs in and gets a token for the API.
async fn token_for_the_api(front: &RelyingParty<'_>) -> Answer {
    let code = front.code_in(&mut front.app.browser(), "ada", &[("resource", API)]).await;
    front.redeem(&code).await.ok()
}

#[tokio::test]
async fn a_service_gets_a_narrower_token_that_says_who_acts() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        let (front, service) = (front(&app).await, service(&app).await);
        app.resource(API, &[service.id()]).await;
        let subject = token_for_the_api(&front).await.access_token();
        let answer = exchange(&service, &subject, ACCESS_TOKEN, &[("scope", "read"), ("audience", API)]).await.ok();
        assert_eq!(answer.body["issued_token_type"], ACCESS_TOKEN);
        assert_eq!((answer.body["token_type"].as_str(), answer.body["scope"].as_str()), (Some("Bearer"), Some("read")));
        assert!(answer.body.get("refresh_token").is_none() && answer.body.get("id_token").is_none());
        let told = claims(&answer.access_token());
        assert_eq!((&told["sub"], &told["aud"], &told["client_id"]), (&json!(ada.subject), &json!(API), &json!(service.id())));
        assert_eq!(told["act"], json!({ "sub": service.id() }));
        let facts = service.introspect(&answer.access_token()).await.ok();
        assert_eq!((&facts.body["active"], &facts.body["act"]), (&json!(true), &json!({ "sub": service.id() })));
        // It hangs from the approval and dies with it.
        front.revoke(&subject).await;
        assert!(!service.is_active(&answer.access_token()).await);
        exchange(&service, &subject, ACCESS_TOKEN, &[]).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_gets_wider_and_nothing_lives_longer() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let (front, service) = (front(&app).await, service(&app).await);
        app.resource(API, &[service.id()]).await;
        app.resource("https://other.example/", &[service.id()]).await;
        let subject = token_for_the_api(&front).await.access_token();
        exchange(&service, &subject, ACCESS_TOKEN, &[("scope", "write")]).await.is(400, "invalid_scope"); // not the service's
        exchange(&service, &subject, ACCESS_TOKEN, &[("scope", "admin")]).await.is(400, "invalid_scope"); // not the token's
        exchange(&service, &subject, ACCESS_TOKEN, &[("resource", "https://other.example/")]).await.is(400, "invalid_target");
        exchange(&service, &subject, ACCESS_TOKEN, &[("audience", "https://nobody.example/")]).await.is(400, "invalid_target");
        let all = exchange(&service, &subject, ACCESS_TOKEN, &[]).await.ok();
        assert_eq!(all.body["scope"], "openid read");
        app.advance(Duration::from_secs(590));
        let late = exchange(&service, &subject, ACCESS_TOKEN, &[]).await.ok();
        assert!(late.body["expires_in"].as_u64().expect("a number") <= 10, "{}", late.body);
        app.advance(Duration::from_secs(11));
        exchange(&service, &subject, ACCESS_TOKEN, &[]).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_stranger_cannot_exchange_what_it_found() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        let (front, service, stranger) = (front(&app).await, service(&app).await, service(&app).await);
        app.resource(API, &[service.id()]).await;
        let tokens = token_for_the_api(&front).await;
        let subject = tokens.access_token();
        exchange(&stranger, &subject, ACCESS_TOKEN, &[]).await.is(400, "invalid_grant");
        exchange(&service, &tokens.text("id_token"), ID_TOKEN, &[]).await.is(400, "invalid_grant");
        // Another kind of token than it is called, and what is no token of ours.
        for (token, kind) in [
            (tokens.text("id_token"), ACCESS_TOKEN),
            (subject.clone(), ID_TOKEN),
            (tokens.refresh_token(), ACCESS_TOKEN),
            (front.login("ada").await.access_token(), JWT),
            ("e30.e30.e30".to_owned(), JWT),
            ("ac_nonsense".to_owned(), ACCESS_TOKEN),
        ] {
            exchange(&service, &token, kind, &[]).await.is(400, "invalid_grant");
        }
        let refresh = "urn:ietf:params:oauth:token-type:refresh_token";
        exchange(&service, &tokens.refresh_token(), refresh, &[]).await.is(400, "invalid_request");
        exchange(&service, &subject, ACCESS_TOKEN, &[("requested_token_type", refresh)]).await.is(400, "invalid_request");
        exchange(&service, &subject, ACCESS_TOKEN, &[("actor_token", &subject)]).await.is(400, "invalid_request");
        exchange(&front, &subject, ACCESS_TOKEN, &[]).await.is(400, "unauthorized_client");
        // A machine's own token acts for nobody.
        let own = service.client_credentials("read").await.ok().access_token();
        exchange(&service, &own, ACCESS_TOKEN, &[]).await.is(400, "invalid_grant");
        app.app.sql.lock_user(&ada.subject, Some(app.now()), &app.event("user.locked")).await.expect("locked");
        app.app.forget_user(&ada.subject);
        exchange(&service, &subject, ACCESS_TOKEN, &[]).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn actors_are_named_in_a_chain_that_ends() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let (front, service) = (front(&app).await, service(&app).await);
        app.resource(API, &[service.id()]).await;
        let own = service.client_credentials("read").await.ok().access_token();
        let actor = [("actor_token", own.as_str()), ("actor_token_type", ACCESS_TOKEN)];
        let mut token = token_for_the_api(&front).await.access_token();
        for depth in 1..=5 {
            token = exchange(&service, &token, ACCESS_TOKEN, &actor).await.ok().access_token();
            let mut act = claims(&token)["act"].clone();
            for _ in 1..depth {
                assert_eq!(act["sub"], service.id());
                act = act["act"].clone();
            }
            assert_eq!((&act["sub"], &act["act"]), (&json!(service.id()), &Value::Null));
        }
        exchange(&service, &token, ACCESS_TOKEN, &actor).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn impersonation_is_for_clients_that_were_told_so() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let both = |metadata: &mut authy::model::client::ClientMetadata| metadata.grant_types.push(GRANT.to_owned());
        let plain = app.client(both).await;
        let trusted = app
            .client(|metadata| {
                both(metadata);
                metadata.protocol.exchange_impersonation = true;
            })
            .await;
        for (rp, acts) in [(&plain, true), (&trusted, false)] {
            let tokens = rp.login("ada").await;
            for (token, kind) in [(tokens.access_token(), ACCESS_TOKEN), (tokens.text("id_token"), ID_TOKEN)] {
                let answer = exchange(rp, &token, kind, &[("requested_token_type", JWT)]).await.ok();
                assert_eq!(answer.body["issued_token_type"], JWT);
                let told = claims(&answer.access_token());
                assert_eq!(told.get("act").is_some(), acts, "{told}");
                assert_eq!(told["aud"], rp.id());
            }
        }
        app.stop().await;
    })
    .await;
}

/// The same rule as for hints: OIDC Core §3.1.2.1.
#[tokio::test]
async fn an_encrypted_id_token_is_exchanged_once_it_is_decrypted_or_encrypted_to_a_published_key() {
    with_ada(async |app, _| {
        let recipient = Recipient::new(app);
        let rp = app
            .client(|metadata| {
                metadata.grant_types.push(GRANT.to_owned());
                metadata.protocol.jwks = Some(recipient.jwks(app));
                metadata.protocol.id_token_encrypted_response_alg = Some("ECDH-ES".to_owned());
            })
            .await;
        let tokens = rp.login("ada").await;
        let (given, access_token) = (tokens.text("id_token"), tokens.access_token());
        let signed = recipient.open(app, &given);
        let (to_us, nested, nonsense) = (encrypted(app, &signed).await, encrypted(app, &given).await, encrypted(app, "x").await);
        for (token, taken) in [(&given, false), (&signed, true), (&to_us, true), (&nested, false), (&nonsense, false)] {
            let as_subject = exchange(&rp, token, ID_TOKEN, &[]).await;
            let as_actor = exchange(&rp, &access_token, ACCESS_TOKEN, &[("actor_token", token), ("actor_token_type", ID_TOKEN)]).await;
            for answer in [as_subject, as_actor] {
                if taken {
                    answer.ok();
                } else {
                    answer.is(400, "invalid_grant");
                    let told = answer.text("error_description").contains("decrypt it before it is exchanged");
                    assert_eq!(told, *token == given, "{}", answer.body);
                }
            }
            exchange(&rp, token, ACCESS_TOKEN, &[]).await.is(400, "invalid_grant");
        }
        app.advance(Duration::from_secs(3_601));
        exchange(&rp, &to_us, ID_TOKEN, &[]).await.is(400, "invalid_grant"); // it has expired, which a hint may have
    })
    .await;
}

#[tokio::test]
async fn a_service_can_give_back_its_token_without_ending_the_approval() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let (front, service) = (front(&app).await, service(&app).await);
        app.resource(API, &[service.id()]).await;
        let subject = token_for_the_api(&front).await.access_token();
        let token = exchange(&service, &subject, ACCESS_TOKEN, &[]).await.ok().access_token();
        assert!(service.is_active(&token).await);
        assert_eq!(service.revoke(&token).await.status, 200);
        assert!(!service.is_active(&token).await);
        assert!(front.is_active(&subject).await);
        app.stop().await;
    })
    .await;
}

/// OIDC Core §8.1: who calls people by names of its own learns no other name of theirs, also not of those who act.
#[tokio::test]
async fn a_person_who_acts_has_the_name_that_the_client_knows() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        let rp = app
            .client(|metadata| {
                metadata.grant_types.push(GRANT.to_owned());
                metadata.protocol.subject_type = Some("pairwise".to_owned());
            })
            .await;
        app.resource(API, &[]).await;
        let tokens = token_for_the_api(&rp).await;
        let own = tokens.access_token();
        let answer = exchange(&rp, &own, ACCESS_TOKEN, &[("actor_token", &own), ("actor_token_type", ACCESS_TOKEN)]).await.ok();
        let told = claims(&answer.access_token());
        assert_eq!(told["act"]["sub"], told["sub"]);
        assert_ne!(told["sub"], json!(ada.subject));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_token_for_the_default_resource_of_one_client_is_for_no_other_after_an_exchange() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let with_default = |metadata: &mut ClientMetadata, uri: &str| {
            metadata.access_token_format = AccessTokenFormat::Jwt;
            metadata.default_resource = Some(uri.to_owned());
        };
        let front = app.client(|metadata| with_default(metadata, API)).await;
        let other = app
            .client(|metadata| {
                with_default(metadata, "https://other.example/");
                metadata.grant_types = vec![GRANT.to_owned()];
            })
            .await;
        let opaque = service(&app).await;
        app.resource(API, &[other.id(), opaque.id()]).await;
        app.resource("https://other.example/", &[]).await;
        let subject = front.login("ada").await.access_token();
        assert_eq!(claims(&subject)["aud"], API);
        for rp in [&other, &opaque] {
            for more in [&[][..], &[("resource", API)]] {
                let answer = exchange(rp, &subject, ACCESS_TOKEN, more).await.ok();
                assert_eq!(claims(&answer.access_token())["aud"], API);
            }
            exchange(rp, &subject, ACCESS_TOKEN, &[("resource", "https://other.example/")]).await.is(400, "invalid_target");
        }
        app.stop().await;
    })
    .await;
}
