//! What stands behind the words of a store that cannot be used, and what to do about it. The drivers pass on no codes. Pure.

use super::BootError;

/// One trouble: the words that give it away, what it is, and the mend.
struct Trouble {
    words: &'static [&'static str],
    means: &'static str,
    mend: &'static str,
}

/// In the order in which they are looked for.
const KNOWN: &[Trouble] = &[
    Trouble {
        words: &["no migration of authy made its tables"],
        means: "This database belongs to another program",
        mend: "Name another one with AUTHY_DATABASE_URL (--database-url): one that is empty, or one that authy made.",
    },
    Trouble {
        words: &["file is not a database", "database disk image is malformed"],
        means: "The database file is damaged, or is no database",
        mend: "Restore it from a backup, or name another one with AUTHY_DATABASE_URL (--database-url).",
    },
    Trouble {
        words: &["signing key ", "deserializing field 'public_jwk'", "deserializing field 'algorithm'", "deserializing field 'kid'"],
        means: "A signing key in the database cannot be used",
        mend: "Restore the database from a backup; or run `authy key rotate --emergency`: new keys sign at once, and what the old ones signed is no longer valid.",
    },
    Trouble {
        words: &["deserializing field"],
        means: "A row of the database holds what authy did not write",
        mend: "Restore the database from a backup.",
    },
    Trouble {
        words: &["Is a directory (os"],
        means: "The database must be a file",
        mend: "Name a file with AUTHY_DATABASE_URL (--database-url).",
    },
    Trouble {
        words: &["unable to open database file", "readonly database", "open the database file", "open the migration lock"],
        means: "The database file, its companions (-wal, -shm, .lock) or its directory are closed to this user",
        mend: "Let this user read and write them all (a command that ran as another user, such as root, leaves files of its own), or choose another place with --data-dir or --database-url.",
    },
    Trouble {
        words: &["FATAL: database "],
        means: "Postgres runs, but has no such database",
        mend: "Make it (createdb NAME), or name another one with AUTHY_DATABASE_URL (--database-url).",
    },
    Trouble {
        words: &["password authentication failed", "FATAL: role ", "pg_hba.conf", "password missing", "no password supplied"],
        means: "Postgres runs, but does not let authy in",
        mend: "Check the user and the password in AUTHY_DATABASE_URL (--database-url), and pg_hba.conf of the server.",
    },
    Trouble {
        words: &["permission denied for"],
        means: "The user of the database may not do what authy must",
        mend: "Make that user the owner of the database (alter database … owner to …).",
    },
    Trouble {
        words: &["TLS handshake", "invalid peer certificate"],
        means: "No TLS connection to Postgres could be made",
        mend: "Check sslmode in AUTHY_DATABASE_URL (--database-url), and AUTHY_DATABASE__CA_FILE.",
    },
    Trouble {
        words: &["no such table", "no such column", "relation \"", "column \""],
        means: "The schema is not what its migrations made: something was taken out of it",
        mend: "Restore the database from a backup.",
    },
];

/// What these words of a store mean, if that is known.
pub fn of(words: &str) -> Option<BootError> {
    let found = KNOWN.iter().find(|trouble| trouble.words.iter().any(|known| words.contains(known)))?;
    Some(BootError::new(format!("{}: {}.", found.means, words.trim_end_matches('.')), found.mend))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_names_its_own_mend() {
        for (words, mend) in [
            ("no migration of authy made its tables, such as books", "Name another one"),
            ("the store is unavailable: db error: FATAL: database \"authy\" does not exist", "createdb"),
            ("the store is unavailable: db error: FATAL: role \"authy\" does not exist", "pg_hba.conf"),
            ("db error: FATAL: password authentication failed for user \"authy\"", "the password"),
            ("error performing TLS handshake: server does not support TLS", "sslmode"),
            ("a query failed: permission denied for schema public", "owner"),
            ("a query failed: relation \"users\" does not exist", "backup"),
            ("a query failed: no such table: users", "backup"),
            ("a query failed: database disk image is malformed", "backup"),
            ("the store is unavailable: unable to open database file", "read and write"),
            ("cannot open the database file /data/authy.db: Permission denied (os error 13)", "read and write"),
            ("signing keys could not be opened: signing key k1 was sealed with another master key or is damaged", "--emergency"),
            ("a query failed: Error deserializing field 'public_jwk': expected value", "`authy key rotate --emergency`"),
            ("a query failed: Error deserializing field 'metadata': expected value", "backup"),
        ] {
            let error = of(words).unwrap();
            assert!(error.message.contains(words) && error.mend.contains(mend), "{words}: {error}");
        }
        assert_eq!(of("connection refused"), None);
    }
}
