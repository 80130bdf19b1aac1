-- Sessions that run out are ended by the sweeper, so that clients are told: it looks for live ones alone.
drop index sessions_expiry;
create index sessions_expiry on sessions (expires_at) where ended_at is null;
create index sessions_idle on sessions (last_seen_at) where ended_at is null;
