//! One contract for both storages.

mod authentication_requests;
mod clients;
mod grants;
mod kv;
mod logouts;
mod master_key;
mod migrations;
mod misc;
mod outages;
mod people;
mod refresh_tokens;
mod samples;
mod schema;
mod sessions;
mod sweep;
