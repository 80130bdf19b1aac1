//! `templates/admin/explain.html`

use askama::Template;

use super::Explanation;
use crate::web::page::Page;

/// `GET /explain/{error_id}`.
#[derive(Debug, Template)]
#[template(path = "admin/explain.html")]
pub struct Explain<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// What is explained.
    pub explanation: Explanation,
}
