//! The first page of administration: how much there is, and what needs a look.

use std::time::Duration;

use crate::admin::office::{Office, Problem};

/// A second secret that is older than this was probably forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Something that needs a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attention {
    /// The client it is about.
    pub client_id: String,
    /// Its name.
    pub client_name: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub mend: String,
}

/// What is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// Clients in all.
    pub clients: i64,
    /// Users in all.
    pub users: i64,
    /// Groups in all.
    pub groups: usize,
    /// What needs a look.
    pub attention: Vec<Attention>,
}

impl Office<'_> {
    /// Everything the first page shows.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn overview(&self) -> Result<Overview, Problem> {
        let mut attention = Vec::new();
        for (client, weaknesses) in self.weakened_clients().await? {
            attention.extend(weaknesses.into_iter().map(|weakness| Attention {
                client_id: client.client_id.clone(),
                client_name: client.name.clone(),
                what: weakness.what.into_owned(),
                mend: weakness.mend.to_owned(),
            }));
        }
        for client in self.all_clients("").await? {
            let newest_is_old = client.secrets.first().is_some_and(|secret| self.now.since(secret.created_at) > FORGOTTEN_AFTER);
            if client.secrets.len() > 1 && newest_is_old {
                attention.push(Attention {
                    client_id: client.client_id,
                    client_name: client.name,
                    what: "Two secrets are live, and the newer one is more than a week old.".to_owned(),
                    mend: "Retire the older one once the application uses the newer.".to_owned(),
                });
            }
        }
        Ok(Overview {
            clients: self.sql.count_clients("").await?,
            users: self.sql.count_users("").await?,
            groups: self.list_groups().await?.len(),
            attention,
        })
    }
}
