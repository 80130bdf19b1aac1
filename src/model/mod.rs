//! What authy keeps: plain structs, one per file, without wire names and without storage.

pub mod approval;
pub mod audit;
pub mod authentication_request;
pub mod authorization_code;
pub mod authorization_type;
pub mod client;
pub mod confirmation;
pub mod consent;
pub mod device_code;
pub mod grant;
pub mod group;
pub mod logout_delivery;
pub mod pushed_request;
pub mod refresh_token;
pub mod registration;
pub mod resource;
pub mod session;
pub mod signing_key;
pub mod transaction;
pub mod user;
