create table users (
    subject         text primary key,
    username        text not null,
    email           text,
    email_verified  boolean not null,
    name            text,
    claims          jsonb not null,
    admin           boolean not null,
    locked_at       timestamptz,
    created_at      timestamptz not null,
    updated_at      timestamptz not null
);
create unique index users_username on users (username);
create unique index users_email on users (email);
create index users_admin on users (subject) where admin;

create table passwords (
    subject     text primary key references users (subject) on delete cascade,
    hash        text not null,
    changed_at  timestamptz not null
);

create table groups (
    name        text primary key,
    created_at  timestamptz not null
);

create table group_members (
    group_name  text not null references groups (name) on delete cascade,
    subject     text not null references users (subject) on delete cascade,
    primary key (group_name, subject)
);
create index group_members_subject on group_members (subject);

create table clients (
    client_id   text primary key,
    name        text not null,
    origin      text not null,
    enabled     boolean not null,
    metadata    jsonb not null,
    created_at  timestamptz not null,
    updated_at  timestamptz not null
);
create index clients_name on clients (name, client_id);

create table client_secrets (
    id          uuid primary key,
    client_id   text not null references clients (client_id) on delete cascade,
    sha256      bytea,
    bcrypt      text,
    created_at  timestamptz not null,
    expires_at  timestamptz
);
create index client_secrets_client on client_secrets (client_id, created_at);

create table sessions (
    id                uuid primary key,
    token_hash        bytea not null,
    admin_token_hash  bytea,
    subject           text not null references users (subject) on delete cascade,
    sid               text not null,
    auth_time         timestamptz not null,
    amr               jsonb not null,
    acr               text not null,
    user_agent        text not null,
    address           text not null,
    created_at        timestamptz not null,
    last_seen_at      timestamptz not null,
    expires_at        timestamptz not null,
    ended_at          timestamptz
);
create unique index sessions_token on sessions (token_hash);
create index sessions_sid on sessions (sid); -- not unique: who signs in again in the same browser keeps it, and the session before has ended
create index sessions_subject on sessions (subject, created_at);
create index sessions_expiry on sessions (expires_at);
create index sessions_end on sessions (ended_at) where ended_at is not null;

create table consents (
    subject     text not null references users (subject) on delete cascade,
    client_id   text not null references clients (client_id) on delete cascade,
    scopes      jsonb not null,
    claims      jsonb not null,
    resources   jsonb not null,
    granted_at  timestamptz not null,
    expires_at  timestamptz not null,
    primary key (subject, client_id)
);
create index consents_client on consents (client_id);
create index consents_expiry on consents (expires_at);

-- A replayed code may be revoked before its grant is saved: then only the id, the client and the moment are known.
create table grants (
    id              uuid primary key,
    client_id       text not null references clients (client_id) on delete cascade,
    subject         text references users (subject) on delete cascade,
    session_id      uuid,
    offline         boolean not null,
    scopes          jsonb,
    resources       jsonb,
    sid             text,
    auth_time       timestamptz,
    amr             jsonb,
    acr             text,
    claims_request  jsonb,
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    revoked_at      timestamptz
);
create index grants_client on grants (client_id);
create index grants_subject on grants (subject, client_id);
create index grants_session on grants (session_id);
create index grants_expiry on grants (expires_at);

create table refresh_tokens (
    hash                 bytea primary key,
    grant_id             uuid not null references grants (id) on delete cascade,
    generation           integer not null,
    issued_at            timestamptz not null,
    expires_at           timestamptz not null,
    absolute_expires_at  timestamptz not null,
    rotated_at           timestamptz
);
create index refresh_tokens_grant on refresh_tokens (grant_id);
create index refresh_tokens_expiry on refresh_tokens (expires_at);

create table signing_keys (
    kid                 text primary key,
    algorithm           text not null,
    public_jwk          jsonb not null,
    sealed_private_jwk  bytea not null,
    created_at          timestamptz not null,
    signs_from          timestamptz not null,
    signs_until         timestamptz,
    published_until     timestamptz
);

create table settings (
    name   text primary key,
    value  text not null
);

create table resources (
    uri                    text primary key,
    name                   text not null,
    scopes                 jsonb not null,
    signing_algorithm      text not null,
    access_token_lifetime  bigint,
    introspection_clients  jsonb not null,
    created_at             timestamptz not null
);

create table revoked_tokens (
    jti         text primary key,
    expires_at  timestamptz not null
);
create index revoked_tokens_expiry on revoked_tokens (expires_at);

-- No foreign keys: what happened outlives whom it happened to.
create table audit_events (
    id         uuid primary key,
    at         timestamptz not null,
    kind       text not null,
    actor      text not null,
    subject    text,
    client_id  text,
    detail     jsonb not null
);
create index audit_events_at on audit_events (at, id);
create index audit_events_kind on audit_events (kind, at, id);
create index audit_events_subject on audit_events (subject, at, id);
create index audit_events_client on audit_events (client_id, at, id);
