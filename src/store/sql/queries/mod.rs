//! Every query, once: this folder is a module of each backend, with `Conn` as that backend's connection.

pub mod audit;
pub mod authentication_requests;
pub mod authorization_types;
pub mod clients;
pub mod consents;
pub mod credentials;
pub mod grants;
pub mod groups;
pub mod logouts;
pub mod master_key;
pub mod migrations;
pub mod refresh_tokens;
pub mod registration;
pub mod resources;
pub mod revoked_tokens;
pub mod sessions;
pub mod settings;
pub mod signing_keys;
pub mod sweep;
pub mod users;

use super::{Conn, redemption, renewal, rotation, sign_in, turns};
use crate::secret::TokenHash;

diesel::define_sql_function! {
    /// Lower case: of every letter on Postgres, of ASCII on SQLite.
    fn lower(text: diesel::sql_types::Nullable<diesel::sql_types::Text>) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

/// A stored value that this version cannot read.
fn unreadable(what: &'static str) -> diesel::result::Error {
    diesel::result::Error::DeserializationError(what.into())
}

fn hash_of(bytes: &[u8], what: &'static str) -> diesel::QueryResult<TokenHash> {
    TokenHash::from_slice(bytes).ok_or_else(|| unreadable(what))
}

/// Postgres stores no NUL in text: a name that has one is nobody's.
fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}

/// A pattern that finds `search` anywhere, with `\` as its escape.
fn containing(search: &str) -> String {
    let mut pattern = String::with_capacity(search.len() + 2);
    pattern.push('%');
    for letter in search.chars().filter(|letter| *letter != '\0') {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_of_a_search_are_ordinary_letters() {
        assert_eq!(containing("50%_a\\b\0"), "%50\\%\\_a\\\\b%");
    }
}
