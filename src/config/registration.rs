//! Clients that bring themselves: by registration (RFC 7591) or as a document at their own URL.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::problem::Fault;
use super::{parse, reader::Reader};
use crate::model::client::Profile;
use crate::spec::grant_type;
use crate::spec::scope::is_scope_token;

/// Who may register clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Nobody.
    #[default]
    Off,
    /// Whoever has an initial access token.
    Token,
    /// Anybody.
    Open,
}

/// Somebody whose word about software the operator takes: RFC 7591 §2.3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementIssuer {
    /// `iss` of the statements.
    pub issuer: String,
    /// The public keys.
    pub keys: KeySource,
}

/// Where public keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// In a file.
    File(PathBuf),
    /// At a URL.
    Uri(String),
}

/// See the settings `registration.…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    /// Who may register.
    pub mode: Mode,
    /// The profiles that a client may choose; the first is that of clients that choose none.
    pub profiles: Vec<String>,
    /// The grant types that a client may have.
    pub grant_types: Vec<String>,
    /// The scopes that a client may have.
    pub scopes: Vec<String>,
    /// The types of authorization details that a client may ask for: RFC 9396.
    pub authorization_details_types: Vec<String>,
    /// How long a client lives that is never used.
    pub expire_unused: Duration,
    /// How long an openly registered client waits for the first person to approve it.
    pub quarantine: Duration,
    /// How many wait at once.
    pub quarantine_clients: u32,
    /// How many one address may register in an hour.
    pub per_address: u32,
    /// How long a secret of such a client works; `None`: as long as the client.
    pub secret_lifetime: Option<Duration>,
    /// Who may sign software statements.
    pub software_statement_issuers: Vec<StatementIssuer>,
    /// Whether clients need such a statement.
    pub require_software_statement: bool,
    /// Whether an update also replaces the registration access token.
    pub rotate_token: bool,
}

impl Registration {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            mode: reader.one("registration.mode", mode),
            profiles: reader.some("registration.profiles", profile),
            grant_types: reader.some("registration.grant_types", grant_type),
            scopes: reader.all("registration.scopes", scope),
            authorization_details_types: reader.all("registration.authorization_details_types", details_type),
            expire_unused: reader.one("registration.expire_unused", parse::duration),
            quarantine: reader.one("registration.quarantine", parse::duration),
            quarantine_clients: reader.one("registration.quarantine_clients", |text| parse::count(text, 1, 1_000_000)),
            per_address: reader.one("registration.per_address", |text| parse::count(text, 1, 1_000_000)),
            secret_lifetime: reader.optional("registration.secret_lifetime", parse::duration),
            software_statement_issuers: reader.all("registration.software_statement_issuers", statement_issuer),
            require_software_statement: reader.one("registration.require_software_statement", parse::boolean),
            rotate_token: reader.one("registration.rotate_token", parse::boolean),
        }
    }

    /// Whether the endpoint is there at all.
    pub fn is_on(&self) -> bool {
        self.mode != Mode::Off
    }
}

fn mode(text: &str) -> Result<Mode, Fault> {
    match text {
        "off" => Ok(Mode::Off),
        "token" => Ok(Mode::Token),
        "open" => Ok(Mode::Open),
        _ => Err(Fault::not(text, "a mode of registration", "Write off, token or open.")),
    }
}

fn profile(text: &str) -> Result<String, Fault> {
    let known = Profile::ALL.map(Profile::as_str);
    match known.contains(&text) {
        true => Ok(text.to_owned()),
        false => Err(Fault::not(text, "a profile", format!("Write some of {}.", known.join(", ")))),
    }
}

fn grant_type(text: &str) -> Result<String, Fault> {
    match grant_type::find(text) {
        Some(known) => Ok(known.name.to_owned()),
        None => Err(Fault::not(text, "a grant type", format!("Write some of {}.", grant_type::names().join(", ")))),
    }
}

fn scope(text: &str) -> Result<String, Fault> {
    match is_scope_token(text) {
        true => Ok(text.to_owned()),
        false => Err(Fault::not(text, "a scope", "Write visible ASCII without spaces, quotes and backslashes.")),
    }
}

fn details_type(text: &str) -> Result<String, Fault> {
    match text.chars().any(char::is_control) {
        false => Ok(text.to_owned()),
        true => Err(Fault::not(text, "a type of authorization details", "Write it as in `authy authorization-type list`.")),
    }
}

fn statement_issuer(text: &str) -> Result<StatementIssuer, Fault> {
    let (issuer, keys) = text.split_once('=').unwrap_or_default();
    let keys = match keys {
        "" => None,
        uri if uri.starts_with("https://") => Url::parse(uri).ok().map(|_| KeySource::Uri(uri.to_owned())),
        file => Some(KeySource::File(PathBuf::from(file))),
    };
    match keys {
        Some(keys) if !issuer.is_empty() => Ok(StatementIssuer { issuer: issuer.to_owned(), keys }),
        _ => Err(Fault::not(text, "an issuer of software statements", "Write ISSUER=FILE or ISSUER=https://host/jwks.json.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_of_statements_comes_with_its_keys() {
        assert_eq!(statement_issuer("https://s.example=/etc/s.json").unwrap().keys, KeySource::File("/etc/s.json".into()));
        assert_eq!(statement_issuer("s=https://s.example/jwks").unwrap().keys, KeySource::Uri("https://s.example/jwks".to_owned()));
        assert!(statement_issuer("https://s.example").is_err() && statement_issuer("=x").is_err());
        assert!(mode("on").is_err() && profile("fapi").is_err() && scope("a b").is_err());
    }
}
