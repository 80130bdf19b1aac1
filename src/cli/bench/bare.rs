//! The bare handler that everything is compared with: what the web framework costs when nothing is done behind it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;

use actix_web::{App, HttpResponse, HttpServer, web};
use clap::Args;

use crate::cli::output::{self, CliError};

/// The bytes of the two documents, in the directory of a run.
pub const DOCUMENTS: [&str; 2] = ["discovery", "jwks"];

/// `authy bench bare`: started by `authy bench` itself.
#[derive(Args, Debug)]
pub struct BareArguments {
    /// Directory with the bytes to answer
    #[arg(long, value_name = "DIR")]
    pub directory: PathBuf,
    /// Threads that answer
    #[arg(long, value_name = "NUMBER")]
    pub workers: usize,
}

/// Serves the bytes until whoever started it closes standard input or ends.
///
/// # Errors
/// When a file cannot be read or no port is free.
pub async fn run(arguments: &BareArguments) -> Result<(), CliError> {
    serve(arguments).await.map_err(CliError::from)
}

async fn serve(arguments: &BareArguments) -> anyhow::Result<()> {
    let mut documents = Vec::new();
    for name in DOCUMENTS {
        documents.push((format!("/{name}"), web::Bytes::from(std::fs::read(arguments.directory.join(name))?)));
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let server = HttpServer::new(move || {
        documents.iter().fold(App::new(), |app, (path, body)| {
            let body = body.clone();
            app.route(
                path,
                web::get().to(move || std::future::ready(HttpResponse::Ok().content_type("application/json").body(body.clone()))),
            )
        })
    })
    .workers(arguments.workers)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    let running = tokio::spawn(server);
    output::lines(&[format!("listening {address}")]);
    // Standard input ends when whoever started this does, however that happens.
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink())).await??;
    handle.stop(false).await;
    running.await??;
    Ok(())
}
