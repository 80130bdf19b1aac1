//! The toolkit of the pages and endpoints: it knows HTTP and HTML, and no endpoint.

pub mod assets;
pub mod brand;
pub mod page;
#[cfg(test)]
mod samples;
