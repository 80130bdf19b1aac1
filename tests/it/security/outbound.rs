//! Requests that authy makes itself reach nothing they must not reach: a canary on this machine counts who knocks.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use authy::config::Outbound as Settings;
use authy::outbound::resolver::{LookUp, Resolver};
use authy::outbound::{Guarded, Kind, Outbound as _, OutboundError, Registrant, Request};
use authy::secret::Secret;
use authy::spec::issuer::Issuer;

use crate::support::canary::Canary;

/// The guard of a deployment: its issuer is not on this machine.
fn deployed() -> Guarded {
    guard("https://id.example", &[])
}

/// The guard of a trial on one machine.
fn trial() -> Guarded {
    guard("http://localhost:8080", &[])
}

fn guard(issuer: &str, allow_hosts: &[&str]) -> Guarded {
    let settings = Settings { allow_hosts: allow_hosts.iter().map(|&host| host.to_owned()).collect(), ..Settings::default() };
    Guarded::new(&settings, &Issuer::parse(issuer).expect("an issuer")).expect("a guard")
}

/// Answers each question with the next of its answers, the last one for ever: DNS rebinding.
#[derive(Debug)]
struct Rebinding {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Rebinding {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |list: &&[&str]| list.iter().map(|text| text.parse().expect("an address")).collect();
        Arc::new(Self { answers: answers.iter().map(parse).collect(), asked: AtomicUsize::new(0) })
    }
}

impl Resolver for Rebinding {
    fn look_up<'a>(&'a self, _: &'a str) -> LookUp<'a> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        let answer = self.answers[number].clone();
        Box::pin(async move { io::Result::Ok(answer) })
    }
}

fn get(url: impl Into<String>, registrant: Registrant) -> Request {
    Request::get(Kind::KeySet, url, registrant)
}

#[tokio::test]
async fn nothing_inside_is_reached_by_any_spelling() {
    let canary = Canary::answering("200 OK", "application/json", "{}").await;
    let port = canary.port();
    let hosts = [
        "127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
    ];
    let (deployed, trial) = (deployed(), trial());
    for scheme in ["https", "http", "gopher", "file", "ftp"] {
        for host in hosts {
            for url in [
                format!("{scheme}://{host}:{port}/"),
                format!("{scheme}://rp.example@{host}:{port}/"),
                format!("{scheme}://{host}:{port}\\@rp.example/"),
            ] {
                assert!(deployed.send(get(&url, Registrant::Administrator)).await.is_err(), "{url}");
                assert!(trial.send(get(&url, Registrant::Anybody)).await.is_err(), "{url}");
                assert!(trial.check(&url, Registrant::Anybody).is_err(), "{url}");
            }
        }
    }
    for url in [
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://192.168.0.1/",
        "https://172.16.0.1/",
        "https://100.64.0.1/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://rp.example:22/",
        "https://rp.example:6379/",
    ] {
        assert!(deployed.check(url, Registrant::Administrator).is_err(), "{url}");
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_followed() {
    let canary = Canary::answering("200 OK", "application/json", "{}").await;
    let url = format!("https://rp.example:{}/jwks", canary.port());
    for answers in [&["127.0.0.1"][..], &["::1"], &["::ffff:127.0.0.1"], &["10.0.0.1"], &["8.8.8.8", "127.0.0.1"], &["0.0.0.0"], &[]] {
        let guard = deployed().with_resolver(Rebinding::new(&[answers]));
        assert_eq!(guard.send(get(&url, Registrant::Administrator)).await, Err(OutboundError::Address), "{answers:?}");
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn the_address_that_was_checked_is_the_one_connected_to() {
    let canary = Canary::answering("200 OK", "application/json", "{}").await;
    // An address of a network for documentation leads nowhere; it is listed, so that only the look-up decides where the connection goes.
    let resolver = Rebinding::new(&[&["127.0.0.1"], &["192.0.2.1"]]);
    let guard = guard("https://id.example", &["rp.example"]).with_resolver(resolver.clone());
    let url = format!("https://rp.example:{}/jwks", canary.port());
    let outcome = guard.send(get(&url, Registrant::Administrator)).await;
    assert!(matches!(outcome, Err(OutboundError::Unreachable(_))), "the canary speaks no TLS: {outcome:?}");
    assert_eq!((canary.connections(), resolver.asked.load(Ordering::SeqCst)), (1, 1), "one look-up, one connection to what it said");

    let narrow = Settings { allow_hosts_for_administrators: vec!["rp.example".to_owned()], ..Settings::default() };
    let narrow = Guarded::new(&narrow, &Issuer::parse("https://id.example").expect("an issuer")).expect("a client");
    let strangers = narrow.with_resolver(Rebinding::new(&[&["127.0.0.1"]]));
    assert_eq!(strangers.send(get(&url, Registrant::Anybody)).await, Err(OutboundError::Address), "it is listed for administrators");
    assert_eq!(canary.connections(), 1);

    let resolver = Rebinding::new(&[&["203.0.113.1"], &["127.0.0.1"]]);
    let guard = deployed().with_resolver(resolver.clone());
    for _ in 0..2 {
        assert!(guard.send(get(format!("https://rp.example:{}/other", canary.port()), Registrant::Anybody)).await.is_err());
    }
    assert_eq!(canary.connections(), 1);
}

#[tokio::test]
async fn in_a_trial_what_an_administrator_registered_on_this_machine_is_fetched() {
    let canary = Canary::answering("200 OK", "application/jwk-set+json", r#"{"keys":[]}"#).await;
    for host in ["127.0.0.1", "localhost"] {
        let answer =
            trial().send(get(format!("http://{host}:{}/jwks", canary.port()), Registrant::Administrator)).await.expect("an answer");
        assert_eq!(answer.body, br#"{"keys":[]}"#);
        assert_eq!(answer.max_age, Some(Duration::from_secs(60)));
    }
    let guard = trial().with_resolver(Rebinding::new(&[&["10.0.0.1"]]));
    let url = format!("http://localhost:{}/jwks", canary.port());
    assert_eq!(guard.send(get(url, Registrant::Administrator)).await, Err(OutboundError::Address), "localhost is this machine or nothing");
    assert_eq!(canary.connections(), 2);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let inside = Canary::answering("200 OK", "application/json", "{}").await;
    let headers = format!("application/json\r\nlocation: http://127.0.0.1:{}/", inside.port());
    for status in ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let canary = Canary::answering(status, &headers, "{}").await;
        let outcome = trial().send(get(canary.url(), Registrant::Administrator)).await;
        assert!(matches!(outcome, Err(OutboundError::Status(300..=399))), "{outcome:?}");
        assert_eq!(canary.connections(), 1);
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn size_and_content_type_are_limits() {
    let send = async |kind: Kind, content_type: &str, size: usize| {
        let canary = Canary::answering("200 OK", content_type, &"x".repeat(size)).await;
        trial().send(Request::get(kind, canary.url(), Registrant::Administrator)).await.map(|answer| answer.body.len())
    };
    for (kind, limit) in [(Kind::KeySet, 64 * 1024), (Kind::ClientMetadata, 5 * 1024), (Kind::SectorIdentifier, 64 * 1024)] {
        assert_eq!(send(kind, "application/json; charset=utf-8", limit).await, Ok(limit), "{kind:?}");
        assert_eq!(send(kind, "application/json", limit + 1).await, Err(OutboundError::TooLarge), "{kind:?}");
        for other in ["text/html", "text/plain", "application/octet-stream", "application/json\r\ncontent-encoding: gzip"] {
            assert_eq!(send(kind, other, 2).await, Err(OutboundError::ContentType), "{kind:?} {other}");
        }
    }
    assert_eq!(send(Kind::RequestObject, "application/oauth-authz-req+jwt", 9).await, Ok(9));
}

#[tokio::test]
async fn a_failure_is_remembered_for_a_while_so_that_nobody_is_asked_in_a_storm() {
    let canary = Canary::answering("404 Not Found", "application/json", "{}").await;
    let guard = trial();
    assert_eq!(guard.send(get(canary.url(), Registrant::Administrator)).await, Err(OutboundError::Status(404)));
    for _ in 0..20 {
        let outcome = guard.send(get(canary.url(), Registrant::Administrator)).await;
        assert_eq!(outcome, Err(OutboundError::Lately(Box::new(OutboundError::Status(404)))));
    }
    assert_eq!(canary.connections(), 1);
}

#[tokio::test]
async fn a_failure_concerns_who_asked_and_for_what_and_nobody_else() {
    let canary = Canary::answering("200 OK", "application/json", r#"{"keys":[]}"#).await;
    let url = format!("https://rp.example:{}/jwks", canary.port());
    // The name leads where only a listed host may lead, so that each attempt ends the same way, whoever makes it.
    let guard = deployed().with_resolver(Rebinding::new(&[&["127.0.0.1"]]));
    let as_object = |registrant| Request::get(Kind::RequestObject, &*url, registrant);
    assert_eq!(guard.send(as_object(Registrant::Anybody)).await, Err(OutboundError::Address));
    let again = guard.send(as_object(Registrant::Anybody)).await;
    assert_eq!(again, Err(OutboundError::Lately(Box::new(OutboundError::Address))));
    for other in [as_object(Registrant::Administrator), get(&*url, Registrant::Anybody), get(&*url, Registrant::Administrator)] {
        assert_eq!(guard.send(other).await, Err(OutboundError::Address), "asked for itself");
    }
    // A key set that is fetched as a request object is of the wrong type, and stays a key set.
    let trial = trial();
    let object = Request::get(Kind::RequestObject, canary.url(), Registrant::Administrator);
    assert_eq!(trial.send(object).await, Err(OutboundError::ContentType));
    assert!(trial.send(get(canary.url(), Registrant::Administrator)).await.is_ok());
}

#[tokio::test]
async fn a_host_that_does_not_answer_costs_five_seconds_at_most() {
    let canary = Canary::silent().await;
    let begun = std::time::Instant::now();
    assert_eq!(trial().send(get(canary.url(), Registrant::Administrator)).await, Err(OutboundError::TimedOut));
    assert!(begun.elapsed() < Duration::from_secs(6));
}

#[tokio::test]
async fn a_notice_is_posted_as_a_form_or_as_json_and_its_answer_is_not_read() {
    let canary = Canary::answering("204 No Content", "text/html", "").await;
    let guard = trial();
    let form = Request::post_form(canary.url(), Registrant::Administrator, &[("logout_token", "a.b+c")]);
    assert_eq!(guard.send(form).await.expect("an answer").body, b"");
    let notice = Request::post_json(canary.url(), Registrant::Administrator, &serde_json::json!({ "auth_req_id": "x" }));
    guard.send(notice.with_bearer(Secret::new("token".to_owned()))).await.expect("an answer");
    let [form, json] = canary.requests().try_into().expect("two requests");
    assert!(form.starts_with("POST / HTTP/1.1") && form.ends_with("logout_token=a.b%2Bc"), "{form}");
    assert!(form.contains("content-type: application/x-www-form-urlencoded"), "{form}");
    assert!(json.ends_with(r#"{"auth_req_id":"x"}"#) && json.contains("authorization: Bearer token"), "{json}");
    assert!(json.contains("content-type: application/json"), "{json}");
}

#[tokio::test]
async fn a_host_gets_only_a_few_requests_at_a_time() {
    let canary = Canary::silent().await;
    let guard = Arc::new(trial());
    let urls: Vec<_> = (0..20).map(|number| format!("http://{}:{}/{number}", Ipv4Addr::LOCALHOST, canary.port())).collect();
    let tasks: Vec<_> = urls
        .into_iter()
        .map(|url| {
            let guard = guard.clone();
            tokio::spawn(async move { guard.send(get(url, Registrant::Administrator)).await })
        })
        .collect();
    while canary.connections() < 4 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(canary.connections(), 4);
    for task in tasks {
        task.abort();
    }
}
