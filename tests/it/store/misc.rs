//! Keys, settings, resources, revoked tokens, the audit record, requests of people elsewhere.

use authy::model::audit::AuditEvent;
use authy::model::authentication_request::AuthenticationRequest;
use authy::model::resource::Resource;
use authy::model::signing_key::SigningKey;
use authy::store::sql::{AuditFilter, Created, Queued, Room, Sealed};
use serde_json::json;

use super::samples::*;
use crate::support::backends::{START, each, execute};

fn key(kid: &str) -> SigningKey {
    SigningKey {
        kid: kid.to_owned(),
        algorithm: "ES256".to_owned(),
        public_jwk: json!({"kty": "EC", "kid": kid}),
        sealed_private_jwk: vec![0, 1, 255],
        created_at: START,
        signs_from: later(60),
        signs_until: None,
        published_until: None,
    }
}

#[tokio::test]
async fn signing_keys_are_saved_replaced_resealed_and_withdrawn() {
    each(async |backend| {
        let sql = &backend.sql;
        let (old, mut new) = (key("old"), key("new"));
        new.created_at = later(1);
        assert!(sql.rotate_signing_keys(&[], &[old.clone(), new.clone()], &event("keys.saved")).await.unwrap());
        assert_eq!(sql.signing_keys(START).await.unwrap(), [new.clone(), old.clone()]);
        let retired = SigningKey { signs_until: Some(later(10)), published_until: Some(later(20)), ..old.clone() };
        let read = [new.clone(), old];
        assert!(sql.rotate_signing_keys(&read, std::slice::from_ref(&retired), &event("keys.saved")).await.unwrap());
        assert!(!sql.rotate_signing_keys(&read, &read, &event("no")).await.unwrap(), "they are others by now");
        assert_eq!(sql.signing_keys(later(19)).await.unwrap(), [new.clone(), retired]);
        assert_eq!(sql.signing_keys(later(20)).await.unwrap(), [new.clone()]);
        let sealed = Sealed { signing_keys: vec![("new".to_owned(), vec![9])], ..Sealed::default() };
        sql.reseal("k2", &sealed, &event("master_key.changed")).await.unwrap();
        assert_eq!(sql.signing_keys(later(20)).await.unwrap()[0].sealed_private_jwk, [9]);
        assert_eq!(sql.setting("master_key_id").await.unwrap().as_deref(), Some("k2"));
        assert!(!sql.create_first_signing_keys(&[key("late")], &event("no")).await.unwrap());
        let events = recorded(sql).await;
        assert!(events.contains(&"master_key.changed".to_owned()) && !events.contains(&"no".to_owned()), "{events:?}");
    })
    .await;
}

#[tokio::test]
async fn signing_keys_are_withdrawn_at_once_whatever_stands_in_their_rows() {
    each(async |backend| {
        let sql = &backend.sql;
        let ended = SigningKey { signs_until: Some(later(5)), published_until: Some(later(99)), ..key("ended") };
        let gone = SigningKey { signs_until: Some(later(5)), published_until: Some(later(6)), ..key("gone") };
        let waiting = SigningKey { signs_from: later(80), ..key("waiting") };
        let all = [key("old"), ended.clone(), gone.clone(), waiting];
        assert!(sql.rotate_signing_keys(&[], &all, &event("keys.saved")).await.unwrap());
        let demanded = [SigningKey { algorithm: "EdDSA".to_owned(), ..key("demanded") }];
        assert!(sql.create_first_signing_keys(&demanded, &event("keys.created")).await.unwrap());
        // On Postgres the JSON of a row cannot be damaged, but be that of no key.
        let damaged = if backend.name == "postgres" { "[]" } else { "{" };
        let damage = format!("update signing_keys set public_jwk = '{damaged}', algorithm = 'HS0' where kid in ('old', 'demanded')");
        execute(&backend.options, &damage).await;
        let new = SigningKey { signs_from: later(10), created_at: later(10), ..key("new") };
        sql.replace_signing_keys(std::slice::from_ref(&new), later(10), &event("keys.withdrawn")).await.unwrap();
        let planned = SigningKey { published_until: Some(later(500)), ..key("old") };
        let late = AuditEvent { at: later(10), ..event("no") };
        assert!(!sql.rotate_signing_keys(&all, &[planned], &late).await.unwrap(), "no rotation under way publishes them again");
        assert_eq!(sql.signing_keys(later(10)).await.unwrap(), [new]);
        assert_eq!(sql.sealed_signing_keys(later(10)).await.unwrap().len(), 1);
        assert!(sql.had_signing_key("EdDSA").await.unwrap() && sql.had_signing_key("ES256").await.unwrap());
        assert!(!sql.had_signing_key("PS256").await.unwrap());
        execute(&backend.options, "update signing_keys set public_jwk = '{}'").await;
        let all = sql.signing_keys(START).await.unwrap();
        let ends = |kid: &str| all.iter().find(|key| key.kid == kid).map(|key| (key.signs_until, key.published_until)).unwrap();
        assert_eq!(ends("ended"), (ended.signs_until, Some(later(10))));
        assert_eq!(ends("gone"), (gone.signs_until, gone.published_until));
        for kid in ["old", "waiting", "demanded"] {
            assert_eq!(ends(kid), (Some(later(10)), Some(later(10))), "{kid}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_nodes_that_start_together_one_makes_the_first_keys() {
    each(async |backend| {
        let nodes: Vec<_> = (0..8)
            .map(|node| {
                let sql = backend.sql.clone();
                tokio::spawn(async move {
                    sql.create_first_signing_keys(&[key(&format!("node-{node}"))], &event("keys.created")).await.unwrap()
                })
            })
            .collect();
        let mut first = 0;
        for node in nodes {
            first += u32::from(node.await.unwrap());
        }
        assert_eq!((first, backend.sql.signing_keys(START).await.unwrap().len()), (1, 1));
        assert_eq!(recorded(&backend.sql).await, ["keys.created"], "and is the one who says so");
    })
    .await;
}

#[tokio::test]
async fn settings_are_put_and_kept() {
    each(async |backend| {
        let sql = &backend.sql;
        assert_eq!(sql.setting("a").await.unwrap(), None);
        assert_eq!(sql.put_setting_if_absent("a", "1").await.unwrap(), "1");
        assert_eq!(sql.put_setting_if_absent("a", "2").await.unwrap(), "1");
        sql.put_setting("a", "3").await.unwrap();
        assert_eq!(sql.setting("a").await.unwrap().as_deref(), Some("3"));
    })
    .await;
}

#[tokio::test]
async fn resources_are_kept_by_uri() {
    each(async |backend| {
        let sql = &backend.sql;
        let mut api = Resource {
            uri: "https://api.example".to_owned(),
            name: "API".to_owned(),
            scopes: vec!["read".to_owned()],
            signing_algorithm: "ES256".to_owned(),
            access_token_lifetime: Some(300),
            introspection_clients: vec!["app".to_owned()],
            created_at: START,
        };
        assert_eq!(sql.create_resource(&api, &event("resource.created")).await.unwrap(), Created::Done);
        assert_eq!(sql.create_resource(&api, &event("no")).await.unwrap(), Created::Exists("uri"));
        let twin = Resource { uri: "HTTPS://API.example/".to_owned(), ..api.clone() };
        assert_eq!(sql.create_resource(&twin, &event("no")).await.unwrap(), Created::Exists("uri"), "in another spelling");
        assert_eq!(sql.resources_named(&twin.uri).await.unwrap(), [api.clone()]);
        for other in ["https://api.example/a", "https://api.example.org", "\0"] {
            assert!(sql.resources_named(other).await.unwrap().is_empty(), "{other:?}");
        }
        api.access_token_lifetime = None;
        assert!(sql.update_resource(&api, &event("resource.updated")).await.unwrap());
        assert_eq!(sql.resource(&api.uri).await.unwrap().as_ref(), Some(&api));
        assert_eq!(sql.list_resources().await.unwrap(), [api.clone()]);
        assert!(sql.delete_resource(&api.uri, &event("resource.deleted")).await.unwrap());
        assert!(!sql.delete_resource(&api.uri, &event("no")).await.unwrap());
        assert!(!sql.update_resource(&api, &event("no")).await.unwrap());
        assert_eq!(sql.resource("\0").await.unwrap(), None);
        assert!(!recorded(sql).await.contains(&"no".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_revoked_token_is_remembered_and_may_be_revoked_again() {
    each(async |backend| {
        let sql = &backend.sql;
        for _ in 0..2 {
            sql.revoke_token("jti-1", later(600), Some(&event("token.revoked"))).await.unwrap();
        }
        assert!(sql.token_is_revoked("jti-1").await.unwrap());
        assert!(!sql.token_is_revoked("jti-2").await.unwrap());
        assert_eq!(recorded(sql).await, ["token.revoked"]);
    })
    .await;
}

#[tokio::test]
async fn the_audit_record_is_read_backwards_in_pages_without_a_gap() {
    each(async |backend| {
        let sql = &backend.sql;
        let about = |number: u64, kind: &str| AuditEvent {
            at: later(number / 2),
            subject: number.is_multiple_of(2).then(|| "sub-of-ada".to_owned()),
            client_id: Some(format!("client-{}", number % 3)),
            ..event(kind)
        };
        let events: Vec<_> = (0..9).map(|number| about(number, if number < 3 { "a" } else { "b" })).collect();
        sql.record(&events).await.unwrap();
        let mut seen = Vec::new();
        loop {
            let before = seen.last().map(|event: &AuditEvent| (event.at, event.id));
            let page = sql.audit_page(&AuditFilter::default(), before, 2).await.unwrap();
            if page.is_empty() {
                break;
            }
            seen.extend(page);
        }
        assert!(seen.is_sorted_by(|left, right| left.at >= right.at));
        let mut expected = events.clone();
        seen.sort_by_key(|event| event.id);
        expected.sort_by_key(|event| event.id);
        assert_eq!(seen, expected);
        let count = async |filter: AuditFilter| sql.audit_page(&filter, None, 99).await.unwrap().len();
        assert_eq!(count(AuditFilter { kind: Some("a".to_owned()), ..AuditFilter::default() }).await, 3);
        assert_eq!(count(AuditFilter { subject: Some("sub-of-ada".to_owned()), ..AuditFilter::default() }).await, 5);
        assert_eq!(count(AuditFilter { client_id: Some("client-0".to_owned()), ..AuditFilter::default() }).await, 3);
        assert_eq!(count(AuditFilter { since: Some(later(4)), ..AuditFilter::default() }).await, 1);
    })
    .await;
}

#[tokio::test]
async fn one_client_with_many_notices_leaves_places_for_the_others() {
    each(async |backend| {
        let sql = &backend.sql;
        ada_with_app(sql).await;
        assert_eq!(sql.create_client(&client("one", "One"), &event("client.created")).await.unwrap(), Created::Done);
        let due = async |client_id: &str, seconds: u64| {
            let request = AuthenticationRequest { notify_at: Some(later(seconds)), ..authentication_request(client_id, "sub-of-ada") };
            let room = Room { of_client: 100, for_person: 100 };
            assert_eq!(sql.create_authentication_request(&request, room).await.unwrap(), Queued::Done);
        };
        for _ in 0..10 {
            due("app", 0).await;
        }
        due("one", 1).await;
        let told = async |limit: i64, busy: Vec<String>| {
            let leased = sql.due_notices((later(1), later(61)), limit, &busy).await.unwrap();
            let mut clients: Vec<String> = leased.into_iter().map(|request| request.client_id).collect();
            clients.sort_unstable();
            clients
        };
        assert_eq!(told(32, Vec::new()).await, ["app", "app", "app", "app", "one"]);
        assert!(told(32, vec!["app".to_owned()]).await.is_empty(), "who has not answered yet");
        assert_eq!(told(2, Vec::new()).await, ["app", "app"]);
        assert!(told(0, Vec::new()).await.is_empty(), "no room");
    })
    .await;
}
