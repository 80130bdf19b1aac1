//! What applications ask of people (OpenID CIBA), answered by an operator: for trials, and for people who cannot reach their own pages.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::accounts::approval::Asked;
use crate::admin::fault::Fault;
use crate::admin::office::{Office, Problem};
use crate::model::approval::Outcome;
use crate::model::authentication_request::AuthenticationRequest;
use crate::secret::TokenHash;
use crate::telemetry::audit;

/// A request as commands show it.
pub fn json(request: &AuthenticationRequest) -> Value {
    json!({
        "id": request.id.to_string(),
        "client_id": request.client_id,
        "sub": request.subject,
        "binding_message": request.binding_message,
        "scope": request.scopes.join(" "),
        "authorization_details": request.authorization_details,
        "delivery": request.delivery.as_str(),
        "created_at": request.created_at.rfc3339(),
        "expires_at": request.expires_at.rfc3339(),
    })
}

impl Office<'_> {
    /// Those of enabled applications that can be answered now, the newest first and at most a hundred; of one person or of everybody.
    ///
    /// # Errors
    /// When the person is not found, or the store is away.
    pub async fn list_approvals(&self, user: Option<&str>) -> Result<Vec<AuthenticationRequest>, Problem> {
        let subject = match user {
            Some(user) => Some(self.find_user(user).await?.subject),
            None => None,
        };
        Ok(self.sql.pending_authentication_requests(subject.as_deref(), self.now).await?)
    }

    /// Answers one in the person's name: by its id, or by the `auth_req_id` that its client was given.
    ///
    /// # Errors
    /// Not found, answered before, or expired.
    pub async fn answer_approval(&self, name: &str, allow: bool) -> Result<AuthenticationRequest, Problem> {
        let found = match Uuid::parse_str(name) {
            Ok(id) => self.sql.authentication_request_by_id(id).await?,
            Err(_) => self.sql.authentication_request(&TokenHash::of(name)).await?,
        };
        // What was typed may be an `auth_req_id`, which is a secret: it is not repeated.
        let request = found.ok_or_else(|| {
            Problem::NotFound(Fault::new("", "No request of that id waits for an answer.", "`authy approval list` shows those that do."))
        })?;
        let client = self.find_client(&request.client_id).await?;
        let asked = Asked::by_request(&client, &request);
        let (outcome, kind) = match allow {
            true => (Outcome::Approved(Box::new(asked.approved_for(&request.subject, self.entropy, self.now))), audit::REQUEST_APPROVED),
            false => (Outcome::Denied, audit::REQUEST_DENIED),
        };
        let event = self.event(kind).subject(&request.subject).client(&request.client_id).build();
        if !self.sql.answer_authentication_request(request.id, &outcome, self.now, &event).await? {
            return Err(Problem::refused("id", "That request was answered before or has expired.", "See `authy approval list`."));
        }
        Ok(request)
    }
}
