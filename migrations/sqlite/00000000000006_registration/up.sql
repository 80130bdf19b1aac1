-- What is known of clients that no administrator registered, beside their row in clients.
create table dynamic_clients (
    client_id     text not null primary key references clients (client_id) on delete cascade,
    token_hash    blob,    -- of the registration access token; none for a client that is a document
    approved_at   integer, -- when a person or a registration token first vouched for it; until then it is in quarantine
    last_used_at  integer not null,
    expires_at    integer not null
) strict;
create index dynamic_clients_expiry on dynamic_clients (expires_at);
create index dynamic_clients_quarantine on dynamic_clients (client_id) where approved_at is null;

create table registration_tokens (
    id          blob not null primary key,
    name        text not null,
    hash        blob not null,
    uses_left   integer,
    created_at  integer not null,
    expires_at  integer
) strict;
create unique index registration_tokens_hash on registration_tokens (hash);
create unique index registration_tokens_name on registration_tokens (name);
