//! The files that settings name: whether they are there and hold what they should. Asked by `config check` and before `serve` starts.

use std::path::Path;

use super::problem::Problem;
use super::registration::KeySource;
use super::registry::env_name;
use super::sources::reason;
use super::{ReadFile, Settings, brand};
use crate::jose::client_keys::ClientKeys;

/// The largest logo, in bytes.
pub const LOGO_LIMIT: usize = 256 * 1024;

/// What is wrong with the content of a file, and the mend.
type Verdict = Option<(&'static str, &'static str)>;

/// Every file that cannot be used.
pub fn check(settings: &Settings, read_file: ReadFile<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut ask = |key: &str, path: &Path, verdict: &dyn Fn(&[u8]) -> Verdict| {
        let problem = match read_file(path) {
            Err(error) => Some((format!("cannot be read: {}", reason(&error)), "Name a file that authy may read.")),
            Ok(bytes) => verdict(&bytes).map(|(problem, mend)| (problem.to_owned(), mend)),
        };
        if let Some((problem, mend)) = problem {
            let problem = format!("The file {:?} {problem}.", path.display());
            found.push(Problem { key: env_name(key), problem, mend: mend.to_owned() });
        }
    };
    if let Some(tls) = &settings.tls {
        ask("tls.cert", &tls.cert, &certificates);
        ask("tls.key", &tls.key, &private_key);
    }
    if let Some(tls) = settings.mtls.tls.as_ref().filter(|tls| settings.tls.as_ref() != Some(*tls)) {
        ask("mtls_cert", &tls.cert, &certificates);
        ask("mtls_key", &tls.key, &private_key);
    }
    if let Some(file) = &settings.mtls.ca_file {
        ask("mtls_ca_file", file, &certificates);
    }
    if let Some(file) = &settings.database.ca_file {
        ask("database.ca_file", file, &certificates);
    }
    if let Some(file) = &settings.outbound.ca_file {
        ask("outbound.ca_file", file, &certificates);
    }
    for known in &settings.registration.software_statement_issuers {
        if let KeySource::File(file) = &known.keys {
            ask("registration.software_statement_issuers", file, &key_set);
        }
    }
    if let Some(file) = settings.brand.logo.as_ref().filter(|logo| !logo.contains("://")) {
        ask("brand.logo", Path::new(file), &|bytes| picture(file, bytes));
    }
    found
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn certificates(bytes: &[u8]) -> Verdict {
    const MEND: &str = "Name a PEM file; it has a line -----BEGIN CERTIFICATE-----.";
    (!has(bytes, "-----BEGIN CERTIFICATE-----")).then_some(("holds no certificate", MEND))
}

fn private_key(bytes: &[u8]) -> Verdict {
    const MEND: &str = "Name a PEM file with an unencrypted key; it has a line -----BEGIN PRIVATE KEY-----.";
    (!has(bytes, "PRIVATE KEY-----") || has(bytes, "ENCRYPTED")).then_some(("holds no private key that can be used", MEND))
}

/// RFC 7517 §5. At least one key that signatures can be verified with.
fn key_set(bytes: &[u8]) -> Verdict {
    const MEND: &str = "Name a JSON Web Key Set with the public keys of that issuer: {\"keys\": [{…}]}.";
    let keys = serde_json::from_slice(bytes).ok().and_then(|set| ClientKeys::fetched(&set).ok());
    let usable = keys.is_some_and(|keys| keys.iter().any(|key| key.is_for_signatures()));
    (!usable).then_some(("holds no key set with a key that can be used", MEND))
}

fn picture(file: &str, bytes: &[u8]) -> Verdict {
    if bytes.len() > LOGO_LIMIT {
        return Some(("is too large for a logo", "Make it at most 256 KiB."));
    }
    let good = match brand::ending(file) {
        Some("svg") => has(bytes, "<svg"),
        Some("png") => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        _ => bytes.starts_with(b"\xff\xd8\xff"),
    };
    (!good).then_some(("is not the kind of picture that its name says", "Name an SVG, PNG or JPEG file with the ending that fits."))
}

#[cfg(test)]
mod tests {
    use super::super::registration::StatementIssuer;
    use super::*;

    #[test]
    fn a_logo_is_what_its_name_says_and_small() {
        assert_eq!(picture("l.svg", b"<?xml?><svg/>"), None);
        assert_eq!(picture("l.png", b"\x89PNG\r\n\x1a\n..."), None);
        assert_eq!(picture("l.JPG", b"\xff\xd8\xff\xe0"), None);
        assert!(picture("l.png", b"<svg/>").is_some());
        assert!(picture("l.svg", &[b'x'; LOGO_LIMIT + 1]).is_some());
    }

    #[test]
    fn every_missing_file_is_named_at_once() {
        let mut settings = Settings::for_tests();
        settings.tls = Some(super::super::Tls { cert: "c.pem".into(), key: "k.pem".into() });
        settings.database.ca_file = Some("ca.pem".into());
        settings.brand.logo = Some("logo.png".into());
        let by = |keys| StatementIssuer { issuer: "https://s.example".into(), keys };
        settings.registration.software_statement_issuers =
            vec![by(KeySource::File("s.json".into())), by(KeySource::Uri("https://s.example/jwks".into()))];
        let read = |path: &Path| match path.to_str() {
            Some("k.pem") => Ok(b"-----BEGIN ENCRYPTED PRIVATE KEY-----".to_vec()),
            _ => Err(std::io::ErrorKind::NotFound.into()),
        };
        let keys: Vec<_> = check(&settings, &read).into_iter().map(|problem| problem.key).collect();
        let expected = [
            "AUTHY_TLS__CERT",
            "AUTHY_TLS__KEY",
            "AUTHY_DATABASE__CA_FILE",
            "AUTHY_REGISTRATION__SOFTWARE_STATEMENT_ISSUERS",
            "AUTHY_BRAND__LOGO",
        ];
        assert_eq!(keys, expected);
    }

    #[test]
    fn the_keys_of_an_issuer_of_statements_are_a_key_set_of_use() {
        const KEY: &str = r#"{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        assert_eq!(key_set(format!("{{\"keys\": [{KEY}, {{\"kty\": \"new\"}}]}}").as_bytes()), None);
        for bad in ["", "{", "[]", KEY, r#"{"keys": []}"#, r#"{"keys": [{"kty": "new"}]}"#] {
            assert!(key_set(bad.as_bytes()).is_some(), "{bad}");
        }
    }
}
