//! Members of client metadata, said by commands.

use serde_json::{Value, json};
use tempfile::tempdir;

use super::authy;

const API: &str = "https://api.example/";

#[test]
fn a_slip_in_the_name_of_a_member_is_refused_and_names_the_one_that_was_meant() {
    let place = tempdir().unwrap();
    let run = |arguments: &[&str]| authy(place.path(), &[], arguments);
    let create = ["client", "create", "App", "--redirect-uri", "https://app.example/cb", "--json"];
    super::write(place.path(), "slip.json", json!({ "dpop_bound_acess_tokens": true }).to_string());
    for slip in
        [["--metadata", "dpop_bound_acess_tokens=true"], ["--metadata", "dpop_bound_acess_tokens="], ["--metadata-file", "slip.json"]]
    {
        let refused = run(&[&create[..], &slip].concat()).exits(1).error();
        assert!(refused["message"].as_str().unwrap().contains("dpop_bound_acess_tokens"), "{refused}");
        assert!(refused["mend"].as_str().unwrap().contains("dpop_bound_access_tokens"), "{refused}");
    }
    assert_eq!(run(&["client", "list", "--json"]).exits(0).json()["items"], json!([]));
    // RFC 7591 §2 and §2.2: what others agree on, and names in other languages.
    let others = ["--metadata", "colour=green", "--metadata", "client_name#de=Laden"];
    let made = run(&[&create[..], &others].concat()).exits(0).json();
    assert_eq!((&made["colour"], &made["client_name#de"]), (&json!("green"), &json!("Laden")));
}

#[test]
fn a_client_has_the_resources_that_an_administrator_lists_and_without_a_list_every_one() {
    let place = tempdir().unwrap();
    let run = |arguments: &[&str]| authy(place.path(), &[], arguments);
    let create = ["client", "create", "App", "--redirect-uri", "https://app.example/cb", "--json", "--resource", API];
    let refused = run(&[&create[..], &["--default-resource", "https://other.example/"]].concat()).exits(1).error();
    assert!(refused["message"].as_str().unwrap().contains("not among the resources"), "{refused}");
    let made = run(&[&create[..], &["--resource", "urn:example:api", "--default-resource", API]].concat()).exits(0).json();
    assert_eq!(made["resources"], json!([API, "urn:example:api"]));
    let update = |change: &[&str]| run(&[&["client", "update", "App", "--json"], change].concat());
    assert_eq!(update(&["--resource", API]).exits(0).json()["resources"], json!([API]));
    update(&["--metadata", "resources=[]"]).exits(1);
    let none = update(&["--metadata", "resources=[]", "--metadata", "default_resource="]).exits(0).json();
    assert_eq!(none["resources"], json!([]));
    assert_eq!(update(&["--metadata", "resources="]).exits(0).json().get("resources"), None::<&Value>);
}
