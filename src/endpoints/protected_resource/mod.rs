//! Protected Resource Metadata for registered resources that live on the issuer's own host: RFC 9728.

pub mod http;

use crate::app::App;
use crate::failure::Failure;
use crate::spec::protected_resource::{self, Metadata};

/// RFC 9728 §3.2: the document of the resource that belongs at this place, if one is registered.
///
/// # Errors
/// When the database is away.
pub async fn document(app: &App, rest: &str, query: &str) -> Result<Option<Metadata>, Failure> {
    for uri in protected_resource::candidates(app.issuer.origin(), rest, query) {
        if let Some(resource) = app.resource(&uri).await? {
            return Ok(Some(protected_resource::metadata(&resource, &app.issuer)));
        }
    }
    Ok(None)
}
