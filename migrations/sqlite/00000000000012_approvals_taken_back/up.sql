-- What this person approved before and no client has come for yet is void: they changed their password or took an approval back.
alter table users add column approvals_from integer;
