//! How each member that one specification asks for is called, typed and explained on the form of a client. Pure.

use super::members::Kind::{Algorithm, Choice, Json, Text, Tick, Words, WordsOrNone};
use super::members::{Section, member};
use crate::spec::subject::SUBJECT_TYPES;

/// Every member but the keys, which the form shows beside the method, and the record of weakenings, which it keeps by itself.
pub const SECTIONS: &[Section] = &[
    Section {
        title: "Keys and certificates",
        about: "For applications that prove themselves without a shared secret. Of the names of a certificate from an authority give exactly one.",
        members: &[
            member(Algorithm, "token_endpoint_auth_signing_alg", "Signature of its assertions", "The only algorithm that is taken."),
            member(
                Text,
                "tls_client_auth_subject_dn",
                "Subject of its certificate",
                "For example CN=app.example.org,O=Example,C=GB (RFC 4514).",
            ),
            member(Text, "tls_client_auth_san_dns", "DNS name in its certificate", "For example app.example.org."),
            member(Text, "tls_client_auth_san_uri", "URI in its certificate", "For example urn:example:app."),
            member(Text, "tls_client_auth_san_ip", "IP address in its certificate", "For example 192.0.2.7."),
            member(Text, "tls_client_auth_san_email", "E-mail address in its certificate", "For example app@example.org."),
        ],
    },
    Section {
        title: "Tokens bound to a key",
        about: "A stolen token is then of no use without the key. The application must be able to do it.",
        members: &[
            member(Tick, "dpop_bound_access_tokens", "Bind its tokens to a key (DPoP)", "Refuses it a token without a proof (RFC 9449)."),
            member(
                Tick,
                "dpop_nonce_required",
                "Its proofs need a nonce of authy's",
                "A proof cannot then be made in advance (RFC 9449, section 8). It needs one more request now and then.",
            ),
            member(
                Tick,
                "tls_client_certificate_bound_access_tokens",
                "Bind its tokens to its certificate",
                "It must connect with one to get and to use them (RFC 8705).",
            ),
        ],
    },
    Section {
        title: "How it asks",
        about: "What an authorization request of this application must be, and may be.",
        members: &[
            member(
                Tick,
                "require_pushed_authorization_requests",
                "Requests must be pushed",
                "By the application's server, before the browser comes (RFC 9126).",
            ),
            member(Tick, "require_signed_request_object", "Requests must be signed", "With one of its keys (RFC 9101)."),
            member(Algorithm, "request_object_signing_alg", "Signature of its requests", "The only algorithm that is taken."),
            member(Algorithm, "request_object_encryption_alg", "Encryption of its requests: the key", "What it says it will use."),
            member(Algorithm, "request_object_encryption_enc", "Encryption of its requests: the content", "What it says it will use."),
            member(Words, "request_uris", "Addresses of its requests", "One a line. From nowhere else are signed requests fetched."),
            member(
                Words,
                "authorization_details_types",
                "Authorization details",
                "Types that it may ask for (RFC 9396), one a line; made with “authy authorization-type create”.",
            ),
            member(
                WordsOrNone,
                "resources",
                "Resources that it may ask tokens for",
                "Their addresses (RFC 8707), one a line. Empty: every registered one. The word none: none.",
            ),
            member(Words, "default_acr_values", "Kinds of sign-in", "What it wants (acr) unless a request says otherwise, one a line."),
            member(Tick, "require_auth_time", "It needs the time of the sign-in", "authy tells it of every sign-in (auth_time)."),
            member(
                Text,
                "initiate_login_uri",
                "Where its own sign-in begins",
                "Makes it a link on people's account page (OpenID Connect Core 4).",
            ),
            member(Choice(&["web", "native"]), "application_type", "Where it runs", "web: on a server or in a page. native: on a device."),
        ],
    },
    Section {
        title: "Signed and encrypted answers",
        about: "Encryption needs a public key of the application, for encryption, among its keys. Without “the content”, A128CBC-HS256.",
        members: &[
            member(
                Algorithm,
                "authorization_signed_response_alg",
                "Signature of authorization answers",
                "Where it asks for signed ones (JARM).",
            ),
            member(Algorithm, "authorization_encrypted_response_alg", "Encryption of authorization answers: the key", ""),
            member(Algorithm, "authorization_encrypted_response_enc", "Encryption of authorization answers: the content", ""),
            member(Algorithm, "id_token_encrypted_response_alg", "Encryption of ID Tokens: the key", ""),
            member(Algorithm, "id_token_encrypted_response_enc", "Encryption of ID Tokens: the content", ""),
            member(Algorithm, "userinfo_encrypted_response_alg", "Encryption of userinfo: the key", ""),
            member(Algorithm, "userinfo_encrypted_response_enc", "Encryption of userinfo: the content", ""),
            member(
                Algorithm,
                "introspection_signed_response_alg",
                "Signature of introspection answers",
                "Where it asks for signed ones (RFC 9701).",
            ),
            member(Algorithm, "introspection_encrypted_response_alg", "Encryption of introspection answers: the key", ""),
            member(Algorithm, "introspection_encrypted_response_enc", "Encryption of introspection answers: the content", ""),
        ],
    },
    Section {
        title: "Names of people",
        about: "Applications that know people under different names cannot compare what they know.",
        members: &[
            member(
                Choice(SUBJECT_TYPES),
                "subject_type",
                "What people are called",
                "public: by the same name (sub) as elsewhere. pairwise: by a name of this application's own.",
            ),
            member(
                Text,
                "sector_identifier_uri",
                "Sector",
                "Address of a list of redirect URIs; applications with the same one share the names. Needed for pairwise names and several hosts.",
            ),
        ],
    },
    Section {
        title: "Sign-out",
        about: "How the application hears that a session has ended elsewhere.",
        members: &[
            member(
                Text,
                "backchannel_logout_uri",
                "Where its server is told",
                "Every end of a session, also by idleness, is posted here (Back-Channel Logout).",
            ),
            member(Tick, "backchannel_logout_session_required", "Its server needs the session's id", "authy always sends it (sid)."),
            member(
                Text,
                "frontchannel_logout_uri",
                "What the browser opens",
                "A page with the scheme, host and port of a redirect URI, when a person signs out in that browser (Front-Channel Logout).",
            ),
            member(
                Tick,
                "frontchannel_logout_session_required",
                "That page needs the session's id",
                "authy always sends it (iss and sid).",
            ),
        ],
    },
    Section {
        title: "People elsewhere, and other services",
        about: "For the grants that ask people who are elsewhere (CIBA), exchange tokens, or bring the word of another issuer.",
        members: &[
            member(
                Choice(&["poll", "ping", "push"]),
                "backchannel_token_delivery_mode",
                "How it hears of an answer",
                "poll: it asks. ping: it is told to ask. push: it is sent the tokens.",
            ),
            member(Text, "backchannel_client_notification_endpoint", "Where it is told", "For ping and push."),
            member(
                Algorithm,
                "backchannel_authentication_request_signing_alg",
                "Signature of its requests to people",
                "They must then be signed, by this algorithm.",
            ),
            member(
                Tick,
                "exchange_impersonation",
                "Exchanged tokens may not name it",
                "What it does then looks as if the person did it: a weakening.",
            ),
            member(
                Json,
                "assertion_issuers",
                "Issuers that it may bring assertions of",
                "[{\"issuer\": …, \"jwks_uri\": …, \"subject\": \"sub\", \"username\" or \"email\"}]. Nobody asks the people: this is the approval.",
            ),
        ],
    },
    Section {
        title: "Software",
        about: "Kept for your own records.",
        members: &[
            member(Text, "software_id", "Name of the software", "The same for every installation of it."),
            member(Text, "software_version", "Its version", ""),
        ],
    },
];
