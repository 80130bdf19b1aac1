//! Counters for `/metrics`. Labels come from fixed sets only, so that no request can make a new time series.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::spec::error::ErrorCode;

/// Upper bounds in seconds: from a cached document to a password hash behind a queue.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    endpoint: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct At {
    endpoint: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Refused {
    endpoint: &'static str,
    error: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct GrantType {
    grant_type: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

macro_rules! endpoints {
    ($($name:ident => $label:literal),+ $(,)?) => {
        /// Where a request went: for counting, for the log, and for the records of refusals.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each is called what its label says")]
        pub enum Endpoint { $($name),+ }

        impl Endpoint {
            const ALL: &[Self] = &[$(Self::$name),+];

            /// Its one name.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label),+ }
            }

            /// The endpoint of that name.
            pub fn parse(label: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.label() == label)
            }
        }
    };
}

endpoints! {
    Authorize => "authorize", Par => "par", Token => "token", Userinfo => "userinfo", Introspect => "introspect", Revoke => "revoke",
    DeviceAuthorization => "device_authorization", BackchannelAuthentication => "bc-authorize", Register => "register",
    EndSession => "end_session", CheckSession => "check_session", Jwks => "jwks", Discovery => "discovery", Webfinger => "webfinger",
    ProtectedResource => "protected_resource", Login => "login", Consent => "consent", Device => "device", Logout => "logout",
    Setup => "setup", Account => "account", Admin => "admin", Static => "static", Other => "other",
}

/// Classes of status, by their first digit.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The counters of one endpoint, looked up once: every request passes here.
struct Served {
    by_class: [Counter; CLASSES.len()],
    took: Histogram,
}

/// How a sign-in ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginOutcome {
    /// The person is signed in.
    Succeeded,
    /// Unknown user, wrong password or locked account: one value, as for the person.
    Failed,
    /// Too many attempts.
    Throttled,
    /// The hashing queue is full.
    Busy,
}

impl LoginOutcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Throttled => "throttled",
            Self::Busy => "busy",
        }
    }
}

/// Every counter.
pub struct Metrics {
    registry: Registry,
    /// In the order of [`Endpoint::ALL`].
    served: Vec<Served>,
    refusals: Family<Refused, Counter>,
    tokens: Family<GrantType, Counter>,
    logins: Family<Outcome, Counter>,
    throttled: Family<Kind, Counter>,
    hashing_queue: Gauge,
    hashing_rejected: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BOUNDS);
        let requests = Family::<Answered, Counter>::default();
        let durations = Family::<At, Histogram, fn() -> Histogram>::new_with_constructor(histogram);
        let served = |endpoint: &Endpoint| {
            let endpoint = endpoint.label();
            let by_class = CLASSES.map(|status| requests.get_or_create(&Answered { endpoint, status }).clone());
            Served { by_class, took: durations.get_or_create(&At { endpoint }).clone() }
        };
        let mut metrics = Self {
            registry: Registry::with_prefix("authy"),
            served: Endpoint::ALL.iter().map(served).collect(),
            refusals: Family::default(),
            tokens: Family::default(),
            logins: Family::default(),
            throttled: Family::default(),
            hashing_queue: Gauge::default(),
            hashing_rejected: Counter::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("http_requests", "Requests answered, by endpoint and class of status", requests);
        registry.register_with_unit("http_request_duration", "Time to answer, by endpoint", Unit::Seconds, durations);
        registry.register("refusals", "Refusals, by endpoint and registered error code", metrics.refusals.clone());
        registry.register("tokens_issued", "Token responses, by grant type", metrics.tokens.clone());
        registry.register("logins", "Sign-ins by password, by outcome", metrics.logins.clone());
        registry.register("throttled", "Requests turned away because there were too many, by what was counted", metrics.throttled.clone());
        registry.register("hashing_queue_depth", "Password hashes that wait for a thread", metrics.hashing_queue.clone());
        registry.register("hashing_rejected", "Password hashes turned away because the queue was full", metrics.hashing_rejected.clone());
        registry.register("build", "The running version", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        metrics
    }
}

impl Metrics {
    /// One answered request.
    pub fn request(&self, endpoint: Endpoint, status: u16, took: Duration) {
        let Some(served) = self.served.get(endpoint as usize) else { return };
        // What is no status at all is our mistake.
        let class = usize::from(status / 100).checked_sub(1).and_then(|class| served.by_class.get(class));
        if let Some(counter) = class.or(served.by_class.last()) {
            counter.inc();
        }
        served.took.observe(took.as_secs_f64());
    }

    /// One refusal with a registered code.
    pub fn refused(&self, endpoint: Endpoint, error: ErrorCode) {
        self.refusals.get_or_create(&Refused { endpoint: endpoint.label(), error: error.as_str() }).inc();
    }

    /// One token response. `grant_type` is a name from the registry of grants.
    pub fn token_issued(&self, grant_type: &'static str) {
        self.tokens.get_or_create(&GrantType { grant_type }).inc();
    }

    /// One sign-in by password.
    pub fn login(&self, outcome: LoginOutcome) {
        self.logins.get_or_create(&Outcome { outcome: outcome.as_str() }).inc();
    }

    /// One request turned away; `kind` names what was counted: `account`, `address`, `account_and_address`,
    /// `client_and_address`.
    pub fn throttled(&self, kind: &'static str) {
        self.throttled.get_or_create(&Kind { kind }).inc();
    }

    /// How many hashes wait, and how many were turned away since the start: read from where they are counted.
    pub fn hashing(&self, waiting: usize, rejected: u64) {
        self.hashing_queue.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        self.hashing_rejected.inner().store(rejected, Ordering::Relaxed);
    }

    /// The text that `/metrics` answers, in the OpenMetrics format 1.0.0.
    pub fn encode(&self) -> String {
        let mut encoded = String::new();
        // Writing into a String does not fail; were it to, a half-written page would be worse than an empty one.
        if text::encode(&mut encoded, &self.registry).is_err() {
            encoded.clear();
        }
        encoded
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_encoded_under_its_labels() {
        let metrics = Metrics::default();
        metrics.request(Endpoint::Token, 200, Duration::from_millis(3));
        metrics.request(Endpoint::Token, 204, Duration::from_millis(3));
        metrics.refused(Endpoint::Token, ErrorCode::InvalidGrant);
        metrics.token_issued("refresh_token");
        metrics.login(LoginOutcome::Failed);
        metrics.throttled("account");
        metrics.hashing(7, 3);
        let text = metrics.encode();
        for line in [
            "authy_http_requests_total{endpoint=\"token\",status=\"2xx\"} 2",
            "authy_http_request_duration_seconds_bucket{le=\"0.005\",endpoint=\"token\"} 2",
            "authy_refusals_total{endpoint=\"token\",error=\"invalid_grant\"} 1",
            "authy_tokens_issued_total{grant_type=\"refresh_token\"} 1",
            "authy_logins_total{outcome=\"failed\"} 1",
            "authy_throttled_total{kind=\"account\"} 1",
            "authy_hashing_queue_depth 7",
            "authy_hashing_rejected_total 3",
        ] {
            assert!(text.lines().any(|known| known == line), "{line} is not in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn each_endpoint_has_a_name_of_its_own() {
        for endpoint in Endpoint::ALL {
            assert_eq!(Endpoint::parse(endpoint.label()), Some(*endpoint));
        }
    }
}
