//! Every query as a method of [`Sql`], which takes a connection from the pool of whichever backend it is.
//!
//! `read` asks again on a new connection when the one it had turned out to be closed; `step` is one statement that writes;
//! `write` is one transaction.

use uuid::Uuid;

use super::outcome::{AuditFilter, Created, Page, Redemption, Rotation};
use super::{Backend, Sql, in_time, postgres, sqlite};
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::client::{Client, ClientSecret};
use crate::model::consent::Consent;
use crate::model::grant::Grant;
use crate::model::group::Group;
use crate::model::refresh_token::RefreshToken;
use crate::model::resource::Resource;
use crate::model::session::Session;
use crate::model::signing_key::SigningKey;
use crate::model::user::{Password, User};
use crate::secret::TokenHash;
use crate::store::StoreError;

macro_rules! run {
    (read $database:ident $backend:ident $query:path, $($arg:ident),*) => {{
        let mut tried = false;
        loop {
            let mut lease = $database.lease().await?;
            let answer = in_time($query(lease.conn()?, $($arg),*)).await;
            match lease.settle(answer) {
                Err(StoreError::Unavailable(_)) if !tried => tried = true,
                answer => return answer,
            }
        }
    }};
    (step $database:ident $backend:ident $query:path, $($arg:ident),*) => {{
        let _turn = $database.turn().await?;
        let mut lease = $database.lease().await?;
        let answer = in_time($query(lease.conn()?, $($arg),*)).await;
        lease.settle(answer)
    }};
    (write $database:ident $backend:ident $query:path, $($arg:ident),*) => {{
        let _turn = $database.turn().await?;
        let mut lease = $database.lease().await?;
        let conn = lease.conn()?;
        let answer = in_time(async {
            $backend::start(conn).await?;
            let outcome = $query(conn, $($arg),*).await;
            $backend::finish(conn, outcome).await
        })
        .await;
        lease.settle(answer)
    }};
}

macro_rules! queries {
    ($($(#[$about:meta])* $how:ident $family:ident::$name:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*) => {
        impl Sql { $(
            $(#[$about])*
            pub async fn $name(&self, $($arg: $ty),*) -> Result<$out, StoreError> {
                match &self.backend {
                    Backend::Postgres(database) => run!($how database postgres postgres::queries::$family::$name, $($arg),*),
                    Backend::Sqlite(database) => run!($how database sqlite sqlite::queries::$family::$name, $($arg),*),
                }
            }
        )* }
    };
}

queries! {
    /// Answers when the database does.
    read settings::ping() -> ();

    /// Saves a new person, with memberships of `user.groups`; groups that are not there are made.
    write users::create_user(user: &User, password: Option<&Password>, event: &AuditEvent) -> Created;
    /// By `sub`.
    read users::user_by_subject(subject: &str) -> Option<User>;
    /// By what people type at sign-in, in lower case: a username, else an e-mail address.
    read users::user_by_login(login: &str) -> Option<(User, Option<Password>)>;
    /// By username; `page.search` looks in username, e-mail address and name.
    read users::list_users(page: &Page) -> Vec<User>;
    /// How many a list has in all.
    read users::count_users(search: &str) -> i64;
    /// Saves everything but `groups`. A user who is gone is [`StoreError::Conflict`].
    write users::update_user(user: &User, event: &AuditEvent) -> Created;
    /// Locks or unlocks; false when there is no such user.
    write users::lock_user(subject: &str, locked_at: Option<Timestamp>, event: &AuditEvent) -> bool;
    /// Deletes a person and everything of theirs.
    write users::delete_user(subject: &str, event: &AuditEvent) -> bool;
    /// Whether `/setup` has had its day.
    read users::administrator_exists() -> bool;
    /// Sets or replaces; false when there is no such user.
    write credentials::set_password(subject: &str, password: &Password, event: &AuditEvent) -> bool;
    /// The password of a user.
    read credentials::password_of(subject: &str) -> Option<Password>;

    /// Makes an empty group.
    write groups::create_group(name: &str, now: Timestamp, event: &AuditEvent) -> Created;
    /// By name, with their members.
    read groups::list_groups() -> Vec<Group>;
    /// True when the user is a member now; false when group or user is unknown.
    write groups::add_group_member(group: &str, subject: &str, event: &AuditEvent) -> bool;
    /// False when the user was no member.
    write groups::remove_group_member(group: &str, subject: &str, event: &AuditEvent) -> bool;
    /// False when there is no such group.
    write groups::delete_group(name: &str, event: &AuditEvent) -> bool;

    /// Saves a new client with its secrets.
    write clients::create_client(client: &Client, event: &AuditEvent) -> Created;
    /// RFC 6749 §2.2.
    read clients::client_by_id(client_id: &str) -> Option<Client>;
    /// Names need not be unique.
    read clients::clients_by_name(name: &str) -> Vec<Client>;
    /// By name; `page.search` looks in name and `client_id`.
    read clients::list_clients(page: &Page) -> Vec<Client>;
    /// How many a list has in all.
    read clients::count_clients(search: &str) -> i64;
    /// Saves everything but secrets; false when there is no such client.
    write clients::update_client(client: &Client, event: &AuditEvent) -> bool;
    /// Deletes a client and everything it was granted.
    write clients::delete_client(client_id: &str, event: &AuditEvent) -> bool;
    /// Of every enabled client: its redirect URIs and allowed origins.
    read clients::enabled_client_uris() -> Vec<(String, Vec<String>)>;
    /// Adds a secret; of more than two that live, the oldest goes.
    write clients::add_client_secret(client_id: &str, secret: &ClientSecret, event: &AuditEvent) -> ();
    /// Removes one secret.
    write clients::retire_client_secret(client_id: &str, id: Uuid, event: &AuditEvent) -> bool;
    /// Removes every secret but one.
    write clients::retire_other_client_secrets(client_id: &str, keep: Uuid, event: &AuditEvent) -> ();

    /// Saves a new session.
    write sessions::create_session(session: &Session, event: &AuditEvent) -> ();
    /// By the hash of the cookie, whether it lives or not.
    read sessions::session_by_token(token: &TokenHash) -> Option<Session>;
    /// By id, whether it lives or not.
    read sessions::session_by_id(id: Uuid) -> Option<Session>;
    /// By `sid`, whether it lives or not.
    read sessions::session_by_sid(sid: &str) -> Option<Session>;
    /// Notes that the session was seen.
    step sessions::touch_session(id: Uuid, now: Timestamp) -> ();
    /// The live ones of a user, the latest first.
    read sessions::sessions_of(subject: &str, now: Timestamp) -> Vec<Session>;
    /// Ends a session and the grants that do not outlive it; false when it had ended before.
    write sessions::end_session(id: Uuid, now: Timestamp, event: &AuditEvent) -> bool;
    /// The same for every session of a user; returns how many.
    write sessions::end_sessions_of(subject: &str, except: Option<Uuid>, now: Timestamp, event: &AuditEvent) -> u64;
    /// Starts a session in the place of another of the same browser: the old one ends. Its grants move when the user is the same,
    /// else those that do not outlive it end.
    write sessions::replace_session(old: Uuid, new: &Session, now: Timestamp) -> ();

    /// What a user has approved for a client.
    read consents::consent_of(subject: &str, client_id: &str) -> Option<Consent>;
    /// Remembers an approval in the place of the one before.
    step consents::save_consent(consent: &Consent) -> ();
    /// Everything a user has approved, with the clients' names.
    read consents::consents_of(subject: &str) -> Vec<(Consent, String)>;
    /// Forgets an approval and revokes every grant of the pair; false when there was neither.
    write consents::forget_consent(subject: &str, client_id: &str, now: Timestamp, event: &AuditEvent) -> bool;

    /// Makes the approval behind a code durable, with its first refresh token.
    write grants::redeem_grant(grant: &Grant, token: Option<&RefreshToken>, now: Timestamp) -> Redemption;
    /// RFC 6749 §4.1.2: revokes what a replayed code gave, also when it is still on its way.
    write grants::revoke_replayed_grant(id: Uuid, client_id: &str, now: Timestamp, event: &AuditEvent) -> ();
    /// By id, revoked or not.
    read grants::grant_by_id(id: Uuid) -> Option<Grant>;
    /// False when it was revoked before or is unknown.
    write grants::revoke_grant(id: Uuid, now: Timestamp, event: &AuditEvent) -> bool;
    /// The live ones of a user, the latest first.
    read grants::grants_of(subject: &str) -> Vec<Grant>;
    /// By hash, with its grant, whatever state they are in.
    read refresh_tokens::refresh_token(hash: &TokenHash) -> Option<(RefreshToken, Grant)>;
    /// Replaces a token by its successor, once.
    write refresh_tokens::rotate_refresh_token(hash: &TokenHash, successor: &RefreshToken, now: Timestamp) -> Rotation;
    /// Moves the end by idleness of a token that does not rotate.
    step refresh_tokens::slide_refresh_token(hash: &TokenHash, expires_at: Timestamp) -> ();
    /// Revokes the grant behind a reused token: RFC 9700 §4.14.2.
    write refresh_tokens::revoke_family(grant_id: Uuid, now: Timestamp, event: &AuditEvent) -> ();

    /// The published ones, the latest first.
    read signing_keys::signing_keys(now: Timestamp) -> Vec<SigningKey>;
    /// Saves or replaces keys.
    write signing_keys::save_signing_keys(keys: &[SigningKey], event: &AuditEvent) -> ();
    /// Saves keys if there are none; false when another node was first.
    write signing_keys::create_first_signing_keys(keys: &[SigningKey]) -> bool;
    /// Replaces the sealed halves of keys, the sealed secrets of clients and the setting `master_key_id` together.
    write signing_keys::reseal(master_key_id: &str, keys: &[(String, Vec<u8>)], secrets: &[(Uuid, Vec<u8>)]) -> ();
    /// The client secrets that are kept sealed.
    read clients::sealed_client_secrets() -> Vec<(Uuid, Vec<u8>)>;

    /// A value of the server's own.
    read settings::setting(name: &str) -> Option<String>;
    /// Sets a value.
    step settings::put_setting(name: &str, value: &str) -> ();
    /// Sets a value unless there is one, and returns what is stored then.
    write settings::put_setting_if_absent(name: &str, value: &str) -> String;

    /// Registers a resource (RFC 8707).
    write resources::create_resource(resource: &Resource, event: &AuditEvent) -> Created;
    /// By URI.
    read resources::resource(uri: &str) -> Option<Resource>;
    /// By URI.
    read resources::list_resources() -> Vec<Resource>;
    /// False when there is no such resource.
    write resources::update_resource(resource: &Resource, event: &AuditEvent) -> bool;
    /// False when there is no such resource.
    write resources::delete_resource(uri: &str, event: &AuditEvent) -> bool;

    /// RFC 7009: remembers a revoked token until it would have expired.
    step revoked_tokens::revoke_token(jti: &str, expires_at: Timestamp) -> ();
    /// Whether the token was revoked.
    read revoked_tokens::token_is_revoked(jti: &str) -> bool;

    /// Appends to the audit record.
    write audit::record(events: &[AuditEvent]) -> ();
    /// The latest first, before the given event.
    read audit::audit_page(filter: &AuditFilter, before: Option<(Timestamp, Uuid)>, limit: i64) -> Vec<AuditEvent>;
    /// Removes up to `limit` of each kind of what nobody needs any more; returns how many in all.
    write sweep::sweep(now: Timestamp, limit: i64) -> u64;
}
