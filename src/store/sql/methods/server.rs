//! What is the server's own: signing keys, and values by name.

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::signing_key::SigningKey;
use crate::store::StoreError;
use crate::store::sql::{Backend, Sealed, Sql, in_time, postgres, sqlite};

queries! {
    /// The published ones, the latest first.
    read signing_keys::signing_keys(now: Timestamp) -> Vec<SigningKey>;
    /// Saves or replaces keys, while the published ones are those that were read; false when they are others by now.
    write signing_keys::rotate_signing_keys(read: &[SigningKey], changed: &[SigningKey], event: &AuditEvent) -> bool;
    /// Withdraws every published key without reading it, and saves new ones.
    write signing_keys::replace_signing_keys(new: &[SigningKey], now: Timestamp, event: &AuditEvent) -> ();
    /// Whether there is one, published or not.
    read signing_keys::signing_key_exists() -> bool;
    /// Whether there ever was a key of an algorithm whose keys are made on demand.
    read signing_keys::had_signing_key(algorithm: &str) -> bool;
    /// The ids and sealed halves of the published ones.
    read signing_keys::sealed_signing_keys(now: Timestamp) -> Vec<(String, Vec<u8>)>;
    /// Saves keys if there are none; false when another node was first.
    write signing_keys::create_first_signing_keys(keys: &[SigningKey], event: &AuditEvent) -> bool;
    /// The client secrets that are kept sealed.
    read clients::sealed_client_secrets() -> Vec<(Uuid, Vec<u8>)>;
    /// What the notices about authentication requests carry, by the request's id.
    read authentication_requests::sealed_notices() -> Vec<(Uuid, Vec<u8>)>;
    /// Replaces what is sealed, and the setting [`MASTER_KEY_ID`](crate::store::sql::MASTER_KEY_ID), together.
    write master_key::reseal(master_key_id: &str, sealed: &Sealed, event: &AuditEvent) -> ();

    /// The names of the tables, and the versions of the migrations that were applied.
    read migrations::tables_and_versions() -> (Vec<String>, Vec<String>);

    /// A value of the server's own.
    read settings::setting(name: &str) -> Option<String>;
    /// Sets a value.
    step settings::put_setting(name: &str, value: &str) -> ();
    /// Forgets every value whose name begins so.
    step settings::delete_settings(prefix: &str) -> ();
    /// What the clock of the database server says; none where the database is a file.
    read settings::database_time() -> Option<Timestamp>;
    /// Sets a value unless there is one, and returns what is stored then.
    write settings::put_setting_if_absent(name: &str, value: &str) -> String;
}
