//! The layers: default < TOML file < environment < flag. What comes out is text with its origin; types come later.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use super::ReadFile;
use super::problem::Problem;
use super::registry::{self, SETTINGS, Setting};
use crate::secret::Secret;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere.
    Default,
    /// In the TOML file of this name.
    File(String),
    /// In this environment variable.
    Environment(String),
    /// In this flag.
    Flag(String),
}

impl Origin {
    /// How the person spelled the setting.
    pub fn spell(&self, key: &str) -> String {
        match self {
            Self::Default => registry::env_name(key),
            Self::File(file) => format!("{key} in {file}"),
            Self::Environment(name) | Self::Flag(name) => name.clone(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(file) => f.write_str(file),
            Self::Environment(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A value before it has a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Raw {
    /// One text. Any may be a secret, so none is printed by chance.
    Text(Secret<String>),
    /// A TOML array of texts.
    List(Vec<String>),
}

/// What was written, and where.
#[derive(Clone, Debug)]
pub struct Value {
    /// The value.
    pub raw: Raw,
    /// Its place.
    pub origin: Origin,
}

/// Everything that was written, with what was wrong about the writing itself.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// By key.
    pub set: BTreeMap<&'static str, Value>,
    /// Unknown keys, files that cannot be read, and the like.
    pub problems: Vec<Problem>,
}

/// Collects the layers, the weakest first.
pub fn collect(flags: &[(&str, String)], env: impl Iterator<Item = (String, String)>, read_file: ReadFile<'_>) -> Values {
    let mut values = Values::default();
    for setting in SETTINGS.iter().filter(|setting| !setting.default.is_empty()) {
        values.put(setting, text(setting.default), Origin::Default);
    }
    let env: BTreeMap<String, String> = env.filter(|(name, _)| name.starts_with("AUTHY_")).collect();
    let flag = flags.iter().find(|(key, _)| *key == "config").map(|(_, file)| ("--config", file));
    if let Some((spelling, file)) = flag.or_else(|| env.get("AUTHY_CONFIG").map(|file| ("AUTHY_CONFIG", file))) {
        super::sources_toml::collect(&mut values, (spelling, file), read_file);
    }
    super::sources_env::collect(&mut values, &env, read_file);
    for (key, value) in flags.iter().filter(|(key, _)| *key != "config") {
        if let Some(setting) = registry::find(key) {
            values.put(setting, text(value), Origin::Flag(format!("--{}", key.replace(['.', '_'], "-"))));
        }
    }
    values
}

pub(super) fn text(value: &str) -> Raw {
    Raw::Text(Secret::from(value))
}

impl Values {
    pub(super) fn put(&mut self, setting: &Setting, raw: Raw, origin: Origin) {
        if let Some(known) = registry::find(setting.key) {
            self.set.insert(known.key, Value { raw, origin });
        }
    }

    pub(super) fn wrong(&mut self, key: impl Into<String>, problem: impl Into<String>, mend: impl Into<String>) {
        self.problems.push(Problem { key: key.into(), problem: problem.into(), mend: mend.into() });
    }

    /// Reads the file that a `…_FILE` names and takes off one final newline.
    pub(super) fn put_from_file(&mut self, (setting, spelling): (&Setting, String), file: &str, origin: Origin, read_file: ReadFile<'_>) {
        match read_file(Path::new(file)) {
            Err(error) => {
                let problem = format!("The file {file:?} cannot be read: {}.", reason(&error));
                self.wrong(spelling, problem, "Name a file that authy may read and that holds the value.");
            }
            Ok(bytes) => match String::from_utf8(bytes) {
                Err(_) => self.wrong(spelling, format!("The file {file:?} is not text."), "Write the value into it as UTF-8."),
                Ok(content) => {
                    let content = Secret::new(content);
                    let value = content.expose().strip_suffix('\n').unwrap_or(content.expose());
                    self.put(setting, text(value.strip_suffix('\r').unwrap_or(value)), origin);
                }
            },
        }
    }
}

/// Why a file cannot be read, in words without numbers.
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it does not exist".to_owned(),
        std::io::ErrorKind::PermissionDenied => "the permission is missing".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        kind => kind.to_string(),
    }
}
