//! What a client gets when somebody agrees away from it: device authorization and CIBA. Pure but for the random bytes it is handed.

use serde_json::Value;
use uuid::Uuid;

use crate::accounts::consent::remember::Approved;
use crate::clock::Timestamp;
use crate::endpoints::authorize::SignedIn;
use crate::entropy::Entropy;
use crate::grants::{open, refresh_token};
use crate::model::approval::Approval;
use crate::model::authentication_request::AuthenticationRequest;
use crate::model::client::Client;
use crate::model::device_code::DeviceCode;
use crate::model::grant::{Authentication, Grant};
use crate::spec::scope::OFFLINE_ACCESS;

/// What was asked for, as far as the client may still have it.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    client: &'a Client,
    scopes: Vec<String>,
    resources: &'a [String],
    authorization_details: &'a [Value],
}

impl<'a> Asked<'a> {
    /// By a device.
    pub fn by_device(client: &'a Client, code: &'a DeviceCode) -> Self {
        let scopes = open::scopes(&code.scopes, client).cloned().collect();
        Self { client, scopes, resources: &code.resources, authorization_details: &code.authorization_details }
    }

    /// By a client that asks for somebody elsewhere.
    pub fn by_request(client: &'a Client, request: &'a AuthenticationRequest) -> Self {
        let scopes = open::scopes(&request.scopes, client).cloned().collect();
        Self { client, scopes, resources: &request.resources, authorization_details: &request.authorization_details }
    }

    /// A person who is signed in agrees: without `offline_access` it ends with their session.
    pub fn approved_by(&self, signed_in: &SignedIn, entropy: &dyn Entropy, now: Timestamp) -> Approval {
        let session = &signed_in.session;
        let authentication =
            Authentication { sid: session.sid.clone(), auth_time: session.auth_time, amr: session.amr.clone(), acr: session.acr.clone() };
        let offline = self.scopes.iter().any(|scope| scope == OFFLINE_ACCESS);
        self.approval(entropy, (&signed_in.user.subject, session.id, offline), authentication, now)
    }

    /// An operator agrees in a person's name, on the command line: there is no session that it could end with, and no sign-in to tell of.
    pub fn approved_for(&self, subject: &str, entropy: &dyn Entropy, now: Timestamp) -> Approval {
        let authentication = Authentication { sid: entropy.identifier(), auth_time: now, amr: Vec::new(), acr: String::new() };
        self.approval(entropy, (subject, Uuid::nil(), true), authentication, now)
    }

    /// What is remembered when a person agrees. The answer goes to no address.
    pub fn remembered_of(&self, subject: &'a str) -> Approved<'a> {
        Approved {
            subject,
            client_id: &self.client.client_id,
            scopes: self.scopes.clone(),
            claims: Vec::new(),
            resources: self.resources.to_vec(),
            authorization_details: self.authorization_details.to_vec(),
            destination: None,
        }
    }

    fn approval(
        &self,
        entropy: &dyn Entropy,
        (subject, session_id, offline): (&str, Uuid, bool),
        authentication: Authentication,
        now: Timestamp,
    ) -> Approval {
        Approval {
            refreshable: refresh_token::is_given(self.client, &self.scopes),
            grant: Grant {
                id: entropy.uuid(),
                subject: subject.to_owned(),
                client_id: self.client.client_id.clone(),
                session_id,
                offline,
                scopes: self.scopes.clone(),
                resources: self.resources.to_vec(),
                authentication,
                claims_request: Value::Null,
                authorization_details: self.authorization_details.to_vec(),
                created_at: now,
                revoked_at: None,
            },
        }
    }
}
