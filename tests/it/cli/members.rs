//! Members of client metadata, said by commands.

use serde_json::json;
use tempfile::tempdir;

use super::authy;

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
