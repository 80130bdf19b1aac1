//! Clients: registered, changed, disabled and deleted by an administrator.

pub mod document;
pub mod form;
pub mod http;
pub mod json;
pub mod lookup;
pub mod members;
pub mod outside;
pub mod page;
pub mod places;
pub mod secrets;
pub mod sections;
pub mod snippet;
pub mod weakness;

use serde_json::json;

use crate::admin::fault::{Fault, Faults};
use crate::admin::office::{Office, Problem};
use crate::client_auth::registration;
use crate::clock::Timestamp;
use crate::model::client::protocol::Weakening;
use crate::model::client::{Client, ClientMetadata};
use crate::secret::Secret;
use crate::spec::client_metadata::weakening::{self, Allowance};
use crate::spec::client_metadata::{self, ClientDraft, settled};
use crate::store::sql::Created;
use crate::telemetry::audit::{self, Actor};
use outside::Unfit;

impl Office<'_> {
    /// Registers a client: RFC 7591 §2. Returns the secret if authy made one; it is never shown again.
    ///
    /// # Errors
    /// Refused with every fault at once, or the `client_id` is taken.
    pub async fn create_client(&self, draft: &ClientDraft) -> Result<(Client, Option<Secret<String>>), Problem> {
        let metadata = checked_now(draft, &[], self.now)?;
        self.check_outside(draft, None).await?;
        self.provide_keys(metadata.signing_algorithms()).await?;
        let mut client = Client {
            client_id: draft.client_id.clone().unwrap_or_else(|| self.entropy.identifier()),
            name: draft.name.trim().to_owned(),
            origin: draft.origin,
            enabled: true,
            metadata,
            secrets: Vec::new(),
            created_at: self.now,
            updated_at: self.now,
        };
        let mut made = None;
        if client.has_secrets() {
            let (secret, plain) = self.new_secret(&client, draft.secret.as_ref()).await?;
            client.secrets.push(secret);
            made = plain;
        }
        weakening::record(&mut client, &self.allowance(draft).await?);
        let event = self.event(audit::CLIENT_CREATED).client(&client.client_id).build();
        match self.sql.create_client(&client, &event).await? {
            Created::Done => {
                self.forget_client(&client.client_id);
                Ok((client, made))
            }
            Created::Exists(_) => {
                let message = format!("There is a client {:?} already.", client.client_id);
                Err(Problem::Exists(Fault::new("client_id", message, "Choose another client_id, or leave it out to have one made.")))
            }
        }
    }

    /// Changes a client, as it was read before, to what the draft says; who registered it and whether it is enabled stay. A client that
    /// becomes confidential gets its first secret, one that becomes public loses its secrets.
    ///
    /// # Errors
    /// Not found, refused with every fault at once, or somebody else changed the client since it was read.
    pub async fn update_client(&self, before: &Client, draft: &ClientDraft) -> Result<(Client, Option<Secret<String>>), Problem> {
        let client_id = before.client_id.as_str();
        let draft = ClientDraft { origin: before.origin, client_id: Some(before.client_id.clone()), secret: None, ..draft.clone() };
        let metadata = checked_now(&draft, &before.metadata.protocol.weakenings, self.now)?;
        self.check_outside(&draft, Some(&before.metadata)).await?;
        self.provide_keys(metadata.signing_algorithms()).await?;
        let mut client = Client { name: draft.name.trim().to_owned(), metadata, ..before.clone() };
        let allowance = self.allowance(&draft).await?;
        if before.is_vouched_for() {
            weakening::record(&mut client, &allowance);
        } else {
            weakening::record_for_good(&mut client, &before.metadata.protocol.weakenings, &allowance);
            settled::note(before, &mut client);
        }
        let event = self.event(audit::CLIENT_UPDATED).client(client_id).build();
        if !self.sql.update_client(&client, &event).await? {
            self.client(client_id).await?;
            return Err(Problem::Refused(form::changed_meanwhile().into()));
        }
        let made = self.fit_secrets(&client).await?;
        self.forget_client(client_id);
        Ok((self.client(client_id).await?, made))
    }

    /// RFC 7591 §5, OIDC Registration §5: addresses that are called must be ones that can be, and a sector must know its redirect URIs.
    async fn check_outside(&self, draft: &ClientDraft, before: Option<&ClientMetadata>) -> Result<(), Problem> {
        let unfit = outside::check(self.outbound, draft, before).await;
        if unfit.is_empty() { Ok(()) } else { Err(unfit.into_iter().map(fault_of).collect::<Faults>().into()) }
    }

    /// By whose word this registration may be weaker than the default: whom it names, else who registers.
    async fn allowance(&self, draft: &ClientDraft) -> Result<Allowance, Problem> {
        let renews = draft.allowed_by.is_some() || draft.allowed_until.is_some();
        let by = match (&draft.allowed_by, self.actor) {
            (Some(name), _) => name.clone(),
            (None, Actor::Person(subject)) => {
                self.sql.user_by_subject(subject).await?.map_or_else(|| subject.to_owned(), |user| user.username)
            }
            (None, actor) => actor.as_str().to_owned(),
        };
        Ok(Allowance { by, until: draft.allowed_until, renews })
    }

    /// Lets a client in again, or refuses it everywhere. What it was granted stays and works again afterwards.
    ///
    /// # Errors
    /// Not found.
    pub async fn enable_client(&self, client_id: &str, enabled: bool) -> Result<Client, Problem> {
        let event = self.event(audit::CLIENT_UPDATED).client(client_id).detail(json!({"enabled": enabled})).build();
        if !self.sql.enable_client(client_id, enabled, &event).await? {
            return Err(no_client(client_id));
        }
        self.forget_client(client_id);
        self.client(client_id).await
    }

    /// Deletes a client with every approval and token it was given.
    ///
    /// # Errors
    /// Not found.
    pub async fn delete_client(&self, client_id: &str) -> Result<(), Problem> {
        let event = self.event(audit::CLIENT_DELETED).client(client_id).build();
        if !self.sql.delete_client(client_id, &event).await? {
            return Err(no_client(client_id));
        }
        self.forget_client(client_id);
        Ok(())
    }
}

/// As [`checked`]; and nothing is allowed until a day that is over, which would say that it is in force while it never is.
fn checked_now(draft: &ClientDraft, recorded: &[Weakening], now: Timestamp) -> Result<ClientMetadata, Faults> {
    let checked = checked(draft);
    if !weakening::allows_the_past(draft, recorded, now) {
        return checked;
    }
    let mut faults = checked.err().unwrap_or_default();
    faults.add(
        "allowed_until",
        "What is weaker than the default would be allowed until a day that is over.",
        "Name today or a later day (UTC), or none: then it is allowed until further notice.",
    );
    Err(faults)
}

/// The rules of `spec::client_metadata`, with their findings as faults.
fn checked(draft: &ClientDraft) -> Result<ClientMetadata, Faults> {
    let metadata = client_metadata::check(draft).map_err(faults_of)?;
    let mut problems = registration::check(&metadata);
    problems.extend(useless_secret(draft, &metadata));
    if problems.is_empty() { Ok(metadata) } else { Err(faults_of(problems)) }
}

/// A secret that somebody brings for a client that proves itself otherwise, or that is too short to sign with (RFC 7518 §3.2).
fn useless_secret(draft: &ClientDraft, metadata: &ClientMetadata) -> Option<client_metadata::Problem> {
    use crate::model::client::AuthMethod::{ClientSecretBasic, ClientSecretJwt, ClientSecretPost};
    let secret = draft.secret.as_ref()?;
    let problem =
        |problem: &str, mend: &str| client_metadata::Problem { field: "client_secret", problem: problem.into(), mend: mend.into() };
    match metadata.auth_method {
        None | Some(ClientSecretBasic | ClientSecretPost) => None,
        Some(ClientSecretJwt) if secret.expose().len() >= 32 => None,
        Some(ClientSecretJwt) => Some(problem("it is too short to sign with", "bring 32 characters or more")),
        Some(_) => Some(problem("the client's authentication method uses no secret", "leave the secret out")),
    }
}

/// Every fault of a form at once: what could not be read, and what the rules say about the rest.
pub fn with_rules(mut unread: Faults, draft: &ClientDraft) -> Faults {
    unread.extend(checked(draft).err().iter().flat_map(|faults| faults.iter().cloned()).collect::<Vec<_>>());
    unread
}

fn faults_of(problems: Vec<client_metadata::Problem>) -> Faults {
    let fault = |found: client_metadata::Problem| Fault::new(found.field, sentence(&found.problem), sentence(&found.mend));
    problems.into_iter().map(fault).collect()
}

fn fault_of(unfit: Unfit) -> Fault {
    match unfit {
        Unfit::Address(field, why) => Fault::new(
            field,
            format!("The provider does not connect to this address: {why}."),
            "Use an https URL on a public host, or name its host in AUTHY_OUTBOUND__ALLOW_HOSTS_FOR_ADMINISTRATORS (for a client that registered itself, in AUTHY_OUTBOUND__ALLOW_HOSTS), for the server and for this command.",
        ),
        Unfit::Sector(why) => Fault::new(
            "sector_identifier_uri",
            format!("The document at this address does not name the client's own addresses: {why}."),
            "Let it answer with a JSON array of all redirect URIs, as application/json (OpenID Connect Registration section 5); with CIBA also of the jwks_uri, or of the notification endpoint for push.",
        ),
    }
}

/// The rules speak in half sentences.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

fn no_client(name: &str) -> Problem {
    Problem::not_found("client", name, "`authy client list` shows them all.")
}
