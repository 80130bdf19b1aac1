//! An administrator acts while authy waits for an address that a client has named: what was decided stays decided.

use std::sync::{Arc, Mutex};

use authy::admin::office::{Office, Problem};
use authy::model::audit::AuditEvent;
use authy::model::client::Client;
use authy::outbound::{Outbound, OutboundError, Registrant, Request, Sending};
use authy::spec::client_metadata::{ClientDraft, settled};
use authy::store::Sql;
use authy::telemetry::audit::Actor;
use futures_util::future::BoxFuture;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::*;
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::Answer;

const SECTOR: &str = "https://sector.example/uris.json";

/// The world, in which something happens before it answers.
#[derive(Default)]
struct Slow {
    shelf: Shelf,
    deed: Mutex<Option<BoxFuture<'static, ()>>>,
}

impl std::fmt::Debug for Slow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slow")
    }
}

impl Slow {
    fn meanwhile(&self, deed: impl Future<Output = ()> + Send + 'static) {
        *self.deed.lock().expect("no panic") = Some(Box::pin(deed));
    }
}

impl Outbound for Slow {
    fn check(&self, url: &str, registrant: Registrant) -> Result<(), OutboundError> {
        self.shelf.check(url, registrant)
    }

    fn send(&self, request: Request) -> Sending<'_> {
        let deed = self.deed.lock().expect("no panic").take();
        Box::pin(async move {
            if let Some(deed) = deed {
                deed.await;
            }
            self.shelf.send(request).await
        })
    }
}

async fn change(sql: Sql, client_id: String, event: AuditEvent) {
    let before = sql.client_by_id(&client_id).await.expect("the database").expect("the client");
    let mut after = Client { name: "Named by us".to_owned(), ..before.clone() };
    settled::note(&before, &mut after);
    assert!(sql.update_client(&after, &event).await.expect("the database"));
}

async fn disable(sql: Sql, client_id: String, event: AuditEvent) {
    assert!(sql.enable_client(&client_id, false, &event).await.expect("the database"));
}

/// A provider, its slow world, and a client that has registered itself with a sector.
async fn provider(backend: backends::Backend) -> (TestApp, Arc<Slow>, Answer) {
    let world = Arc::new(Slow::default());
    world.shelf.put(SECTOR, &json!(["https://stranger.example/cb", "https://stranger.example/other"]), None);
    let app = TestApp::start_asking(backend, open, Some(world.clone())).await;
    let made = register(&app, &described(None), None).await;
    assert_eq!(made.status, 201, "{}", made.body);
    (app, world, made)
}

fn described(client_id: Option<&str>) -> Value {
    let mut body = public();
    body["sector_identifier_uri"] = json!(SECTOR);
    body["subject_type"] = json!("pairwise");
    if let Some(client_id) = client_id {
        body["client_id"] = json!(client_id);
    }
    body
}

async fn stored(app: &TestApp, client_id: &str) -> Client {
    app.app.sql.client_by_id(client_id).await.expect("the database").expect("the client")
}

#[tokio::test]
async fn what_is_settled_while_a_client_describes_itself_stays_settled() {
    backends::each(async |backend| {
        let (app, world, made) = provider(backend).await;
        let (id, token) = (made.text("client_id"), made.text("registration_access_token"));
        let mut body = described(Some(&id));
        body["policy_uri"] = json!("https://stranger.example/policy");
        world.meanwhile(change(app.app.sql.clone(), id.clone(), app.event("client.updated")));
        let changed = manage(&app, Method::PUT, &id, (Some(&body), &token)).await.ok();
        assert_eq!(changed.text("client_name"), "Named by us");
        let client = stored(&app, &id).await;
        assert_eq!(client.name, "Named by us");
        assert!(client.metadata.settled.contains("client_name"));
        assert_eq!(client.metadata.policy_uri.as_deref(), Some("https://stranger.example/policy"), "and the client said what is its own");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn who_is_disabled_while_describing_itself_is_refused_and_stays_disabled() {
    backends::each(async |backend| {
        let (app, world, made) = provider(backend).await;
        let (id, token) = (made.text("client_id"), made.text("registration_access_token"));
        world.meanwhile(disable(app.app.sql.clone(), id.clone(), app.event("client.updated")));
        let mut body = described(Some(&id));
        body["client_name"] = json!("Another name");
        manage(&app, Method::PUT, &id, (Some(&body), &token)).await.is(401, "invalid_token");
        let client = stored(&app, &id).await;
        assert_eq!((client.enabled, client.name.as_str()), (false, "Stranger"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_administrators_edit_neither_lets_a_client_in_again_nor_undoes_another_edit() {
    backends::each(async |backend| {
        let (app, world, made) = provider(backend).await;
        let id = made.text("client_id");
        let office = Office::of(&app.app, Actor::CommandLine);
        let edit = async || {
            let before = stored(&app, &id).await;
            let mut draft = ClientDraft::of(&before);
            // With another address the sector is asked again.
            draft.redirect_uris.push("https://stranger.example/other".to_owned());
            office.update_client(&before, &draft).await
        };
        for deed in [true, false] {
            let (sql, event) = (app.app.sql.clone(), app.event("client.updated"));
            match deed {
                true => world.meanwhile(disable(sql, id.clone(), event)),
                false => world.meanwhile(change(sql, id.clone(), event)),
            }
            let refused = edit().await.expect_err("somebody else was first");
            assert!(
                matches!(&refused, Problem::Refused(faults) if faults.iter().any(|fault| fault.message.contains("has changed"))),
                "{refused}"
            );
        }
        let client = edit().await.expect("nobody came between").0;
        assert_eq!((client.enabled, client.name.as_str(), client.metadata.redirect_uris.len()), (false, "Named by us", 2));
        app.stop().await;
    })
    .await;
}
