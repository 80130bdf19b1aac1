//! Everything that can be said about an application, said, shown and taken back by commands.

use serde_json::json;
use tempfile::tempdir;

use super::authy;
use crate::support::{everything, signer};

#[test]
fn every_setting_of_an_application_is_shown_as_it_was_said_and_taken_back_by_its_name() {
    // The document of a sector would be fetched.
    let with_keys = signer::with(everything::with_keys(), &json!({ "sector_identifier_uri": null }));
    for document in std::iter::once(with_keys).chain(everything::with_certificates()) {
        let place = tempdir().unwrap();
        super::write(place.path(), "client.json", document.to_string());
        let run = |arguments: &[&str]| authy(place.path(), &[("AUTHY_HASHING__COST", "4")], arguments);
        let name = document["client_name"].as_str().unwrap();
        let made = run(&["client", "create", name, "--metadata-file", "client.json", "--json"]).exits(0).json();
        let shown = run(&["client", "show", name, "--json"]).exits(0).json();
        let members = document.as_object().unwrap();
        for (member, value) in members {
            assert_eq!((&made[member], &shown[member]), (value, value), "{member}");
        }
        let kept = ["client_name", "redirect_uris"];
        let emptied: Vec<String> = members.keys().filter(|name| !kept.contains(&name.as_str())).map(|name| format!("{name}=")).collect();
        let mut update = vec!["client", "update", name, "--json"];
        update.extend(emptied.iter().flat_map(|assignment| ["--metadata", assignment]));
        run(&update).exits(0);
        let plain = run(&["client", "create", "Plain", "--redirect-uri", "https://rp.example/cb", "--json"]).exits(0).json();
        let shown = run(&["client", "show", name, "--json"]).exits(0).json();
        for member in members.keys().filter(|name| !kept.contains(&name.as_str())) {
            assert_eq!(shown.get(member), plain.get(member), "{member}");
        }
    }
}
