//! The token endpoint and its grant types.

mod authorization_code;
mod ciba;
mod client_credentials;
mod details;
mod device_code;
mod jwt_bearer;
mod matrix;
mod refresh_token;
mod resources;
mod token_exchange;
