//! What people see who do not get in.

use askama::Template;

use crate::web::page::Page;

/// A link from another site led here: one click on our own page brings the Strict cookie along.
#[derive(Debug, Template)]
#[template(path = "admin/interstitial.html")]
pub struct Interstitial<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// The same page again: a path of ours.
    pub here: String,
}
