create table users (
    subject         text not null primary key,
    username        text not null,
    email           text,
    email_verified  integer not null,
    name            text,
    claims          text not null,
    admin           integer not null,
    locked_at       integer,
    created_at      integer not null,
    updated_at      integer not null
) strict;
create unique index users_username on users (username);
create unique index users_email on users (email);
create index users_admin on users (subject) where admin;

create table passwords (
    subject     text not null primary key references users (subject) on delete cascade,
    hash        text not null,
    changed_at  integer not null
) strict;

create table groups (
    name        text not null primary key,
    created_at  integer not null
) strict;

create table group_members (
    group_name  text not null references groups (name) on delete cascade,
    subject     text not null references users (subject) on delete cascade,
    primary key (group_name, subject)
) strict;
create index group_members_subject on group_members (subject);

create table clients (
    client_id   text not null primary key,
    name        text not null,
    origin      text not null,
    enabled     integer not null,
    metadata    text not null,
    created_at  integer not null,
    updated_at  integer not null
) strict;
create index clients_name on clients (name, client_id);

create table client_secrets (
    id          blob not null primary key,
    client_id   text not null references clients (client_id) on delete cascade,
    sha256      blob,
    bcrypt      text,
    created_at  integer not null,
    expires_at  integer
) strict;
create index client_secrets_client on client_secrets (client_id, created_at);

create table sessions (
    id                blob not null primary key,
    token_hash        blob not null,
    admin_token_hash  blob,
    subject           text not null references users (subject) on delete cascade,
    sid               text not null,
    auth_time         integer not null,
    amr               text not null,
    acr               text not null,
    user_agent        text not null,
    address           text not null,
    created_at        integer not null,
    last_seen_at      integer not null,
    expires_at        integer not null,
    ended_at          integer
) strict;
create unique index sessions_token on sessions (token_hash);
create index sessions_sid on sessions (sid); -- not unique: who signs in again in the same browser keeps it, and the session before has ended
create index sessions_subject on sessions (subject, created_at);
create index sessions_expiry on sessions (expires_at);
create index sessions_end on sessions (ended_at) where ended_at is not null;

create table consents (
    subject     text not null references users (subject) on delete cascade,
    client_id   text not null references clients (client_id) on delete cascade,
    scopes      text not null,
    claims      text not null,
    resources   text not null,
    granted_at  integer not null,
    expires_at  integer not null,
    primary key (subject, client_id)
) strict;
create index consents_client on consents (client_id);
create index consents_expiry on consents (expires_at);

-- A replayed code may be revoked before its grant is saved: then only the id, the client and the moment are known.
create table grants (
    id              blob not null primary key,
    client_id       text not null references clients (client_id) on delete cascade,
    subject         text references users (subject) on delete cascade,
    session_id      blob,
    offline         integer not null,
    scopes          text,
    resources       text,
    sid             text,
    auth_time       integer,
    amr             text,
    acr             text,
    claims_request  text,
    created_at      integer not null,
    expires_at      integer not null,
    revoked_at      integer
) strict;
create index grants_client on grants (client_id);
create index grants_subject on grants (subject, client_id);
create index grants_session on grants (session_id);
create index grants_expiry on grants (expires_at);

create table refresh_tokens (
    hash                 blob not null primary key,
    grant_id             blob not null references grants (id) on delete cascade,
    generation           integer not null,
    issued_at            integer not null,
    expires_at           integer not null,
    absolute_expires_at  integer not null,
    rotated_at           integer
) strict;
create index refresh_tokens_grant on refresh_tokens (grant_id);
create index refresh_tokens_expiry on refresh_tokens (expires_at);

create table signing_keys (
    kid                 text not null primary key,
    algorithm           text not null,
    public_jwk          text not null,
    sealed_private_jwk  blob not null,
    created_at          integer not null,
    signs_from          integer not null,
    signs_until         integer,
    published_until     integer
) strict;

create table settings (
    name   text not null primary key,
    value  text not null
) strict;

create table resources (
    uri                    text not null primary key,
    name                   text not null,
    scopes                 text not null,
    signing_algorithm      text not null,
    access_token_lifetime  integer,
    introspection_clients  text not null,
    created_at             integer not null
) strict;

create table revoked_tokens (
    jti         text not null primary key,
    expires_at  integer not null
) strict;
create index revoked_tokens_expiry on revoked_tokens (expires_at);

-- No foreign keys: what happened outlives whom it happened to.
create table audit_events (
    id         blob not null primary key,
    at         integer not null,
    kind       text not null,
    actor      text not null,
    subject    text,
    client_id  text,
    detail     text not null
) strict;
create index audit_events_at on audit_events (at, id);
create index audit_events_kind on audit_events (kind, at, id);
create index audit_events_subject on audit_events (subject, at, id);
create index audit_events_client on audit_events (client_id, at, id);
