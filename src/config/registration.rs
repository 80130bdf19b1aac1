//! Clients that bring themselves: by registration (RFC 7591) or as a document at their own URL.

use std::time::Duration;

use super::problem::Fault;
use super::{parse, reader::Reader};
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
    /// Whether an update also replaces the registration access token.
    pub rotate_token: bool,
}

impl Registration {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut profiles = reader.all("registration.profiles", profile);
        if profiles.is_empty() {
            profiles.push("oauth21".to_owned());
        }
        Self {
            mode: reader.one("registration.mode", mode),
            profiles,
            grant_types: reader.all("registration.grant_types", |text| Ok(text.to_owned())),
            scopes: reader.all("registration.scopes", scope),
            expire_unused: reader.one("registration.expire_unused", parse::duration),
            quarantine: reader.one("registration.quarantine", parse::duration),
            quarantine_clients: reader.one("registration.quarantine_clients", |text| parse::count(text, 1, 1_000_000)),
            per_address: reader.one("registration.per_address", |text| parse::count(text, 1, 1_000_000)),
            secret_lifetime: reader.optional("registration.secret_lifetime", parse::duration),
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
    match text {
        "oauth21" | "fapi2" | "fapi1" | "legacy" => Ok(text.to_owned()),
        _ => Err(Fault::not(text, "a profile", "Write some of oauth21, fapi2, fapi1, legacy.")),
    }
}

fn scope(text: &str) -> Result<String, Fault> {
    match is_scope_token(text) {
        true => Ok(text.to_owned()),
        false => Err(Fault::not(text, "a scope", "Write visible ASCII without spaces, quotes and backslashes.")),
    }
}
