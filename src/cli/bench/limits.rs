//! What each operation may cost, in processor time, derived from what the parts cost in the same run. Pure.
//!
//! The steps that touch the disk are known from one machine, where the bare handler took 6.9 µs, an RS256 signature 315 µs and an
//! ES256 signature 27 µs. The signature is measured anew in every run; the rest is counted in bare handlers, so that it follows the machine.

use crate::jose::Algorithm;

/// The bare handler of the reference, in µs.
const BARE: f64 = 6.9;
/// A signature of the reference, in µs.
const RS256: f64 = 315.0;
const ES256: f64 = 27.0;
/// Refreshing with rotation from its parts, in µs: on the reference with Postgres.
const REFRESH_RS256: f64 = 417.0;
const REFRESH_ES256: f64 = 71.0;
/// Code flow and PKCE with a live session from its parts, in µs: on the reference with Postgres and Redis.
const CODE_FLOW_RS256: f64 = 345.0;
/// The same by the best peer, with RS256. With ES256 it is to be twelve times less: more than 1.4 times what the parts cost, 83 µs, which
/// leave no room for a durable write.
const CODE_FLOW_OF_PEER: f64 = 1_644.0;
const LESS_THAN_PEER: f64 = 12.0;
/// What a sign-in may cost besides its hash: page, form and session, in µs.
const SIGN_IN: f64 = 1_000.0;

/// Sign-ins a second, as a part of what hashing alone would allow.
pub const LOGIN_THROUGHPUT: f64 = 0.95;
/// How much slower other endpoints may become while many sign in.
pub const STORM: f64 = 5.0;
/// Resident memory before and after the load, in MiB.
pub const MEMORY_IDLE: f64 = 30.0;
/// See [`MEMORY_IDLE`].
pub const MEMORY_LOADED: f64 = 80.0;

/// The parts of this run, in µs: signatures as josekit makes them with OpenSSL, as on the reference, whatever authy signs with.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// One RS256 signature.
    pub rs256: f64,
    /// One ES256 signature.
    pub es256: f64,
}

/// What a limit is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Documents that never change.
    Document,
    /// An opaque token for the application itself.
    Opaque,
    /// A JWT for the application itself.
    Jwt(Algorithm),
    /// Looking at a token.
    Look,
    /// A new refresh token, a new access token and an ID Token.
    Refresh(Algorithm),
    /// A code and what it gives.
    CodeFlow(Algorithm),
    /// A sign-in, without its hash.
    SignIn,
}

impl Rule {
    /// Whether it leaves the work of the disk to the database's own process. On SQLite that is the server's, and no limit is derived.
    pub const fn is_derived_for_postgres(self) -> bool {
        matches!(self, Self::Refresh(_) | Self::CodeFlow(_))
    }

    /// In µs, where the bare handler takes `bare` µs.
    pub fn limit(self, bare: f64, parts: &Parts) -> f64 {
        let signature = |algorithm| if algorithm == Algorithm::ES256 { parts.es256 } else { parts.rs256 };
        match self {
            Self::Document => 1.3 * bare,
            Self::Opaque => 3.0 * bare,
            Self::Jwt(algorithm) => 3.0 * bare + 1.15 * signature(algorithm),
            Self::Look => 5.0 * bare,
            Self::Refresh(Algorithm::ES256) => 1.25 * rescaled(REFRESH_ES256, ES256, bare, parts.es256),
            Self::Refresh(_) => 1.25 * rescaled(REFRESH_RS256, RS256, bare, parts.rs256),
            Self::CodeFlow(Algorithm::ES256) => rescaled(CODE_FLOW_OF_PEER, RS256, bare, parts.rs256) / LESS_THAN_PEER,
            Self::SignIn => rescaled(SIGN_IN, 0.0, bare, 0.0),
            Self::CodeFlow(_) => 1.4 * rescaled(CODE_FLOW_RS256, RS256, bare, parts.rs256),
        }
    }
}

/// A cost of the reference on this machine.
fn rescaled(reference: f64, reference_signature: f64, bare: f64, signature: f64) -> f64 {
    (reference - reference_signature) / BARE * bare + signature
}

/// From the start of the process to the first answer, in ms.
pub const fn cold_start(on_postgres: bool) -> f64 {
    if on_postgres { 300.0 } else { 150.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFERENCE: Parts = Parts { rs256: RS256, es256: ES256 };

    fn close(one: f64, other: f64) {
        assert!((one - other).abs() < 0.01, "{one} is not {other}");
    }

    #[test]
    fn on_the_reference_the_limits_are_those_of_the_reference() {
        close(Rule::Document.limit(BARE, &REFERENCE), 8.97);
        close(Rule::Jwt(Algorithm::ES256).limit(BARE, &REFERENCE), 20.7 + 31.05);
        close(Rule::Refresh(Algorithm::RS256).limit(BARE, &REFERENCE), 1.25 * 417.0);
        close(Rule::Refresh(Algorithm::ES256).limit(BARE, &REFERENCE), 1.25 * 71.0);
        close(Rule::CodeFlow(Algorithm::RS256).limit(BARE, &REFERENCE), 483.0);
        close(Rule::CodeFlow(Algorithm::ES256).limit(BARE, &REFERENCE), 137.0);
        close(Rule::SignIn.limit(BARE, &REFERENCE), 1_000.0);
    }

    #[test]
    fn a_machine_of_half_the_speed_may_take_twice_as_long() {
        let slow = Parts { rs256: RS256 * 2.0, es256: ES256 * 2.0 };
        for rule in [Rule::Opaque, Rule::Look, Rule::Refresh(Algorithm::ES256), Rule::CodeFlow(Algorithm::RS256)] {
            close(rule.limit(BARE * 2.0, &slow), rule.limit(BARE, &REFERENCE) * 2.0);
        }
    }
}
