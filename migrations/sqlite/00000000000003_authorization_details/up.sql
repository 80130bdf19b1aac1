-- RFC 9396: what may be asked for in detail, and what was approved and granted of it.
create table authorization_types (
    kind        text not null primary key,
    schema      text not null,
    sentence    text not null,
    created_at  integer not null
) strict;
alter table consents add column authorization_details text not null default '[]';
alter table grants add column authorization_details text;
