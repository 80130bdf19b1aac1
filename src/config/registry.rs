//! The one table of settings: parsing, unknown-key detection, `config show`, and the table in `docs/operators.md` are all made from it.

use super::brand::DEFAULT_COLOR;

/// What a value looks like; the words go into the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Count,
    /// A whole number, or `auto`.
    CountOrAuto,
    /// Seconds, or a number with a unit.
    Duration,
    /// A file or directory.
    Path,
    /// `host:port`.
    Address,
    /// A URL.
    Url,
    /// Several values: commas between them, or a TOML array.
    List,
    /// Anything else; the documentation line says what.
    Text,
}

/// How much of a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// All of it.
    Open,
    /// A URL without its password. May be read from a file.
    Url,
    /// Nothing of it. May be read from a file.
    Secret,
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// As TOML spells it, dots between tables: `database.migrate`.
    pub key: &'static str,
    /// What it looks like.
    pub kind: Kind,
    /// As it would be written; empty: unset.
    pub default: &'static str,
    /// What may be shown.
    pub secrecy: Secrecy,
    /// One line for the table in the documentation.
    pub doc: &'static str,
}

impl Kind {
    /// For the table in the documentation.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Bool => "`true` or `false`",
            Self::Count => "number",
            Self::CountOrAuto => "number or `auto`",
            Self::Duration => "duration",
            Self::Path => "path",
            Self::Address => "`host:port`",
            Self::Url => "URL",
            Self::List => "list",
            Self::Text => "text",
        }
    }
}

impl Setting {
    /// The environment variable: `AUTHY_DATABASE__MIGRATE`.
    pub fn env(&self) -> String {
        env_name(self.key)
    }

    /// Whether `…_FILE` may name a file that holds the value.
    pub fn may_come_from_file(&self) -> bool {
        self.secrecy != Secrecy::Open
    }
}

/// How the environment spells a key.
pub fn env_name(key: &str) -> String {
    format!("AUTHY_{}", key.replace('.', "__").to_uppercase())
}

/// The setting of a key, as TOML spells it.
pub fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

const fn open(key: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> Setting {
    Setting { key, kind, default, secrecy: Secrecy::Open, doc }
}

const fn url(key: &'static str, default: &'static str, doc: &'static str) -> Setting {
    Setting { key, kind: Kind::Url, default, secrecy: Secrecy::Url, doc }
}

const fn secret(key: &'static str, doc: &'static str) -> Setting {
    Setting { key, kind: Kind::Text, default: "", secrecy: Secrecy::Secret, doc }
}

/// Every setting.
#[rustfmt::skip]
pub static SETTINGS: &[Setting] = &[
    open("issuer", Kind::Url, "", "The URL by which applications know this provider, without a final `/`; it may have a path. Plain `http` only on loopback. Unset: `http://localhost:` and the port, `https` where authy serves TLS."),
    open("listen", Kind::List, "localhost:8080", "Where people and applications connect: `host:port`, several with commas. `localhost` is 127.0.0.1 and [::1]; port 0 chooses a free one."),
    url("database_url", "sqlite:authy.db", "`sqlite:FILE` (in the data directory), `sqlite:/ABSOLUTE/FILE` or `postgres://user:password@host/database` (`sslmode` as in libpq). A database of its own: one with the tables of another program is refused."),
    open("database.migrate", Kind::Bool, "true", "Whether `serve` brings the schema up to date. Otherwise run `authy migrate`."),
    open("database.pool_size", Kind::Count, "16", "The most connections to the database, 1 to 1000."),
    open("database.ca_file", Kind::Path, "", "PEM file of the authorities that vouch for the Postgres server. Unset: the system's."),
    open("database.synchronous_full", Kind::Bool, "false", "SQLite: wait for the disk at every commit, so that a loss of power loses nothing."),
    url("redis_url", "", "`redis://`, `rediss://`, `redis+cluster://` or `redis+sentinel://`. Unset: short-lived state stays in this process, which suits a single node."),
    open("data_dir", Kind::Path, "./authy-data", "Where the SQLite file and a made master key live; made with mode 0700."),
    secret("master_key", "32 random bytes in base64url that encrypt keys at rest. Unset: `master.key` in the data directory, made on the first start."),
    secret("master_key_previous", "The master key before the last change; remove it when the access tokens of before have ended."),
    open("trusted_proxies", Kind::List, "", "Addresses or networks of the proxies whose forwarding headers are believed: `10.0.0.0/8, ::1`."),
    url("smtp_url", "", "The mail server: `smtp://user:password@host:587` or `smtps://…`. authy sends no mail yet; `authy doctor` checks that it answers."),
    open("management_listen", Kind::Address, "127.0.0.1:9080", "Where health and metrics are answered, or `off`. Do not open it to the internet."),
    open("log", Kind::Text, "info", "How much is logged: `error`, `warn`, `info`, `debug`, `trace`, or directives such as `info,authy::store=debug`."),
    open("log_format", Kind::Text, "pretty", "`pretty` for people, `json` for machines."),
    open("tls.cert", Kind::Path, "", "PEM file of the certificate chain. Set with `tls.key`; both are read again when they change."),
    open("tls.key", Kind::Path, "", "PEM file of the certificate's private key."),
    open("mtls_listen", Kind::List, "", "Where clients connect that prove themselves by a certificate (RFC 8705), as `listen`. Needs a certificate of its own or that of `tls`."),
    open("mtls_base", Kind::Url, "", "What clients with a certificate use in the place of the issuer: `https://mtls.id.example.com`. Unset: the issuer's host and the port of `mtls_listen`."),
    open("mtls_cert", Kind::Path, "", "PEM file of the certificate chain of `mtls_listen`. Unset: `tls.cert`."),
    open("mtls_key", Kind::Path, "", "PEM file of that certificate's private key. Unset: `tls.key`."),
    open("mtls_ca_file", Kind::Path, "", "PEM file of the authorities that vouch for the certificates of clients with `tls_client_auth`."),
    open("lifetimes.code", Kind::Duration, "60s", "Authorization codes; at most 10 minutes."),
    open("lifetimes.device_code", Kind::Duration, "10m", "Device codes and the codes that people type, 1 to 30 minutes."),
    open("lifetimes.request_uri", Kind::Duration, "60s", "Pushed authorization requests, until a browser comes with them; 5 seconds to 10 minutes."),
    open("lifetimes.authentication_request", Kind::Duration, "5m", "Requests to people who are elsewhere (CIBA), unless the request says otherwise (`requested_expiry`)."),
    open("lifetimes.access_token", Kind::Duration, "10m", "Access tokens, unless the client or resource says otherwise."),
    open("lifetimes.id_token", Kind::Duration, "1h", "ID Tokens, unless the client says otherwise."),
    open("lifetimes.refresh_idle", Kind::Duration, "30d", "Refresh tokens that are not used."),
    open("lifetimes.refresh_absolute", Kind::Duration, "180d", "Refresh tokens in all, however often they are used."),
    open("lifetimes.refresh_grace", Kind::Duration, "10s", "How long a used refresh token still yields its successor, for answers lost on the way."),
    open("lifetimes.session_idle", Kind::Duration, "12h", "Browser sessions without activity."),
    open("lifetimes.session_absolute", Kind::Duration, "7d", "Browser sessions in all."),
    open("lifetimes.login", Kind::Duration, "10m", "A sign-in that is under way."),
    open("lifetimes.setup_link", Kind::Duration, "24h", "The link on which the first administrator is made."),
    open("lifetimes.error_record", Kind::Duration, "7d", "How long the reason for a refusal can be looked up."),
    open("lifetimes.consent", Kind::Duration, "365d", "How long a person's approval is remembered."),
    open("brand.name", Kind::Text, "authy", "The name that people see, at most 60 characters."),
    open("brand.logo", Kind::Text, "", "An SVG, PNG or JPEG file of at most 256 KiB, or an https URL."),
    open("brand.color", Kind::Text, DEFAULT_COLOR, "The accent colour, as `#rrggbb`."),
    open("hashing.cost", Kind::CountOrAuto, "12", "bcrypt's cost for new passwords, 4 to 18; `auto` measures at start which takes about 250 ms."),
    open("hashing.threads", Kind::CountOrAuto, "auto", "Threads that hash passwords; `auto`: one per core."),
    open("hashing.queue", Kind::Count, "64", "Sign-ins that may wait for a hashing thread, 1 to 100000; more are told to come back."),
    open("outbound.ca_file", Kind::Path, "", "PEM file of the authorities that vouch for servers authy connects to, Redis among them. Unset: the system's."),
    open("outbound.allow_hosts", Kind::List, "", "Host names that authy may connect to though their addresses are not public, for every application, also one that registered or describes itself."),
    open("outbound.allow_hosts_for_administrators", Kind::List, "", "The same for applications that an administrator registered alone: nobody else can have authy connect there."),
    open("dpop.require_nonce", Kind::Bool, "false", "Every DPoP proof must carry a nonce of this server (RFC 9449 section 8)."),
    open("registration.mode", Kind::Text, "off", "Who may register clients at `/oauth2/register`: `off`, `token` (whoever has one of `authy registration-token create`) or `open`."),
    open("registration.profiles", Kind::List, "oauth21", "Profiles that registered clients may have: `oauth21`, `fapi2`, `fapi1`, `legacy`. The first is that of clients that ask for none."),
    open("registration.grant_types", Kind::List, "authorization_code, refresh_token, implicit", "Grant types that registered clients may have; `implicit` only on the profile `legacy`."),
    open("registration.scopes", Kind::List, "openid, profile, email, address, phone, groups, offline_access", "Scopes that registered clients may have. Add those of your resources."),
    open("registration.authorization_details_types", Kind::List, "", "Types of authorization details (RFC 9396) that registered clients may ask for."),
    open("registration.expire_unused", Kind::Duration, "90d", "When a registered client that nobody uses is removed."),
    open("registration.quarantine", Kind::Duration, "24h", "Mode `open`: when a client is removed that no person has approved yet."),
    open("registration.quarantine_clients", Kind::Count, "500", "Mode `open`: how many clients may wait for a first approval, 1 to 1000000; more are told to come back."),
    open("registration.per_address", Kind::Count, "20", "Mode `open`: how many clients one address may register in an hour, 1 to 1000000."),
    open("registration.secret_lifetime", Kind::Duration, "", "How long the secret of a registered client works (`client_secret_expires_at`); from half of that on, the client gets the next one when it updates itself. Unset: as long as the client."),
    open("registration.software_statement_issuers", Kind::List, "", "Who may sign software statements (RFC 7591 section 2.3): `ISSUER=FILE` or `ISSUER=https://…` with its JSON Web Key Set."),
    open("registration.require_software_statement", Kind::Bool, "false", "Whether clients need a software statement to register."),
    open("registration.rotate_token", Kind::Bool, "false", "Whether a client that updates itself also gets a new registration access token."),
    open("client_documents.enabled", Kind::Bool, "true", "Whether a client id may be the URL of a document that describes the client (Client ID Metadata Document)."),
    open("client_documents.hosts", Kind::List, "", "The hosts at which such documents may be. Unset: any public one."),
    open("require_pushed_authorization_requests", Kind::Bool, "false", "Refuse authorization requests of every client that were not pushed first (RFC 9126)."),
    open("strict_host", Kind::Bool, "false", "Refuse requests whose Host is not the issuer's; `/healthz` is answered whatever it is."),
    open("session_management", Kind::Bool, "false", "OpenID Connect Session Management: `session_state` in answers, the cookie `__Host-authy_opbs` (readable by scripts, worth nothing), and `/oauth2/check_session`, the one page that other sites may frame."),
    open("workers", Kind::CountOrAuto, "auto", "Threads that answer requests; `auto`: one per core."),
    open("shutdown_timeout", Kind::Duration, "30s", "How long a stop waits for requests in flight."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_and_map_to_the_environment_and_back() {
        for (number, setting) in SETTINGS.iter().enumerate() {
            assert!(SETTINGS.iter().skip(number + 1).all(|other| other.key != setting.key), "{}", setting.key);
            assert!(!setting.key.contains("__"), "{}", setting.key);
            assert!(setting.doc.ends_with('.'), "{}", setting.key);
        }
        assert_eq!(find("database.migrate").unwrap().env(), "AUTHY_DATABASE__MIGRATE");
        assert_eq!(find("database_url").unwrap().env(), "AUTHY_DATABASE_URL");
    }

    #[test]
    fn no_setting_reads_like_another_one_from_a_file() {
        for setting in SETTINGS.iter().filter(|setting| setting.may_come_from_file()) {
            assert!(find(&format!("{}_file", setting.key)).is_none(), "{}", setting.key);
        }
    }
}
