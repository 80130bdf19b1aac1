//! Bringing the schema up or down: the same versions on both databases, embedded in the binary.

use diesel::backend::Backend;
use diesel::migration::MigrationSource;
use diesel_migrations::MigrationHarness;

use crate::store::StoreError;

/// What to do with the migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Apply those that are not applied.
    Up,
    /// Revert all that are applied.
    Down,
}

/// Does the step on a connection that holds the lock, and returns the versions it concerns.
pub(super) fn run<B: Backend>(
    connection: &mut impl MigrationHarness<B>,
    source: impl MigrationSource<B>,
    step: Step,
) -> Result<Vec<String>, StoreError> {
    let versions = match step {
        Step::Up => connection.run_pending_migrations(source).map(|all| all.iter().map(ToString::to_string).collect()),
        Step::Down => connection.revert_all_migrations(source).map(|all| all.iter().map(ToString::to_string).collect()),
    };
    versions.map_err(|error| StoreError::Broken(anyhow::anyhow!("a migration failed: {error}")))
}

/// The versions of all migrations in the binary, in order.
pub(super) fn versions<B: Backend>(source: impl MigrationSource<B>) -> Result<Vec<String>, StoreError> {
    let all = source.migrations().map_err(|error| anyhow::anyhow!("the migrations cannot be read: {error}"))?;
    let mut versions: Vec<String> = all.iter().map(|one| one.name().version().to_string()).collect();
    versions.sort();
    Ok(versions)
}

/// How a database stands to the migrations in the binary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Those that are to be applied, in order.
    pub pending: Vec<String>,
    /// What was applied and is not in the binary: a newer authy did that.
    pub unknown: Vec<String>,
}

impl Standing {
    /// Compares the tables of a database, and the migrations applied to it, with those in the binary.
    ///
    /// # Errors
    /// `Broken` when another program made the tables.
    pub(super) fn of(tables: &[String], applied: Vec<String>, known: Vec<String>) -> Result<Self, StoreError> {
        // The first migration is never taken back alone; another program that keeps a record as authy does has made none of its steps.
        let is_ours = tables.is_empty() || tables.iter().any(|name| name == RECORD);
        let is_anothers = !applied.is_empty() && !applied.iter().any(|version| known.contains(version));
        if let Some(name) = tables.iter().find(|name| *name != RECORD).filter(|_| !is_ours || is_anothers) {
            return Err(StoreError::Broken(anyhow::anyhow!("no migration of authy made its tables, such as {name}")));
        }
        let pending = known.iter().filter(|version| !applied.contains(version)).cloned().collect();
        let unknown = applied.into_iter().filter(|version| !known.contains(version)).collect();
        Ok(Self { pending, unknown })
    }
}

/// The table in which diesel keeps the versions that were applied.
pub(super) const RECORD: &str = "__diesel_schema_migrations";

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(tables: &[&str], applied: &[&str]) -> Result<Standing, StoreError> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        Standing::of(&owned(tables), owned(applied), owned(&["1", "2"]))
    }

    #[test]
    fn what_is_pending_and_what_a_newer_authy_applied_are_told_apart() {
        assert_eq!(standing(&[], &[]).unwrap().pending, ["1", "2"]);
        let newer = standing(&[RECORD, "users"], &["1", "3"]).unwrap();
        assert_eq!((newer.pending, newer.unknown), (vec!["2".to_owned()], vec!["3".to_owned()]));
    }

    #[test]
    fn tables_that_no_migration_of_authy_made_are_another_programs() {
        for (tables, applied) in [(&["books"][..], &[][..]), (&["books", RECORD], &["2024-01-01"])] {
            assert!(standing(tables, applied).unwrap_err().to_string().contains("books"));
        }
        assert!(standing(&[RECORD], &[]).is_ok() && standing(&[RECORD, "left_over"], &[]).is_ok(), "its schema was taken down");
    }
}
