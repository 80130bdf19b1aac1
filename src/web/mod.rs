//! The toolkit of the pages and endpoints: it knows HTTP and HTML, and no endpoint.

pub mod assets;
pub mod brand;
pub mod client_address;
pub mod client_certificate;
pub mod connection;
pub mod cookies;
pub mod cors;
pub mod csrf;
pub mod error_page;
pub mod etag;
pub mod extract;
pub mod help;
pub mod json_body;
pub mod limits;
pub mod not_found;
pub mod observe;
pub mod page;
pub mod render;
pub mod report;
pub mod request_id;
pub mod respond;
#[cfg(test)]
mod samples;
pub mod security_headers;
pub mod unread;
