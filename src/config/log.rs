//! What is logged, and how.

use tracing_subscriber::filter::Targets;

use super::problem::Fault;

/// The shape of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object per line.
    Json,
}

impl LogFormat {
    /// `pretty` or `json`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        match text {
            "pretty" => Ok(Self::Pretty),
            "json" => Ok(Self::Json),
            _ => Err(Fault::not(text, "a log format", "Write pretty or json.")),
        }
    }
}

/// Directives for the log. A word that is no level would otherwise silence everything else: it is taken for a target's name.
pub(super) fn directives(text: &str) -> Result<String, Fault> {
    const MEND: &str = "Write error, warn, info, debug, trace or off, or directives such as info,authy::store=debug.";
    let level = |word: &str| ["error", "warn", "info", "debug", "trace", "off"].iter().any(|level| level.eq_ignore_ascii_case(word));
    let words: Vec<&str> = text.split(',').map(str::trim).collect();
    let joined = words.join(",");
    let whole = |word: &str| word.split_once('=').is_some_and(|(target, level)| !target.trim().is_empty() && !level.trim().is_empty());
    let good = words.iter().all(|word| level(word) || whole(word)) && joined.parse::<Targets>().is_ok();
    if good { Ok(joined) } else { Err(Fault::not(text, "a log level", MEND)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_does_not_exist_is_refused() {
        assert_eq!(directives("info, authy::store=debug").unwrap(), "info,authy::store=debug");
        for text in ["loud", "info,", "authy=loud", "info;debug", "=,=", "=info", "info,authy=", "authy= "] {
            assert!(directives(text).is_err(), "{text}");
        }
    }
}
