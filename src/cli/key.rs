//! `authy key …`.

use clap::{Args, Subcommand};

use super::arguments::DataOptions;
use super::open::Workplace;
use super::output::{CliError, Output};
use crate::admin::keys::plan;
use crate::boot;
use crate::boot::master_key::{self, Inspection};
use crate::entropy::OsEntropy;
use crate::sealing::Sealer;

/// `authy key`.
#[derive(Args, Debug)]
pub struct KeyCommand {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
    /// What to do.
    #[command(subcommand)]
    pub verb: KeyVerb,
}

/// What to do with signing keys.
#[derive(Debug, Subcommand)]
pub enum KeyVerb {
    /// List signing keys
    List,
    /// Publish new keys now and sign with them after 24 hours
    Rotate(KeyRotate),
}

/// `authy key rotate`.
#[derive(Args, Debug)]
pub struct KeyRotate {
    /// Sign with the new keys at once and withdraw the old ones: what they signed is no longer valid
    #[arg(long)]
    pub emergency: bool,
}

const COLUMNS: &[(&str, &str)] = &[
    ("kid", "KID"),
    ("algorithm", "ALGORITHM"),
    ("state", "STATE"),
    ("signs_from", "SIGNS FROM"),
    ("signs_until", "SIGNS UNTIL"),
    ("published_until", "PUBLISHED UNTIL"),
];

/// Does it.
///
/// # Errors
/// When the data is away or the master key is another one.
pub async fn run(command: KeyCommand, out: Output) -> Result<(), CliError> {
    let work = Workplace::open(&command.data, out).await?;
    let office = work.office();
    let keys = match command.verb {
        KeyVerb::List => office.list_keys().await?,
        KeyVerb::Rotate(KeyRotate { emergency: false }) => {
            let sealer = master_key(&work).await?;
            let lifetimes = &work.settings.lifetimes;
            let longest = office.longest_token(lifetimes.id_token.max(lifetimes.access_token)).await?;
            office.rotate_keys(&sealer, longest).await?
        }
        KeyVerb::Rotate(KeyRotate { emergency: true }) => {
            // A change of the master key under way stays so: it stops at keys that cannot be opened.
            let sealer = match master_key::inspect(&work.settings, &work.sql).await? {
                Inspection::Fits { sealer, .. } => *sealer,
                Inspection::NotYet => master_key(&work).await?,
            };
            office.withdraw_keys(&sealer).await?
        }
    };
    let items: Vec<_> = keys.iter().map(|key| plan::json(key, work.now)).collect();
    out.list(&items, None, COLUMNS);
    Ok(())
}

/// Found, made, or changed.
async fn master_key(work: &Workplace) -> Result<Sealer, CliError> {
    Ok(boot::master_key(&work.settings, &work.sql, &OsEntropy, work.now).await?.sealer)
}
