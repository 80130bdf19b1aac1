//! The index of specifications in `src/spec/mod.rs`, held to what the modules cite and to the tables of `docs/protocol.md`.

use std::collections::BTreeSet;

use super::documents::page;
use super::{Source, assert_none, sources};

const INDEX: &str = "src/spec/mod.rs";

/// A row of the index: clauses of one specification, and the modules that decide them.
struct Row {
    line: usize,
    specification: String,
    clauses: Vec<String>,
    /// As the row spells them: `pkce` is below `spec`, `crate::endpoints::revoke` is not.
    modules: Vec<String>,
}

fn index(text: &str) -> Vec<Row> {
    let rows = text.lines().enumerate().filter_map(|(index, line)| Some((index + 1, line.strip_prefix("//! | ")?.strip_suffix(" |")?)));
    rows.filter_map(|(line, row)| {
        let (clauses, modules) = row.split_once(" | ")?;
        let specification = clauses.split(" §").next()?.split(" Appendix").next()?;
        let modules: Vec<_> = modules.split('`').skip(1).step_by(2).map(|module| module.trim_start_matches("mod@").to_owned()).collect();
        let known = !modules.is_empty();
        known.then(|| Row { line, specification: specification.to_owned(), clauses: numbers(clauses).collect(), modules })
    })
    .collect()
}

fn text_of_index() -> String {
    sources("src/spec").into_iter().find(|source| source.path == INDEX).expect("the index").text
}

/// The numbers behind `§`: `4.1` of `§4.1.`
fn numbers(text: &str) -> impl Iterator<Item = String> {
    let number = |rest: &str| rest.chars().take_while(|character| character.is_ascii_digit() || *character == '.').collect::<String>();
    text.split('§').skip(1).map(move |rest| number(rest).trim_end_matches('.').to_owned()).filter(|number| !number.is_empty())
}

/// The clauses of `specification` that a text cites: `RFC 6749 §4.1, §5 to §6` are three. `None` when it never names it.
fn cited(text: &str, specification: &str) -> Option<Vec<String>> {
    let whole = |rest: &&str| !rest.starts_with(|character: char| character.is_ascii_alphanumeric());
    let mentions: Vec<&str> = text.match_indices(specification).map(|(at, name)| &text[at + name.len()..]).filter(whole).collect();
    let list = |rest: &&str| {
        let other = |character: char| !(character.is_ascii_digit() || " §.,".contains(character));
        let bare = rest.replace(" to §", " §").replace(" and §", " §");
        numbers(&bare[..bare.find(other).unwrap_or(bare.len())]).collect::<Vec<_>>()
    };
    (!mentions.is_empty()).then(|| mentions.iter().flat_map(list).collect())
}

/// Everything that is written in a module and below it; empty when there is none of that name.
fn text_of(module: &str, all: &[Source]) -> String {
    let path =
        module.strip_prefix("crate::").map_or_else(|| format!("src/spec/{module}"), |path| format!("src/{}", path.replace("::", "/")));
    let (file, folder) = (format!("{path}.rs"), format!("{path}/"));
    let own = all.iter().filter(|source| source.path == file || source.path.starts_with(&folder));
    own.map(|source| source.text.replace("OpenID Connect ", "OIDC ")).collect::<Vec<_>>().join("\n")
}

/// What is wrong with a row, if anything.
fn untrue(row: &Row, all: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    let Row { line, specification, clauses, modules } = row;
    for module in modules {
        let text = text_of(module, all);
        if text.is_empty() {
            findings.push(format!("{INDEX}:{line}: there is no module `{module}`"));
            continue;
        }
        let Some(cited) = cited(&text, specification) else {
            findings.push(format!("{INDEX}:{line}: `{module}` does not cite {specification}"));
            continue;
        };
        let covers = |clause: &&String| cited.iter().any(|one| one == *clause || one.starts_with(&format!("{clause}.")));
        let missing = clauses.iter().filter(|clause| !covers(clause));
        findings.extend(missing.map(|clause| format!("{INDEX}:{line}: `{module}` does not cite {specification} §{clause}")));
    }
    findings
}

#[test]
fn every_row_of_the_index_names_a_module_that_cites_its_clauses() {
    let (rows, all) = (index(&text_of_index()), sources("src"));
    assert!(rows.len() > 50, "the table of {INDEX} is not where this test looks for it");
    let findings: Vec<_> = rows.iter().flat_map(|row| untrue(row, &all)).collect();
    assert_none(&findings, "cite the clause where the module decides it (`RFC 6749 §4.1.3`), or put the row right.");
}

#[test]
fn every_spec_module_has_a_row_in_the_index() {
    let text = text_of_index();
    let (rows, mut findings) = (index(&text), Vec::new());
    let declared = text.lines().enumerate().filter_map(|(at, line)| Some((at + 1, line.strip_prefix("pub mod ")?.strip_suffix(';')?)));
    for (line, module) in declared {
        if !rows.iter().any(|row| row.modules.iter().any(|named| named == module)) {
            findings.push(format!("{INDEX}:{line}: `{module}` is not in the index"));
        }
    }
    assert_none(&findings, "give the module a row in the table above: //! | RFC 7636 §4 | [`pkce`] |");
}

/// `OpenID Connect Core 1.0` is `OIDC Core`, `RFC 7636 PKCE` is `RFC 7636`, and `OAuth 2.0 JARM` is `JARM`.
fn canonical(cell: &str) -> String {
    let cell = cell.split(" §").next().unwrap_or_default().trim();
    if cell.starts_with("RFC ") {
        return cell.split(' ').take(2).collect::<Vec<_>>().join(" ");
    }
    let name = cell.trim_end_matches(" (draft)").trim_end_matches(" 1.0").replace("OpenID Connect ", "OIDC ");
    ["OAuth 2.0 ", "OAuth ", "OpenID "].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(&name).to_owned()
}

/// What stands in the columns of `docs/protocol.md` that are called `specification`.
fn documented() -> BTreeSet<String> {
    let cells = |line: &str| line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let (mut found, mut column) = (BTreeSet::new(), None);
    let page = page("protocol.md");
    let mut before = "";
    for line in page.lines() {
        if line.starts_with("|---") {
            column = cells(before).iter().position(|name| name == "specification");
        } else if !line.starts_with('|') {
            column = None;
        } else if let Some(cell) = column.and_then(|column| cells(line).get(column).cloned()) {
            found.extend(cell.split(", ").map(canonical));
        }
        before = line;
    }
    found
}

#[test]
fn the_index_and_the_page_of_the_protocol_name_the_same_specifications() {
    let documented = documented();
    let indexed: BTreeSet<_> = index(&text_of_index()).into_iter().map(|row| row.specification).collect();
    assert!(documented.contains("RFC 6749"), "the tables of docs/protocol.md are not where this test looks for them");
    let without_module = documented.difference(&indexed).map(|name| format!("docs/protocol.md: {name} is not in the index of {INDEX}"));
    let unsaid = indexed.difference(&documented).map(|name| format!("{INDEX}: {name} is in no table of docs/protocol.md"));
    assert_none(&without_module.chain(unsaid).collect::<Vec<_>>(), "add the row that is missing, under the same name.");
}

#[test]
fn a_row_with_the_wrong_number_clause_or_module_is_found() {
    let all = sources("src");
    let found = |row: &str| index(&format!("//! | {row} |")).iter().flat_map(|row| untrue(row, &all)).count();
    assert_eq!(found("RFC 7636 §4 | [`pkce`]"), 0);
    assert_eq!(found("RFC 7009 §2 | [`crate::endpoints::revoke`]"), 0);
    assert_eq!(found("RFC 7010 §2 | [`crate::endpoints::revoke`]"), 1);
    assert_eq!(found("RFC 763 §4 | [`pkce`]"), 1);
    assert_eq!(found("RFC 7636 §9 | [`pkce`]"), 1);
    assert_eq!(found("RFC 7636 §4 | [`crate::endpoints::revoke`]"), 1);
    assert_eq!(found("RFC 7636 §4 | [`pkc`]"), 1);
}
