//! Notices to many clients, of which some are slow.

use std::sync::Arc;
use std::time::Duration;

use authy::model::authentication_request::AuthenticationRequest;
use authy::outbound::{Outbound, OutboundError, Registrant, Request, Sending};
use authy::secret::TokenHash;
use authy::store::sql::{Queued, Room};
use authy::tasks::notify_clients;

use super::{TOKEN, ask, client};
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::canary::Canary;
use crate::support::elsewhere::answer_request;
use crate::support::notify;
use crate::support::relying_party::RelyingParty;

/// A client that is told at `endpoint` that there is an answer, and one that there is.
async fn answered(app: &TestApp, endpoint: String) -> (RelyingParty<'_>, String) {
    let rp = client(app, |metadata| {
        metadata.protocol.backchannel_token_delivery_mode = Some("ping".to_owned());
        metadata.protocol.backchannel_client_notification_endpoint = Some(endpoint);
    })
    .await;
    let id = ask(&rp, &[("client_notification_token", TOKEN)]).await.ok().text("auth_req_id");
    answer_request(app, "ada", "allow").await;
    (rp, id)
}

#[tokio::test]
async fn a_client_that_hangs_with_many_notices_keeps_no_other_waiting() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let (silent, canary) = (Canary::silent().await, Canary::answering("204 No Content", "text/plain", "").await);
        let sql = &app.app.sql;
        let (_, id) = answered(&app, silent.url()).await;
        let first = sql.authentication_request(&TokenHash::of(&id)).await.expect("the database").expect("the request");
        for number in 0..40 {
            let auth_req_id = TokenHash::of(&format!("ar_{number}"));
            let more = AuthenticationRequest { id: app.app.entropy.uuid(), auth_req_id, ..first.clone() };
            let room = Room { of_client: 1_000, for_person: 1_000 };
            assert_eq!(sql.create_authentication_request(&more, room).await.expect("the database"), Queued::Done);
        }
        app.advance(Duration::from_secs(1));
        answered(&app, canary.url()).await;
        let task = tokio::spawn(notify_clients::run(app.app.clone()));
        let told = async {
            while canary.requests().is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        // Less than authy waits for one answer.
        tokio::time::timeout(Duration::from_secs(4), told).await.expect("the other client is told");
        assert!(silent.connections() <= 4, "{}", silent.connections());
        task.abort();
        app.stop().await;
    })
    .await;
}

/// A world in which no host has room for another request.
#[derive(Debug)]
struct Crowded;

impl Outbound for Crowded {
    fn check(&self, _: &str, _: Registrant) -> Result<(), OutboundError> {
        Ok(())
    }

    fn send(&self, _: Request) -> Sending<'_> {
        Box::pin(async { Err(OutboundError::Busy) })
    }
}

#[tokio::test]
async fn a_notice_that_waited_for_its_turn_in_vain_was_no_attempt() {
    backends::each(async |backend| {
        let app = TestApp::start_asking(backend, |_| {}, Some(Arc::new(Crowded))).await;
        app.user("ada").await;
        let (_, id) = answered(&app, "https://rp.example/ping".to_owned()).await;
        for _ in 0..8 {
            assert_eq!(notify::round(&app.app).await.expect("the database"), 1);
            app.advance(Duration::from_secs(60));
        }
        let waiting = app.app.sql.authentication_request(&TokenHash::of(&id)).await.expect("the database").expect("the request");
        assert_eq!(waiting.attempts, 0);
        app.stop().await;
    })
    .await;
}
