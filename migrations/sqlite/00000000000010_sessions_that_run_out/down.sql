drop index sessions_idle;
drop index sessions_expiry;
create index sessions_expiry on sessions (expires_at);
