//! The TOML file as a layer: `database_url = …`, `[database] migrate = …`.

use std::path::Path;

use toml::{Table, Value as Toml};

use super::ReadFile;
use super::registry::{self, SETTINGS};
use super::sources::{Origin, Raw, Values, reason, text};

pub(super) fn collect(values: &mut Values, (spelling, file): (&str, &str), read_file: ReadFile<'_>) {
    let bytes = match read_file(Path::new(file)) {
        Ok(bytes) => bytes,
        Err(error) => {
            let problem = format!("The file {file:?} cannot be read: {}.", reason(&error));
            return values.wrong(spelling, problem, "Name a TOML file that authy may read, or leave the setting out.");
        }
    };
    let table = std::str::from_utf8(&bytes)
        .map_err(|_| (String::new(), "it is not UTF-8".to_owned()))
        .and_then(|text| text.parse::<Table>().map_err(|error| (place(text, error.span()), error.message().to_owned())));
    match table {
        Ok(table) => walk(values, (&table, String::new()), file, read_file),
        Err((place, why)) => {
            values.wrong(
                spelling,
                format!("{file}{place} is not TOML: {why}."),
                "Mend that line; settings look like `issuer = \"https://id.example.com\"`.",
            );
        }
    }
}

/// `, line 3`; the line itself may hold a secret and is not repeated.
fn place(text: &str, span: Option<std::ops::Range<usize>>) -> String {
    span.and_then(|span| text.get(..span.start)).map(|before| format!(", line {}", before.matches('\n').count() + 1)).unwrap_or_default()
}

fn walk(values: &mut Values, (table, prefix): (&Table, String), file: &str, read_file: ReadFile<'_>) {
    for (name, value) in table {
        let key = format!("{prefix}{name}");
        let is_table = SETTINGS.iter().any(|setting| setting.key.starts_with(&format!("{key}.")));
        match value {
            Toml::Table(inner) if is_table => walk(values, (inner, format!("{key}.")), file, read_file),
            _ => put(values, (&key, value), file, read_file),
        }
    }
}

fn put(values: &mut Values, (key, value): (&str, &Toml), file: &str, read_file: ReadFile<'_>) {
    let origin = Origin::File(file.to_owned());
    let spelling = origin.spell(key);
    if let Some(setting) = registry::find(key) {
        return match raw(value) {
            Some(raw) => values.put(setting, raw, origin),
            None => {
                values.wrong(spelling, "A table or a nested list stands where one value belongs.", format!("Write it as `{key} = \"…\"`."))
            }
        };
    }
    let from_file = key.strip_suffix("_file").and_then(registry::find).filter(|setting| setting.may_come_from_file());
    match (from_file, value) {
        (Some(setting), _) if values.set.get(setting.key).is_some_and(|value| value.origin == origin) => {
            values.wrong(spelling, format!("Both {} and {key} are set.", setting.key), "Remove one of them.");
        }
        (Some(setting), Toml::String(path)) => values.put_from_file((setting, spelling), path, origin, read_file),
        (Some(_), _) => values.wrong(spelling, "It does not name a file.", format!("Write it as `{key} = \"/run/secrets/…\"`.")),
        (None, Toml::Table(_)) => values.wrong(spelling, "There is no such section.", super::nearest::to_section(key)),
        (None, _) => values.wrong(spelling, "There is no such setting.", super::nearest::to_key(key)),
    }
}

fn raw(value: &Toml) -> Option<Raw> {
    match value {
        Toml::Array(items) => items.iter().map(scalar).collect::<Option<Vec<String>>>().map(Raw::List),
        other => scalar(other).map(|value| text(&value)),
    }
}

fn scalar(value: &Toml) -> Option<String> {
    match value {
        Toml::String(text) => Some(text.clone()),
        Toml::Integer(number) => Some(number.to_string()),
        Toml::Float(number) => Some(number.to_string()),
        Toml::Boolean(flag) => Some(flag.to_string()),
        Toml::Datetime(time) => Some(time.to_string()),
        Toml::Array(_) | Toml::Table(_) => None,
    }
}
