//! The two sides that are compared.

use super::BenchArguments;
use super::bare::DOCUMENTS;
use super::child::Server;
use super::http::{self, Connection, Wrong};
use super::operations::{DISCOVERY, JWKS};
use super::place::Place;

/// The server as it is deployed, on the data of this run.
///
/// # Errors
/// When it does not start.
pub async fn serve(arguments: &BenchArguments, place: &Place) -> Result<Server, Wrong> {
    let words = ["serve", "--listen", "127.0.0.1:0", "--management-listen", "127.0.0.1:0"].map(str::to_owned);
    let mut environment = vec![
        ("AUTHY_DATA_DIR", place.directory.to_string_lossy().into_owned()),
        ("AUTHY_DATABASE_URL", place.database_url.clone()),
        ("AUTHY_HASHING__COST", arguments.hash_cost.to_string()),
        // Everybody who signs in has an address of their own, which is told as a proxy does.
        ("AUTHY_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
        ("AUTHY_SHUTDOWN_TIMEOUT", "1s".to_owned()),
    ];
    environment.extend(place.redis_url.clone().map(|url| ("AUTHY_REDIS_URL", url)));
    Server::start(&words, &environment, (&place.file("server.log"), DISCOVERY)).await
}

/// A bare handler that returns the same bytes as the server.
///
/// # Errors
/// When the server does not answer, or the handler does not start.
pub async fn bare(place: &Place, threads: usize, server: &Server) -> Result<Server, Wrong> {
    for (name, path) in DOCUMENTS.iter().zip([DISCOVERY, JWKS]) {
        let mut connection = Connection::open(server.address).await?;
        let answer = connection.send(&http::get(&server.host, path, &[])).await?.expect(200)?;
        std::fs::write(place.file(name), answer.body)?;
    }
    let directory = place.directory.to_string_lossy().into_owned();
    let words = ["bench", "bare", "--directory", &directory, "--workers", &threads.to_string()].map(str::to_owned);
    Server::start(&words, &[], (&place.file("bare.log"), "/discovery")).await
}
