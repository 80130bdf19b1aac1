//! The toolkit of the pages and endpoints: it knows HTTP and HTML, and no endpoint.

pub mod assets;
pub mod brand;
pub mod client_address;
pub mod cookies;
pub mod limits;
pub mod page;
pub mod request_id;
#[cfg(test)]
mod samples;
pub mod security_headers;
