//! `authy approval …`: an operator answers, in a person's name, what an application asked (OpenID CIBA).

use std::io::Write as _;
use std::process::Stdio;

use serde_json::json;

use super::{authy, command};
use crate::support::backends::{self, Backend};
use crate::support::process::Server;
use crate::support::relying_party::{Answer, post};

const GRANT: &str = "urn:openid:params:grant-type:ciba";

/// A running provider, a person and a till that asks for her.
struct Till {
    backend: Backend,
    server: Server,
    client: (String, String),
}

impl Till {
    fn open(backend: Backend) -> Self {
        let env = [("AUTHY_HASHING__COST", "4"), ("AUTHY_DATABASE_URL", backend.options.url.as_str())];
        let place = backend.directory.as_path();
        let create = ["user", "create", "ada", "--email", "ada@example.org", "--password-stdin"];
        let mut child = command(place, &env, &create).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("authy runs");
        child.stdin.take().expect("standard input").write_all(b"correct horse battery staple\n").expect("written");
        assert!(child.wait().expect("an end").success());
        let made = authy(place, &env, &["client", "create", "Till", "--grant", GRANT, "--scope", "openid", "--json"]).exits(0).json();
        let text = |member: &str| made[member].as_str().expect("text").to_owned();
        let client = (text("client_id"), text("client_secret"));
        let server = Server::start(place, &env, "127.0.0.1:0");
        Self { client, server, backend }
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = fields.to_vec();
        all.extend([("client_id", self.client.0.as_str()), ("client_secret", self.client.1.as_str())]);
        post(&self.server.base, path, &all, Default::default()).await
    }

    async fn ask(&self, message: &str) -> String {
        let fields = [("scope", "openid"), ("login_hint", "ada"), ("binding_message", message)];
        self.post("/oauth2/bc-authorize", &fields).await.ok().text("auth_req_id")
    }

    async fn poll(&self, auth_req_id: &str) -> Answer {
        self.post("/oauth2/token", &[("grant_type", GRANT), ("auth_req_id", auth_req_id)]).await
    }

    fn run(&self, arguments: &[&str]) -> super::Ran {
        let env = [("AUTHY_DATABASE_URL", self.backend.options.url.as_str())];
        authy(&self.backend.directory, &env, &[&["approval"], arguments].concat())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_listed_allowed_and_denied_beside_a_running_server() {
    backends::each(async |backend| {
        let till = Till::open(backend);
        assert_eq!(till.run(&["list", "--json"]).exits(0).json(), json!({ "items": [], "next": null }));
        let (allowed, denied) = (till.ask("W4SCT").await, till.ask("W5SCT").await);
        let listed = till.run(&["list", "--user", "ada", "--json"]).exits(0).json();
        let [second, first] = listed["items"].as_array().expect("items").as_slice() else { panic!("{listed}") };
        assert_eq!((&first["binding_message"], &second["binding_message"]), (&json!("W4SCT"), &json!("W5SCT")));
        assert_eq!((&first["client_id"], &first["scope"], &first["delivery"]), (&json!(till.client.0), &json!("openid"), &json!("poll")));
        assert!(!listed.to_string().contains(&allowed), "the secret of a request is not listed");
        let people = till.run(&["list"]).exits(0).stdout;
        assert!(people.contains("MESSAGE") && people.contains("W4SCT") && people.contains("W5SCT"), "{people}");

        let id = first["id"].as_str().expect("an id");
        assert_eq!(till.run(&["allow", id, "--json"]).exits(0).json()["binding_message"], "W4SCT");
        assert_eq!(till.run(&["allow", id, "--json"]).exits(1).error()["error"], "refused");
        let tokens = till.poll(&allowed).await.ok();
        assert_eq!(tokens.id_claims()["sub"], first["sub"]);
        // By what the application was given, as a support desk would hear it.
        till.run(&["deny", &denied, "--json"]).exits(0);
        till.poll(&denied).await.is(400, "access_denied");
        assert_eq!(till.run(&["list", "--json"]).exits(0).json()["items"], json!([]));
        till.server.stop();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_or_a_person_that_is_not_there_is_told_without_repeating_it() {
    backends::embedded(&async |backend| {
        let till = Till::open(backend);
        for verb in ["allow", "deny"] {
            let error = till.run(&[verb, "ar_a-secret-that-was-typed", "--json"]).exits(1).error();
            assert!(error["error"] == "not_found" && !error.to_string().contains("a-secret"), "{error}");
        }
        assert_eq!(till.run(&["list", "--user", "nobody", "--json"]).exits(1).error()["error"], "not_found");
        till.run(&["allow"]).exits(2);
        till.server.stop();
    })
    .await;
}
