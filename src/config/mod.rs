//! Settings: default < TOML file < environment < flag. [`registry`] lists every one of them; everything else is made from that list.
//!
//! [`load`] reads nothing but its arguments, so that it can be tried without touching the process.

pub mod brand;
pub mod client_documents;
pub mod database;
pub mod files;
pub mod hashing;
pub mod lifetimes;
pub mod listen;
pub mod log;
pub mod markdown;
pub mod mtls;
pub mod nearest;
pub mod network;
pub mod outbound;
pub mod parse;
pub mod problem;
mod reader;
pub mod redact;
pub mod registration;
pub mod registry;
pub mod show;
pub mod sources;
mod sources_env;
mod sources_toml;
pub mod tls;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use brand::Brand;
pub use client_documents::ClientDocuments;
pub use database::Database;
pub use hashing::Hashing;
pub use lifetimes::Lifetimes;
pub use log::LogFormat;
pub use mtls::Mtls;
pub use network::Network;
pub use outbound::Outbound;
pub use problem::{Problem, Problems};
pub use registration::Registration;
pub use tls::Tls;

use crate::secret::Secret;
use crate::spec::issuer::Issuer;
use reader::Reader;
use sources::Values;

/// How files are read: the operating system's way, or a test's.
pub type ReadFile<'a> = &'a dyn Fn(&Path) -> std::io::Result<Vec<u8>>;

/// Every setting, checked and typed.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Unset: [`Settings::local_issuer`], known when the listener is bound.
    pub issuer: Option<Issuer>,
    /// Where the main server listens; port 0 chooses a free one.
    pub listen: Vec<SocketAddr>,
    /// `sqlite:REL` (in the data directory), `sqlite:/ABS`, `postgres://…`.
    pub database_url: Secret<String>,
    /// The rest about the database.
    pub database: Database,
    /// Unset: short-lived state lives in this process.
    pub redis_url: Option<Secret<String>>,
    /// Where the SQLite file and a made master key live.
    pub data_dir: PathBuf,
    /// 32 bytes in base64url; unset: the data directory's `master.key`.
    pub master_key: Option<Secret<String>>,
    /// The master key before the last change, so that what it sealed can be sealed anew.
    pub master_key_previous: Option<Secret<String>>,
    /// Whose `Forwarded` and `X-Forwarded-*` headers are believed.
    pub trusted_proxies: Vec<Network>,
    /// The mail server.
    pub smtp_url: Option<Secret<String>>,
    /// Health and metrics; `None`: switched off.
    pub management_listen: Option<SocketAddr>,
    /// What is logged, as a list of directives.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
    /// TLS of the main listener; `None`: a proxy does it, or nobody.
    pub tls: Option<Tls>,
    /// Mutual TLS, for clients that prove themselves by a certificate.
    pub mtls: Mtls,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// What people see of the operator.
    pub brand: Brand,
    /// Password hashing.
    pub hashing: Hashing,
    /// Requests that authy makes itself.
    pub outbound: Outbound,
    /// Every DPoP proof needs a nonce of ours: RFC 9449 §8.
    pub require_dpop_nonce: bool,
    /// Clients that register themselves.
    pub registration: Registration,
    /// Clients that are documents at their own URL.
    pub client_documents: ClientDocuments,
    /// Authorization requests that were not pushed are refused: RFC 9126 §5.
    pub require_pushed_authorization_requests: bool,
    /// Requests for another host than the issuer's are refused.
    pub strict_host: bool,
    /// OIDC Session Management: `session_state`, its cookie, and the page that clients frame.
    pub session_management: bool,
    /// Threads that answer requests.
    pub workers: usize,
    /// How long a stop waits for what is in flight.
    pub shutdown_timeout: Duration,
}

/// Resolves and checks every setting.
///
/// `flags` are (setting, value) pairs under the names of the [`registry`], `config` among them for the TOML file.
///
/// # Errors
/// Every problem at once, each with its mend.
pub fn load(flags: &[(&str, String)], env: impl Iterator<Item = (String, String)>, read_file: ReadFile<'_>) -> Result<Settings, Problems> {
    settle(&sources::collect(flags, env, read_file))
}

/// Checks collected values: [`load`] without the collecting.
///
/// # Errors
/// As [`load`].
pub fn settle(values: &Values) -> Result<Settings, Problems> {
    let (settings, problems) = read(values);
    if problems.is_empty() { Ok(settings) } else { Err(Problems(problems)) }
}

/// Checks collected values, and the files that they name.
///
/// # Errors
/// Every problem of both at once.
pub fn settle_with_files(values: &Values, read_file: ReadFile<'_>) -> Result<Settings, Problems> {
    let (settings, mut problems) = read(values);
    problems.extend(files::check(&settings, read_file));
    if problems.is_empty() { Ok(settings) } else { Err(Problems(problems)) }
}

/// What could be read, with a placeholder for what could not.
fn read(values: &Values) -> (Settings, Vec<Problem>) {
    let mut reader = Reader::new(values);
    let tls = Tls::read(&mut reader);
    let settings = Settings {
        issuer: reader.optional("issuer", parse::issuer),
        listen: listen::read(&mut reader),
        database_url: reader.one("database_url", parse::database_url),
        database: Database::read(&mut reader),
        redis_url: reader.optional("redis_url", parse::redis_url),
        data_dir: reader.one("data_dir", parse::path),
        master_key: reader.optional("master_key", parse::master_key),
        master_key_previous: reader.optional("master_key_previous", parse::master_key),
        trusted_proxies: reader.all("trusted_proxies", Network::parse),
        smtp_url: reader.optional("smtp_url", parse::smtp_url),
        management_listen: reader.one("management_listen", listen::management),
        log: reader.one("log", log::directives),
        log_format: reader.one("log_format", LogFormat::parse),
        mtls: Mtls::read(&mut reader, tls.as_ref()),
        tls,
        lifetimes: Lifetimes::read(&mut reader),
        brand: Brand::read(&mut reader),
        hashing: Hashing::read(&mut reader),
        outbound: Outbound::read(&mut reader),
        require_dpop_nonce: reader.one("dpop.require_nonce", parse::boolean),
        registration: Registration::read(&mut reader),
        client_documents: ClientDocuments::read(&mut reader),
        require_pushed_authorization_requests: reader.one("require_pushed_authorization_requests", parse::boolean),
        strict_host: reader.one("strict_host", parse::boolean),
        session_management: reader.one("session_management", parse::boolean),
        workers: reader.one("workers", parse::threads),
        shutdown_timeout: reader.one("shutdown_timeout", parse::duration),
    };
    let management: Vec<SocketAddr> = settings.management_listen.into_iter().collect();
    let listeners = [("listen", &*settings.listen), ("mtls_listen", &*settings.mtls.listen), ("management_listen", &*management)];
    listen::apart(&mut reader, listeners);
    (settings, reader.finish())
}

impl Settings {
    /// The issuer where none is set: this machine, in the scheme that the listener speaks.
    pub fn local_issuer(&self, port: u16) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://localhost:{port}")
    }

    /// The issuer as far as it is known before the server runs: nobody knows a port that the system chooses.
    pub fn issuer_before_start(&self) -> Option<Issuer> {
        let port = || self.listen.first().map(SocketAddr::port).filter(|port| *port != 0);
        self.issuer.clone().or_else(|| Issuer::parse(&self.local_issuer(port()?)).ok())
    }

    /// The defaults, with ports that the system chooses and passwords hashed as cheaply as bcrypt can: for tests of a whole server.
    pub fn for_tests() -> Self {
        let mut flags = vec![("listen", "127.0.0.1:0".to_owned()), ("management_listen", "127.0.0.1:0".to_owned())];
        flags.extend([("hashing.cost", "4".to_owned()), ("workers", "1".to_owned()), ("shutdown_timeout", "2s".to_owned())]);
        let none = |_: &Path| Err(std::io::ErrorKind::NotFound.into());
        let mut values = sources::collect(&flags, std::iter::empty(), &none);
        // Neither flags nor defaults can be wrong here; if one is, every test says so.
        values.problems.clear();
        settle(&values).unwrap_or_else(|problems| unreachable!("the defaults do not hold: {problems}"))
    }
}

#[cfg(test)]
mod tests;
