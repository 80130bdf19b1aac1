-- CIBA: what a client asks of a person who is elsewhere. The answer may come from another process than the one that was asked.
create table authentication_requests (
    id               blob not null primary key,
    auth_req_id      blob not null,
    client_id        text not null references clients (client_id) on delete cascade,
    subject          text not null references users (subject) on delete cascade,
    scopes           text not null,
    resources        text not null,
    binding_message  text,
    delivery         text not null,
    sealed           blob not null,
    polling          text not null,
    state            text not null,
    approval         text,
    attempts         integer not null,
    notify_at        integer,
    created_at       integer not null,
    expires_at       integer not null
) strict;
create unique index authentication_requests_id on authentication_requests (auth_req_id);
create index authentication_requests_client on authentication_requests (client_id, expires_at);
create index authentication_requests_subject on authentication_requests (subject, expires_at);
create index authentication_requests_expiry on authentication_requests (expires_at);
create index authentication_requests_notify on authentication_requests (notify_at) where notify_at is not null;
