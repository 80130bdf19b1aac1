//! The pool of one backend, with what every query needs around it: this file is a module of `postgres` and of `sqlite`.

use std::ops::DerefMut;
use std::sync::Arc;

use diesel::QueryResult;
use diesel_async::pooled_connection::deadpool::{Hook, HookError, Object, Pool, PoolError};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, SetupCallback};
use diesel_async::{AsyncConnection, TransactionManager as _};
use thread_local::ThreadLocal;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{Conn, begin};
use crate::store::StoreError;
use crate::store::sql::{ANSWER, OLD, WAIT, Writers};

/// The connections of one database.
#[derive(Clone)]
pub struct Database {
    pub(super) shared: Pool<Conn>,
    /// Of the threads that drive connections of their own.
    pub(super) own: Arc<ThreadLocal<Pool<Conn>>>,
    /// Where the database lets one writer in at a time, writers queue here: waiting in the database means polling it.
    turn: Option<Arc<Mutex<()>>>,
    /// What migrations need to know about the place.
    pub(super) place: Arc<super::Place>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").finish_non_exhaustive()
    }
}

impl Database {
    /// A pool of up to `size` connections made by `setup`.
    pub(super) fn new(place: super::Place, size: usize, setup: SetupCallback<Conn>, writers: Writers) -> Result<Self, StoreError> {
        let shared = pool(size, setup)?;
        let turn = (writers == Writers::OneAtATime).then(Arc::default);
        Ok(Self { shared, own: Arc::default(), turn, place: Arc::new(place) })
    }

    /// A connection.
    pub async fn lease(&self) -> Result<Lease, StoreError> {
        let pool = self.own.get().unwrap_or(&self.shared);
        match tokio::time::timeout(WAIT, Box::pin(pool.get())).await {
            Ok(Ok(connection)) => Ok(Lease { connection: Some(connection) }),
            Ok(Err(PoolError::Backend(error))) => Err(StoreError::Unavailable(describe(&error))),
            Ok(Err(error)) => Err(StoreError::Unavailable(describe(&error))),
            Err(_) => Err(StoreError::Unavailable(format!("no database connection was free within {} s", WAIT.as_secs()))),
        }
    }

    /// The turn to write, where writers take turns. Taken before a connection, so that those who wait hold none.
    pub async fn turn(&self) -> Result<Option<OwnedMutexGuard<()>>, StoreError> {
        let Some(turn) = &self.turn else { return Ok(None) };
        match tokio::time::timeout(ANSWER, Arc::clone(turn).lock_owned()).await {
            Ok(guard) => Ok(Some(guard)),
            Err(_) => Err(StoreError::Unavailable("the database has too many writers".to_owned())),
        }
    }
}

/// Up to `size` connections.
pub(super) fn pool(size: usize, setup: SetupCallback<Conn>) -> Result<Pool<Conn>, StoreError> {
    let mut config = ManagerConfig::default();
    // A test query at every checkout costs a third to half of the throughput; a closed connection is noticed without one.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = setup;
    Pool::builder(AsyncDieselConnectionManager::new_with_config(String::new(), config))
        .max_size(size.max(1))
        .pre_recycle(Hook::sync_fn(|_, metrics| match metrics.age() < OLD {
            true => Ok(()),
            false => Err(HookError::message("old")),
        }))
        .build()
        .map_err(|error| StoreError::Broken(error.into()))
}

/// Every cause in a row: the outermost alone says only "error connecting to server".
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = inner.source();
    }
    text
}

/// A connection for one query or one transaction. Dropped half-way (the caller went away, the time was up, the server too), it is
/// closed, so that nobody gets a connection inside somebody's transaction.
pub struct Lease {
    connection: Option<Object<Conn>>,
}

impl Lease {
    /// The connection.
    pub fn conn(&mut self) -> Result<&mut Conn, StoreError> {
        match &mut self.connection {
            Some(connection) => Ok(connection.deref_mut()),
            None => Err(StoreError::Unavailable("the connection was given back".to_owned())),
        }
    }

    /// Gives the connection back to the pool, or closes it when the answer says that it is of no more use.
    pub fn settle<T>(mut self, answer: Result<T, StoreError>) -> Result<T, StoreError> {
        if !answer.as_ref().is_err_and(StoreError::is_unavailable) {
            drop(self.connection.take());
        }
        answer
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}

/// One transaction around `step`; the caller has made `step` out of `conn` and drives it between [`begin`] and this.
pub async fn finish<T>(conn: &mut Conn, outcome: QueryResult<T>) -> QueryResult<T> {
    type Manager = <Conn as AsyncConnection>::TransactionManager;
    match outcome {
        Ok(value) => Manager::commit_transaction(conn).await.map(|()| value),
        Err(error) => {
            // The first error is the one to tell; a connection that cannot roll back is found broken by the pool.
            drop(Manager::rollback_transaction(conn).await);
            Err(error)
        }
    }
}

/// Starts a transaction that writes.
pub async fn start(conn: &mut Conn) -> QueryResult<()> {
    begin(conn).await
}
