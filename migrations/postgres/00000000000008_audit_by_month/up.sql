alter table audit_events rename to audit_events_before;
alter table audit_events_before rename constraint audit_events_pkey to audit_events_before_pkey;
drop index audit_events_at, audit_events_kind, audit_events_subject, audit_events_client;

-- No foreign keys: what happened outlives whom it happened to.
create table audit_events (
    id         uuid not null,
    at         timestamptz not null,
    kind       text not null,
    actor      text not null,
    subject    text,
    client_id  text,
    detail     jsonb not null,
    primary key (at, id)
) partition by range (at);
create index audit_events_kind on audit_events (kind, at, id);
create index audit_events_subject on audit_events (subject, at, id);
create index audit_events_client on audit_events (client_id, at, id);

-- What no month has been made for yet: an event is never refused.
create table audit_events_rest partition of audit_events default;

-- Makes the partition of a month, in UTC, if it is not there; what waited in the rest moves into it.
create function audit_month(moment timestamptz) returns void language plpgsql as $$
declare
    month timestamp := date_trunc('month', moment at time zone 'UTC');
    name text := 'audit_events_' || to_char(month, 'YYYYMM');
    first timestamptz := month at time zone 'UTC';
    after timestamptz := (month + interval '1 month') at time zone 'UTC';
begin
    if to_regclass(name) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('audit_month'));
    if to_regclass(name) is not null then
        return;
    end if;
    execute format('create table %I (like audit_events including defaults)', name);
    execute format(
        'with moved as (delete from audit_events_rest where at >= %L and at < %L returning *) insert into %I select * from moved',
        first, after, name
    );
    execute format('alter table audit_events attach partition %I for values from (%L) to (%L)', name, first, after);
end
$$;

select audit_month(moment) from (
    select distinct date_trunc('month', at at time zone 'UTC') at time zone 'UTC' as moment from audit_events_before
    union select date_trunc('month', now() at time zone 'UTC') at time zone 'UTC'
    union select (date_trunc('month', now() at time zone 'UTC') + interval '1 month') at time zone 'UTC'
) months;
insert into audit_events (id, at, kind, actor, subject, client_id, detail)
    select id, at, kind, actor, subject, client_id, detail from audit_events_before;
drop table audit_events_before;
