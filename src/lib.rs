//! authy: an OAuth 2 and OpenID Connect identity provider.
//!
//! The modules are layers: a file may import only from the layers above its own. `tests/it/house.rs` keeps the rule.
//!
//! | | module | holds |
//! |---|---|---|
//! | 1 | [`spec`], [`secret`], [`clock`], [`entropy`] | the rules of the specifications, pure |
//! | 2 | [`model`] | what authy keeps |
//! | 3 | [`jose`], [`sealing`] | keys, signatures, encryption at rest |
//! | 4 | [`store`] | SQL and key-value storage |
//! | 5 | [`config`], [`telemetry`], [`failure`], [`hashing`], [`outbound`], [`app`] | the long-lived parts |
//! | 6 | [`client_auth`], [`grants`], [`endpoints`], [`accounts`], [`admin`] | pipelines |
//! | 7 | [`web`] and every `http.rs` and `page.rs` | HTTP and HTML |
//! | 8 | [`routes`], [`server`], [`tasks`], [`boot`], [`cli`] | putting it together |

pub mod accounts;
pub mod admin;
pub mod app;
pub mod boot;
pub mod cli;
pub mod client_auth;
pub mod clock;
pub mod config;
pub mod endpoints;
pub mod entropy;
pub mod failure;
pub mod grants;
pub mod hashing;
pub mod jose;
pub mod model;
pub mod outbound;
pub mod routes;
pub mod sealing;
pub mod secret;
pub mod server;
pub mod spec;
pub mod store;
pub mod tasks;
pub mod telemetry;
pub mod web;
