//! Bringing the schema up or down: the same versions on both databases, embedded in the binary.

use diesel::backend::Backend;
use diesel::migration::MigrationSource;
use diesel_migrations::MigrationHarness;

use crate::store::StoreError;

/// What to do with the migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Name those that are not applied.
    Pending,
    /// Apply them.
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
        Step::Pending => connection.pending_migrations(source).map(|all| all.iter().map(|one| one.name().version().to_string()).collect()),
        Step::Up => connection.run_pending_migrations(source).map(|all| all.iter().map(ToString::to_string).collect()),
        Step::Down => connection.revert_all_migrations(source).map(|all| all.iter().map(ToString::to_string).collect()),
    };
    versions.map_err(|error| StoreError::Broken(anyhow::anyhow!("a migration failed: {error}")))
}
