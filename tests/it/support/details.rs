//! Authorization details to ask for: RFC 9396.

use authy::model::authorization_type::AuthorizationType;
use authy::store::sql::Created;
use serde_json::{Value, json};

use super::app::TestApp;

/// A registered type, with its schema and its sentence.
pub async fn payment_type(app: &TestApp) {
    let known = AuthorizationType {
        kind: "payment_initiation".to_owned(),
        schema: json!({
            "type": "object", "required": ["type", "instructedAmount", "creditorName"], "additionalProperties": false,
            "properties": {
                "type": {}, "creditorName": {"type": "string", "maxLength": 70},
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

/// A payment whose creditor tries to write HTML.
pub fn payment(amount: &str) -> Value {
    json!({"type": "payment_initiation", "instructedAmount": {"currency": "EUR", "amount": amount}, "creditorName": "Merchant <b>A</b>"})
}
