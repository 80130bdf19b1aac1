//! What `docs/` says of the settings, held to the registry that the settings are read from.

use std::fs;
use std::path::{Path, PathBuf};

use authy::config::markdown;
use authy::config::registry::SETTINGS;

use super::assert_none;

/// A page of the documentation.
pub(super) fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_operators_page_has_every_setting_with_its_default_and_meaning() {
    let (page, table) = (page("operators.md"), markdown::table());
    let stale: Vec<_> = table.lines().filter(|row| !page.lines().any(|line| line == *row)).map(str::to_owned).collect();
    assert_none(&stale, "these rows are made from src/config/registry.rs: copy them into the table under Settings in docs/operators.md.");
    assert!(page.contains(&table), "the table of docs/operators.md has the rows of the registry, and more: take the others out\n{table}");
}

/// `AUTHY_` and what follows, of which a setting's name is made.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("AUTHY_").map(|(at, _)| {
        let rest = &text[at..];
        &rest[..rest.find(|character: char| !character.is_ascii_uppercase() && character != '_').unwrap_or(rest.len())]
    })
}

#[test]
fn the_documents_name_no_setting_that_does_not_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = fs::read_dir(root.join("docs")).expect("docs").map(|entry| entry.expect("an entry").path());
    let pages = pages.filter(|path| path.extension().is_some_and(|extension| extension == "md")).chain([root.join("README.md")]);
    let known = |name: &str| {
        // What is no setting: the file of settings, what tests and images are told, and names that are cut short on purpose.
        ["AUTHY_CONFIG", "AUTHY_"].contains(&name)
            || ["AUTHY_TEST_", "AUTHY_SERVICE_", "AUTHY_PORT"].iter().any(|prefix| name.starts_with(prefix))
            || SETTINGS.iter().any(|setting| {
                let env = setting.env();
                name == env
                    || name.ends_with("__") && env.starts_with(name)
                    || setting.may_come_from_file() && name == format!("{env}_FILE")
            })
    };
    let mut findings = Vec::new();
    for path in pages.collect::<Vec<PathBuf>>() {
        for (index, line) in fs::read_to_string(&path).expect("UTF-8").lines().enumerate() {
            let unknown = names(line).filter(|name| !known(name));
            findings.extend(unknown.map(|name| format!("{}:{}: `{name}`", path.display(), index + 1)));
        }
    }
    assert_none(&findings, "write the name as src/config/registry.rs has it.");
}
