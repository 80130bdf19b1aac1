//! What each endpoint checks, in its order, and the clause that asks for it. Pure: from a kept refusal to the check that it failed.

mod lists;

use crate::model::audit::ErrorRecord;

pub use lists::of_endpoint;

/// One check of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// What has to hold, in a sentence.
    pub what: &'static str,
    /// Who says so.
    pub clause: &'static str,
    /// What to do when it does not hold.
    pub mend: &'static str,
    /// The codes that a refusal by this check may have.
    pub codes: &'static [&'static str],
    /// The parameters that it looks at.
    pub parameters: &'static [&'static str],
}

/// How a check ended for one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It held.
    Passed,
    /// The request was refused here.
    Refused,
    /// It was not looked at any more.
    NotReached,
}

impl Verdict {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Refused => "refused",
            Self::NotReached => "not reached",
        }
    }
}

const fn check(
    what: &'static str,
    clause: &'static str,
    mend: &'static str,
    (codes, parameters): (&'static [&'static str], &'static [&'static str]),
) -> Check {
    Check { what, clause, mend, codes, parameters }
}

/// The checks of one request in their order. The one that refused it is told by the parameter at fault, else by the code; a failure of
/// ours is none of the request's.
pub fn of(record: &ErrorRecord) -> Vec<(&'static Check, Verdict)> {
    let checks = of_endpoint(&record.endpoint);
    if matches!(record.error.as_str(), "server_error" | "temporarily_unavailable") {
        return Vec::new();
    }
    let by_parameter = record.about.as_deref().and_then(|about| checks.iter().position(|check| check.parameters.contains(&about)));
    let by_code = || checks.iter().position(|check| check.codes.contains(&record.error.as_str()));
    let failed = by_parameter.or_else(by_code).unwrap_or(0);
    let verdict = |at: usize| match at.cmp(&failed) {
        std::cmp::Ordering::Less => Verdict::Passed,
        std::cmp::Ordering::Equal => Verdict::Refused,
        std::cmp::Ordering::Greater => Verdict::NotReached,
    };
    checks.iter().enumerate().map(|(at, check)| (check, verdict(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::endpoints::possession::binding::CERTIFICATE;
    use crate::spec::error::ErrorCode;

    fn refused(endpoint: &str, error: &str, about: Option<&str>) -> Option<&'static str> {
        let record = ErrorRecord {
            id: "e".into(),
            at: Timestamp::default(),
            error: error.into(),
            description: String::new(),
            detail: String::new(),
            endpoint: endpoint.into(),
            client_id: None,
            about: about.map(str::to_owned),
        };
        of(&record).into_iter().find(|(_, verdict)| *verdict == Verdict::Refused).map(|(check, _)| check.clause)
    }

    #[test]
    fn the_parameter_at_fault_names_the_check_and_else_the_code_does() {
        assert_eq!(refused("authorize", "invalid_request", Some("code_challenge")), Some("RFC 7636 §4.3, §4.4.1, RFC 9700 §2.1.1"));
        assert_eq!(refused("authorize", "login_required", None), Some("OIDC Core §3.1.2.3, §3.1.2.4, §3.1.2.6"));
        assert_eq!(refused("token", "invalid_client", None), Some("RFC 6749 §2.3, §5.2"));
        assert_eq!(refused("token", "invalid_authorization_details", Some("authorization_details")), Some("RFC 9396 §5, §6"));
        assert_eq!(refused("token", "invalid_request", None), Some("RFC 6749 §3.1, §3.2"));
        assert_eq!(refused("token", "invalid_request", Some(CERTIFICATE)), Some("RFC 9449 §4.3, §5, §7.1, RFC 8705 §3"));
        for endpoint in ["token", "userinfo"] {
            assert_eq!(refused(endpoint, "use_dpop_nonce", None), Some("RFC 9449 §4.3, §5, §7.1, RFC 8705 §3"));
        }
        assert_eq!(refused("token", "server_error", None), None);
        for page in ["login", "end_session", "admin", "the pages of accounts"] {
            assert_eq!(refused(page, "access_denied", None), Some("RFC 6819 §4.4.1.8"), "{page}");
        }
        assert_eq!(refused("authorize", "invalid_authorization_details", Some("authorization_details")), Some("RFC 9396 §5"));
        for code in ["invalid_request", "unknown_user_id"] {
            assert_eq!(refused("elsewhere", code, None), Some("RFC 6749 §3.1, §3.2, §5.2"));
        }
    }

    #[test]
    fn what_comes_before_passed_and_what_comes_after_was_not_reached() {
        let code = "invalid_scope";
        let record = ErrorRecord { about: None, error: code.into(), endpoint: "token".into(), ..record() };
        let verdicts: Vec<_> = of(&record).into_iter().map(|(_, verdict)| verdict).collect();
        assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Passed).count(), 6);
        assert_eq!(verdicts.last(), Some(&Verdict::NotReached));
    }

    fn record() -> ErrorRecord {
        ErrorRecord {
            id: String::new(),
            at: Timestamp::default(),
            error: String::new(),
            description: String::new(),
            detail: String::new(),
            endpoint: String::new(),
            client_id: None,
            about: None,
        }
    }

    #[test]
    fn every_code_in_the_lists_is_a_registered_one() {
        for check in ["authorize", "token", "userinfo", "revoke", "logout", "elsewhere"].map(of_endpoint).concat() {
            for code in check.codes {
                assert!(ErrorCode::parse(code).is_some(), "{code}");
            }
            assert!(check.what.ends_with('.') && check.mend.ends_with('.'), "{}", check.what);
        }
    }
}
