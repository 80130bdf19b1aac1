//! The files that settings name: whether they are there and hold what they should. Asked by `config check` and before `serve` starts.

use std::path::Path;

use super::problem::Problem;
use super::registry::env_name;
use super::sources::reason;
use super::{ReadFile, Settings, brand};

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
        let read = |path: &Path| match path.to_str() {
            Some("k.pem") => Ok(b"-----BEGIN ENCRYPTED PRIVATE KEY-----".to_vec()),
            _ => Err(std::io::ErrorKind::NotFound.into()),
        };
        let keys: Vec<_> = check(&settings, &read).into_iter().map(|problem| problem.key).collect();
        assert_eq!(keys, ["AUTHY_TLS__CERT", "AUTHY_TLS__KEY", "AUTHY_DATABASE__CA_FILE", "AUTHY_BRAND__LOGO"]);
    }
}
