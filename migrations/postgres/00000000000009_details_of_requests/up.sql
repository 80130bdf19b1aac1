-- RFC 9396: what a client asks in detail of a person who is elsewhere.
alter table authentication_requests add column authorization_details jsonb not null default '[]';
