//! Finding clients: one by id or name, many by page, and those with weakened settings.

use super::no_client;
use super::weakness::{self, Weakness};
use crate::admin::office::{Office, Problem, page_of};
use crate::admin::paging::{self, Listing, Question};
use crate::model::client::Client;
use crate::store::sql::Page;

/// How many clients are looked through for weakened settings.
const MOST_LOOKED_THROUGH: usize = 2_000;

impl Office<'_> {
    /// By `client_id`.
    ///
    /// # Errors
    /// Not found.
    pub async fn client(&self, client_id: &str) -> Result<Client, Problem> {
        self.sql.client_by_id(client_id).await?.ok_or_else(|| no_client(client_id))
    }

    /// By `client_id`, or by name when only one client has it.
    ///
    /// # Errors
    /// Not found, or the name is not unique.
    pub async fn find_client(&self, name: &str) -> Result<Client, Problem> {
        if let Some(client) = self.sql.client_by_id(name).await? {
            return Ok(client);
        }
        let mut named = self.sql.clients_by_name(name).await?.into_iter();
        match (named.next(), named.len()) {
            (Some(client), 0) => Ok(client),
            (Some(_), others) => {
                let message = format!("{} clients are called {name:?}.", others.saturating_add(1));
                Err(Problem::refused("", message, "Name the one you mean by its client_id."))
            }
            (None, _) => Err(no_client(name)),
        }
    }

    /// One page of the list.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn list_clients(&self, question: &Question) -> Result<Listing<Client>, Problem> {
        let items = self.sql.list_clients(&page_of(question)).await?;
        let total = self.sql.count_clients(&question.search).await?;
        Ok(Listing::cut(question, items, total, Page::client_key))
    }

    /// As many as asked for, and the key to go on after when there are more.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn clients_page(&self, page: &Page) -> Result<(Vec<Client>, Option<String>), Problem> {
        let mut clients = self.sql.list_clients(&Page { limit: page.limit.saturating_add(1), ..page.clone() }).await?;
        let next = paging::cut(&mut clients, page.limit, Page::client_key);
        Ok((clients, next))
    }

    /// Every client.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn all_clients(&self, search: &str) -> Result<Vec<Client>, Problem> {
        let mut all: Vec<Client> = Vec::new();
        loop {
            let page = Page { search: search.to_owned(), after: all.last().map(Page::client_key), limit: 500 };
            let next = self.sql.list_clients(&page).await?;
            if next.is_empty() {
                return Ok(all);
            }
            all.extend(next);
        }
    }

    /// Clients whose settings are weaker than they could be.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn weakened_clients(&self) -> Result<Vec<(Client, Vec<Weakness>)>, Problem> {
        let mut weakened = Vec::new();
        let (mut after, mut seen) = (None, 0_usize);
        while seen < MOST_LOOKED_THROUGH {
            let clients = self.sql.list_clients(&Page { search: String::new(), after, limit: 500 }).await?;
            let Some(last) = clients.last() else { break };
            (after, seen) = (Some(Page::client_key(last)), seen.saturating_add(clients.len()));
            weakened.extend(
                clients
                    .into_iter()
                    .map(|client| (weakness::of(&client), client))
                    .filter_map(|(found, client)| (!found.is_empty()).then_some((client, found))),
            );
        }
        Ok(weakened)
    }
}
