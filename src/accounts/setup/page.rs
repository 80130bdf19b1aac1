//! The page on which the first administrator is made.

use askama::Template;

use crate::web::page::{FieldErrors, Page};

/// `templates/accounts/setup.html`
#[derive(Debug, Template)]
#[template(path = "accounts/setup.html")]
pub struct SetupPage<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// What was typed before.
    pub email: String,
    /// What was typed before.
    pub username: String,
    /// What is wrong with it.
    pub errors: FieldErrors,
    /// What a password must be like.
    pub password_hint: &'static str,
    /// Where the form goes.
    pub action: String,
}
