//! The page without a face.

use askama::Template;

/// `templates/check_session.html`
#[derive(Debug, Template)]
#[template(path = "check_session.html")]
pub struct CheckSessionPage {
    /// The name of the cookie that the script reads.
    pub cookie: &'static str,
    /// The address of the script.
    pub script: String,
}
