//! The page with what a person says about themselves.

use askama::Template;

use super::fields::{FIELDS, Field, Kind};
use crate::model::user::User;
use crate::spec::params::Params;
use crate::web::page::{FieldErrors, Page};

/// `templates/accounts/profile.html`
#[derive(Debug, Template)]
#[template(path = "accounts/profile.html")]
pub struct ProfilePage<'a> {
    page: Page<'a>,
    username: String,
    email: String,
    email_verified: bool,
    groups: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    field: &'static Field,
    value: String,
    error: String,
}

impl Row {
    const fn kind(&self) -> &'static str {
        match self.field.kind {
            Kind::WebAddress => "url",
            Kind::Text | Kind::TimeZone | Kind::Language => "text",
        }
    }
}

impl<'a> ProfilePage<'a> {
    /// The page of a person. After a form that could not be taken it shows what was typed.
    pub fn new(page: Page<'a>, user: &User, typed: Option<&Params>, errors: &FieldErrors) -> Self {
        let value = |field: &Field| match typed {
            Some(typed) if typed.has_field(field.name) => typed.get(field.name).unwrap_or_default().to_owned(),
            _ => stored(user, field.name),
        };
        Self {
            page,
            username: user.username.clone(),
            email: user.email.clone().unwrap_or_default(),
            email_verified: user.email_verified,
            groups: user.groups.clone(),
            rows: FIELDS.iter().map(|field| Row { field, value: value(field), error: errors.of(field.name).to_owned() }).collect(),
        }
    }
}

fn stored(user: &User, claim: &str) -> String {
    match claim {
        "name" => user.name.clone().unwrap_or_default(),
        claim => user.claims.get(claim).and_then(|value| value.as_str()).unwrap_or_default().to_owned(),
    }
}
