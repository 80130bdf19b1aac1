//! The pages of clients.

use askama::Template;

use super::form;
use super::members::{self, Section};
use super::sections::SECTIONS;
use super::snippet::{Endpoint, Snippet};
use super::weakness::Weakness;
use crate::admin::fault::{Fault, Faults};
use crate::admin::form::Form;
use crate::admin::paging::Listing;
use crate::clock::Timestamp;
use crate::model::client::Client;
use crate::spec::grant_type::{self, Registered};
use crate::spec::response_type::ResponseType;
use crate::web::page::Page;

/// `GET /admin/clients`.
#[derive(Debug, Template)]
#[template(path = "admin/clients.html")]
pub struct List<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// One page of clients.
    pub listing: Listing<Client>,
}

impl List<'_> {
    fn weakened(&self, client: &Client) -> bool {
        !super::weakness::of(client).is_empty()
    }

    fn first_page(&self) -> String {
        crate::admin::page::first_page(&self.page, "/admin/clients", &self.listing.search, self.listing.is_later)
    }

    fn next_page(&self) -> String {
        crate::admin::page::next_page(&self.page, "/admin/clients", self.listing.next.as_deref())
    }

    fn summary(&self) -> String {
        crate::admin::page::summary(self.listing.items.len(), self.listing.total)
    }
}

/// The grant types on the form, in its order: the id of the box, its label, and what people read after the registered name.
const GRANTS: &[(Registered, [&str; 3])] = &[
    (grant_type::AUTHORIZATION_CODE, ["grant-authorization-code", "Sign people in", ""]),
    (grant_type::REFRESH_TOKEN, ["grant-refresh-token", "Stay connected without asking again", ""]),
    (grant_type::CLIENT_CREDENTIALS, ["grant-client-credentials", "Act for itself, without a person", ""]),
    (grant_type::DEVICE_CODE, ["grant-device-code", "Sign people in on a device without a browser", ""]),
    (grant_type::CIBA, ["grant-ciba", "Ask people who are elsewhere", ""]),
    (grant_type::TOKEN_EXCHANGE, ["grant-token-exchange", "Exchange a token that it was handed", ""]),
    (grant_type::JWT_BEARER, ["grant-jwt-bearer", "Bring the word of another issuer", ", the issuers are named below"]),
    (grant_type::IMPLICIT, ["grant-implicit", "Get tokens through the browser", "; for the profile legacy, and fapi1 with code id_token"]),
];

fn remark(grant: &Registered, more: &str) -> String {
    let confidential = if grant.open_to_public_clients { "" } else { "; for confidential applications" };
    format!("{confidential}{more}")
}

/// `GET /admin/clients/new` and `GET /admin/clients/{id}/edit`, and both again with what is wrong.
#[derive(Debug, Template)]
#[template(path = "admin/client_form.html")]
pub struct Edit<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// The client that is edited; `None` for a new one.
    pub client: Option<Client>,
    /// What is in the fields.
    pub form: Form,
    /// What is wrong with them.
    pub faults: Faults,
}

impl Edit<'_> {
    fn seen(&self) -> Option<String> {
        self.client.as_ref().map(form::seen)
    }

    fn error(&self, field: &str) -> String {
        crate::admin::page::error(&self.faults, field)
    }

    /// Faults that belong to no field of the form.
    fn others(&self) -> Vec<&Fault> {
        const SHOWN: &[&str] = &[
            "allowed_until",
            "client_name",
            "client_id",
            "token_endpoint_auth_method",
            "redirect_uris",
            "post_logout_redirect_uris",
            "grant_types",
            "response_types",
            "scope",
            "profile",
            "id_token_claims",
            "id_token_signed_response_alg",
            "userinfo_signed_response_alg",
            "access_token_format",
            "default_resource",
            "allowed_origins",
            "default_max_age",
            "access_token_lifetime",
            "id_token_lifetime",
            "refresh_token_lifetime",
            "client_uri",
            "logo_uri",
            "policy_uri",
            "tos_uri",
            "contacts",
            "jwks",
            "jwks_uri",
        ];
        // A box has no place for a sentence.
        let beside = |field: &str| SHOWN.contains(&field) || members::all().any(|member| member.name == field && !member.is_tick());
        self.faults.iter().filter(|fault| !beside(fault.field)).collect()
    }

    /// What single specifications ask for.
    fn sections(&self) -> &'static [Section] {
        SECTIONS
    }

    fn open_section(&self, section: &Section) -> bool {
        section.members.iter().any(|member| self.faults.of(member.name).is_some())
    }

    /// The ways to get tokens: the id of each box, its label, the registered name, and what people read after that.
    fn grant_types(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str, String)> {
        GRANTS.iter().map(|(grant, [box_id, label, more])| (*box_id, *label, grant.name, remark(grant, more)))
    }

    fn response_types(&self) -> impl Iterator<Item = (String, &'static str)> {
        ResponseType::SUPPORTED.iter().map(|kind| (format!("response-type-{}", kind.as_str().replace([' ', '_'], "-")), kind.as_str()))
    }

    /// Whether a folded part has something wrong in it and must be open.
    fn open(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.faults.of(field).is_some())
    }

    fn open_tokens(&self) -> bool {
        self.open(&[
            "id_token_claims",
            "id_token_signed_response_alg",
            "userinfo_signed_response_alg",
            "access_token_format",
            "default_resource",
            "access_token_lifetime",
            "id_token_lifetime",
            "refresh_token_lifetime",
            "default_max_age",
        ])
    }

    fn open_presentation(&self) -> bool {
        self.open(&["client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts"])
    }

    fn open_advanced(&self) -> bool {
        self.open(&[
            "client_id",
            "token_endpoint_auth_method",
            "jwks",
            "jwks_uri",
            "profile",
            "response_types",
            "allowed_until",
            "allowed_origins",
            "post_logout_redirect_uris",
        ])
    }

    /// The profiles with a few words on each.
    fn profiles(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("oauth21", "oauth21: the code flow by today's rules (RFC 9700)"),
            ("fapi2", "fapi2: FAPI 2.0 Security Profile"),
            ("fapi1", "fapi1: FAPI 1.0 Advanced"),
            ("legacy", "legacy: for applications that cannot be changed"),
        ]
    }

    fn edited(&self) -> Option<&str> {
        self.client.as_ref().map(|client| client.client_id.as_str())
    }

    fn action(&self) -> String {
        crate::admin::page::form_action(&self.page, "/admin/clients", self.edited())
    }

    fn back(&self) -> String {
        crate::admin::page::form_back(&self.page, "/admin/clients", self.edited())
    }
}

/// `GET /admin/clients/{id}`, and the answer that shows a new secret once.
#[derive(Debug, Template)]
#[template(path = "admin/client.html")]
pub struct Show<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// The client.
    pub client: Client,
    /// A secret that was just made; it is never shown again.
    pub secret: Option<String>,
    /// The moment, by which allowances have run out or not.
    pub now: Timestamp,
    /// What could be stronger.
    pub weaknesses: Vec<Weakness>,
    /// The deployment's endpoints.
    pub endpoints: Vec<Endpoint>,
    /// Ready to copy.
    pub snippets: Vec<Snippet>,
}

impl Show<'_> {
    /// By whose word a weakness is in force.
    fn word(&self, weakness: &Weakness) -> String {
        weakness.word(self.now)
    }

    /// The registered metadata as rows: the member's name, and its value in words.
    fn rows(&self) -> Vec<(String, String)> {
        let shown_elsewhere = ["client_id", "client_name", "created_at", "updated_at", "enabled", "origin", "client_id_issued_at"];
        crate::spec::client_metadata::to_registered_json(&self.client)
            .into_iter()
            .filter(|(name, _)| !shown_elsewhere.contains(&name.as_str()))
            .map(|(name, value)| (name, in_words(&value)))
            .collect()
    }
}

/// A JSON value for people.
fn in_words(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(in_words).collect::<Vec<_>>().join("  ·  "),
        other => other.to_string(),
    }
}

/// `GET /admin/clients/{id}/delete`.
#[derive(Debug, Template)]
#[template(path = "admin/client_delete.html")]
pub struct Delete<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// The client to be deleted.
    pub client: Client,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grant_type_has_its_box() {
        let mut boxes: Vec<&str> = GRANTS.iter().map(|(grant, _)| grant.name).collect();
        let mut known = grant_type::names();
        boxes.sort_unstable();
        known.sort_unstable();
        assert_eq!(boxes, known);
    }
}
