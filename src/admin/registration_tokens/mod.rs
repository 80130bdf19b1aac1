//! Initial access tokens (RFC 7591 §3): whoever has one may register clients.

use std::time::Duration;

use serde_json::{Value, json};

use crate::admin::fault::{Fault, Faults};
use crate::admin::office::{Office, Problem};
use crate::clock::Timestamp;
use crate::model::registration::RegistrationToken;
use crate::secret::{Secret, TokenHash};
use crate::store::sql::Created;
use crate::telemetry::audit;

/// What a token is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenDraft {
    /// What it is called.
    pub name: String,
    /// How many clients it may register; `None`: as many as it likes.
    pub uses: Option<u32>,
    /// How long it works; `None`: until it is deleted.
    pub lifetime: Option<Duration>,
}

impl Office<'_> {
    /// Makes a token. It is returned once and kept as a hash.
    ///
    /// # Errors
    /// Refused, or the name is taken.
    pub async fn create_registration_token(&self, draft: &TokenDraft) -> Result<(RegistrationToken, Secret<String>), Problem> {
        let name = draft.name.trim();
        let mut faults = Faults::default();
        let fits = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        faults.unless(fits, "name", "The name is empty, too long, or has control characters.", "Give a name of 1 to 100 characters.");
        faults.unless(draft.uses != Some(0), "uses", "A token that may be used never is of no use.", "Give a number of 1 or more.");
        faults.or(())?;
        let secret = Secret::new(self.entropy.token("iat_"));
        let token = RegistrationToken {
            id: self.entropy.uuid(),
            name: name.to_owned(),
            hash: TokenHash::of(secret.expose()),
            uses_left: draft.uses,
            created_at: self.now,
            expires_at: draft.lifetime.map(|lifetime| self.now + lifetime),
        };
        match self.sql.create_registration_token(&token, &self.event(audit::REGISTRATION_TOKEN_CREATED).build()).await? {
            Created::Done => Ok((token, secret)),
            Created::Exists(_) => {
                let message = format!("There is a registration token {name:?} already.");
                Err(Problem::Exists(Fault::new("name", message, "Choose another name, or delete the old one first.")))
            }
        }
    }

    /// All of them, by name.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn list_registration_tokens(&self) -> Result<Vec<RegistrationToken>, Problem> {
        Ok(self.sql.list_registration_tokens().await?)
    }

    /// Deletes the token of that name or id; clients that it registered stay.
    ///
    /// # Errors
    /// Not found.
    pub async fn delete_registration_token(&self, name: &str) -> Result<(), Problem> {
        let found = self.sql.list_registration_tokens().await?.into_iter().find(|token| token.name == name || token.id.to_string() == name);
        let missing = || Problem::not_found("registration token", name, "`authy registration-token list` shows them all.");
        let token = found.ok_or_else(missing)?;
        match self.sql.delete_registration_token(token.id, &self.event(audit::REGISTRATION_TOKEN_DELETED).build()).await? {
            true => Ok(()),
            false => Err(missing()),
        }
    }
}

/// As the command line shows it.
pub fn json(token: &RegistrationToken) -> Value {
    json!({
        "id": token.id.to_string(),
        "name": token.name,
        "uses_left": token.uses_left,
        "created_at": token.created_at.rfc3339(),
        "expires_at": token.expires_at.map(Timestamp::rfc3339),
    })
}
