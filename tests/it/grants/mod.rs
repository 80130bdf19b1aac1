//! The token endpoint and its grant types.

mod authorization_code;
mod client_credentials;
mod device_code;
mod refresh_token;
mod token_exchange;
