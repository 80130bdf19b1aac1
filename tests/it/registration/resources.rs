//! What resources publish about themselves: RFC 9728.

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::cli::authy;
use crate::support::app::{JsonBody as _, TestApp};
use crate::support::{backends, http};

#[tokio::test]
async fn a_resource_on_the_issuers_host_has_its_document_there() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let uri = format!("{}/mcp", app.base);
        app.resource(&uri, &[]).await;
        app.resource(&app.base, &[]).await;
        app.resource("https://elsewhere.example/mcp", &[]).await;
        for (path, resource) in [("/mcp", &uri), ("", &app.base)] {
            let answer = http::get(format!("{}/.well-known/oauth-protected-resource{path}", app.base)).await;
            assert_eq!(answer.headers()["access-control-allow-origin"], "*");
            let expected = json!({
                "resource": resource, "authorization_servers": [app.base], "bearer_methods_supported": ["header"], "resource_name": "An API",
            });
            assert_eq!(answer.json_body().await, expected);
        }
        for path in ["/other", "/mcp/", "/mcp?x", "/https://elsewhere.example/mcp"] {
            let answer = http::get(format!("{}/.well-known/oauth-protected-resource{path}", app.base)).await;
            assert_eq!(answer.status(), 404, "{path}");
        }
        app.stop().await;
    })
    .await;
}

#[test]
fn the_command_line_prints_the_document_of_a_resource_and_registration_tokens_once() {
    let place = tempdir().expect("a directory");
    let run = |arguments: &[&str]| authy(place.path(), &[("AUTHY_ISSUER", "https://id.example.com")], arguments);
    run(&["resource", "create", "https://mcp.example.com/mcp", "--scope", "mcp:tools", "--name", "MCP"]).exits(0);
    let printed = run(&["resource", "show", "https://mcp.example.com/mcp", "--metadata", "--json"]).exits(0).json();
    assert_eq!(
        (&printed["authorization_servers"], &printed["scopes_supported"]),
        (&json!(["https://id.example.com"]), &json!(["mcp:tools"]))
    );

    let twin = "HTTPS://MCP.example.com/mcp";
    let refused = run(&["resource", "create", twin, "--json"]).exits(1).error();
    assert_eq!(refused["error"], "already_exists");
    assert!(refused.to_string().contains("https://mcp.example.com/mcp"), "{refused}");
    assert_eq!(run(&["resource", "show", twin, "--json"]).exits(0).json()["uri"], "https://mcp.example.com/mcp");

    let made = run(&["registration-token", "create", "partner", "--uses", "3", "--expires", "30d", "--json"]).exits(0).json();
    assert!(made["token"].as_str().expect("a token").starts_with("iat_"));
    let listed = run(&["registration-token", "list", "--json"]).exits(0).json();
    assert_eq!((&listed["items"][0]["uses_left"], &listed["items"][0]["token"]), (&json!(3), &Value::Null));
    assert_eq!(run(&["registration-token", "create", "partner", "--json"]).exits(1).error()["error"], "already_exists");
    run(&["registration-token", "create", "never", "--uses", "0"]).exits(1);
    run(&["registration-token", "delete", "partner"]).exits(0);
    assert_eq!(run(&["registration-token", "delete", "partner", "--json"]).exits(1).error()["error"], "not_found");
}
