-- What is known of clients that no administrator registered, beside their row in clients.
create table dynamic_clients (
    client_id     text not null primary key references clients (client_id) on delete cascade,
    token_hash    bytea,       -- of the registration access token; none for a client that is a document
    approved_at   timestamptz, -- when a person or a registration token first vouched for it; until then it is in quarantine
    last_used_at  timestamptz not null,
    expires_at    timestamptz not null
);
create index dynamic_clients_expiry on dynamic_clients (expires_at);
create index dynamic_clients_quarantine on dynamic_clients (client_id) where approved_at is null;

create table registration_tokens (
    id          uuid not null primary key,
    name        text not null,
    hash        bytea not null,
    uses_left   bigint,
    created_at  timestamptz not null,
    expires_at  timestamptz
);
create unique index registration_tokens_hash on registration_tokens (hash);
create unique index registration_tokens_name on registration_tokens (name);
