//! What happens to the approval behind a code that is used twice: RFC 6749 §4.1.2.

use serde_json::json;
use uuid::Uuid;

use super::Exchange;
use crate::failure::Failure;
use crate::spec::error::Refusal;
use crate::telemetry::audit;

/// RFC 6749 §4.1.2: "the authorization server MUST deny the request and SHOULD revoke (when possible) all tokens previously issued". Only the
/// client that the code was issued to can have this done; a grant that is still on its way finds itself revoked.
pub async fn revoke(exchange: &Exchange<'_>, grant_id: Uuid, refusal: Refusal) -> Failure {
    let Exchange { app, client, now, .. } = exchange;
    let event = audit::event(app.entropy.as_ref(), *now, audit::CODE_REPLAYED, audit::Actor::System)
        .client(&client.client_id)
        .detail(json!({ "grant": grant_id }))
        .build();
    match app.sql.revoke_replayed_grant(grant_id, &client.client_id, *now, &event).await {
        Ok(()) => {
            app.forget_grant(grant_id);
            refusal.into()
        }
        Err(error) => error.into(),
    }
}
