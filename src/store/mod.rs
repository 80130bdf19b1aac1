//! What authy remembers: durable things in SQL ([`sql`]), short-lived things in a key-value store ([`kv`]).

pub mod kv;
pub mod sql;

pub use kv::Kv;
pub use sql::Sql;

use diesel::result::{DatabaseErrorKind, Error};

/// Why a store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is away, too slow, or has no connection free: the same question may be answered a moment later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The connection to it was closed before the answer came: on another one the same question may be answered at once. Whether a change was
    /// made nobody knows.
    #[error("the store is unavailable: {0}")]
    Closed(String),
    /// The change contradicts what is stored: a name that is taken, an owner that is gone.
    #[error("the change conflicts with what is stored")]
    Conflict,
    /// What is stored cannot be read, or the question itself is wrong.
    #[error(transparent)]
    Broken(#[from] anyhow::Error),
}

impl StoreError {
    /// Whether the same question may be answered a moment later.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Closed(_))
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        use DatabaseErrorKind as Kind;
        match &error {
            Error::DatabaseError(kind, information) => match kind {
                Kind::UniqueViolation | Kind::ForeignKeyViolation | Kind::RestrictViolation | Kind::ExclusionViolation => Self::Conflict,
                // The first is all that diesel says when the server's socket is gone.
                Kind::UnableToSendCommand | Kind::ClosedConnection => Self::Closed(information.message().to_owned()),
                _ if information.message().contains(LAST_WORDS) => Self::Closed(information.message().to_owned()),
                Kind::SerializationFailure | Kind::ReadOnlyTransaction => Self::Unavailable(information.message().to_owned()),
                _ if is_passing(information.message()) => Self::Unavailable(information.message().to_owned()),
                _ => Self::Broken(anyhow::Error::new(error).context("a query failed")),
            },
            Error::BrokenTransactionManager => Self::Unavailable("the connection was left inside a transaction".to_owned()),
            _ => Self::Broken(anyhow::Error::new(error).context("a query failed")),
        }
    }
}

/// What Postgres says on a connection that it closes.
const LAST_WORDS: &str = "terminating connection";

/// Whether the words of a database error mean "not now": diesel passes on neither SQLSTATE nor SQLite's code.
fn is_passing(message: &str) -> bool {
    const PASSING: [&str; 8] = [
        "the database system is",
        "too many connections",
        "too many clients",
        "remaining connection slots",
        "deadlock detected",
        "canceling statement",
        "database is locked",
        "database table is locked",
    ];
    PASSING.iter().any(|words| message.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(kind: DatabaseErrorKind, message: &str) -> StoreError {
        StoreError::from(Error::DatabaseError(kind, Box::new(message.to_owned())))
    }

    #[test]
    fn a_server_that_restarts_is_unavailable_and_a_taken_name_is_a_conflict() {
        let restart = "terminating connection due to administrator command";
        assert!(database(DatabaseErrorKind::Unknown, restart).is_unavailable());
        assert!(database(DatabaseErrorKind::UnableToSendCommand, "connection closed").is_unavailable());
        assert!(database(DatabaseErrorKind::Unknown, "database is locked").is_unavailable());
        assert!(matches!(database(DatabaseErrorKind::UniqueViolation, "users_email"), StoreError::Conflict));
        assert!(matches!(database(DatabaseErrorKind::Unknown, "syntax error"), StoreError::Broken(_)));
    }

    #[test]
    fn a_connection_that_was_closed_is_told_from_a_database_with_too_much_to_do() {
        let closed = |kind, message| matches!(database(kind, message), StoreError::Closed(_));
        assert!(closed(DatabaseErrorKind::UnableToSendCommand, "connection closed"));
        assert!(closed(DatabaseErrorKind::ClosedConnection, "server closed the connection unexpectedly"));
        assert!(closed(DatabaseErrorKind::Unknown, "terminating connection due to administrator command"));
        for busy in ["canceling statement due to statement timeout", "sorry, too many clients already", "database is locked"] {
            assert!(!closed(DatabaseErrorKind::Unknown, busy) && database(DatabaseErrorKind::Unknown, busy).is_unavailable(), "{busy}");
        }
        assert!(!closed(DatabaseErrorKind::SerializationFailure, "could not serialize access"));
    }
}
