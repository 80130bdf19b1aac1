//! Logs go to standard error, for people or as JSON, one line per event; the request's id comes from its span.

use std::io::IsTerminal as _;

use tracing::subscriber::set_global_default;
use tracing_subscriber::filter::{LevelFilter, ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::config::LogFormat;

/// Where the HTTP server logs.
const HTTP_SERVER: &str = "actix_http";

/// Starts logging; a second call changes nothing. Panics are logged too, by their place and without their words, which may hold anything.
///
/// # Errors
/// When the directives cannot be read, which the settings have checked.
pub fn init(directives: &str, format: LogFormat) -> Result<(), ParseError> {
    let filter: Targets = bounded(directives).parse()?;
    // What the filter lets through is for it to say.
    let builder = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(std::io::stderr);
    // A second logger is refused; the first one stays, which is what a process with several commands in it wants.
    let _already_started = match format {
        LogFormat::Pretty => set_global_default(builder.with_ansi(std::io::stderr().is_terminal()).finish().with(filter)),
        LogFormat::Json => {
            let json = builder.json().flatten_event(true).with_current_span(true).with_span_list(false);
            set_global_default(json.finish().with(filter))
        }
    };
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a bug: this part of authy gave up; please report the place");
    }));
    Ok(())
}

/// `debug` and `trace` without a target mean authy itself: other crates log requests and query parameters there, and those hold secrets.
/// The HTTP server calls a stranger's malformed request an error; it is none of ours, and must wake nobody unless somebody asks for it.
fn bounded(directives: &str) -> String {
    let ours = |word: &str| match word.to_ascii_lowercase().as_str() {
        level @ ("debug" | "trace") => format!("info,authy={level}"),
        _ => word.to_owned(),
    };
    let mut words: Vec<String> = directives.split(',').map(|word| ours(word.trim())).collect();
    if !directives.contains(HTTP_SERVER) {
        words.push(format!("{HTTP_SERVER}=off"));
    }
    words.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_detail_is_asked_of_authy_only_unless_another_target_is_named() {
        assert_eq!(bounded("trace"), "info,authy=trace,actix_http=off");
        assert_eq!(bounded("DEBUG, h2=debug"), "info,authy=debug,h2=debug,actix_http=off");
        assert_eq!(bounded("warn"), "warn,actix_http=off");
        assert_eq!(bounded("warn,actix_http=info"), "warn,actix_http=info");
    }
}
