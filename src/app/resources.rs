//! Registered resources (RFC 8707), however a request spells them.

use std::sync::Arc;

use super::{App, shared};
use crate::model::resource::Resource;
use crate::spec::resource;
use crate::store::StoreError;

impl App {
    /// The registered resource that a URI names. From here on it is called as it is registered.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn resource(&self, uri: &str) -> Result<Option<Arc<Resource>>, StoreError> {
        let name = resource::normal(uri);
        let found = self.caches.resources.read(name.as_str(), || shared(self.resources_named(uri))).await?;
        Ok(found.and_then(|all| resource::named(uri, all.as_slice(), |known| known.uri.as_str()).cloned()))
    }

    /// They are several only where they were registered before spellings were compared; each goes by its own then.
    async fn resources_named(&self, uri: &str) -> Result<Option<Vec<Arc<Resource>>>, StoreError> {
        let all: Vec<Arc<Resource>> = self.sql.resources_named(uri).await?.into_iter().map(Arc::new).collect();
        Ok((!all.is_empty()).then_some(all))
    }
}
