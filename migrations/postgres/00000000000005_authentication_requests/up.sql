-- CIBA: what a client asks of a person who is elsewhere. The answer may come from another process than the one that was asked.
create table authentication_requests (
    id               uuid primary key,
    auth_req_id      bytea not null,
    client_id        text not null references clients (client_id) on delete cascade,
    subject          text not null references users (subject) on delete cascade,
    scopes           jsonb not null,
    resources        jsonb not null,
    binding_message  text,
    delivery         text not null,
    sealed           bytea not null,
    polling          jsonb not null,
    state            text not null,
    approval         jsonb,
    attempts         integer not null,
    notify_at        timestamptz,
    created_at       timestamptz not null,
    expires_at       timestamptz not null
);
create unique index authentication_requests_id on authentication_requests (auth_req_id);
create index authentication_requests_client on authentication_requests (client_id, expires_at);
create index authentication_requests_subject on authentication_requests (subject, expires_at);
create index authentication_requests_expiry on authentication_requests (expires_at);
create index authentication_requests_notify on authentication_requests (notify_at) where notify_at is not null;
