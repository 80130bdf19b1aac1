//! The JWK Set: RFC 7517 §5, OIDC Discovery §3 `jwks_uri`.

pub mod http;
