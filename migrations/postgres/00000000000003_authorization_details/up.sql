-- RFC 9396: what may be asked for in detail, and what was approved and granted of it.
create table authorization_types (
    kind        text primary key,
    schema      jsonb not null,
    sentence    text not null,
    created_at  timestamptz not null
);
alter table consents add column authorization_details jsonb not null default '[]';
alter table grants add column authorization_details jsonb;
