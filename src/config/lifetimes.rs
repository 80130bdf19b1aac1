//! How long things live.

use std::time::Duration;

use super::problem::Fault;
use super::{parse, reader::Reader};

/// Lifetimes; tokens also per client and resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lifetimes {
    /// Authorization codes (RFC 6749 §4.1.2).
    pub code: Duration,
    /// Device codes (RFC 8628 §3.2).
    pub device_code: Duration,
    /// Pushed authorization requests (RFC 9126 §2.2), until a browser comes with them.
    pub request_uri: Duration,
    /// Requests to people who are elsewhere (CIBA Core §7.3), unless the client says otherwise.
    pub authentication_request: Duration,
    /// Access tokens.
    pub access_token: Duration,
    /// ID Tokens.
    pub id_token: Duration,
    /// Refresh tokens that are not used.
    pub refresh_idle: Duration,
    /// Refresh tokens in all.
    pub refresh_absolute: Duration,
    /// How long a rotated refresh token still yields its successor.
    pub refresh_grace: Duration,
    /// Browser sessions without activity.
    pub session_idle: Duration,
    /// Browser sessions in all.
    pub session_absolute: Duration,
    /// A sign-in under way.
    pub login: Duration,
    /// The link for the first administrator.
    pub setup_link: Duration,
    /// Records of refusals.
    pub error_record: Duration,
    /// Remembered consent.
    pub consent: Duration,
}

impl Lifetimes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            code: reader.one("lifetimes.code", code),
            device_code: reader.one("lifetimes.device_code", device_code),
            request_uri: reader.one("lifetimes.request_uri", request_uri),
            authentication_request: reader.one("lifetimes.authentication_request", parse::duration),
            access_token: reader.one("lifetimes.access_token", parse::duration),
            id_token: reader.one("lifetimes.id_token", parse::duration),
            refresh_idle: reader.one("lifetimes.refresh_idle", parse::duration),
            refresh_absolute: reader.one("lifetimes.refresh_absolute", parse::duration),
            refresh_grace: reader.one("lifetimes.refresh_grace", parse::duration),
            session_idle: reader.one("lifetimes.session_idle", parse::duration),
            session_absolute: reader.one("lifetimes.session_absolute", parse::duration),
            login: reader.one("lifetimes.login", parse::duration),
            setup_link: reader.one("lifetimes.setup_link", parse::duration),
            error_record: reader.one("lifetimes.error_record", parse::duration),
            consent: reader.one("lifetimes.consent", parse::duration),
        }
    }
}

/// RFC 6749 §4.1.2: "A maximum authorization code lifetime of 10 minutes is RECOMMENDED". Used codes are remembered no longer than that.
fn code(text: &str) -> Result<Duration, Fault> {
    let span = parse::duration(text)?;
    match span.as_secs() {
        ..=600 => Ok(span),
        _ => Err(Fault::new(format!("{text:?} is too long for an authorization code."), "Write at most 10m; 60s is usual.")),
    }
}

/// RFC 8628 §6.1: few letters are enough only while a code lives briefly.
fn device_code(text: &str) -> Result<Duration, Fault> {
    let span = parse::duration(text)?;
    match span.as_secs() {
        60..=1_800 => Ok(span),
        _ => Err(Fault::new(format!("{text:?} is no lifetime for a device code."), "Write 1m to 30m; 10m is usual.")),
    }
}

/// RFC 9126 §2.2: "typically between 5 and 600 seconds".
fn request_uri(text: &str) -> Result<Duration, Fault> {
    let span = parse::duration(text)?;
    match span.as_secs() {
        5..=600 => Ok(span),
        _ => Err(Fault::new(format!("{text:?} does not suit a pushed request."), "Write 5s to 10m; 60s is usual.")),
    }
}
