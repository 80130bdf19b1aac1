-- Where the answers of a client went when somebody approved: an approval counts for what was seen.
alter table consents add column destinations jsonb not null default '[]';
