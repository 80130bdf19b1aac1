//! Postgres: a server, reached over TLS when the URL says so.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::pg::Pg;
use diesel::{ConnectionError, ConnectionResult, QueryResult};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::pooled_connection::SetupCallback;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager as _};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use futures_util::future::FutureExt as _;
use tokio::runtime::Handle;

use super::postgres_tls::Target;
use super::{Options, Writers, migrations, types};
use crate::clock::Timestamp;
use crate::store::StoreError;

#[path = "pool.rs"]
#[expect(clippy::duplicate_mod, reason = "the same queries, checked against each backend's own connection")]
mod pool;
#[path = "queries/mod.rs"]
#[expect(clippy::duplicate_mod, reason = "the same queries, checked against each backend's own connection")]
pub mod queries;

/// Writes bound values with commas between them.
macro_rules! bind_list {
    ($out:ident; $first:ty: $value:expr $(, $next:ty: $more:expr)*) => {{
        $out.push_bind_param::<$first, _>($value)?;
        $($out.push_sql(", "); $out.push_bind_param::<$next, _>($more)?;)*
    }};
}

/// Writes `insert into TABLE (columns of a row) select its values`, from one list: no value can stand in another's column. The pattern is
/// the row's, so that the compiler finds a column that is missing.
macro_rules! insert_row {
    ($out:ident; $table:ident: $row:ident = $value:expr; $first:ident $(, $next:ident)*) => {{
        let $row { $first $(, $next)* } = $value;
        $out.push_sql(concat!("insert into ", stringify!($table), " (", stringify!($first) $(, ", ", stringify!($next))*, ") select "));
        bind_list!($out; diesel::dsl::SqlTypeOf<$table::$first>: $first $(, diesel::dsl::SqlTypeOf<$table::$next>: $next)*);
    }};
}

pub mod redemption;
pub mod renewal;
pub mod rotation;
pub mod sign_in;
pub mod turns;

pub use pool::{Database, finish, start};

/// A connection to Postgres.
pub type Conn = AsyncPgConnection;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The tables where migrations would make theirs. What an extension brought along is nobody's.
pub const TABLES: &str = "select c.relname::text as name from pg_catalog.pg_class c \
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = current_schema() and c.relkind in ('r', 'p') \
    and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e') \
    order by 1";

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// The advisory lock that migrations hold: "authy" in ASCII.
const MIGRATION_LOCK: i64 = 0x61_75_74_68_79;

/// Where the database is.
pub struct Place {
    target: Target,
    size: usize,
    main: Handle,
}

/// Makes the pool; connections are made when they are needed.
pub async fn open(options: &Options) -> Result<Database, StoreError> {
    // A connection is driven by a task of the runtime it was made on. For one that threads share that must be the runtime of `main`: a web
    // worker has a runtime of its own, which stalls with the worker.
    let main = Handle::current();
    let target = Target::parse(&options.url, options.ca_file.as_deref())?;
    let place = Place { target: target.clone(), size: options.pool_size, main: main.clone() };
    let setup: SetupCallback<Conn> = Box::new(move |_| {
        let (main, target) = (main.clone(), target.clone());
        async move { establish(&main, target).await }.boxed()
    });
    Database::new(place, options.pool_size, setup, Writers::Many)
}

/// Gives this thread, which runs a runtime of its own, connections of its own. Whoever asks then drives the connection too, and no
/// other thread has to be woken on the way there and back: that halves what a query costs. What the others share shrinks by as much.
pub fn set_apart(database: &Database, threads: usize) -> Result<(), StoreError> {
    let size = database.place.size / (threads + 1);
    // One connection would make the requests of a worker wait for each other.
    if size < 2 {
        return Ok(());
    }
    let target = database.place.target.clone();
    let setup: SetupCallback<Conn> = Box::new(move |_| {
        let target = target.clone();
        async move { in_time(target.connect()).await }.boxed()
    });
    database.own.get_or_try(|| {
        let shared = database.shared.status().max_size;
        database.shared.resize(shared.saturating_sub(size).max(1));
        pool::pool(size, setup)
    })?;
    Ok(())
}

async fn in_time(making: impl Future<Output = ConnectionResult<Conn>>) -> ConnectionResult<Conn> {
    let made = tokio::time::timeout(CONNECT, making).await;
    made.unwrap_or_else(|_| Err(ConnectionError::BadConnection(format!("no connection to Postgres within {} s", CONNECT.as_secs()))))
}

async fn establish(main: &Handle, target: Target) -> ConnectionResult<Conn> {
    let making = async move { in_time(target.connect()).await };
    main.spawn(making).await.unwrap_or_else(|error| Err(ConnectionError::BadConnection(error.to_string())))
}

async fn begin(conn: &mut Conn) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction(conn).await
}

/// Runs migrations under an advisory lock.
pub async fn migration(database: &Database, step: migrations::Step) -> Result<Vec<String>, StoreError> {
    let place = &database.place;
    let connection = establish(&place.main, place.target.clone()).await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
    let work = move || {
        let mut connection = AsyncConnectionWrapper::<Conn>::from(connection);
        connection.batch_execute(&format!("select pg_advisory_lock({MIGRATION_LOCK})"))?;
        let versions = migrations::run(&mut connection, MIGRATIONS, step);
        // The server would give it up with the connection, but when that ends is not for us to say: a pool in between keeps it, and a runtime
        // that is busy closes it late. If it has ended already, so has the lock.
        drop(connection.batch_execute(&format!("select pg_advisory_unlock({MIGRATION_LOCK})")));
        versions
    };
    place.main.spawn_blocking(work).await.map_err(|error| StoreError::Broken(error.into()))?
}

/// The versions of all migrations, in order.
pub fn all_migrations() -> Result<Vec<String>, StoreError> {
    migrations::versions::<Pg>(MIGRATIONS)
}

/// What the server's clock says.
pub async fn server_time(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    use diesel_async::RunQueryDsl as _;
    let now = diesel::dsl::sql::<types::Timestamptz>("clock_timestamp()");
    diesel::select(now).get_result::<types::Time>(conn).await.map(|time| Some(time.0))
}

/// The parts of the audit record, one for each month.
pub mod audit_months {
    use diesel::prelude::*;
    use diesel::sql_types::Text;
    use diesel_async::RunQueryDsl;

    use super::{Conn, types};
    use types::{Time, Timestamptz};

    #[derive(QueryableByName)]
    struct Part {
        #[diesel(sql_type = Text)]
        name: String,
    }

    /// Makes those of this month and the next one, and drops whole those that nobody may read any more.
    pub async fn keep(conn: &mut Conn, now: Time, oldest: Time) -> QueryResult<()> {
        diesel::sql_query("select audit_month($1), audit_month($1 + interval '1 month')").bind::<Timestamptz, _>(now).execute(conn).await?;
        let past = "select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid \
            where i.inhparent = 'audit_events'::regclass and c.relname ~ '^audit_events_[0-9]{6}$' \
            and c.relname < 'audit_events_' || to_char($1 at time zone 'UTC', 'YYYYMM')";
        let past: Vec<Part> = diesel::sql_query(past).bind::<Timestamptz, _>(oldest).load(conn).await?;
        for part in past {
            // The name is six digits after a word of ours.
            diesel::sql_query(format!("drop table {}", part.name)).execute(conn).await?;
        }
        Ok(())
    }
}
