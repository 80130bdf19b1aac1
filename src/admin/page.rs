//! What the pages of administration have in common.

use askama::Template;
use url::form_urlencoded;

use crate::admin::fault::Faults;
use crate::web::page::Page;

/// `GET /admin`.
#[derive(Debug, Template)]
#[template(path = "admin/overview.html")]
pub struct Overview<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// What is there, and what needs a look.
    pub overview: crate::admin::overview::Overview,
}

/// A page that only says something: why nobody gets in here, or that a thing is not there.
#[derive(Debug, Template)]
#[template(path = "admin/message.html")]
pub struct Message<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// The heading.
    pub heading: &'static str,
    /// One or two plain sentences.
    pub text: String,
    /// Where to go on: a path with the base, and its label.
    pub link: (String, &'static str),
}

/// What is wrong with a field, with its mend; empty when it is right.
pub fn error(faults: &Faults, field: &str) -> String {
    faults.of(field).map(|fault| format!("{} {}", fault.message, fault.mend)).unwrap_or_default()
}

/// The way back to the first page of a list; empty on the first page.
pub fn first_page(page: &Page<'_>, path: &str, search: &str, is_later: bool) -> String {
    if !is_later {
        return String::new();
    }
    if search.is_empty() {
        return format!("{}{path}", page.base);
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("search", search).finish();
    format!("{}{path}?{query}", page.base)
}

/// The way to the next page of a list; empty on the last page.
pub fn next_page(page: &Page<'_>, path: &str, next: Option<&str>) -> String {
    next.map(|query| format!("{}{path}?{query}", page.base)).unwrap_or_default()
}

/// Where the form of a new thing, or of the one that is edited, is sent.
pub fn form_action(page: &Page<'_>, path: &str, edited: Option<&str>) -> String {
    let base = page.base;
    edited.map_or_else(|| format!("{base}{path}/new"), |id| format!("{base}{path}/{id}/edit"))
}

/// Where to go from such a form without sending it.
pub fn form_back(page: &Page<'_>, path: &str, edited: Option<&str>) -> String {
    let base = page.base;
    edited.map_or_else(|| format!("{base}{path}"), |id| format!("{base}{path}/{id}"))
}

/// How much of a list is shown.
pub fn summary(shown: usize, total: i64) -> String {
    format!("{shown} of {total}")
}
