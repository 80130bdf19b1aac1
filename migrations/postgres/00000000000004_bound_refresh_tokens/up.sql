alter table refresh_tokens add column confirmation jsonb;
