//! Authorization details to ask for: RFC 9396.

use authy::model::authorization_type::AuthorizationType;
use authy::model::client::{AccessTokenFormat, ClientMetadata};
use authy::model::user::User;
use authy::store::sql::Created;
use serde_json::{Value, json};

use super::app::TestApp;
use super::relying_party::{Answer, RelyingParty, claims};
use super::scene::with_ada;

const TYPE: &str = "payment_initiation";

/// Runs a test on each storage against a provider with one person and payments as a registered type.
pub async fn with_payments(test: impl AsyncFn(&TestApp, &User)) {
    with_ada(async |app, ada| {
        payment_type(app).await;
        test(app, ada).await;
    })
    .await;
}

/// A client that may ask for payments; what they come to can be read in its tokens.
pub async fn payer(app: &TestApp, adjust: impl FnOnce(&mut ClientMetadata)) -> RelyingParty<'_> {
    app.client(|metadata| {
        metadata.protocol.authorization_details_types = vec![TYPE.to_owned()];
        metadata.access_token_format = AccessTokenFormat::Jwt;
        adjust(metadata);
    })
    .await
}

/// The details stand in the answer, in the token, and at introspection.
pub async fn gives(rp: &RelyingParty<'_>, answer: &Answer, details: &Value) {
    assert_eq!(&answer.body["authorization_details"], details);
    assert_eq!(&claims(&answer.access_token())["authorization_details"], details);
    assert_eq!(&rp.introspect(&answer.access_token()).await.ok().body["authorization_details"], details);
}

/// What cannot be asked for.
pub fn wrong() -> [Value; 3] {
    [json!([{"type": "unknown"}]), json!([{"type": TYPE}]), json!({})]
}

/// A registered type, with its schema and its sentence.
async fn payment_type(app: &TestApp) {
    let known = AuthorizationType {
        kind: TYPE.to_owned(),
        schema: json!({
            "type": "object", "required": ["type", "instructedAmount", "creditorName"], "additionalProperties": false,
            "properties": {
                "type": {}, "creditorName": {"type": "string", "maxLength": 70}, "locations": {"type": "array", "items": {"type": "string"}},
                "instructedAmount": {"type": "object", "required": ["currency", "amount"], "properties": {"currency": {"enum": ["EUR"]}, "amount": {"type": "string"}}}
            }
        }),
        sentence: "Pay {instructedAmount.amount} {instructedAmount.currency} to {creditorName}".to_owned(),
        created_at: app.now(),
    };
    assert_eq!(
        app.app.sql.create_authorization_type(&known, &app.event("authorization_type.created")).await.expect("a type"),
        Created::Done
    );
}

/// A payment that is made there: RFC 9396 §2.2.
pub fn payment_at(amount: &str, location: &str) -> Value {
    let mut payment = payment(amount);
    payment["locations"] = json!([location]);
    payment
}

/// A payment whose creditor tries to write HTML.
pub fn payment(amount: &str) -> Value {
    json!({"type": TYPE, "instructedAmount": {"currency": "EUR", "amount": amount}, "creditorName": "Merchant <b>A</b>"})
}
