//! The page that clients frame to ask whether the session changed: OIDC Session Management §3.3. It reads a cookie that is worth nothing
//! else, and only when `AUTHY_SESSION_MANAGEMENT` is on.

pub mod http;
pub mod page;
