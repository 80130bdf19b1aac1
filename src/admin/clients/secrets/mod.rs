//! Client secrets: made, brought, and retired. Two live at once while an application is moved from one to the next.

use uuid::Uuid;

use crate::admin::office::{Office, Problem};
use crate::failure::Failure;
use crate::model::client::{Client, ClientSecret, SecretHash};
use crate::sealing::Purpose;
use crate::secret::{Secret, TokenHash};
use crate::spec::client_metadata::ClientDraft;
use crate::telemetry::audit;

impl Office<'_> {
    /// A secret to store. One that authy makes has 256 random bits and is returned in the clear; one that somebody brings may be weak
    /// and is hashed slowly. One that the client signs with must be had back: it is sealed.
    pub(super) async fn new_secret(
        &self,
        client: &Client,
        brought: Option<&Secret<String>>,
    ) -> Result<(ClientSecret, Option<Secret<String>>), Problem> {
        let made = brought.is_none().then(|| Secret::new(self.entropy.token("cs_")));
        let hash = match (brought, &made) {
            (Some(secret), _) | (None, Some(secret)) if client.signs_with_secret() => SecretHash::Sealed(self.seal(secret)?),
            (Some(brought), _) => SecretHash::Bcrypt(self.hash(brought).await?),
            (None, Some(made)) => SecretHash::Sha256(TokenHash::of(made.expose())),
            (None, None) => return Err(Problem::Failed(Failure::Broken(anyhow::anyhow!("neither made nor brought a secret")))),
        };
        Ok((ClientSecret { id: self.entropy.uuid(), hash, created_at: self.now, expires_at: None }, made))
    }

    fn seal(&self, secret: &Secret<String>) -> Result<Vec<u8>, Problem> {
        let sealer = self.sealer.ok_or_else(|| Problem::Failed(Failure::Broken(anyhow::anyhow!("the master key is not open"))))?;
        Ok(sealer.seal(Purpose::Stored, secret.expose().as_bytes(), self.entropy))
    }

    /// After a change of kind: a client that proves itself with a secret has one of the right kind, another has none.
    pub(super) async fn fit_secrets(&self, client: &Client) -> Result<Option<Secret<String>>, Problem> {
        if !client.has_secrets() {
            for secret in &client.secrets {
                let event = self.event(audit::CLIENT_SECRET_RETIRED).client(&client.client_id).build();
                self.sql.retire_client_secret(&client.client_id, secret.id, Some(&event)).await?;
            }
            return Ok(None);
        }
        let of_use = |secret: &ClientSecret| !client.signs_with_secret() || matches!(secret.hash, SecretHash::Sealed(_));
        if client.secrets.iter().any(of_use) {
            return Ok(None);
        }
        self.add_secret(client).await.map(Some)
    }

    /// Gives a client a new secret beside the one it has; of three the oldest goes. The new one is returned once.
    ///
    /// # Errors
    /// Not found, or the client is public.
    pub async fn rotate_secret(&self, client_id: &str) -> Result<(Client, Secret<String>), Problem> {
        let client = self.confidential(client_id).await?;
        let made = self.add_secret(&client).await?;
        self.forget_client(client_id);
        Ok((self.client(client_id).await?, made))
    }

    /// The same with a secret that the administrator brings.
    ///
    /// # Errors
    /// Not found, the client is public, or the secret is too weak or has characters that clients encode wrongly.
    pub async fn bring_secret(&self, client_id: &str, brought: &Secret<String>) -> Result<Client, Problem> {
        let client = self.confidential(client_id).await?;
        let draft = ClientDraft { secret: Some(brought.clone()), ..ClientDraft::of(&client) };
        super::checked(&draft)?;
        let (secret, _) = self.new_secret(&client, Some(brought)).await?;
        let event = self.event(audit::CLIENT_SECRET_ADDED).client(client_id).build();
        self.sql.add_client_secret(client_id, &secret, Some(&event)).await?;
        self.forget_client(client_id);
        self.client(client_id).await
    }

    async fn add_secret(&self, client: &Client) -> Result<Secret<String>, Problem> {
        let (secret, made) = self.new_secret(client, None).await?;
        let event = self.event(audit::CLIENT_SECRET_ADDED).client(&client.client_id).build();
        self.sql.add_client_secret(&client.client_id, &secret, Some(&event)).await?;
        made.ok_or_else(|| Problem::Failed(Failure::Broken(anyhow::anyhow!("no secret was made"))))
    }

    /// Retires one secret: it stops working within a second.
    ///
    /// # Errors
    /// Not found, or it is the only one.
    pub async fn retire_secret(&self, client_id: &str, id: Uuid) -> Result<Client, Problem> {
        let client = self.confidential(client_id).await?;
        if client.secrets.len() == 1 && client.secrets.iter().any(|secret| secret.id == id) {
            return Err(Problem::refused(
                "",
                "This is the client's only secret.",
                "Make a new one first, or disable the client to shut it out.",
            ));
        }
        let event = self.event(audit::CLIENT_SECRET_RETIRED).client(client_id).build();
        if !self.sql.retire_client_secret(client_id, id, Some(&event)).await? {
            return Err(Problem::not_found("secret", &id.to_string(), "It may be retired already."));
        }
        self.forget_client(client_id);
        self.client(client_id).await
    }

    /// Retires every secret but the newest.
    ///
    /// # Errors
    /// Not found, or the client is public.
    pub async fn retire_old_secrets(&self, client_id: &str) -> Result<Client, Problem> {
        let client = self.confidential(client_id).await?;
        if let Some(newest) = client.secrets.first() {
            let event = self.event(audit::CLIENT_SECRET_RETIRED).client(client_id).build();
            self.sql.retire_other_client_secrets(client_id, newest.id, &event).await?;
            self.forget_client(client_id);
        }
        self.client(client_id).await
    }

    async fn confidential(&self, client_id: &str) -> Result<Client, Problem> {
        let client = self.client(client_id).await?;
        if client.is_public() {
            return Err(Problem::refused("", "A public client has no secret.", "Change it to a confidential client first."));
        }
        if !client.has_secrets() {
            let mend = "Change its token_endpoint_auth_method to one that uses a secret first.";
            return Err(Problem::refused("", "The client proves itself by a key, not by a secret.", mend));
        }
        Ok(client)
    }
}
