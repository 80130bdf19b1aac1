//! The pages of people.

use askama::Template;

use super::form::{self, FIELDS};
use super::lookup::Overview;
use crate::accounts::profile::sessions::device;
use crate::admin::fault::{Fault, Faults};
use crate::admin::form::Form;
use crate::admin::paging::Listing;
use crate::model::session::Session;
use crate::model::user::User;
use crate::web::page::Page;

/// `GET /admin/users`.
#[derive(Debug, Template)]
#[template(path = "admin/users.html")]
pub struct List<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// One page of people.
    pub listing: Listing<User>,
}

impl List<'_> {
    fn first_page(&self) -> String {
        crate::admin::page::first_page(&self.page, "/admin/users", &self.listing.search, self.listing.is_later)
    }

    fn next_page(&self) -> String {
        crate::admin::page::next_page(&self.page, "/admin/users", self.listing.next.as_deref())
    }

    fn summary(&self) -> String {
        crate::admin::page::summary(self.listing.items.len(), self.listing.total)
    }
}

/// `GET /admin/users/new` and `GET /admin/users/{sub}/edit`, and both again with what is wrong.
#[derive(Debug, Template)]
#[template(path = "admin/user_form.html")]
pub struct Edit<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// The person who is edited; `None` for a new one.
    pub user: Option<User>,
    /// Names of the groups there are.
    pub groups: Vec<String>,
    /// What is in the fields.
    pub form: Form,
    /// What is wrong with them.
    pub faults: Faults,
}

impl Edit<'_> {
    fn error(&self, field: &str) -> String {
        crate::admin::page::error(&self.faults, field)
    }

    /// Faults that belong to no field of the form.
    fn others(&self) -> Vec<&Fault> {
        const SHOWN: [&str; 6] = ["username", "email", "name", "groups", "claims", "password"];
        self.faults.iter().filter(|fault| !SHOWN.contains(&fault.field)).collect()
    }

    const fn fields(&self) -> &'static [(&'static str, &'static str)] {
        &FIELDS
    }

    fn open_claims(&self) -> bool {
        self.faults.of("claims").is_some()
    }

    fn edited(&self) -> Option<&str> {
        self.user.as_ref().map(|user| user.subject.as_str())
    }

    fn action(&self) -> String {
        crate::admin::page::form_action(&self.page, "/admin/users", self.edited())
    }

    fn seen(&self) -> Option<String> {
        self.user.as_ref().map(form::seen)
    }

    fn back(&self) -> String {
        crate::admin::page::form_back(&self.page, "/admin/users", self.edited())
    }
}

/// `GET /admin/users/{sub}`.
#[derive(Debug, Template)]
#[template(path = "admin/user.html")]
pub struct Show<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// The person, and what they have open.
    pub overview: Overview,
    /// Whether it is the administrator's own account, which they cannot lock or delete.
    pub oneself: bool,
    /// What is wrong with a new password.
    pub faults: Faults,
}

impl Show<'_> {
    fn error(&self, field: &str) -> String {
        crate::admin::page::error(&self.faults, field)
    }

    /// Each session with what the person signed in with.
    fn sessions(&self) -> Vec<(&Session, String)> {
        self.overview.sessions.iter().map(|session| (session, device::in_words(&session.user_agent))).collect()
    }

    /// Claims beyond the columns.
    fn claims(&self) -> Vec<(&String, String)> {
        let shown = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.overview.user.claims.iter().map(|(name, value)| (name, shown(value))).collect()
    }
}

/// `GET /admin/users/{sub}/delete`.
#[derive(Debug, Template)]
#[template(path = "admin/user_delete.html")]
pub struct Delete<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// The person to be deleted.
    pub user: User,
}
