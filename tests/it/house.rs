//! The house rules as tests: they read the source tree and nothing else. Each failure names the file, the line and the mend.

mod checks;
mod documents;
mod specifications;

use std::fs;
use std::path::{Path, PathBuf};

/// A source file: its path below the package's root, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The numbered lines that are code: no comments, no items that only tests have, and nothing from the file's own unit tests on.
    fn code(&self) -> Vec<(usize, &str)> {
        let mut lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        let mut code = Vec::new();
        while let Some((number, line)) = lines.next() {
            if line.trim() == "#[cfg(test)]" {
                let Some((_, item)) = lines.find(|(_, line)| !line.trim_start().starts_with("#[")) else { break };
                if item.starts_with("mod ") && item.ends_with('{') {
                    break;
                }
                // To the brace that closes it.
                let indent = &item[..item.len() - item.trim_start().len()];
                if !item.ends_with([';', '}']) {
                    lines.find(|(_, line)| *line == format!("{indent}}}"));
                }
            } else if !line.trim_start().starts_with("//") {
                code.push((number, line));
            }
        }
        code
    }

    /// The path below `src/`, or `None` for a test.
    fn module(&self) -> Option<&str> {
        self.path.strip_prefix("src/")
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder that can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    collect(&root.join(folder), &mut found);
    found.sort();
    assert!(!found.is_empty(), "no sources below {folder}");
    let read = |path: PathBuf| Source {
        path: path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/"),
        text: fs::read_to_string(&path).expect("UTF-8"),
    };
    found.into_iter().map(read).collect()
}

/// Fails with one line per finding, under what to do about them.
fn assert_none(findings: &[String], mend: &str) {
    assert!(findings.is_empty(), "\n{}\nMend: {mend}\n", findings.join("\n"));
}

/// Modules that only upper layers may import, from the bottom of the house to its top.
const ABOVE_SPEC: &[&str] = &["jose", "sealing", "store", "config", "telemetry", "failure", "hashing", "outbound", "app"];
const PIPELINES: &[&str] = &["client_auth", "grants", "endpoints", "accounts", "admin"];
const TOP: &[&str] = &["web", "boot", "routes", "server", "tasks", "cli"];

/// The lib.rs table as data: what the code of a file may not mention, by where the file lives.
fn forbidden(module: &str) -> Vec<String> {
    let top = module.split('/').next().unwrap_or_default().trim_end_matches(".rs");
    let name = module.rsplit('/').next().unwrap_or_default();
    let crates = |names: &[&str]| names.iter().map(|name| format!("{name}::")).collect::<Vec<_>>();
    let modules = |lists: &[&[&str]]| lists.concat().iter().map(|name| format!("crate::{name}")).collect::<Vec<_>>();
    let (words, imports): (Vec<String>, Vec<String>) = match top {
        "secret" | "clock" | "entropy" => {
            (crates(&["actix_web", "askama", "diesel", "redis", "tokio", "josekit"]), modules(&[&["model"], ABOVE_SPEC, PIPELINES, TOP]))
        }
        // The two lowest layers know each other: rules read the plain structs that authy keeps, which hold the rules' own types.
        "spec" | "model" => {
            (crates(&["actix_web", "askama", "diesel", "redis", "tokio", "josekit"]), modules(&[ABOVE_SPEC, PIPELINES, TOP]))
        }
        "jose" | "sealing" => (crates(&["actix_web", "askama", "diesel", "redis", "tokio"]), modules(&[&ABOVE_SPEC[2..], PIPELINES, TOP])),
        "store" => (
            crates(&["actix_web", "askama", "josekit"]),
            modules(&[&["config", "telemetry", "app", "hashing", "outbound"], PIPELINES, TOP]),
        ),
        "config" | "telemetry" | "failure" | "hashing" | "outbound" | "app" => {
            (crates(&["actix_web", "askama", "diesel", "redis"]), modules(&[PIPELINES, TOP]))
        }
        "web" => (crates(&["diesel", "redis"]), modules(&[&["store::sql", "routes", "server", "tasks", "cli"]])),
        _ if PIPELINES.contains(&top) => pipeline(name),
        _ => (vec![], vec![]),
    };
    let asynchronous = matches!(top, "spec" | "model" | "jose" | "sealing") || (PIPELINES.contains(&top) && is_pure(name));
    words.into_iter().chain(imports).chain(asynchronous.then(|| "async fn".to_owned())).collect()
}

/// In a pipeline folder the file's name tells its layer.
fn pipeline(name: &str) -> (Vec<String>, Vec<String>) {
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let outer = list(&["crate::routes", "crate::server", "crate::tasks", "crate::cli"]);
    match name {
        "http.rs" => (list(&["diesel::", "redis::"]), outer),
        "page.rs" => (list(&["diesel::", "redis::", "async fn"]), outer),
        "mod.rs" => (list(&["actix_web", "askama", "diesel::", "redis::"]), outer),
        _ => (list(&["actix_web", "askama", "diesel::", "redis::", "tokio::", "crate::store", "crate::web"]), outer),
    }
}

fn is_pure(name: &str) -> bool {
    !matches!(name, "mod.rs" | "http.rs" | "page.rs")
}

#[test]
fn no_file_reaches_above_its_layer() {
    let mut findings = Vec::new();
    for source in sources("src") {
        let Some(module) = source.module() else { continue };
        let words = forbidden(module);
        for (number, line) in source.code() {
            for word in words.iter().filter(|word| mentions(line, word)) {
                findings.push(format!("{}:{number}: `{word}`", source.path));
            }
        }
    }
    assert_none(
        &findings,
        "move the code to a file whose layer may use it (table in src/lib.rs), or pass in what it needs as an argument.",
    );
}

/// Whether `line` holds `word` as whole path segments: `crate::web` is not in `crate::webhooks`.
fn mentions(line: &str, word: &str) -> bool {
    let part_of_a_name = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(part_of_a_name);
        let after = line[at + word.len()..].chars().next().is_some_and(part_of_a_name);
        !before && (word.ends_with(':') || !after)
    })
}

#[test]
fn every_spec_module_says_which_spec_it_is() {
    let names = |line: &str| ["RFC ", "OIDC ", "OAuth 2.0 ", "OpenID ", "Form Post "].iter().any(|name| line.contains(name));
    let silent: Vec<_> = sources("src/spec")
        .into_iter()
        .filter(|source| !source.path.ends_with("/mod.rs"))
        .filter(|source| !source.text.lines().take(6).any(|line| line.starts_with("//!") && names(line)))
        .map(|source| format!("{}:1: the //! names no specification", source.path))
        .collect();
    assert_none(&silent, "begin the file with `//! What it is: RFC 1234 §5.`, naming the specification that it holds.");
}

#[test]
fn only_the_responder_turns_errors_into_http() {
    assert_absent(
        &["impl ResponseError", "impl actix_web::ResponseError", "impl actix_web::error::ResponseError"],
        &[],
        "return an HttpResponse made by src/web; the default of ResponseError shows private words to the client.",
    );
}

#[test]
fn time_is_asked_only_in_the_clock() {
    assert_absent(
        &["SystemTime::now", "Utc::now", "Local::now", "OffsetDateTime::now_utc"],
        &["src/clock.rs"],
        "take `now: Timestamp` as an argument, or ask `app.clock` (src/clock.rs).",
    );
}

#[test]
fn chance_is_asked_only_in_the_entropy() {
    assert_absent(
        &["getrandom::", "rand::", "SystemRandom", "OsRng", "thread_rng", "Uuid::new_v4"],
        // ring signs with the system's chance alone.
        &["src/entropy.rs", "src/jose/p256.rs"],
        "take `entropy: &dyn Entropy` as an argument (src/entropy.rs).",
    );
}

#[test]
fn josekit_is_used_only_in_jose() {
    assert_absent(&["josekit::"], &["src/jose/", "src/jose.rs"], "call crate::jose, which keeps keys typed and algorithms pinned.");
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    assert_absent(&["#[allow(", "#![allow("], &[], "write #[expect(the_lint, reason = \"why\")].");
}

/// No code below `src/` mentions one of `words`, but for the files whose path begins with one of `except`.
fn assert_absent(words: &[&str], except: &[&str], mend: &str) {
    let mut findings = Vec::new();
    for source in sources("src").iter().filter(|source| !except.iter().any(|path| source.path.starts_with(path))) {
        for (number, line) in source.code() {
            for word in words
                .iter()
                .filter(|word| line.match_indices(**word).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')))
            {
                findings.push(format!("{}:{number}: `{word}`", source.path));
            }
        }
    }
    assert_none(&findings, mend);
}

#[test]
fn no_file_is_longer_than_300_lines() {
    let long: Vec<_> = ["src", "tests/it"]
        .iter()
        .flat_map(|folder| sources(folder))
        .map(|source| (source.text.lines().count(), source.path))
        .filter(|(length, path)| *length > 300 && path != "src/store/sql/schema.rs") // one table of columns, as diesel prints it
        .map(|(length, path)| format!("{path}:301: the file has {length} lines"))
        .collect();
    assert_none(&long, "split the file by what it decides; a file that needs two headings is two files.");
}

#[test]
fn every_note_to_self_carries_an_issue_number() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let mut findings = Vec::new();
    for source in ["src", "tests/it"].iter().flat_map(|folder| sources(folder)) {
        for (index, line) in source.text.lines().enumerate() {
            let numbered = line.split_once('#').is_some_and(|(_, rest)| rest.starts_with(|character: char| character.is_ascii_digit()));
            if !numbered && marks.iter().any(|mark| mentions(line, mark)) {
                findings.push(format!("{}:{}: {}", source.path, index + 1, line.trim()));
            }
        }
    }
    assert_none(&findings, "do it now, or write the number of its issue beside it, as in #12.");
}

#[test]
fn the_error_reference_explains_every_code() {
    let registry = sources("src/spec").into_iter().find(|source| source.path == "src/spec/error.rs").expect("src/spec/error.rs").text;
    let reference = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md")).expect("docs/errors.md");
    let list = registry.split("error_codes! {").last().expect("the list of codes");
    let rows = list.lines().take_while(|line| line.trim() != "}").filter_map(|line| line.split('"').nth(1));
    let codes: Vec<_> = rows.collect();
    assert!(codes.contains(&"invalid_grant"), "the list of codes in src/spec/error.rs is not where this test looks for it");
    let unexplained: Vec<_> = codes
        .iter()
        .filter(|code| !reference.contains(&format!("## `{code}`")))
        .map(|code| format!("docs/errors.md: no section `{code}`"))
        .collect();
    assert_none(&unexplained, "write a section for the code: its meaning, the usual causes, what to do.");
}

#[test]
fn what_only_tests_have_is_no_code_and_what_follows_it_is() {
    let text = "a\n#[cfg(test)]\n#[path = \"x.rs\"]\nmod tests;\nb\n    #[cfg(test)]\n    fn c() {\n        d();\n    }\n// e\nf\n#[cfg(test)]\nmod tests {\n    g\n}\n";
    let source = Source { path: String::new(), text: text.to_owned() };
    assert_eq!(source.code(), [(1, "a"), (5, "b"), (11, "f")]);
}

#[test]
fn the_layer_rule_finds_what_it_forbids() {
    let breaks = |module: &str, line: &str| forbidden(module).iter().any(|word| mentions(line, word));
    assert!(breaks("spec/pkce.rs", "use crate::store::Sql;"));
    assert!(breaks("spec/pkce.rs", "pub async fn verify() {}"));
    assert!(breaks("model/user.rs", "use diesel::Queryable;"));
    assert!(breaks("endpoints/token/check.rs", "use crate::store::Kv;"));
    assert!(breaks("endpoints/token/mod.rs", "use actix_web::HttpResponse;"));
    assert!(breaks("endpoints/token/http.rs", "use diesel::prelude::*;"));
    assert!(!breaks("endpoints/token/http.rs", "use actix_web::HttpResponse;"));
    assert!(!breaks("endpoints/token/mod.rs", "pub async fn token() {}"));
    assert!(!breaks("model/user.rs", "use crate::spec::scope::Scope;"));
    assert!(!breaks("web/respond.rs", "use crate::storehouse::Box;"));
}

#[test]
fn every_kind_of_audit_event_is_written_somewhere() {
    let sources = sources("src");
    let (lists, others): (Vec<&Source>, Vec<&Source>) = sources.iter().partition(|source| source.path == "src/telemetry/audit.rs");
    let names = lists.iter().flat_map(|list| list.code()).filter_map(|(_, line)| Some(line.trim().split_once(" = \"")?.0.to_owned()));
    let is_written = |name: &str| others.iter().flat_map(|source| source.code()).any(|(_, line)| line.contains(&format!("audit::{name}")));
    let idle: Vec<String> = names
        .filter(|name| name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_'))
        .filter(|name| !is_written(name))
        .collect();
    assert_none(&idle, "write the event in the transaction of the deed, or take its kind out of src/telemetry/audit.rs");
}
