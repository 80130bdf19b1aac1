//! Authorization details (RFC 9396) in the grants whose person is elsewhere, and in token exchange.

use authy::model::client::AccessTokenFormat;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::details::{payment, payment_type};
use crate::support::elsewhere::{CIBA, DEVICE_CODE, allow_device, answer_request, approvals, poll_device, poll_request, question, start};
use crate::support::relying_party::{Answer, RelyingParty, claims};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

async fn payer<'a>(app: &'a TestApp, grants: &[&str]) -> RelyingParty<'a> {
    app.client(|metadata| {
        metadata.grant_types.extend(grants.iter().map(|&grant| grant.to_owned()));
        metadata.protocol.authorization_details_types = vec!["payment_initiation".to_owned()];
        metadata.access_token_format = AccessTokenFormat::Jwt;
    })
    .await
}

/// The details stand in the answer, in the token, and at introspection.
async fn gives(rp: &RelyingParty<'_>, answer: &Answer, details: &Value) {
    assert_eq!(&answer.body["authorization_details"], details);
    assert_eq!(&claims(&answer.access_token())["authorization_details"], details);
    assert_eq!(&rp.introspect(&answer.access_token()).await.ok().body["authorization_details"], details);
}

/// What cannot be asked for.
fn wrong() -> [String; 3] {
    [json!([{"type": "unknown"}]), json!([{"type": "payment_initiation"}]), json!({})].map(|details| details.to_string())
}

#[tokio::test]
async fn a_device_asks_in_detail_and_the_person_reads_it_in_words() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        payment_type(&app).await;
        let tv = payer(&app, &[DEVICE_CODE]).await;
        for details in wrong() {
            start(&tv, &[("scope", "openid"), ("authorization_details", &details)]).await.is(400, "invalid_authorization_details");
        }
        let details = json!([payment("123.50"), payment("7.00")]);
        let asked = [("scope", "openid offline_access"), ("authorization_details", &details.to_string())];
        let started = start(&tv, &asked).await.ok();
        let page = question(&mut app.browser(), &started, "ada").await;
        assert!(page.body.contains("Pay 123.50 EUR to Merchant ") && !page.body.contains("<b>A</b>"), "{}", page.body);
        allow_device(&app, &started, "ada").await;
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
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_asks_somebody_elsewhere_in_detail() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        payment_type(&app).await;
        let rp = payer(&app, &[CIBA]).await;
        let ask = async |details: &str| {
            let fields = [("scope", "openid offline_access"), ("login_hint", "ada"), ("authorization_details", details)];
            rp.post("/oauth2/bc-authorize", &fields).await
        };
        for details in wrong() {
            ask(&details).await.is(400, "invalid_authorization_details");
        }
        let details = json!([payment("123.50"), payment("7.00")]);
        let id = ask(&details.to_string()).await.ok().text("auth_req_id");
        let page = approvals(&mut app.browser(), "ada").await;
        assert!(page.body.contains("Pay 123.50 EUR to Merchant ") && !page.body.contains("<b>A</b>"), "{}", page.body);
        answer_request(&app, "ada", "allow").await;
        let dearer = json!([payment("7.01")]).to_string();
        poll_request(&rp, &id, &[("authorization_details", &dearer)]).await.is(400, "invalid_authorization_details");
        let tokens = poll_request(&rp, &id, &[]).await.ok();
        gives(&rp, &tokens, &details).await;
        let narrowed = json!([payment("7.00")]);
        let fields =
            [("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh_token()), ("authorization_details", &narrowed.to_string())];
        gives(&rp, &rp.token(&fields).await.ok(), &narrowed).await;
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_exchange_narrows_the_details_and_never_widens_them() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        payment_type(&app).await;
        let (front, service, plain) = (payer(&app, &[]).await, payer(&app, &[EXCHANGE]).await, plain(&app).await);
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
        app.stop().await;
    })
    .await;
}

/// A service that may ask for no details.
async fn plain(app: &TestApp) -> RelyingParty<'_> {
    app.client(|metadata| metadata.grant_types.push(EXCHANGE.to_owned())).await
}
