//! `authy authorization-type …`: what applications may ask for in detail (RFC 9396).

use serde_json::json;
use tempfile::tempdir;

use super::authy;

#[test]
fn a_type_has_a_schema_that_can_be_checked_and_a_sentence_for_people() {
    let place = tempdir().unwrap();
    let run = |arguments: &[&str]| authy(place.path(), &[], arguments);
    let schema = place.path().join("payment.json");
    std::fs::write(&schema, r#"{"type":"object","required":["amount"],"properties":{"amount":{"type":"string"}}}"#).unwrap();
    let file = schema.to_str().unwrap();
    let create = ["authorization-type", "create", "payment", "--schema-file", file, "--sentence", "Pay {amount}", "--json"];
    let made = run(&create).exits(0).json();
    assert_eq!((made["type"].as_str(), made["schema"]["required"].clone()), (Some("payment"), json!(["amount"])));
    assert_eq!(run(&create).exits(1).error()["error"], "already_exists");
    assert_eq!(run(&["authorization-type", "list", "--json"]).exits(0).json()["items"], json!([made]));
    let renamed = run(&["authorization-type", "update", "payment", "--sentence", "Send {amount}", "--json"]).exits(0).json();
    assert_eq!((renamed["sentence"].as_str(), &renamed["schema"]), (Some("Send {amount}"), &made["schema"]));
    std::fs::write(&schema, r#"{"properties":{"amount":{"pattern":"^[0-9]+$"}}}"#).unwrap();
    let refused = run(&["authorization-type", "update", "payment", "--schema-file", file, "--json"]).exits(1).error();
    assert!(refused["message"].as_str().unwrap().contains("/properties/amount/pattern"), "{refused}");
    run(&["authorization-type", "delete", "payment", "--json"]).exits(0);
    assert_eq!(run(&["authorization-type", "show", "payment", "--json"]).exits(1).error()["error"], "not_found");
}
