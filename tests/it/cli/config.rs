//! `authy config`: what is wrong is named with its mend, all of it at once, and secrets are never shown.

use authy::config::registry::{SETTINGS, Secrecy};
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use serde_json::json;
use tempfile::tempdir;

use super::{authy, write};
use crate::support::x509::Authority;

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A wrong value of every setting: (environment variable, value, a word of the mend).
const WRONG: &[(&str, &str, &str)] = &[
    ("AUTHY_ISSUER", "http://id.example.com", "https://"),
    ("AUTHY_ISSUER", "https://id.example.com/", "Write it as https://id.example.com"),
    ("AUTHY_LISTEN", "8080", "127.0.0.1:8080"),
    ("AUTHY_DATABASE_URL", "mysql://localhost/authy", "postgres://"),
    ("AUTHY_DATABASE__MIGRATE", "yes", "true or false"),
    ("AUTHY_DATABASE__POOL_SIZE", "0", "from 1 to 1000"),
    ("AUTHY_DATABASE__CA_FILE", "absent.pem", "may read"),
    ("AUTHY_DATABASE__SYNCHRONOUS_FULL", "1", "true or false"),
    ("AUTHY_REDIS_URL", "localhost:6379", "redis://"),
    ("AUTHY_DATA_DIR", "", "Give it a value"),
    ("AUTHY_MASTER_KEY", "c2hvcnQ", "32 random bytes"),
    ("AUTHY_MASTER_KEY_PREVIOUS", "!", "32 random bytes"),
    ("AUTHY_TRUSTED_PROXIES", "10.0.0.0/8,proxy.example", "10.0.0.0/8"),
    ("AUTHY_SMTP_URL", "mail.example", "smtp://"),
    ("AUTHY_MANAGEMENT_LISTEN", "on", "off for none"),
    ("AUTHY_LOG", "loud", "info"),
    ("AUTHY_LOG", "=,=", "info"),
    ("AUTHY_LOG_FORMAT", "xml", "json"),
    ("AUTHY_TLS__CERT", "cert.pem", "AUTHY_TLS__KEY"),
    ("AUTHY_TLS__KEY", "key.pem", "AUTHY_TLS__CERT"),
    ("AUTHY_MTLS_LISTEN", "8443", "127.0.0.1:8080"),
    ("AUTHY_MTLS_LISTEN", "127.0.0.1:8443", "AUTHY_MTLS_CERT"),
    ("AUTHY_MTLS_BASE", "http://mtls.id.example", "https://mtls.id.example.com"),
    ("AUTHY_MTLS_CERT", "cert.pem", "AUTHY_MTLS_KEY"),
    ("AUTHY_MTLS_KEY", "key.pem", "AUTHY_MTLS_CERT"),
    ("AUTHY_MTLS_CA_FILE", "absent.pem", "may read"),
    ("AUTHY_LIFETIMES__CODE", "11m", "at most 10m"),
    ("AUTHY_LIFETIMES__DEVICE_CODE", "1h", "1m to 30m"),
    ("AUTHY_LIFETIMES__REQUEST_URI", "1h", "5s to 10m"),
    ("AUTHY_LIFETIMES__AUTHENTICATION_REQUEST", "0", "at least 1s"),
    ("AUTHY_LIFETIMES__ACCESS_TOKEN", "0", "at least 1s"),
    ("AUTHY_LIFETIMES__ID_TOKEN", "1 hour", "12h"),
    ("AUTHY_LIFETIMES__REFRESH_IDLE", "-1", "30d"),
    ("AUTHY_LIFETIMES__REFRESH_ABSOLUTE", "1y", "30d"),
    ("AUTHY_LIFETIMES__REFRESH_GRACE", "soon", "10m"),
    ("AUTHY_LIFETIMES__SESSION_IDLE", "99999d", "shorter"),
    ("AUTHY_LIFETIMES__SESSION_ABSOLUTE", "0s", "at least 1s"),
    ("AUTHY_LIFETIMES__REQUEST_URI", "11m", "10m"),
    ("AUTHY_LIFETIMES__LOGIN", "10min", "10m"),
    ("AUTHY_LIFETIMES__SETUP_LINK", "d", "30d"),
    ("AUTHY_LIFETIMES__ERROR_RECORD", "1.5d", "30d"),
    ("AUTHY_LIFETIMES__CONSENT", "", "Give it a value"),
    ("AUTHY_BRAND__NAME", " authy", "60 characters"),
    ("AUTHY_BRAND__LOGO", "http://static.example/logo.png", "https URL"),
    ("AUTHY_BRAND__COLOR", "green", "#rrggbb"),
    ("AUTHY_HASHING__COST", "31", "from 4 to 18"),
    ("AUTHY_HASHING__THREADS", "0", "auto"),
    ("AUTHY_HASHING__QUEUE", "none", "from 1"),
    ("AUTHY_OUTBOUND__CA_FILE", "absent.pem", "may read"),
    ("AUTHY_OUTBOUND__ALLOW_HOSTS_FOR_ADMINISTRATORS", "https://idp.internal", "without scheme"),
    ("AUTHY_OUTBOUND__ALLOW_HOSTS", "10.1.2.3:8443", "without scheme"),
    ("AUTHY_REGISTRATION__MODE", "on", "off, token or open"),
    ("AUTHY_REGISTRATION__PROFILES", "oauth21,fapi", "fapi2"),
    ("AUTHY_REGISTRATION__GRANT_TYPES", "password", "authorization_code"),
    ("AUTHY_REGISTRATION__PROFILES", "", "Give it a value"),
    ("AUTHY_REGISTRATION__GRANT_TYPES", " , ", "Give it a value"),
    ("AUTHY_REGISTRATION__SCOPES", "open id", "without spaces"),
    ("AUTHY_REGISTRATION__AUTHORIZATION_DETAILS_TYPES", "a\u{7}", "authorization-type"),
    ("AUTHY_REGISTRATION__EXPIRE_UNUSED", "0", "at least 1s"),
    ("AUTHY_REGISTRATION__QUARANTINE", "soon", "10m"),
    ("AUTHY_REGISTRATION__QUARANTINE_CLIENTS", "0", "from 1"),
    ("AUTHY_REGISTRATION__PER_ADDRESS", "none", "from 1"),
    ("AUTHY_REGISTRATION__SECRET_LIFETIME", "1y", "30d"),
    ("AUTHY_REGISTRATION__ROTATE_TOKEN", "yes", "true or false"),
    ("AUTHY_REGISTRATION__SOFTWARE_STATEMENT_ISSUERS", "https://trust.example", "ISSUER=FILE"),
    ("AUTHY_REGISTRATION__SOFTWARE_STATEMENT_ISSUERS", "https://trust.example=absent.json", "may read"),
    ("AUTHY_REGISTRATION__SOFTWARE_STATEMENT_ISSUERS", "https://trust.example=https://", "https://host/jwks.json"),
    ("AUTHY_REGISTRATION__REQUIRE_SOFTWARE_STATEMENT", "1", "true or false"),
    ("AUTHY_CLIENT_DOCUMENTS__ENABLED", "off", "true or false"),
    ("AUTHY_CLIENT_DOCUMENTS__HOSTS", "https://app.example.com", "without scheme"),
    ("AUTHY_DPOP__REQUIRE_NONCE", "yes", "true or false"),
    ("AUTHY_STRICT_HOST", "TRUE", "true or false"),
    ("AUTHY_SESSION_MANAGEMENT", "on", "true or false"),
    ("AUTHY_REQUIRE_PUSHED_AUTHORIZATION_REQUESTS", "TRUE", "true or false"),
    ("AUTHY_WORKERS", "many", "auto"),
    ("AUTHY_SHUTDOWN_TIMEOUT", "0", "at least 1s"),
];

#[test]
fn every_setting_wrong_in_turn_is_named_with_its_mend() {
    let place = tempdir().unwrap();
    for (name, value, mend) in WRONG {
        let ran = authy(place.path(), &[(name, value)], &["config", "check"]).exits(1);
        assert_eq!(ran.stdout, "");
        let (problem, told) = ran.stderr.split_once("\n mend: ").unwrap_or_else(|| panic!("{name}: {ran:?}"));
        assert!(problem.starts_with(&format!("error: {name}: ")) && problem.ends_with('.'), "{problem}");
        assert!(told.contains(mend) && told.trim_end().lines().count() == 1, "{name}: {told}");
    }
    for setting in SETTINGS {
        assert!(WRONG.iter().any(|(name, ..)| *name == setting.env()), "{} is not tried", setting.key);
    }
}

#[test]
fn serve_refuses_wrong_settings_too_and_before_it_makes_anything() {
    let place = tempdir().unwrap();
    let ran = authy(place.path(), &[("AUTHY_ISSUER", "http://id.example.com"), ("AUTHY_WORKERS", "0")], &[]).exits(1);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("AUTHY_ISSUER") && ran.stderr.contains("AUTHY_WORKERS"), "{ran:?}");
    let ran = authy(place.path(), &[], &["serve", "--tls-cert", "c.pem", "--tls-key", "k.pem"]).exits(1);
    assert!(ran.stderr.contains("AUTHY_TLS__CERT") && ran.stderr.contains("AUTHY_TLS__KEY"), "{ran:?}");
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn all_problems_of_flags_environment_and_file_come_at_once() {
    let place = tempdir().unwrap();
    write(place.path(), "authy.toml", "strict_host = 7\n[database]\nmigrat = true\n[brand]\ncolor = \"red\"\n");
    let env = [("AUTHY_CONFIG", "authy.toml"), ("AUTHY_LISTEN", "nowhere"), ("AUTHY_ISUER", "https://id.example.com")];
    let ran = authy(place.path(), &env, &["config", "check", "--issuer", "ftp://x", "--json"]).exits(1);
    let told = ran.json();
    let keys: Vec<_> = told["problems"].as_array().unwrap().iter().map(|problem| problem["key"].as_str().unwrap()).collect();
    let expected = [
        "database.migrat in authy.toml",
        "AUTHY_ISUER",
        "--issuer",
        "AUTHY_LISTEN",
        "brand.color in authy.toml",
        "strict_host in authy.toml",
    ];
    assert_eq!(keys, expected);
    assert_eq!(told["ok"], false);
    let error = ran.error();
    assert_eq!(error["error"], "invalid_configuration");
    assert!(expected.iter().all(|key| error["message"].as_str().unwrap().contains(key)), "{error}");
}

#[test]
fn a_certificate_and_the_key_of_another_are_found_before_anything_starts() {
    let place = tempdir().unwrap();
    write(place.path(), "c.pem", Authority::shared().self_signed().pem());
    let key = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).and_then(|group| EcKey::generate(&group)).and_then(PKey::from_ec_key);
    write(place.path(), "k.pem", key.unwrap().private_key_to_pem_pkcs8().unwrap());
    for [cert, key] in [["AUTHY_TLS__CERT", "AUTHY_TLS__KEY"], ["AUTHY_MTLS_CERT", "AUTHY_MTLS_KEY"]] {
        let env = [(cert, "c.pem"), (key, "k.pem"), ("AUTHY_MTLS_LISTEN", "127.0.0.1:0")];
        let ran = authy(place.path(), &env, &["config", "check"]).exits(1);
        assert!(ran.stderr.starts_with(&format!("error: {cert}, {key}: ")) && ran.stderr.contains("does not belong"), "{ran:?}");
    }
}

#[test]
fn an_unknown_setting_names_the_nearest_known_one() {
    let place = tempdir().unwrap();
    write(place.path(), "authy.toml", "databse_url = \"sqlite:a.db\"\n");
    let ran = authy(
        place.path(),
        &[("AUTHY_LIFETIME__CODE", "60"), ("AUTHY_MASTERKEY_FILE", "k")],
        &["config", "check", "--config", "authy.toml"],
    );
    for name in ["AUTHY_LIFETIMES__CODE", "AUTHY_MASTER_KEY_FILE", " database_url;"] {
        assert!(ran.stderr.contains(name), "{name}: {ran:?}");
    }
    assert_eq!(ran.code, 1);
    write(place.path(), "authy.toml", "[databse]\nmigrate = true\n");
    let ran = authy(place.path(), &[], &["config", "check", "--config", "authy.toml"]).exits(1);
    assert!(ran.stderr.contains("databse in authy.toml: There is no such section.") && ran.stderr.contains(" [database];"), "{ran:?}");
}

#[test]
fn what_kubernetes_injects_is_ignored() {
    let place = tempdir().unwrap();
    let env = [("AUTHY_SERVICE_HOST", "10.0.0.1"), ("AUTHY_PORT", "tcp://10.0.0.1:80"), ("AUTHY_PORT_80_TCP_ADDR", "10.0.0.1")];
    assert_eq!(authy(place.path(), &env, &["config", "check"]).exits(0).stdout, "The settings are in order.\n");
}

#[test]
fn secrets_and_the_passwords_of_urls_are_not_shown() {
    let place = tempdir().unwrap();
    write(place.path(), "redis", "rediss://ada:hunter2@cache.example:6380/1\n");
    let env = [
        ("AUTHY_DATABASE_URL", "postgres://ada:hunter2@db.example/authy"),
        ("AUTHY_REDIS_URL_FILE", "redis"),
        ("AUTHY_SMTP_URL", "smtp://ada:hunter2@mail.example:587"),
        ("AUTHY_MASTER_KEY", KEY),
        ("AUTHY_MASTER_KEY_PREVIOUS", KEY),
    ];
    let text = authy(place.path(), &env, &["config", "show"]).exits(0);
    let object = authy(place.path(), &env, &["config", "show", "--json"]).exits(0);
    for ran in [&text, &object] {
        assert!(!ran.stdout.contains("hunter2") && !ran.stdout.contains(KEY) && ran.stderr.is_empty(), "{ran:?}");
    }
    assert!(text.stdout.contains("database_url = \"postgres://ada:[redacted]@db.example/authy\" # AUTHY_DATABASE_URL\n"), "{text:?}");
    let object = object.json();
    assert_eq!(object["redis_url"], "rediss://ada:[redacted]@cache.example:6380/1");
    assert_eq!(json!([object["master_key"], object["lifetimes"]["code"]]), json!(["[redacted]", "60s"]));
    assert_eq!(json!([object["database"]["migrate"], object["issuer"]]), json!([true, "http://localhost:8080"]));
}

#[test]
fn a_wrong_secret_is_not_repeated() {
    let place = tempdir().unwrap();
    for setting in SETTINGS.iter().filter(|setting| setting.secrecy != Secrecy::Open) {
        for value in ["hunter2", "postgres://ada:hunter2@h:notaport/x", "redis+x://:hunter2@h"] {
            let ran = authy(place.path(), &[(&setting.env(), value)], &["config", "check", "--json"]).exits(1);
            assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"), "{ran:?}");
        }
    }
}

#[test]
fn a_secret_comes_from_a_file_without_its_final_newline_and_not_twice() {
    let place = tempdir().unwrap();
    write(place.path(), "url", "sqlite:from-a-file.db\n");
    let shown = authy(place.path(), &[("AUTHY_DATABASE_URL_FILE", "url")], &["config", "show", "--json"]).exits(0).json();
    assert_eq!(shown["database_url"], "sqlite:from-a-file.db");
    let twice = [("AUTHY_DATABASE_URL_FILE", "url"), ("AUTHY_DATABASE_URL", "sqlite:a.db")];
    assert!(
        authy(place.path(), &twice, &["config", "check"]).exits(1).stderr.contains("Both AUTHY_DATABASE_URL and AUTHY_DATABASE_URL_FILE")
    );
    let absent = authy(place.path(), &[("AUTHY_MASTER_KEY_FILE", "absent")], &["config", "check"]).exits(1);
    assert!(
        absent.stderr.starts_with("error: AUTHY_MASTER_KEY_FILE: The file \"absent\" cannot be read: it does not exist."),
        "{absent:?}"
    );
    write(place.path(), "authy.toml", format!("master_key = \"{KEY}\"\nmaster_key_file = \"url\"\n"));
    assert!(authy(place.path(), &[], &["config", "check", "--config", "authy.toml"]).exits(1).stderr.contains("Both master_key and"));
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file() {
    let place = tempdir().unwrap();
    write(place.path(), "authy.toml", "issuer = \"https://file.example\"\ndata_dir = \"file\"\nworkers = 3\n");
    let env = [("AUTHY_CONFIG", "authy.toml"), ("AUTHY_ISSUER", "https://environment.example"), ("AUTHY_DATA_DIR", "environment")];
    let shown = authy(place.path(), &env, &["config", "show", "--json", "--issuer", "https://flag.example"]).exits(0).json();
    assert_eq!(json!([shown["issuer"], shown["data_dir"], shown["workers"]]), json!(["https://flag.example", "environment", 3]));
}

#[test]
fn what_config_show_prints_can_be_used_as_a_file() {
    let place = tempdir().unwrap();
    write(place.path(), "shown.toml", authy(place.path(), &[], &["config", "show"]).exits(0).stdout);
    authy(place.path(), &[], &["config", "check", "--config", "shown.toml"]).exits(0);
}

#[test]
fn the_issuer_that_follows_the_listener_is_shown_where_none_is_set() {
    let place = tempdir().unwrap();
    let issuer = |arguments: &[&str]| {
        authy(place.path(), &[], &[&["config", "show", "--json"], arguments].concat()).exits(0).json()["issuer"].clone()
    };
    assert_eq!(issuer(&[]), "http://localhost:8080");
    assert_eq!(issuer(&["--listen", "127.0.0.1:9123"]), "http://localhost:9123");
    assert_eq!(issuer(&["--listen", "127.0.0.1:0"]), json!(null), "nobody knows it yet");
    assert_eq!(
        issuer(&["--tls-cert", "cert.pem", "--tls-key", "key.pem"]),
        "https://localhost:8080",
        "what speaks TLS is not reached by http"
    );
    assert_eq!(issuer(&["--issuer", "https://id.example.com"]), "https://id.example.com");
}
