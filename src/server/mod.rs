//! Binding, listening, and stopping without losing what is in flight.

pub mod management;
pub mod mtls;
pub mod tls;
pub mod watch;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App as ActixApp, HttpServer, web};
use anyhow::Context as _;
use socket2::{Domain, Protocol, Socket, Type};

use crate::app::App;
use crate::boot::BootError;
use crate::config::Settings;
use crate::endpoints::discovery::http as discovery;
use crate::server::watch::Patience;
use crate::spec::issuer::Issuer;
use crate::{routes, web as toolkit};

/// Connections that wait to be accepted.
const BACKLOG: i32 = 1_024;

/// Connections that a worker holds.
const CONNECTIONS: usize = 8_192;

/// Three quarters of what there is room for are a crowd.
const PATIENCE: Patience = Patience { head: Duration::from_secs(10), keep_alive: Duration::from_secs(75), crowd: CONNECTIONS / 4 * 3 };

/// How long an answer may wait for a client that takes none of it.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNREAD_FOR: Duration = Duration::from_secs(30);

/// Sockets that are bound but do not answer yet: the issuer may depend on their port.
#[derive(Debug)]
pub struct Bound {
    /// The main listeners.
    pub main: Vec<TcpListener>,
    /// Those that ask for client certificates.
    pub mtls: Vec<TcpListener>,
    /// Health and metrics.
    pub management: Option<TcpListener>,
    /// With those who connect and ask for nothing.
    pub patience: Patience,
}

impl Bound {
    /// Binds every listener.
    ///
    /// # Errors
    /// Names the address and the mend: the port is in use, or not ours to use.
    pub fn new(settings: &Settings) -> Result<Self, BootError> {
        let main = several(&settings.listen, "AUTHY_LISTEN")?;
        let mtls = several(&settings.mtls.listen, "AUTHY_MTLS_LISTEN")?;
        let management =
            settings.management_listen.map(|address| bind(address).map_err(|error| explain(error, address, "AUTHY_MANAGEMENT_LISTEN")));
        Ok(Self { main, mtls, management: management.transpose()?, patience: PATIENCE })
    }

    /// What keeps listeners from being bound, found by binding all of them for a moment.
    pub fn obstacles(settings: &Settings) -> Vec<BootError> {
        let main = several(&settings.listen, "AUTHY_LISTEN");
        let mtls = several(&settings.mtls.listen, "AUTHY_MTLS_LISTEN");
        let management: Vec<SocketAddr> = settings.management_listen.into_iter().collect();
        let management = several(&management, "AUTHY_MANAGEMENT_LISTEN");
        [main, mtls, management].into_iter().filter_map(Result::err).collect()
    }

    /// The URL in the place of the issuer for clients with a certificate: the issuer's own on the port of that listener.
    pub fn mtls_base(&self, issuer: &Issuer) -> Option<String> {
        let port = self.mtls.first()?.local_addr().ok()?.port();
        Some(format!("https://{}:{port}{}", issuer.host(), issuer.path()))
    }

    /// The port of the first main listener.
    pub fn port(&self) -> Option<u16> {
        self.main.first().and_then(|listener| listener.local_addr().ok()).map(|address| address.port())
    }

    /// Every address, the main ones first.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.main.iter().chain(&self.mtls).chain(&self.management).filter_map(|listener| listener.local_addr().ok()).collect()
    }
}

/// With port 0 the first address chooses, and the others follow, so that `localhost` means one port.
fn several(addresses: &[SocketAddr], setting: &str) -> Result<Vec<TcpListener>, BootError> {
    let mut bound: Vec<TcpListener> = Vec::new();
    for address in addresses {
        let chosen = bound.first().and_then(|first| first.local_addr().ok()).map(|first| first.port());
        let address = match (address.port(), chosen) {
            (0, Some(port)) => SocketAddr::new(address.ip(), port),
            _ => *address,
        };
        match bind(address) {
            Ok(listener) => bound.push(listener),
            // A machine without IPv6 serves its default [::1] listener on 127.0.0.1 alone.
            Err(error) if !bound.is_empty() && address.is_ipv6() && no_such_address(&error) => {}
            Err(error) => return Err(explain(error, address, setting)),
        }
    }
    Ok(bound)
}

fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    // Connections inherit it: whoever asks and never reads the answer is let go.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    socket.set_tcp_user_timeout(Some(UNREAD_FOR))?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

fn no_such_address(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{AddrNotAvailable, Unsupported};
    matches!(error.kind(), AddrNotAvailable | Unsupported) || error.raw_os_error() == Some(97) // EAFNOSUPPORT
}

fn explain(error: std::io::Error, address: SocketAddr, setting: &str) -> BootError {
    let (why, mend) = match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            (" another program listens there:", format!("Stop the other program, or choose another address with {setting}."))
        }
        std::io::ErrorKind::PermissionDenied => (" ports below 1024 need a privilege:", format!("Choose another port with {setting}.")),
        _ => ("", format!("Choose another address with {setting}.")),
    };
    BootError::new(format!("authy cannot listen on {address}:{why} {error}."), mend)
}

/// The two servers, running.
#[derive(Debug)]
pub struct Running {
    handles: Vec<ServerHandle>,
    tasks: Vec<tokio::task::JoinHandle<std::io::Result<()>>>,
}

/// Starts answering. Signals are the caller's business.
///
/// # Errors
/// When the TLS files cannot be read, or a listener cannot be what it has to be.
pub fn start(app: Arc<App>, bound: Bound) -> anyhow::Result<Running> {
    let tls = app.settings.tls.as_ref().map(tls::Reloading::load).transpose().context("TLS")?;
    let with_certificates = app.settings.mtls.tls.as_ref().filter(|_| !bound.mtls.is_empty());
    let mutual = with_certificates.map(tls::Reloading::load).transpose().context("mutual TLS")?;
    let shutdown = app.settings.shutdown_timeout.as_secs();
    let workers = app.settings.workers;
    let data = web::Data::from(app.clone());
    let brand = web::Data::new(toolkit::render::brand_of(&app));
    let documents = web::Data::new(discovery::Documents::new(&app).context("the metadata")?);
    let at_hand = web::Data::new(toolkit::observe::AtHand(discovery::at_hand));
    let mut main = HttpServer::new(move || {
        set_apart(&data, workers);
        ActixApp::new()
            .app_data(data.clone())
            .app_data(documents.clone())
            .app_data(at_hand.clone())
            .app_data(brand.clone())
            .app_data(toolkit::not_found::unreadable_paths(&data))
            .wrap(from_fn(toolkit::observe::observe))
            .configure(|config| routes::configure(config, &data))
            .default_service(web::to(toolkit::not_found::not_found))
    })
    .workers(workers)
    .shutdown_timeout(shutdown)
    .disable_signals()
    .client_request_timeout(bound.patience.head)
    .keep_alive(bound.patience.keep_alive)
    .max_connections(CONNECTIONS)
    .on_connect(watch::on_connect(bound.patience));
    for listener in bound.main {
        main = match &tls {
            Some(tls) => main.listen_rustls_0_23(listener, tls.server_config()?)?,
            None => main.listen(listener)?,
        };
    }
    for listener in bound.mtls {
        let mutual = mutual.as_ref().context("mutual TLS has no certificate")?;
        main = main.listen_rustls_0_23(listener, mutual.mutual_server_config()?)?;
    }
    let main = main.run();
    let mut handles = vec![main.handle()];
    let mut tasks = vec![tokio::spawn(main)];
    if let Some(listener) = bound.management {
        let server = management::server(app, listener, bound.patience)?;
        handles.push(server.handle());
        tasks.push(tokio::spawn(server));
    }
    for files in tls.into_iter().chain(mutual) {
        tokio::spawn(files.watch());
    }
    Ok(Running { handles, tasks })
}

/// This worker gets connections of its own. Were that to fail, it would share those of the others.
fn set_apart(app: &App, workers: usize) {
    app.kv.set_apart();
    if let Err(error) = app.sql.set_apart(workers) {
        tracing::warn!(detail = error.to_string(), "a worker has no connections of its own");
    }
}

impl Running {
    /// Stops listening, lets what is in flight finish within the timeout, and returns.
    pub async fn stop(self) {
        for handle in &self.handles {
            handle.stop(true).await;
        }
        for task in self.tasks {
            let _ = task.await;
        }
    }

    /// Stops at once: for tests.
    pub async fn abandon(self) {
        for handle in &self.handles {
            handle.stop(false).await;
        }
    }
}
