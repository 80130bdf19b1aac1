//! Authorization details (RFC 9396) in the grants whose person is elsewhere, and in token exchange.

use authy::jose::Algorithm;
use authy::model::client::ClientMetadata;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::canary::Canary;
use crate::support::details::{gives, payer, payment, with_payments, wrong};
use crate::support::elsewhere::{CIBA, DEVICE_CODE, allow_device, answer_request, approvals, poll_device, poll_request, question, start};
use crate::support::notify;
use crate::support::relying_party::{Answer, RelyingParty, claims};
use crate::support::signer;

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ISSUER: &str = "https://idp.example";

/// A payer with more grant types.
async fn payer_by<'a>(app: &'a TestApp, grant: &str) -> RelyingParty<'a> {
    payer(app, |metadata| metadata.grant_types.push(grant.to_owned())).await
}

#[tokio::test]
async fn a_device_asks_in_detail_and_the_person_reads_it_in_words() {
    with_payments(async |app, ada| {
        let tv = payer_by(app, DEVICE_CODE).await;
        for details in wrong().map(|details| details.to_string()) {
            start(&tv, &[("scope", "openid"), ("authorization_details", &details)]).await.is(400, "invalid_authorization_details");
        }
        let details = json!([payment("123.50"), payment("7.00")]);
        let asked = [("scope", "openid offline_access"), ("authorization_details", &details.to_string())];
        let started = start(&tv, &asked).await.ok();
        let page = question(&mut app.browser(), &started, "ada").await;
        assert!(page.body.contains("Pay 123.50 EUR to Merchant ") && !page.body.contains("<b>A</b>"), "{}", page.body);
        allow_device(app, &started, "ada").await;
        let (code, narrowed) = (started.text("device_code"), json!([payment("7.00")]));
        let dearer = json!([payment("7.01")]).to_string();
        poll_device(&tv, &code, &[("authorization_details", &dearer)]).await.is(400, "invalid_authorization_details");
        let tokens = poll_device(&tv, &code, &[("authorization_details", &narrowed.to_string())]).await.ok();
        gives(&tv, &tokens, &narrowed).await;
        gives(&tv, &tv.refresh(&tokens.refresh_token()).await.ok(), &details).await;
        let consent = app.app.sql.consent_of(&ada.subject, tv.id()).await.expect("the database").expect("remembered");
        assert_eq!(json!(consent.authorization_details), details);
        // What was allowed before is told apart from what is new.
        let more = json!([payment("7.00"), payment("8.00")]).to_string();
        let again = start(&tv, &[("scope", "openid"), ("authorization_details", &more)]).await.ok();
        let page = question(&mut app.browser(), &again, "ada").await;
        let (new, known) = page.body.split_once("Allowed before").expect("two lists");
        assert!(new.contains("Pay 8.00 EUR") && !new.contains("Pay 7.00 EUR") && known.contains("Pay 7.00 EUR"), "{}", page.body);
    })
    .await;
}

#[tokio::test]
async fn a_client_asks_somebody_elsewhere_in_detail() {
    with_payments(async |app, _| {
        let rp = payer_by(app, CIBA).await;
        let ask = async |details: &str| {
            let fields = [("scope", "openid offline_access"), ("login_hint", "ada"), ("authorization_details", details)];
            rp.post("/oauth2/bc-authorize", &fields).await
        };
        for details in wrong().map(|details| details.to_string()) {
            ask(&details).await.is(400, "invalid_authorization_details");
        }
        let details = json!([payment("123.50"), payment("7.00")]);
        let id = ask(&details.to_string()).await.ok().text("auth_req_id");
        let page = approvals(&mut app.browser(), "ada").await;
        assert!(page.body.contains("Pay 123.50 EUR to Merchant ") && !page.body.contains("<b>A</b>"), "{}", page.body);
        answer_request(app, "ada", "allow").await;
        let dearer = json!([payment("7.01")]).to_string();
        poll_request(&rp, &id, &[("authorization_details", &dearer)]).await.is(400, "invalid_authorization_details");
        let tokens = poll_request(&rp, &id, &[]).await.ok();
        gives(&rp, &tokens, &details).await;
        let narrowed = json!([payment("7.00")]);
        let fields =
            [("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh_token()), ("authorization_details", &narrowed.to_string())];
        gives(&rp, &rp.token(&fields).await.ok(), &narrowed).await;
    })
    .await;
}

/// RFC 9396 §3, CIBA Core §7.1.1: in a JWT the details are JSON as they are.
#[tokio::test]
async fn a_signed_request_asks_in_detail_and_nothing_beside_it_counts() {
    with_payments(async |app, _| {
        let key = signer::key(Algorithm::ES256);
        let rp = payer(app, |metadata| {
            metadata.grant_types.push(CIBA.to_owned());
            metadata.protocol.jwks = Some(signer::set([key]));
            metadata.protocol.backchannel_authentication_request_signing_alg = Some("ES256".to_owned());
        })
        .await;
        let now = app.now().as_seconds();
        let signed = |details: &Value| {
            let asked = json!({ "nbf": now, "scope": "openid", "login_hint": "ada", "authorization_details": details });
            signer::sign(key, &signer::with(signer::claims(rp.id(), &app.base, now), &asked))
        };
        let send = async |fields: &[(&str, &str)]| rp.post("/oauth2/bc-authorize", fields).await;
        for details in wrong() {
            send(&[("request", &signed(&details))]).await.is(400, "invalid_authorization_details");
        }
        let details = json!([payment("123.50"), payment("7.00")]);
        let beside = json!([payment("9999.00")]).to_string();
        send(&[("request", &signed(&details)), ("authorization_details", &beside)]).await.is(400, "invalid_request");
        let id = send(&[("request", &signed(&details))]).await.ok().text("auth_req_id");
        let page = approvals(&mut app.browser(), "ada").await;
        assert!(page.body.contains("Pay 123.50 EUR") && page.body.contains("Pay 7.00 EUR"), "{}", page.body);
        answer_request(app, "ada", "allow").await;
        gives(&rp, &poll_request(&rp, &id, &[]).await.ok(), &details).await;
        // As text, as RFC 9396 §3 has it in a form, they count too.
        let id = send(&[("request", &signed(&Value::from(details.to_string())))]).await.ok().text("auth_req_id");
        answer_request(app, "ada", "allow").await;
        gives(&rp, &poll_request(&rp, &id, &[]).await.ok(), &details).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_pushed_says_what_was_granted_in_detail() {
    with_payments(async |app, _| {
        let canary = Canary::answering("204 No Content", "text/plain", "").await;
        let rp = payer(app, |metadata| {
            metadata.grant_types.push(CIBA.to_owned());
            metadata.protocol.backchannel_token_delivery_mode = Some("push".to_owned());
            metadata.protocol.backchannel_client_notification_endpoint = Some(canary.url());
        })
        .await;
        let details = json!([payment("123.50"), payment("7.00")]);
        let asked = [
            ("scope", "openid offline_access"),
            ("login_hint", "ada"),
            ("client_notification_token", "8d67dc78-7faa-4d41-aabd-67707b374255"),
            ("authorization_details", &details.to_string()),
        ];
        rp.post("/oauth2/bc-authorize", &asked).await.ok();
        answer_request(app, "ada", "allow").await;
        notify::round(&app.app).await.expect("the database");
        let pushed = Answer { status: 200, headers: HeaderMap::default(), body: canary.json(0) };
        gives(&rp, &pushed, &details).await;
        gives(&rp, &rp.refresh(&pushed.refresh_token()).await.ok(), &details).await;
    })
    .await;
}

/// The administrator who trusts the issuer approved; what a detail must look like is checked all the same.
#[tokio::test]
async fn an_assertion_is_exchanged_for_a_token_in_detail() {
    with_payments(async |app, ada| {
        let key = signer::key(Algorithm::ES256);
        let trusting = |metadata: &mut ClientMetadata| {
            metadata.grant_types.push(JWT_BEARER.to_owned());
            metadata.protocol.assertion_issuers = vec![json!({ "issuer": ISSUER, "jwks": signer::set([key]) })];
        };
        let (rp, plain) = (payer(app, trusting).await, app.client(trusting).await);
        let about_ada = || {
            let claims = signer::claims(ISSUER, &app.base, app.now().as_seconds());
            signer::sign(key, &signer::with(claims, &json!({ "sub": ada.subject })))
        };
        let bring = async |rp: &RelyingParty<'_>, assertion: &str, details: &Value| {
            let details = details.to_string();
            rp.token(&[("grant_type", JWT_BEARER), ("assertion", assertion), ("authorization_details", &details)]).await
        };
        let (assertion, details) = (about_ada(), json!([payment("123.50"), payment("7.00")]));
        for details in wrong() {
            bring(&rp, &assertion, &details).await.is(400, "invalid_authorization_details");
        }
        bring(&plain, &assertion, &details).await.is(400, "invalid_authorization_details");
        // None of these has used it up.
        gives(&rp, &bring(&rp, &assertion, &details).await.ok(), &details).await;
        let without = rp.token(&[("grant_type", JWT_BEARER), ("assertion", &about_ada())]).await.ok();
        assert_eq!(without.body.get("authorization_details"), None);
        assert_eq!(claims(&without.access_token()).get("authorization_details"), None);
    })
    .await;
}

#[tokio::test]
async fn an_exchange_narrows_the_details_and_never_widens_them() {
    with_payments(async |app, _| {
        let (front, service, plain) = (payer(app, |_| {}).await, payer_by(app, EXCHANGE).await, plain(app).await);
        app.resource("https://api.example/", &[service.id(), plain.id()]).await;
        let details = json!([payment("1.00"), payment("2.00")]);
        let asked = [("authorization_details", details.to_string()), ("resource", "https://api.example/".to_owned())];
        let asked = asked.each_ref().map(|(name, value)| (*name, value.as_str()));
        let code = front.code_in(&mut app.browser(), "ada", &asked).await;
        let subject = front.redeem(&code).await.ok().access_token();
        let exchange = async |rp: &RelyingParty<'_>, details: Option<&Value>| {
            let details = details.map(Value::to_string);
            let mut fields = vec![("grant_type", EXCHANGE), ("subject_token", subject.as_str()), ("subject_token_type", ACCESS_TOKEN)];
            fields.extend(details.as_deref().map(|details| ("authorization_details", details)));
            rp.token(&fields).await
        };
        gives(&service, &exchange(&service, None).await.ok(), &details).await;
        let narrowed = json!([payment("2.00")]);
        let once = exchange(&service, Some(&narrowed)).await.ok();
        gives(&service, &once, &narrowed).await;
        exchange(&service, Some(&json!([payment("3.00")]))).await.is(400, "invalid_authorization_details");
        let again = [
            ("grant_type", EXCHANGE),
            ("subject_token", &once.access_token()),
            ("subject_token_type", ACCESS_TOKEN),
            ("authorization_details", &details.to_string()),
        ];
        service.token(&again).await.is(400, "invalid_authorization_details");
        // A service that may not ask for such details is not handed them either.
        let without = exchange(&plain, None).await.ok();
        assert_eq!(without.body.get("authorization_details"), None);
        assert_eq!(claims(&without.access_token()).get("authorization_details"), None);
        exchange(&plain, Some(&narrowed)).await.is(400, "invalid_authorization_details");
    })
    .await;
}

/// A service that may ask for no details.
async fn plain(app: &TestApp) -> RelyingParty<'_> {
    app.client(|metadata| metadata.grant_types.push(EXCHANGE.to_owned())).await
}

#[tokio::test]
async fn a_type_that_was_taken_from_the_client_or_away_is_given_no_more() {
    with_payments(async |app, _| {
        let details = json!([payment("1.00")]).to_string();
        for away in [false, true] {
            let mut rp = payer(app, |_| {}).await;
            let asked = [("authorization_details", details.as_str())];
            let code = rp.code_in(&mut app.browser(), "ada", &asked).await;
            let tokens = rp.redeem(&code).await.ok();
            let waiting = rp.code_in(&mut app.browser(), "ada", &asked).await;
            if away {
                assert!(
                    app.app.sql.delete_authorization_type("payment_initiation", &app.event("type.deleted")).await.expect("the database")
                );
            } else {
                rp.client.metadata.protocol.authorization_details_types.clear();
                app.change_client(&rp.client).await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(1_000)).await;
            for answer in [rp.refresh(&tokens.refresh_token()).await.ok(), rp.redeem(&waiting).await.ok()] {
                assert_eq!(answer.body.get("authorization_details"), None, "{away}");
                let facts = rp.introspect(&answer.access_token()).await.ok();
                assert_eq!(facts.body.get("authorization_details"), None);
            }
        }
    })
    .await;
}
