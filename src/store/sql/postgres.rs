//! Postgres: a server, reached over TLS when the URL says so.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{ConnectionError, ConnectionResult, QueryResult};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::pooled_connection::SetupCallback;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager as _};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use futures_util::future::FutureExt as _;
use tokio::runtime::Handle;

use super::postgres_tls::Target;
use super::{Options, migrations, types};
use crate::clock::Timestamp;
use crate::store::StoreError;

#[path = "pool.rs"]
#[expect(clippy::duplicate_mod, reason = "the same queries, checked against each backend's own connection")]
mod pool;
#[path = "queries/mod.rs"]
#[expect(clippy::duplicate_mod, reason = "the same queries, checked against each backend's own connection")]
pub mod queries;

pub use pool::{Database, finish, start};

/// A connection to Postgres.
pub type Conn = AsyncPgConnection;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// The advisory lock that migrations hold: "authy" in ASCII.
const MIGRATION_LOCK: i64 = 0x61_75_74_68_79;

/// Where the database is.
pub struct Place {
    target: Target,
    main: Handle,
}

/// Makes the pool; connections are made when they are needed.
pub async fn open(options: &Options) -> Result<Database, StoreError> {
    // A connection is driven by a task of the runtime it was made on. That must be the one of `main`: a web worker has a runtime of
    // its own, which stalls with the worker.
    let main = Handle::current();
    let target = Target::parse(&options.url, options.ca_file.as_deref())?;
    let place = Place { target: target.clone(), main: main.clone() };
    let setup: SetupCallback<Conn> = Box::new(move |_| {
        let (main, target) = (main.clone(), target.clone());
        async move { establish(&main, target).await }.boxed()
    });
    Database::new(place, options.pool_size, setup, false)
}

async fn establish(main: &Handle, target: Target) -> ConnectionResult<Conn> {
    let making = async move { tokio::time::timeout(CONNECT, target.connect()).await };
    match main.spawn(making).await {
        Ok(Ok(made)) => made,
        Ok(Err(_)) => Err(ConnectionError::BadConnection(format!("no connection to Postgres within {} s", CONNECT.as_secs()))),
        Err(error) => Err(ConnectionError::BadConnection(error.to_string())),
    }
}

async fn begin(conn: &mut Conn) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction(conn).await
}

/// Runs migrations under an advisory lock, which the server releases when the connection goes.
pub async fn migration(database: &Database, step: migrations::Step) -> Result<Vec<String>, StoreError> {
    let place = &database.place;
    let connection = establish(&place.main, place.target.clone()).await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
    let work = move || {
        let mut connection = AsyncConnectionWrapper::<Conn>::from(connection);
        connection.batch_execute(&format!("select pg_advisory_lock({MIGRATION_LOCK})"))?;
        migrations::run(&mut connection, MIGRATIONS, step)
    };
    place.main.spawn_blocking(work).await.map_err(|error| StoreError::Broken(error.into()))?
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

/// A rotation is one statement, and so one round trip.
pub mod rotation {
    use diesel::QueryResult;
    use diesel::pg::Pg;
    use diesel::query_builder::{AstPass, QueryFragment, QueryId};
    use diesel::sql_types::{Binary, Integer};
    use diesel_async::RunQueryDsl as _;

    use super::{Conn, types};
    use crate::model::refresh_token::RefreshToken;
    use types::{Id, Time, Timestamptz, Uuid};

    struct Rotate<'a> {
        hash: &'a [u8],
        successor: &'a [u8],
        grant_id: Id,
        generation: i32,
        now: Time,
        issued_at: Time,
        expires_at: Time,
        absolute_expires_at: Time,
    }

    impl QueryId for Rotate<'_> {
        type QueryId = Rotate<'static>;
        const HAS_STATIC_QUERY_ID: bool = true;
    }

    impl QueryFragment<Pg> for Rotate<'_> {
        fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
            out.push_sql("with rotated as (update refresh_tokens set rotated_at = ");
            out.push_bind_param::<Timestamptz, _>(&self.now)?;
            out.push_sql(" where rotated_at is null and hash = ");
            out.push_bind_param::<Binary, _>(self.hash)?;
            out.push_sql(" and grant_id = (select id from grants where revoked_at is null and id = ");
            out.push_bind_param::<Uuid, _>(&self.grant_id)?;
            out.push_sql(") returning grant_id, confirmation) insert into refresh_tokens (grant_id, confirmation, hash, generation, issued_at, expires_at, absolute_expires_at) select grant_id, confirmation, ");
            out.push_bind_param::<Binary, _>(self.successor)?;
            out.push_sql(", ");
            out.push_bind_param::<Integer, _>(&self.generation)?;
            out.push_sql(", ");
            out.push_bind_param::<Timestamptz, _>(&self.issued_at)?;
            out.push_sql(", ");
            out.push_bind_param::<Timestamptz, _>(&self.expires_at)?;
            out.push_sql(", ");
            out.push_bind_param::<Timestamptz, _>(&self.absolute_expires_at)?;
            out.push_sql(" from rotated");
            Ok(())
        }
    }

    /// Whether it was this call that rotated.
    pub async fn rotate(conn: &mut Conn, hash: &[u8], successor: &RefreshToken, now: Time) -> QueryResult<bool> {
        let statement = Rotate {
            hash,
            successor: successor.hash.as_bytes().as_slice(),
            grant_id: Id(successor.grant_id),
            generation: successor.generation,
            now,
            issued_at: Time(successor.issued_at),
            expires_at: Time(successor.expires_at),
            absolute_expires_at: Time(successor.absolute_expires_at),
        };
        Ok(statement.execute(conn).await? > 0)
    }
}

/// Reads that hold what they read until the transaction ends.
pub mod locked {
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;

    use super::Conn;
    use crate::store::sql::schema::{sessions, users};
    use crate::store::sql::types::{Id, Time};

    /// When a session ended and will end, and when its user was locked: neither changes before the transaction ends.
    pub async fn session_and_user(conn: &mut Conn, id: Id, subject: &str) -> QueryResult<Option<(Option<Time>, Time, Option<Time>)>> {
        sessions::table
            .inner_join(users::table)
            .filter(sessions::id.eq(id).and(sessions::subject.eq(subject)))
            .select((sessions::ended_at, sessions::expires_at, users::locked_at))
            .for_share()
            .first(conn)
            .await
            .optional()
    }
}
