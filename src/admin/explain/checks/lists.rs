//! The checks of each endpoint: what is laid out for whoever asks why, and what the tests of the token endpoint go through. Pure.

use super::{Check, check};
use crate::endpoints::possession::binding::CERTIFICATE;
use crate::telemetry::metrics::Endpoint;

const WELL_FORMED: Check = check(
    "The request is a form or a query of bounded size, and no parameter comes twice.",
    "RFC 6749 §3.1, §3.2",
    "Send every parameter once, form-encoded, and as the reason above says.",
    (&["invalid_request"], &[]),
);
const AUTHENTICATED: Check = check(
    "The client proves who it is, in one way, and that way is the registered one.",
    "RFC 6749 §2.3, §5.2",
    "Check that the client is enabled, its token_endpoint_auth_method (`authy client show`), and its secret; an assertion has a jti of its own, \
     this issuer as aud, and the kid of a key in the client's jwks or at its jwks_uri.",
    (&["invalid_client"], &["client_id", "client_secret", "client_assertion", "client_assertion_type"]),
);
const TOKEN_PRESENTED: Check = check(
    "An access token is presented, in one way, and never in the query.",
    "RFC 6750 §2",
    "Send it as Authorization: Bearer.",
    (&["invalid_request"], &["access_token"]),
);
const POSSESSION: Check = check(
    "The request proves every key and certificate that the tokens are, or must be, bound to.",
    "RFC 9449 §4.3, §5, §7.1, RFC 8705 §3",
    "Send a fresh DPoP proof, with the nonce of the last answer if there was one, or connect with the certificate: `authy client show`.",
    (&["invalid_dpop_proof", "use_dpop_nonce"], &[CERTIFICATE]),
);

const RESOURCES: &str = "Name one that is registered (`authy resource create URI`), that was approved, and that is among the resources of a client \
    which has such a list (`authy client update CLIENT --resource URI …`, naming all of them).";

const AUTHORIZE: &[Check] = &[
    check("The request is well-formed, and no parameter comes twice.", "RFC 6749 §3.1", "Send every parameter once.", (&[], &[])),
    check(
        "A client of that client_id is registered and enabled.",
        "RFC 6749 §2.2, §4.1.1",
        "Compare the client_id with `authy client list`; one that is a URL is as good as the document there, as the reason above says.",
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
        "Push the request again and send its fresh request_uri, or send it as the client's registration asks: `authy client show`.",
        (
            &["invalid_request_uri", "invalid_request_object", "request_not_supported", "request_uri_not_supported"],
            &["request", "request_uri"],
        ),
    ),
    check(
        "The response type and the response mode exist, and the client may use them.",
        "RFC 6749 §4.1.1, Multiple Response Types §2",
        "Use a response type and mode of the client's registration and profile (`authy client show`); the usual one is response_type=code.",
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
        "The authorization details are of types that are open to the client, and fit them.",
        "RFC 9396 §5",
        "Compare them with the schema of their type (`authy authorization-type show TYPE`), and the type with the client's \
         authorization_details_types.",
        (&["invalid_authorization_details"], &["authorization_details"]),
    ),
    check(
        "Somebody is signed in, and has agreed; or pages may be shown.",
        "OIDC Core §3.1.2.3, §3.1.2.4, §3.1.2.6",
        "Send the person here without prompt=none.",
        (&["login_required", "consent_required", "interaction_required", "account_selection_required"], &[]),
    ),
    check("The person agrees.", "RFC 6749 §4.1.2.1", "Offer the person to try again; do not do so on your own.", (&["access_denied"], &[])),
];

const TOKEN: &[Check] = &[
    WELL_FORMED,
    AUTHENTICATED,
    check(
        "The grant type exists, and the client may use it.",
        "RFC 6749 §4, §5.2",
        "Add it to the client: `authy client update CLIENT --grant TYPE …`, naming all of them: the list is replaced.",
        (&["unsupported_grant_type", "unauthorized_client"], &["grant_type"]),
    ),
    POSSESSION,
    check(
        "The code or token is known, in time, unused, and was given to this client, for this redirect URI and verifier.",
        "RFC 6749 §4.1.3, §6, RFC 7636 §4.6",
        "Start again where it came from. A code is used once, soon, with the same redirect_uri and the right code_verifier; of refresh tokens \
         the newest; an assertion, or a token that is exchanged, is mended where the reason above says.",
        (
            &["invalid_grant"],
            &[
                "code",
                "redirect_uri",
                "code_verifier",
                "refresh_token",
                "device_code",
                "auth_req_id",
                "assertion",
                "subject_token",
                "actor_token",
            ],
        ),
    ),
    check(
        "A person who was asked elsewhere has answered in time, and agreed.",
        "RFC 8628 §3.5, CIBA Core §11",
        "Ask again after the interval while it is pending, five seconds later each time after slow_down; start anew when it is over.",
        (&["authorization_pending", "slow_down", "expired_token", "access_denied"], &[]),
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
        (&["invalid_target"], &["resource", "audience"]),
    ),
    check(
        "The authorization details are of types that are open to the client, fit them, and were granted.",
        "RFC 9396 §5, §6",
        "Name some of the details that were approved, to the letter; add their type to the client's authorization_details_types.",
        (&["invalid_authorization_details"], &["authorization_details"]),
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
    POSSESSION,
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
    check(
        "The request is well-formed, no parameter comes twice, and it is one that this endpoint takes.",
        "RFC 6749 §3.1, §3.2, §5.2",
        "Read the reason above, and the page of the code.",
        (&["invalid_request"], &[]),
    ),
    AUTHENTICATED,
];

/// What the endpoint of a refusal checks.
pub fn of_endpoint(endpoint: &str) -> &'static [Check] {
    match Endpoint::parse(endpoint) {
        Some(Endpoint::Authorize) => AUTHORIZE,
        Some(Endpoint::Token) => TOKEN,
        Some(Endpoint::Userinfo) => USERINFO,
        Some(Endpoint::Introspect | Endpoint::Revoke) => ABOUT_TOKENS,
        Some(
            Endpoint::Login
            | Endpoint::Consent
            | Endpoint::Device
            | Endpoint::Logout
            | Endpoint::EndSession
            | Endpoint::Setup
            | Endpoint::Account
            | Endpoint::Admin,
        ) => PAGES,
        // Refusals of an earlier version are kept under this name for as long as `lifetimes.error_record` says.
        None if endpoint == "the pages of accounts" => PAGES,
        _ => OTHERS,
    }
}
