-- Under which name an application asked and where the answer was to go: an approval counts for what was seen.
alter table consents add column seen text not null default '[]';
