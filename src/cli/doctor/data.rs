//! The database, the master key, the signing keys, and what administrators registered.

use std::time::Duration;

use super::finding::Findings;
use crate::admin::keys::plan::{self, State};
use crate::boot::master_key::{self, Inspection, Source};
use crate::boot::{self, BootError};
use crate::cli::open;
use crate::clock::{Clock as _, SystemClock, Timestamp};
use crate::config::Settings;
use crate::jose::{Algorithm, KeyKind, KeySet};
use crate::model::signing_key::SigningKey;
use crate::sealing::Sealer;
use crate::store::sql::{Kind, Sql, Standing};

/// More than a query takes.
const CLOCKS_APART: Duration = Duration::from_secs(2);
/// A key that has signed for longer should be rotated.
const OLD: Duration = Duration::from_secs(365 * 24 * 3_600);

/// Checks everything that is in the database. Changes nothing.
pub async fn check(settings: &Settings, now: Timestamp, findings: &mut Findings) {
    // Whether it can be made is among what `files` looks at.
    if boot::file_to_be_made(settings).is_some() {
        return;
    }
    let sql = match boot::reach(settings).await {
        Ok(sql) => sql,
        Err(error) => return findings.error(error.message, error.mend),
    };
    findings.ok(format!("The database answers ({}).", if sql.kind() == Kind::Postgres { "Postgres" } else { "SQLite" }));
    match look(settings, &sql, now, findings).await {
        Ok(()) => {}
        Err(error) => findings.error(error.message, error.mend),
    }
}

async fn look(settings: &Settings, sql: &Sql, now: Timestamp, findings: &mut Findings) -> Result<(), BootError> {
    let Standing { pending, unknown } = sql.standing().await?;
    if !unknown.is_empty() {
        findings.warn(
            format!("The database was written by a newer authy: this one does not know the migration(s) {}.", unknown.join(", ")),
            "Run the newer authy on every node: this one may misread what that wrote.",
        );
    }
    if !pending.is_empty() {
        let what = format!("{} migration(s) are pending.", pending.len());
        if settings.database.migrate {
            findings.warn(what, "`authy serve` applies them when it starts, or run `authy migrate`.");
        } else {
            findings.error(what, "Run `authy migrate`: AUTHY_DATABASE__MIGRATE is false.");
        }
        // Nothing can be read from a schema that is not there.
        return Ok(());
    }
    findings.ok("The schema is up to date.");
    clock(sql.database_time().await?, findings);
    let keys = sql.signing_keys(now).await?;
    match master_key::inspect(settings, sql).await {
        Ok(Inspection::NotYet) => findings.ok("The master key will be made or taken at the first start."),
        Ok(Inspection::Fits { id, source, sealer }) => {
            findings.ok(format!("The master key {id} is that of the database."));
            if sql.kind() == Kind::Postgres && source == Source::File {
                findings.warn(
                    "The database is on Postgres, but its master key was made in this node's data directory.",
                    "Move it to AUTHY_MASTER_KEY_FILE, where every node and every backup finds it.",
                );
            }
            signing_keys(&keys, &sealer, now, findings);
        }
        Err(error) => findings.error(error.message, error.mend),
    }
    clients(settings, sql, now, findings).await;
    if settings.hashing.cost != 0 && settings.hashing.cost < 10 {
        findings
            .warn(format!("Passwords are hashed with cost {} only.", settings.hashing.cost), "Set AUTHY_HASHING__COST to 12, or to auto.");
    }
    if sql.administrator_exists().await? {
        findings.ok("There is an administrator.");
    } else {
        findings.warn("There is no administrator.", "Open the setup link that `authy serve` prints, or run `authy user create … --admin`.");
    }
    Ok(())
}

/// Everything that expires is compared with this machine's clock; another node, or the database, may see it otherwise.
fn clock(theirs: Option<Timestamp>, findings: &mut Findings) {
    let Some(theirs) = theirs else { return };
    let ours = SystemClock.now();
    let apart = ours.since(theirs).max(theirs.since(ours));
    if apart > CLOCKS_APART {
        findings.warn(
            format!("The clocks of this machine and of the database are {} s apart.", apart.as_secs()),
            "Let both follow the same time server: what one node issues may be expired, or not yet valid, for another.",
        );
    } else {
        findings.ok("The clocks of this machine and of the database agree.");
    }
}

fn signing_keys(keys: &[SigningKey], sealer: &Sealer, now: Timestamp, findings: &mut Findings) {
    if keys.is_empty() {
        return findings.ok("The signing keys will be made at the first start.");
    }
    if let Err(error) = KeySet::load(keys, sealer) {
        return findings
            .error(format!("The signing keys cannot be opened: {error}."), "Restore the database, or run `authy key rotate --emergency`.");
    }
    for algorithm in Algorithm::ALL {
        let active = keys.iter().filter(|key| key.algorithm == algorithm.as_str() && plan::state(key, now) == State::Active);
        match active.max_by_key(|key| key.signs_from) {
            None if KeyKind::from(algorithm).is_made_on_demand() => {}
            None => findings.error(format!("No key signs {algorithm}."), "Run `authy key rotate`."),
            Some(key) if now.since(key.signs_from) > OLD => {
                findings.warn(
                    format!("The {algorithm} key has signed for {} days.", days(now.since(key.signs_from))),
                    "Run `authy key rotate`.",
                );
            }
            Some(key) => findings.ok(format!("The {algorithm} key has signed for {} days.", days(now.since(key.signs_from)))),
        }
    }
}

const fn days(span: Duration) -> u64 {
    span.as_secs() / 86_400
}

/// What administrators and strangers registered.
async fn clients(settings: &Settings, sql: &Sql, now: Timestamp, findings: &mut Findings) {
    let outbound = match open::outbound(settings) {
        Ok(outbound) => outbound,
        Err(error) => return findings.error(format!("{error:#}."), "Mend the setting that it names."),
    };
    let office = open::office(settings, (sql, &outbound), now);
    match (office.all_clients("").await, office.list_resources().await) {
        (Ok(found), Ok(registered)) => {
            super::clients::check(&found, (settings, &outbound), now, findings);
            super::resources::check(&found, &registered, findings);
            match sql.list_authorization_types().await {
                Ok(types) => super::resources::check_types(&found, &types, findings),
                Err(error) => findings
                    .error(format!("The types of authorization details cannot be read: {error}."), "Look at what is said of the database."),
            }
        }
        (Err(problem), _) | (_, Err(problem)) => findings.error(problem.message(), problem.mend()),
    }
    match sql.list_resources().await {
        Ok(found) => super::clients::lifetimes(&found, settings, findings),
        Err(error) => findings.error(format!("The resources cannot be read: {error}."), "Look at what is said of the database."),
    }
}
