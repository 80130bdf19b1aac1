//! What may be shown of a value.

use super::registry::Secrecy;

/// What stands for a secret.
pub const REDACTED: &str = "[redacted]";

/// The value as it may be shown.
pub fn redact(secrecy: Secrecy, value: &str) -> String {
    match secrecy {
        Secrecy::Open => value.to_owned(),
        Secrecy::Secret => REDACTED.to_owned(),
        Secrecy::Url => url(value),
    }
}

/// A URL without its password, also when it is not quite a URL: everything from the first `:` to the last `@` goes.
fn url(text: &str) -> String {
    if text.starts_with("sqlite:") {
        return text.to_owned();
    }
    let Some((scheme, rest)) = text.split_once("://") else { return REDACTED.to_owned() };
    let (credentials, place) = match rest.rsplit_once('@') {
        None => (String::new(), rest),
        Some((credentials, place)) => match credentials.split_once(':') {
            Some((user, _)) => (format!("{user}:{REDACTED}@"), place),
            None => (format!("{credentials}@"), place),
        },
    };
    let (place, query) = place.split_once('?').map_or((place, None), |(place, query)| (place, Some(query)));
    let query = query.map(|query| query.split('&').map(parameter).collect::<Vec<_>>().join("&"));
    format!("{scheme}://{credentials}{place}{}", query.map(|query| format!("?{query}")).unwrap_or_default())
}

/// Only parameters that are known to be harmless are shown.
fn parameter(pair: &str) -> String {
    const HARMLESS: [&str; 9] =
        ["sslmode", "sslrootcert", "application_name", "connect_timeout", "options", "user", "host", "port", "protocol"];
    match pair.split_once('=') {
        Some((name, _)) if !HARMLESS.contains(&name) => format!("{name}={REDACTED}"),
        _ => pair.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_url_is_not_shown_however_it_is_written() {
        for text in [
            "postgres://ada:hunter2@db.example/authy",
            "postgres://ada:hun/ter2@db.example/authy",
            "postgres://ada:a@hunter2@db.example/authy",
            "postgres://ada:hunter2?x@db.example/authy",
            "postgres://db.example/authy?user=ada&password=hunter2",
            "redis://:hunter2@cache.example:6379/1",
            "redis+sentinel://ada:hunter2@a:1,b:2/main",
            "hunter2",
        ] {
            let shown = redact(Secrecy::Url, text);
            assert!(!shown.contains("hunter2") && !shown.contains("ter2") && shown.contains(REDACTED), "{shown}");
        }
        assert_eq!(
            redact(Secrecy::Url, "postgres://ada:x@db.example/authy?sslmode=require"),
            "postgres://ada:[redacted]@db.example/authy?sslmode=require"
        );
        assert_eq!(redact(Secrecy::Url, "sqlite:authy.db"), "sqlite:authy.db");
        assert_eq!(redact(Secrecy::Secret, "x"), REDACTED);
    }
}
