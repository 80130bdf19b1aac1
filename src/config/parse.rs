//! Values that more than one concern uses, and those too small for a file of their own. Faults about secrets repeat nothing of them.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroize as _;

use super::problem::Fault;
use crate::secret::Secret;
use crate::spec::issuer::Issuer;

/// Longer is surely a slip of the unit.
const LONGEST: u64 = 100 * 365 * 86_400;

/// `true` or `false`.
pub fn boolean(text: &str) -> Result<bool, Fault> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Fault::not(text, "a switch", "Write true or false.")),
    }
}

/// A number within bounds.
pub fn count(text: &str, least: u32, most: u32) -> Result<u32, Fault> {
    let number = text.parse::<u32>().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| Fault::not(text, "a number that fits here", format!("Write a whole number from {least} to {most}.")))
}

/// A number of threads, or `auto`: one per core.
pub fn threads(text: &str) -> Result<usize, Fault> {
    if text == "auto" {
        return Ok(std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get));
    }
    count(text, 1, 1_024)
        .map(|number| number as usize)
        .map_err(|_| Fault::not(text, "a number of threads", "Write a whole number from 1 to 1024, or auto."))
}

/// Seconds, or a number with `s`, `m`, `h` or `d`; more than zero.
pub fn duration(text: &str) -> Result<Duration, Fault> {
    let split = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = match unit {
        "" | "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3_600),
        "d" => Some(86_400),
        _ => None,
    };
    let seconds = number.parse::<u64>().ok().zip(unit).and_then(|(number, unit)| number.checked_mul(unit));
    match seconds {
        Some(0) => Err(Fault::new(format!("{text:?} is no time at all."), "Write a duration of at least 1s.")),
        Some(seconds) if seconds <= LONGEST => Ok(Duration::from_secs(seconds)),
        Some(_) => Err(Fault::new(format!("{text:?} is more than a hundred years."), "Write a shorter duration, such as 30d.")),
        None => Err(Fault::not(text, "a duration", "Write seconds, or a number with s, m, h or d: 90, 10m, 12h, 30d.")),
    }
}

/// A file or directory.
pub fn path(text: &str) -> Result<PathBuf, Fault> {
    if text.contains('\0') { Err(Fault::not(text, "a path", "Remove the NUL character.")) } else { Ok(PathBuf::from(text)) }
}

/// See [`Issuer::parse`].
pub fn issuer(text: &str) -> Result<Issuer, Fault> {
    Issuer::parse(text).map_err(|words| match words.split_once("; ") {
        Some((problem, mend)) => Fault::new(format!("{problem}."), capital(mend)),
        None => Fault::new(words, "Write it like https://id.example.com."),
    })
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// `sqlite:FILE`, `postgres://…` or `postgresql://…`.
pub fn database_url(text: &str) -> Result<Secret<String>, Fault> {
    const MEND: &str = "Write sqlite:FILE, sqlite:/ABSOLUTE/FILE or postgres://user:password@host/database.";
    match text.split_once(':') {
        Some(("sqlite", "")) => Err(Fault::new("The SQLite URL names no file.", MEND)),
        Some(("sqlite", file)) if file == ":memory:" || file.contains('?') => {
            Err(Fault::new("The SQLite URL does not name a plain file.", MEND))
        }
        Some(("sqlite", _)) => Ok(text.into()),
        Some(("postgres" | "postgresql", rest)) => match text.parse::<tokio_postgres::Config>() {
            Ok(config) if rest.starts_with("//") && !config.get_hosts().is_empty() => Ok(text.into()),
            _ => Err(Fault::new("The Postgres URL cannot be read.", format!("{MEND} Percent-encode what is special in a password."))),
        },
        _ => Err(Fault::new("The database URL begins with neither sqlite: nor postgres://.", MEND)),
    }
}

/// `redis://`, `rediss://`, and both with `+cluster` or `+sentinel`.
pub fn redis_url(text: &str) -> Result<Secret<String>, Fault> {
    const MEND: &str = "Write redis://host:6379, rediss://host:6379, redis+cluster://host:6379,host:6379 or redis+sentinel://host:26379,host:26379/master.";
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(Fault::new("The Redis URL has no scheme.", MEND));
    };
    let (scheme, shape) = scheme.split_once('+').unwrap_or((scheme, "single"));
    if !matches!((scheme, shape), ("redis" | "rediss", "single" | "cluster" | "sentinel")) {
        return Err(Fault::new("The Redis URL has a scheme that authy does not know.", MEND));
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    if hosts.split(',').any(|host| host.is_empty() || host.starts_with(':')) {
        return Err(Fault::new("The Redis URL names no host.", MEND));
    }
    if shape == "single" && (hosts.contains(',') || url::Url::parse(text).is_err()) {
        return Err(Fault::new("The Redis URL cannot be read.", MEND));
    }
    if shape == "sentinel" && path.split('/').next().unwrap_or_default().is_empty() {
        return Err(Fault::new("The Redis URL names sentinels but not the master that they watch.", MEND));
    }
    Ok(text.into())
}

/// `smtp://` or `smtps://`.
pub fn smtp_url(text: &str) -> Result<Secret<String>, Fault> {
    let good = url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "smtp" | "smtps") && url.host_str().is_some_and(|host| !host.is_empty()));
    match good {
        true => Ok(text.into()),
        false => Err(Fault::new(
            "The URL of the mail server cannot be read.",
            "Write smtp://user:password@host:587 or smtps://user:password@host.",
        )),
    }
}

/// 32 bytes in base64url, with or without padding.
pub fn master_key(text: &str) -> Result<Secret<String>, Fault> {
    const MEND: &str = "Write 32 random bytes in base64url (43 characters): openssl rand -base64 32 | tr '+/' '-_' | tr -d '='.";
    let trimmed = text.trim().trim_end_matches('=');
    let mut bytes = URL_SAFE_NO_PAD.decode(trimmed).map_err(|_| Fault::new("The master key is not base64url.", MEND))?;
    let length = bytes.len();
    bytes.zeroize();
    match length {
        32 => Ok(trimmed.into()),
        _ => Err(Fault::new(format!("The master key has {length} bytes instead of 32."), MEND)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds_or_have_a_unit_and_are_never_zero() {
        let seconds = |text| duration(text).map(|span| span.as_secs());
        assert_eq!(
            [seconds("90"), seconds("90s"), seconds("10m"), seconds("12h"), seconds("30d")],
            [90, 90, 600, 43_200, 2_592_000].map(Ok)
        );
        for text in ["0", "0h", "-1", "1.5h", "10 m", "m", "1w", "10M", "99999999999999999999", "999999999d"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn database_urls_are_of_two_kinds() {
        for text in ["sqlite:authy.db", "sqlite:/var/lib/a.db", "postgres://u:p@h/d", "postgresql://h:5433/d?sslmode=require"] {
            assert!(database_url(text).is_ok(), "{text}");
        }
        for text in ["authy.db", "mysql://h/d", "sqlite:", "sqlite::memory:", "postgres:h", "postgres://", "postgres://h:port/d"] {
            assert!(database_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn redis_urls_have_three_shapes() {
        for text in
            ["redis://h", "rediss://u:p@h:6380/2", "redis+cluster://a:1,b:2", "rediss+cluster://:p@a", "redis+sentinel://a:1,b:2/main/3"]
        {
            assert!(redis_url(text).is_ok(), "{text}");
        }
        for text in
            ["h:6379", "http://h", "redis://", "redis://:p@", "redis://a,b", "redis+x://a", "redis+sentinel://a:1", "redis+sentinel://a/"]
        {
            assert!(redis_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_master_key_has_32_bytes_and_its_fault_does_not_repeat_it() {
        assert!(master_key("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").is_ok());
        assert!(master_key("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").is_ok());
        for text in ["hunter2hunter2", "AAAA", "+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let fault = master_key(text).unwrap_err();
            assert!(!fault.problem.contains(text) && !fault.mend.contains(text), "{fault:?}");
        }
    }

    #[test]
    fn an_issuer_on_plain_http_is_for_this_machine_only() {
        let fault = issuer("http://id.example.com").unwrap_err();
        assert!(fault.problem.contains("loopback") && fault.mend.starts_with("Use https://"), "{fault:?}");
    }
}
