//! The page on which a password is changed.

use askama::Template;

use crate::web::page::{FieldErrors, Page};

/// `templates/accounts/security.html`
#[derive(Debug, Template)]
#[template(path = "accounts/security.html")]
pub struct SecurityPage<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// For password managers.
    pub username: String,
    /// When the password was last changed; empty: there is none.
    pub changed_at: String,
    /// What is wrong with what was typed.
    pub errors: FieldErrors,
    /// What a password must be like.
    pub password_hint: &'static str,
}
