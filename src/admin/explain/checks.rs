//! What each endpoint checks, in its order, and the clause that asks for it. Pure: from a kept refusal to the check that it failed.

use crate::model::audit::ErrorRecord;

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
    codes: &'static [&'static str],
    /// The parameters that it looks at.
    parameters: &'static [&'static str],
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

const WELL_FORMED: Check = check(
    "The request is a form or a query of bounded size, and no parameter comes twice.",
    "RFC 6749 §3.1, §3.2",
    "Send every parameter once, form-encoded.",
    (&["invalid_request"], &[]),
);
const AUTHENTICATED: Check = check(
    "The client proves who it is, in one way, and that way is the registered one.",
    "RFC 6749 §2.3, §5.2",
    "Check the client id and the secret, that the client is enabled, and its token_endpoint_auth_method: `authy client show`.",
    (&["invalid_client"], &["client_id", "client_secret", "client_assertion", "client_assertion_type"]),
);
const TOKEN_PRESENTED: Check = check(
    "An access token is presented, in one way, and never in the query.",
    "RFC 6750 §2",
    "Send it as Authorization: Bearer.",
    (&["invalid_request"], &["access_token"]),
);

const AUTHORIZE: &[Check] = &[
    check("The request is well-formed, and no parameter comes twice.", "RFC 6749 §3.1", "Send every parameter once.", (&[], &[])),
    check(
        "A client of that client_id is registered and enabled.",
        "RFC 6749 §2.2, §4.1.1",
        "Compare the client_id with `authy client list`.",
        (&["invalid_client", "unauthorized_client"], &["client_id"]),
    ),
    check(
        "The redirect_uri is, letter by letter, one that is registered.",
        "RFC 6749 §3.1.2, RFC 9700 §2.1, RFC 8252 §7.3",
        "Register the exact URI: `authy client update CLIENT --redirect-uri URI …`, naming all of them: the list is replaced.",
        (&[], &["redirect_uri"]),
    ),
    check(
        "What the request refers to, a pushed request or a request object, can be used.",
        "RFC 9101 §6, RFC 9126 §4",
        "Send the parameters themselves, or a fresh request_uri.",
        (
            &["invalid_request_uri", "invalid_request_object", "request_not_supported", "request_uri_not_supported"],
            &["request", "request_uri"],
        ),
    ),
    check(
        "The response type and the response mode exist, and the client may use them.",
        "RFC 6749 §4.1.1, Multiple Response Types §2",
        "Use response_type=code, and add other types to the client's registration.",
        (&["unsupported_response_type", "unauthorized_client"], &["response_type", "response_mode"]),
    ),
    check(
        "At least one scope that was asked for is open to the client.",
        "RFC 6749 §3.3",
        "Add the scope to the client: `authy client update CLIENT --scope SCOPE …`, naming all of them: the list is replaced.",
        (&["invalid_scope"], &["scope"]),
    ),
    check(
        "A PKCE challenge is there where it is due, and is S256.",
        "RFC 7636 §4.3, §4.4.1, RFC 9700 §2.1.1",
        "Send code_challenge with code_challenge_method=S256.",
        (&[], &["code_challenge", "code_challenge_method"]),
    ),
    check(
        "prompt, max_age, hints and claims make sense.",
        "OIDC Core §3.1.2.1, §5.5",
        "Compare the named parameter with the specification.",
        (
            &["unmet_authentication_requirements"],
            &["prompt", "max_age", "id_token_hint", "login_hint", "claims", "acr_values", "display", "ui_locales", "nonce"],
        ),
    ),
    check("The resource is registered, and open to the client.", "RFC 8707 §2", RESOURCES, (&["invalid_target"], &["resource"])),
    check(
        "Somebody is signed in, and has agreed; or pages may be shown.",
        "OIDC Core §3.1.2.3, §3.1.2.4, §3.1.2.6",
        "Send the person here without prompt=none.",
        (&["login_required", "consent_required", "interaction_required", "account_selection_required"], &[]),
    ),
    check("The person agrees.", "RFC 6749 §4.1.2.1", "Offer the person to try again; do not do so on your own.", (&["access_denied"], &[])),
];

const RESOURCES: &str = "Name one that is registered (`authy resource create URI`), that was approved, and that is among the resources of a client \
    which has such a list (`authy client update CLIENT --resource URI …`, naming all of them).";

const TOKEN: &[Check] = &[
    WELL_FORMED,
    AUTHENTICATED,
    check(
        "The grant type exists, and the client may use it.",
        "RFC 6749 §4, §5.2",
        "Add it to the client: `authy client update CLIENT --grant TYPE …`, naming all of them: the list is replaced.",
        (&["unsupported_grant_type", "unauthorized_client"], &["grant_type"]),
    ),
    check(
        "The code or token is known, in time, unused, and was given to this client, for this redirect URI and verifier.",
        "RFC 6749 §4.1.3, §6, RFC 7636 §4.6",
        "Start again at the authorization endpoint. Use a code once, soon, with the same redirect_uri and the right code_verifier.",
        (&["invalid_grant", "access_denied"], &["code", "redirect_uri", "code_verifier", "refresh_token"]),
    ),
    check(
        "The scope is no wider than what was granted.",
        "RFC 6749 §3.3, §6",
        "Leave scope out, or ask for less.",
        (&["invalid_scope"], &["scope"]),
    ),
    check(
        "The resource is registered, was granted, and is open to the client.",
        "RFC 8707 §2.2",
        RESOURCES,
        (&["invalid_target"], &["resource"]),
    ),
];

const USERINFO: &[Check] = &[
    TOKEN_PRESENTED,
    check(
        "The token is ours, alive, and meant for this endpoint.",
        "RFC 6750 §3.1",
        "Refresh it, or start again.",
        (&["invalid_token"], &[]),
    ),
    check(
        "It carries the scope openid.",
        "OIDC Core §5.3, RFC 6750 §3.1",
        "Ask for openid at the authorization endpoint.",
        (&["insufficient_scope"], &[]),
    ),
];

const ABOUT_TOKENS: &[Check] = &[
    WELL_FORMED,
    AUTHENTICATED,
    check(
        "The token was given to this client, or the client may ask about it.",
        "RFC 7009 §2.1, RFC 7662 §2.1",
        "Use the credentials of the client that the token was issued to.",
        (&["invalid_grant", "unauthorized_client", "access_denied"], &["token"]),
    ),
];

const PAGES: &[Check] = &[
    check(
        "The page's link is whole, in time, and belongs to this browser.",
        "RFC 9700 §4.7",
        "Start again in the application.",
        (&["invalid_request"], &[]),
    ),
    check(
        "The form was sent by a page of ours, in this browser and session.",
        "RFC 6819 §4.4.1.8",
        "Load the page again, and send the form once more.",
        (&["access_denied"], &[]),
    ),
];

const OTHERS: &[Check] = &[
    WELL_FORMED,
    AUTHENTICATED,
    check("The request is one that this endpoint takes.", "RFC 6749 §5.2", "Read the reason above, and the page of the code.", (&[], &[])),
];

/// What the endpoint of a refusal checks.
fn checks(endpoint: &str) -> &'static [Check] {
    match endpoint {
        "authorize" => AUTHORIZE,
        "token" => TOKEN,
        "userinfo" => USERINFO,
        "introspect" | "revoke" => ABOUT_TOKENS,
        "the pages of accounts" | "admin" | "logout" | "setup" => PAGES,
        _ => OTHERS,
    }
}

/// The checks of one request in their order. The one that refused it is told by the parameter at fault, else by the code; a failure of
/// ours is none of the request's.
pub fn of(record: &ErrorRecord) -> Vec<(&'static Check, Verdict)> {
    let checks = checks(&record.endpoint);
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
        assert_eq!(refused("token", "server_error", None), None);
        assert_eq!(refused("elsewhere", "invalid_request", None), Some("RFC 6749 §3.1, §3.2"));
    }

    #[test]
    fn what_comes_before_passed_and_what_comes_after_was_not_reached() {
        let code = "invalid_scope";
        let record = ErrorRecord { about: None, error: code.into(), endpoint: "token".into(), ..record() };
        let verdicts: Vec<_> = of(&record).into_iter().map(|(_, verdict)| verdict).collect();
        assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Passed).count(), 4);
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
        for check in [AUTHORIZE, TOKEN, USERINFO, ABOUT_TOKENS, PAGES, OTHERS].concat() {
            for code in check.codes {
                assert!(ErrorCode::parse(code).is_some(), "{code}");
            }
            assert!(check.what.ends_with('.') && check.mend.ends_with('.'), "{}", check.what);
        }
    }
}
