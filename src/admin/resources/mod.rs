//! Resources (RFC 8707): the APIs that take authy's access tokens.

pub mod draft;

use crate::admin::fault::Fault;
use crate::admin::office::{Office, Problem};
use crate::model::resource::Resource;
use crate::spec::resource;
use crate::store::sql::Created;
use crate::telemetry::audit;

use draft::ResourceDraft;

impl Office<'_> {
    /// Registers a resource.
    ///
    /// # Errors
    /// Refused with every fault, or the URI is taken, or an introspection client is unknown.
    pub async fn create_resource(&self, draft: &ResourceDraft) -> Result<Resource, Problem> {
        let resource = self.checked(draft, None).await?;
        match self.sql.create_resource(&resource, &self.event(audit::RESOURCE_CREATED).build()).await? {
            Created::Done => Ok(resource),
            Created::Exists(_) => {
                let known = self.spelled(&draft.uri).await?.map_or_else(|| draft.uri.clone(), |known| known.uri);
                let message = format!("There is a resource {known:?} already.");
                Err(Problem::Exists(Fault::new("uri", message, "Change it with `authy resource update`.")))
            }
        }
    }

    /// All resources by URI.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn list_resources(&self) -> Result<Vec<Resource>, Problem> {
        Ok(self.sql.list_resources().await?)
    }

    /// By URI, however it is spelled, or by name when only one has it.
    ///
    /// # Errors
    /// Not found.
    pub async fn find_resource(&self, name: &str) -> Result<Resource, Problem> {
        if let Some(resource) = self.spelled(name).await? {
            return Ok(resource);
        }
        let mut named = self.sql.list_resources().await?.into_iter().filter(|resource| resource.name == name);
        match (named.next(), named.next()) {
            (Some(resource), None) => Ok(resource),
            (Some(_), Some(_)) => {
                Err(Problem::refused("", format!("Several resources are called {name:?}."), "Name the one you mean by its URI."))
            }
            (None, _) => Err(no_resource(name)),
        }
    }

    /// Changes a resource; its URI stays.
    ///
    /// # Errors
    /// Not found or refused.
    pub async fn update_resource(&self, draft: &ResourceDraft) -> Result<Resource, Problem> {
        let before = self.sql.resource(&draft.uri).await?.ok_or_else(|| no_resource(&draft.uri))?;
        let resource = self.checked(draft, Some(&before)).await?;
        if !self.sql.update_resource(&resource, &self.event(audit::RESOURCE_UPDATED).build()).await? {
            return Err(no_resource(&draft.uri));
        }
        Ok(resource)
    }

    /// Deletes a resource.
    ///
    /// # Errors
    /// Not found.
    pub async fn delete_resource(&self, uri: &str) -> Result<(), Problem> {
        if !self.sql.delete_resource(uri, &self.event(audit::RESOURCE_DELETED).build()).await? {
            return Err(no_resource(uri));
        }
        Ok(())
    }

    async fn spelled(&self, uri: &str) -> Result<Option<Resource>, Problem> {
        let known = self.sql.resources_named(uri).await?;
        Ok(resource::named(uri, &known, |known| known.uri.as_str()).cloned())
    }

    async fn checked(&self, draft: &ResourceDraft, before: Option<&Resource>) -> Result<Resource, Problem> {
        let mut resource = draft.check(before.map_or(self.now, |before| before.created_at))?;
        let mut clients = Vec::with_capacity(resource.introspection_clients.len());
        for name in &resource.introspection_clients {
            clients.push(self.find_client(name).await?.client_id);
        }
        resource.introspection_clients = clients;
        Ok(resource)
    }
}

fn no_resource(name: &str) -> Problem {
    Problem::not_found("resource", name, "`authy resource list` shows them all; `authy resource create` makes one.")
}
