//! Finding people: one by name, many by page.

use super::no_user;
use crate::accounts::login;
use crate::admin::office::{Office, Problem, page_of};
use crate::admin::paging::{self, Listing, Question};
use crate::model::consent::Consent;
use crate::model::session::Session;
use crate::model::user::User;
use crate::store::sql::Page;

/// What the page of a user shows.
#[derive(Debug)]
pub struct Overview {
    /// The person.
    pub user: User,
    /// Live sessions.
    pub sessions: Vec<Session>,
    /// What they approved, with the applications' names.
    pub apps: Vec<(Consent, String)>,
    /// Whether they can sign in with a password.
    pub has_password: bool,
}

impl Office<'_> {
    /// By `sub`.
    ///
    /// # Errors
    /// Not found.
    pub async fn user(&self, subject: &str) -> Result<User, Problem> {
        self.sql.user_by_subject(subject).await?.ok_or_else(|| no_user(subject))
    }

    /// By `sub`, username or e-mail address.
    ///
    /// # Errors
    /// Not found.
    pub async fn find_user(&self, name: &str) -> Result<User, Problem> {
        if let Some(user) = self.sql.user_by_subject(name).await? {
            return Ok(user);
        }
        let found = self.sql.user_by_login(&login::typed(name)).await?;
        found.map(|(user, _)| user).ok_or_else(|| no_user(name))
    }

    /// One page of the list.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn list_users(&self, question: &Question) -> Result<Listing<User>, Problem> {
        let items = self.sql.list_users(&page_of(question)).await?;
        let total = self.sql.count_users(&question.search).await?;
        Ok(Listing::cut(question, items, total, |user| user.username.clone()))
    }

    /// As many as asked for, and the key to go on after when there are more.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn users_page(&self, page: &Page) -> Result<(Vec<User>, Option<String>), Problem> {
        let mut users = self.sql.list_users(&Page { limit: page.limit.saturating_add(1), ..page.clone() }).await?;
        let next = paging::cut(&mut users, page.limit, |user| user.username.clone());
        Ok((users, next))
    }

    /// What the page of a user shows.
    ///
    /// # Errors
    /// Not found.
    pub async fn user_overview(&self, subject: &str) -> Result<Overview, Problem> {
        let user = self.user(subject).await?;
        Ok(Overview {
            sessions: self.sql.sessions_of(subject, self.now).await?,
            apps: self.sql.consents_of(subject).await?,
            has_password: self.sql.password_of(subject).await?.is_some(),
            user,
        })
    }
}
