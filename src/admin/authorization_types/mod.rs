//! Types of authorization details (RFC 9396): what applications may ask for in detail.

pub mod draft;

use crate::admin::fault::Fault;
use crate::admin::office::{Office, Problem};
use crate::model::authorization_type::AuthorizationType;
use crate::store::sql::Created;
use crate::telemetry::audit;

use draft::TypeDraft;

impl Office<'_> {
    /// Registers a type.
    ///
    /// # Errors
    /// Refused with every fault, or the type is there already.
    pub async fn create_authorization_type(&self, draft: &TypeDraft) -> Result<AuthorizationType, Problem> {
        let known = draft.check(self.now)?;
        let event = self.event(audit::AUTHORIZATION_TYPE_CREATED).build();
        match self.sql.create_authorization_type(&known, &event).await? {
            Created::Done => Ok(known),
            Created::Exists(_) => {
                let message = format!("There is a type {:?} already.", draft.kind);
                Err(Problem::Exists(Fault::new("type", message, "Change it with `authy authorization-type update`.")))
            }
        }
    }

    /// All types by name.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn list_authorization_types(&self) -> Result<Vec<AuthorizationType>, Problem> {
        Ok(self.sql.list_authorization_types().await?)
    }

    /// By name.
    ///
    /// # Errors
    /// Not found.
    pub async fn find_authorization_type(&self, kind: &str) -> Result<AuthorizationType, Problem> {
        let known = self.sql.list_authorization_types().await?;
        known.into_iter().find(|known| known.kind == kind).ok_or_else(|| no_type(kind))
    }

    /// Changes a type; its name stays. What was approved before stays approved.
    ///
    /// # Errors
    /// Not found or refused.
    pub async fn update_authorization_type(&self, draft: &TypeDraft) -> Result<AuthorizationType, Problem> {
        let before = self.find_authorization_type(&draft.kind).await?;
        let known = draft.check(before.created_at)?;
        if !self.sql.update_authorization_type(&known, &self.event(audit::AUTHORIZATION_TYPE_UPDATED).build()).await? {
            return Err(no_type(&draft.kind));
        }
        Ok(known)
    }

    /// Deletes a type.
    ///
    /// # Errors
    /// Not found.
    pub async fn delete_authorization_type(&self, kind: &str) -> Result<(), Problem> {
        if !self.sql.delete_authorization_type(kind, &self.event(audit::AUTHORIZATION_TYPE_DELETED).build()).await? {
            return Err(no_type(kind));
        }
        Ok(())
    }
}

fn no_type(kind: &str) -> Problem {
    let mend = "`authy authorization-type list` shows them all; `authy authorization-type create` makes one.";
    Problem::not_found("authorization type", kind, mend)
}
