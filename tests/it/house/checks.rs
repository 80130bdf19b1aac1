//! The checks that `authy explain` lays out of the token endpoint, held to what its pipeline refuses with.

use std::collections::BTreeSet;

use authy::admin::explain::checks;

use super::{Source, assert_none, sources};

/// Where a token request is checked; the rules of `src/spec` that these call are looked up in their imports.
const PIPELINE: &[&str] = &["src/endpoints/token/", "src/endpoints/possession/", "src/client_auth/", "src/grants/"];

/// What is no refusal of a token request: of a token that is used, of a question to a person, and trouble of ours.
const OTHERS: &[&str] = &["invalid_token", "invalid_binding_message", "temporarily_unavailable"];

/// The names that follow `before` in the code of a file, with their lines.
fn after<'a>(source: &'a Source, before: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    source.code().into_iter().flat_map(move |(number, line)| {
        line.match_indices(before).map(move |(at, _)| {
            let rest = &line[at + before.len()..];
            (number, &rest[..rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len())])
        })
    })
}

#[test]
fn the_checks_of_the_token_endpoint_know_every_code_that_it_refuses_with() {
    let all = sources("src");
    let pipeline = || all.iter().filter(|source| PIPELINE.iter().any(|folder| source.path.starts_with(folder)));
    let rules: BTreeSet<_> = pipeline().flat_map(|source| after(source, "crate::spec::")).map(|(_, module)| module).collect();
    let is_rule = |source: &&Source| {
        let module = source.path.strip_prefix("src/spec/").and_then(|path| path.split(['/', '.']).next());
        module.is_some_and(|module| module != "error" && rules.contains(module))
    };
    let known: BTreeSet<_> = checks::of_endpoint("token").iter().flat_map(|check| check.codes).copied().collect();
    let mut findings = Vec::new();
    for source in pipeline().chain(all.iter().filter(is_rule)) {
        for (number, code) in after(source, "OAuthError::").filter(|(_, code)| !known.contains(code) && !OTHERS.contains(code)) {
            findings.push(format!("{}:{number}: `{code}`", source.path));
        }
    }
    assert!(rules.contains("pkce") && known.contains("invalid_grant"), "the pipeline is not where this test looks for it");
    assert_none(&findings, "give the check a row in src/admin/explain/checks/lists.rs; the matrix of grant types then asks for its trial.");
}
