//! `authy serve`: runs the provider.

use std::sync::Arc;

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::accounts::setup;
use crate::app::App;
use crate::app::builder::Parts;
use crate::boot::{self, BootError};
use crate::clock::{Clock, SystemClock};
use crate::config::Settings;
use crate::entropy::{Entropy, OsEntropy};
use crate::outbound::Guarded;
use crate::server::{self, Bound};
use crate::spec::issuer::Issuer;
use crate::store::kv::Kv;
use crate::store::sql::{Kind, Sql};
use crate::tasks;

/// Opens everything, says on standard output where it listens, and runs until it is told to stop.
///
/// # Errors
/// Each names what is missing and the mend.
pub async fn run(mut settings: Settings) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
    boot::data_directory(&settings)?;
    server::watch::ask_for_descriptors();
    let bound = Bound::new(&settings)?;
    let issuer = issuer(&settings, &bound)?;
    settings.mtls.base = settings.mtls.base.take().or_else(|| bound.mtls_base(&issuer));
    let (sql, sealer) = boot::open(&settings, entropy.as_ref(), clock.now()).await?;
    let kv = key_value(&settings, &sql, (clock.clone(), entropy.clone())).await?;
    let addresses = bound.addresses();
    let outbound = Arc::new(Guarded::new(&settings.outbound, &issuer)?);
    let parts = Parts { settings, issuer, clock, entropy, sql, kv, sealer, outbound };
    let app = Arc::new(App::build(parts).await?);
    // Whoever reads that the server listens may stop it at once.
    let mut stop = StopSignals::listen()?;
    let running = server::start(app.clone(), bound)?;
    let background = [
        tokio::spawn(tasks::refresh_keys::run(app.clone())),
        tokio::spawn(tasks::sweep::run(app.clone())),
        tokio::spawn(tasks::deliver_logout::run(app.clone())),
        tokio::spawn(tasks::notify_clients::run(app.clone())),
    ];

    let mut said = vec![format!("issuer {}", app.issuer.as_str())];
    said.extend(addresses.iter().map(|address| format!("listening {address}")));
    said.extend(setup::new_link(&app).await.map_err(|failure| anyhow::anyhow!(failure.detail()))?.map(|link| format!("setup {link}")));
    super::output::lines(&said);

    stop.received().await;
    tracing::info!("stopping: what is in flight is finished first");
    for task in background {
        task.abort();
    }
    running.stop().await;
    Ok(())
}

fn issuer(settings: &Settings, bound: &Bound) -> anyhow::Result<Issuer> {
    match &settings.issuer {
        Some(issuer) => Ok(issuer.clone()),
        None => {
            let port = bound.port().context("no listener")?;
            Issuer::parse(&settings.local_issuer(port)).map_err(anyhow::Error::msg)
        }
    }
}

async fn key_value(settings: &Settings, sql: &Sql, (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>)) -> anyhow::Result<Kv> {
    match &settings.redis_url {
        Some(url) => {
            let opened = Kv::open_redis(url.expose(), settings.outbound.ca_file.as_deref()).await;
            opened.map_err(|error| BootError::of_redis(&error).into())
        }
        None => {
            if sql.kind() == Kind::Postgres {
                tracing::warn!("Postgres without Redis: this is a single node; set AUTHY_REDIS_URL before starting a second one");
            }
            Ok(Kv::memory(clock, entropy))
        }
    }
}

/// What asks the server to stop: SIGTERM, SIGINT.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
