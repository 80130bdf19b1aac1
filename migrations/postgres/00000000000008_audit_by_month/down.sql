alter table audit_events rename to audit_events_by_month;
alter table audit_events_by_month rename constraint audit_events_pkey to audit_events_by_month_pkey;
drop index audit_events_kind, audit_events_subject, audit_events_client;

create table audit_events (
    id         uuid primary key,
    at         timestamptz not null,
    kind       text not null,
    actor      text not null,
    subject    text,
    client_id  text,
    detail     jsonb not null
);
insert into audit_events (id, at, kind, actor, subject, client_id, detail)
    select id, at, kind, actor, subject, client_id, detail from audit_events_by_month;
drop table audit_events_by_month;
drop function audit_month(timestamptz);
create index audit_events_at on audit_events (at, id);
create index audit_events_kind on audit_events (kind, at, id);
create index audit_events_subject on audit_events (subject, at, id);
create index audit_events_client on audit_events (client_id, at, id);
