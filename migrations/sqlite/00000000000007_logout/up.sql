-- Which clients know a browser session by its sid, and so have to be told of its end.
create table session_clients (
    sid        text not null,
    client_id  text not null references clients (client_id) on delete cascade,
    subject    text not null references users (subject) on delete cascade,
    first_at   integer not null,
    primary key (sid, client_id)
) strict;
create index session_clients_client on session_clients (client_id);
create index session_clients_subject on session_clients (subject);

-- Logouts that clients have not been told of yet. No foreign key to users: that somebody was deleted has to be told as well.
create table logout_deliveries (
    sid         text not null,
    client_id   text not null references clients (client_id) on delete cascade,
    subject     text not null,
    attempts    integer not null,
    due_at      integer not null,
    created_at  integer not null,
    primary key (sid, client_id)
) strict;
create index logout_deliveries_client on logout_deliveries (client_id);
create index logout_deliveries_due on logout_deliveries (due_at);
