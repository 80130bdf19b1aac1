//! What is in force, as `config show` prints it: secrets redacted.

use serde_json::{Map, Value as Json};

use super::redact::redact;
use super::registry::{Kind, SETTINGS, Secrecy, Setting};
use super::sources::{Origin, Raw, Values};

/// As a TOML file that would give the same settings, with the origin of each.
pub fn toml(values: &Values) -> String {
    let mut text = String::new();
    let mut table = "";
    // Keys outside a table come first: TOML has no way back out of one.
    for setting in sorted() {
        let (section, name) = setting.key.split_once('.').unwrap_or(("", setting.key));
        if section != table {
            text.push_str(&format!("\n[{section}]\n"));
            table = section;
        }
        let line = match values.set.get(setting.key) {
            None => format!("# {name} is not set\n"),
            Some(value) if value.origin == Origin::Default => format!("{name} = {}\n", json(setting, &value.raw)),
            Some(value) => format!("{name} = {} # {}\n", json(setting, &value.raw), value.origin),
        };
        text.push_str(&line);
    }
    text
}

/// As one object, nested as TOML nests it; what is not set is null.
pub fn object(values: &Values) -> Json {
    let mut root = Map::new();
    for setting in sorted() {
        let value = values.set.get(setting.key).map_or(Json::Null, |value| json(setting, &value.raw));
        match setting.key.split_once('.') {
            None => {
                root.insert(setting.key.to_owned(), value);
            }
            Some((table, name)) => {
                if let Json::Object(table) = root.entry(table).or_insert_with(|| Json::Object(Map::new())) {
                    table.insert(name.to_owned(), value);
                }
            }
        }
    }
    Json::Object(root)
}

fn sorted() -> impl Iterator<Item = &'static Setting> {
    let nested = |setting: &&Setting| setting.key.contains('.');
    SETTINGS.iter().filter(move |setting| !nested(setting)).chain(SETTINGS.iter().filter(nested))
}

fn json(setting: &Setting, raw: &Raw) -> Json {
    let shown = |text: &str| redact(setting.secrecy, text);
    let list = |items: Vec<&str>| Json::Array(items.into_iter().map(|item| Json::String(shown(item))).collect());
    match (raw, setting.kind) {
        (Raw::List(_), _) if setting.secrecy == Secrecy::Secret => Json::String(shown("")),
        (Raw::List(items), _) => list(items.iter().map(String::as_str).collect()),
        (Raw::Text(text), Kind::List) => list(text.expose().split(',').map(str::trim).filter(|item| !item.is_empty()).collect()),
        (Raw::Text(text), kind) => {
            let text = text.expose();
            let bool = text.parse().ok().filter(|_| kind == Kind::Bool).map(Json::Bool);
            let number = text.parse::<u64>().ok().filter(|_| matches!(kind, Kind::Count | Kind::CountOrAuto)).map(Json::from);
            bool.or(number).unwrap_or_else(|| Json::String(shown(text)))
        }
    }
}
