//! Every query as a method of [`Sql`], which takes a connection from the pool of whichever backend it is.
//!
//! `read` asks once more when the connection it had turned out to be closed. One that took too long is not repeated, since a database with too
//! much to do would have it twice; nor is anything that writes, of which only the answer may be lost. `step` is one statement that writes,
//! `write` is one transaction. The queries are boxed: in line they would make every request's future a hundred kilobytes, moved each time
//! whether anything is asked or not.

use uuid::Uuid;

use super::outcome::{
    AuditFilter, Changed, Created, Occasion, Page, Queued, Redemption, Registered, Renewal, Room, Rotation, SecretChanges,
};
use super::{Backend, Sql, in_time, postgres, sqlite};
use crate::clock::Timestamp;
use crate::model::approval::Outcome;
use crate::model::audit::AuditEvent;
use crate::model::authentication_request::AuthenticationRequest;
use crate::model::authorization_type::AuthorizationType;
use crate::model::client::{Client, ClientSecret};
use crate::model::consent::Consent;
use crate::model::grant::Grant;
use crate::model::group::Group;
use crate::model::logout_delivery::LogoutDelivery;
use crate::model::refresh_token::RefreshToken;
use crate::model::registration::{Admission, DynamicClient, RegistrationToken};
use crate::model::resource::Resource;
use crate::model::session::Session;
use crate::model::user::{Password, User};
use crate::secret::{Secret, TokenHash};
use crate::spec::device::Polling;
use crate::store::StoreError;

macro_rules! run {
    (read $out:ty, $database:ident $backend:ident $query:path, $($arg:ident),*) => {{
        let mut tried = false;
        loop {
            let mut lease = $database.lease().await?;
            let answer = in_time::<$out>(Box::pin($query(lease.conn()?, $($arg),*))).await;
            match lease.settle(answer) {
                Err(StoreError::Closed(_)) if !tried => tried = true,
                answer => return answer,
            }
        }
    }};
    (step $out:ty, $database:ident $backend:ident $query:path, $($arg:ident),*) => {{
        let _turn = $database.turn().await?;
        let mut lease = $database.lease().await?;
        let answer = in_time::<$out>(Box::pin($query(lease.conn()?, $($arg),*))).await;
        lease.settle(answer)
    }};
    (write $out:ty, $database:ident $backend:ident $query:path, $($arg:ident),*) => {{
        let _turn = $database.turn().await?;
        let mut lease = $database.lease().await?;
        let conn = lease.conn()?;
        let answer = in_time::<$out>(Box::pin(async {
            $backend::start(conn).await?;
            let outcome = $query(conn, $($arg),*).await;
            $backend::finish(conn, outcome).await
        }))
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
                    Backend::Postgres(database) => run!($how $out, database postgres postgres::queries::$family::$name, $($arg),*),
                    Backend::Sqlite(database) => run!($how $out, database sqlite sqlite::queries::$family::$name, $($arg),*),
                }
            }
        )* }
    };
}

mod server;

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
    /// An administrator's edit of a person as they were read at `user.updated_at`: everything but `groups` and whether they are locked.
    write users::update_user(user: &User, event: &AuditEvent) -> Changed;
    /// A person's own edit of what was read at `user.updated_at`: `name` and `claims`, nothing else; false when somebody has changed or
    /// deleted them since.
    write users::save_profile(user: &User, event: &AuditEvent) -> bool;
    /// Locks or unlocks; false when there is no such user.
    write users::lock_user(subject: &str, locked_at: Option<Timestamp>, event: &AuditEvent) -> bool;
    /// Deletes a person and everything of theirs.
    write users::delete_user(subject: &str, event: &AuditEvent) -> bool;
    /// Whether `/setup` has had its day.
    read users::administrator_exists() -> bool;
    /// Sets or replaces, and ends every session and what was approved before, but for the session `kept` and what it gave; false when there
    /// is no such user.
    write credentials::set_password(subject: &str, password: &Password, kept: Option<Uuid>, events: (&AuditEvent, &AuditEvent)) -> bool;
    /// The same by the person, while the password is the one whose hash was verified; false when it is another by now.
    write credentials::change_password(subject: &str, passwords: (&Secret<String>, &Password), kept: Uuid, events: (&AuditEvent, &AuditEvent)) -> bool;
    /// Another hash of the same password, the old one first; false when it is another password by now, which stays.
    write credentials::renew_hash(subject: &str, hashes: (&Secret<String>, &Secret<String>), event: &AuditEvent) -> bool;
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
    /// Saves name and metadata of a client as it was read at `client.updated_at`; false when somebody has changed or deleted it since.
    write clients::update_client(client: &Client, event: &AuditEvent) -> bool;
    /// Lets a client in or shuts it out; false when there is no such client.
    write clients::enable_client(client_id: &str, enabled: bool, event: &AuditEvent) -> bool;
    /// Deletes a client and everything it was granted.
    write clients::delete_client(client_id: &str, event: &AuditEvent) -> bool;
    /// Of every enabled client: its redirect URIs and allowed origins.
    read clients::enabled_client_uris() -> Vec<(String, Vec<String>)>;
    /// Adds a secret; of more than two that live, the oldest goes.
    write clients::add_client_secret(client_id: &str, secret: &ClientSecret, event: Option<&AuditEvent>) -> ();
    /// Removes one secret.
    write clients::retire_client_secret(client_id: &str, id: Uuid, event: Option<&AuditEvent>) -> bool;
    /// Removes every secret but one.
    write clients::retire_other_client_secrets(client_id: &str, keep: Uuid, event: &AuditEvent) -> ();

    /// Registers a client that brought itself: RFC 7591 §3.2.
    write registration::register_client(client: &Client, dynamic: &DynamicClient, admission: &Admission, event: Option<&AuditEvent>) -> Registered;
    /// Whether an initial access token could register a client now.
    read registration::registration_token_lives(hash: &TokenHash, now: Timestamp) -> bool;
    /// What is known of a client that no administrator registered.
    read registration::dynamic_client(client_id: &str) -> Option<DynamicClient>;
    /// Replaces name and metadata of a client as it was read at `client.updated_at`, and the registration access token by the second one, which
    /// may be the first again, and changes its secrets; false when somebody has changed or deleted it since, or the first is its token no more.
    write registration::change_registered_client(client: &Client, tokens: (&TokenHash, &TokenHash), secrets: &SecretChanges, now: Timestamp, event: Option<&AuditEvent>) -> bool;
    /// Deletes a client and everything it was granted; false when there is no such client.
    write registration::delete_registered_client(client_id: &str, event: Option<&AuditEvent>) -> bool;
    /// Ends the quarantine of a client; false when it had none.
    write registration::approve_client(client_id: &str, now: Timestamp, expires_at: Timestamp, event: &AuditEvent) -> bool;
    /// Notes, at most once a day, that a client is in use.
    step registration::note_client_use(client_id: &str, times: (Timestamp, Timestamp), expires_at: Timestamp) -> ();
    /// Saves a client that is a document, or what its document says now; false when somebody has changed the stored one since
    /// `client.updated_at`.
    write registration::save_document_client(client: &Client, dynamic: &DynamicClient, event: &AuditEvent) -> bool;
    /// Saves a new initial access token.
    write registration::create_registration_token(token: &RegistrationToken, event: &AuditEvent) -> Created;
    /// By name.
    read registration::list_registration_tokens() -> Vec<RegistrationToken>;
    /// False when there is no such token.
    write registration::delete_registration_token(id: Uuid, event: &AuditEvent) -> bool;

    /// Saves a new session, while the password is the one whose hash was verified and the person is not locked; false when that has changed.
    step sessions::create_session(session: &Session, verified: &Secret<String>, event: &AuditEvent) -> bool;
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
    /// else those that do not outlive it end. False on the terms of [`Sql::create_session`].
    write sessions::replace_session(old: Uuid, new: &Session, verified: &Secret<String>, events: (&AuditEvent, &AuditEvent)) -> bool;

    /// Notes that a client knows a session by its `sid`, and so has to be told of its end.
    step logouts::note_session_client(sid: &str, client_id: &str, subject: &str, now: Timestamp) -> ();
    /// The clients that know a session, whether it lives or not.
    read logouts::clients_of_session(sid: &str) -> Vec<String>;
    /// Whether any logout waits to be delivered now.
    read logouts::logouts_are_due(now: Timestamp) -> bool;
    /// Takes logouts that are due, for one node until `again_at`; whoever takes one that another node holds gets nothing.
    write logouts::claim_logouts(times: (Timestamp, Timestamp), limit: i64, busy: &[String]) -> Vec<LogoutDelivery>;
    /// A logout that could not be delivered waits.
    step logouts::postpone_logout(sid: &str, client_id: &str, due_at: Timestamp) -> ();
    /// A logout was delivered, or is given up, which the audit record says.
    write logouts::finish_logout(sid: &str, client_id: &str, given_up: Option<&AuditEvent>) -> ();

    /// What a user has approved for a client.
    read consents::consent_of(subject: &str, client_id: &str) -> Option<Consent>;
    /// Remembers an approval in the place of the one before.
    write consents::save_consent(consent: &Consent, event: &AuditEvent) -> ();
    /// Everything a user has approved, with the clients' names.
    read consents::consents_of(subject: &str) -> Vec<(Consent, String)>;
    /// Forgets an approval and revokes every grant of the pair; false when there was neither.
    write consents::forget_consent(subject: &str, client_id: &str, now: Timestamp, event: &AuditEvent) -> bool;

    /// Makes an approval durable, once, with its first refresh token.
    step grants::redeem_grant(grant: &Grant, token: Option<&RefreshToken>, now: Timestamp) -> Redemption;
    /// The same for an approval of which something leaves, or has left, by the browser.
    step grants::redeem_grant_on(occasion: Occasion, grant: &Grant, token: Option<&RefreshToken>, now: Timestamp) -> Redemption;
    /// RFC 6749 §4.1.2: revokes what a replayed code gave, also when it is still on its way.
    write grants::revoke_replayed_grant(id: Uuid, client_id: &str, now: Timestamp, event: &AuditEvent) -> ();
    /// By id, revoked or not.
    read grants::grant_by_id(id: Uuid) -> Option<Grant>;
    /// Whether there is anything under the id: a grant, or the mark that none is to be saved.
    read grants::grant_is_known(id: Uuid) -> bool;
    /// False when it was revoked before or is unknown.
    write grants::revoke_grant(id: Uuid, now: Timestamp, event: &AuditEvent) -> bool;
    /// The live ones of a user, the latest first.
    read grants::grants_of(subject: &str) -> Vec<Grant>;
    /// By hash, with its grant, whatever state they are in.
    read refresh_tokens::refresh_token(hash: &TokenHash) -> Option<(RefreshToken, Grant)>;
    /// Replaces the newest token of a live family by its successor, once, where the grant names no resource and the token no key.
    /// That it did not says nothing: [`Sql::refresh_token`] tells why.
    step refresh_tokens::renew_refresh_token(renewal: &Renewal) -> Option<Grant>;
    /// Replaces a token by its successor, once.
    step refresh_tokens::rotate_refresh_token(hash: &TokenHash, successor: &RefreshToken, now: Timestamp) -> Rotation;
    /// Moves the end by idleness of a token that does not rotate.
    step refresh_tokens::slide_refresh_token(hash: &TokenHash, expires_at: Timestamp) -> ();
    /// Revokes the grant behind a reused token: RFC 9700 §4.14.2.
    write refresh_tokens::revoke_family(grant_id: Uuid, now: Timestamp, event: &AuditEvent) -> ();

    /// Keeps a request of a client (CIBA), where there is room for it.
    write authentication_requests::create_authentication_request(request: &AuthenticationRequest, room: Room) -> Queued;
    /// By the hash of the `auth_req_id`, whatever state it is in.
    read authentication_requests::authentication_request(auth_req_id: &TokenHash) -> Option<AuthenticationRequest>;
    /// By id, whatever state it is in.
    read authentication_requests::authentication_request_by_id(id: Uuid) -> Option<AuthenticationRequest>;
    /// Those of enabled clients that can be answered now, by one person or by anybody, the newest first; at most a hundred.
    read authentication_requests::pending_authentication_requests(subject: Option<&str>, now: Timestamp) -> Vec<AuthenticationRequest>;
    /// Answers, once; false when it was answered before, has expired or is unknown.
    write authentication_requests::answer_authentication_request(id: Uuid, outcome: &Outcome, now: Timestamp, event: &AuditEvent) -> bool;
    /// Remembers that the client has asked.
    step authentication_requests::save_polling(id: Uuid, polling: Polling) -> ();
    /// Takes an approval and makes it durable, and keeps the notice with its tokens; `None` when it is not there to be taken.
    write authentication_requests::redeem_authentication_request(id: Uuid, grant: &Grant, token: Option<&RefreshToken>, now: Timestamp, notice: Option<&[u8]>) -> Option<Redemption>;
    /// Notices to clients that are due, a few to each, and none to who is `busy`: each for one caller until the second moment.
    write authentication_requests::due_notices(times: (Timestamp, Timestamp), limit: i64, busy: &[String]) -> Vec<AuthenticationRequest>;
    /// After a notice: when to try again, or that there is nothing more to do.
    step authentication_requests::settle_notice(id: Uuid, next: Option<Timestamp>) -> ();
    /// What the next notice carries.
    step authentication_requests::reseal_notice(id: Uuid, sealed: &[u8]) -> ();

    /// Registers a type of authorization details (RFC 9396).
    write authorization_types::create_authorization_type(known: &AuthorizationType, event: &AuditEvent) -> Created;
    /// By name.
    read authorization_types::list_authorization_types() -> Vec<AuthorizationType>;
    /// False when there is no such type.
    write authorization_types::update_authorization_type(known: &AuthorizationType, event: &AuditEvent) -> bool;
    /// False when there is no such type.
    write authorization_types::delete_authorization_type(kind: &str, event: &AuditEvent) -> bool;

    /// Registers a resource (RFC 8707), unless there is one of that name in any spelling.
    write resources::create_resource(resource: &Resource, event: &AuditEvent) -> Created;
    /// By URI, to the letter.
    read resources::resource(uri: &str) -> Option<Resource>;
    /// By URI, however it is spelled.
    read resources::resources_named(uri: &str) -> Vec<Resource>;
    /// By URI.
    read resources::list_resources() -> Vec<Resource>;
    /// False when there is no such resource.
    write resources::update_resource(resource: &Resource, event: &AuditEvent) -> bool;
    /// False when there is no such resource.
    write resources::delete_resource(uri: &str, event: &AuditEvent) -> bool;

    /// RFC 7009: remembers a revoked token until it would have expired.
    write revoked_tokens::revoke_token(jti: &str, expires_at: Timestamp, event: Option<&AuditEvent>) -> ();
    /// Whether the token was revoked.
    read revoked_tokens::token_is_revoked(jti: &str) -> bool;

    /// Appends to the audit record.
    write audit::record(events: &[AuditEvent]) -> ();
    /// The latest first, before the given event.
    read audit::audit_page(filter: &AuditFilter, before: Option<(Timestamp, Uuid)>, limit: i64) -> Vec<AuditEvent>;
    /// Removes up to `limit` of each kind of what nobody needs any more; returns how many in all.
    write sweep::sweep(now: Timestamp, idle_since: Timestamp, limit: i64) -> u64;
}
