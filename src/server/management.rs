//! The management listener: health and metrics, away from the public address; and to this very machine, why something was refused.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{App as ActixApp, HttpRequest, HttpResponse, HttpServer, web};

use crate::admin::explain;
use crate::app::App;
use crate::server::watch::{self, Patience};
use crate::web::connection::attend;

/// A server with one worker: `/livez` and `/healthz`, `/readyz`, `/metrics`. Probes ask by GET or HEAD.
///
/// # Errors
/// When the socket cannot be listened on.
pub fn server(app: Arc<App>, listener: TcpListener, patience: Patience) -> std::io::Result<Server> {
    let data = web::Data::from(app);
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(data.clone())
            .wrap(from_fn(attend))
            .service(web::resource(["/livez", "/healthz"]).get(livez).route(web::head().to(livez)))
            .service(web::resource("/readyz").get(readyz).route(web::head().to(readyz)))
            .service(web::resource("/metrics").get(metrics))
            .route("/explain/{error_id}", web::get().to(explanation))
    });
    let server = server.client_request_timeout(patience.head).on_connect(watch::on_connect(patience));
    Ok(server.workers(1).disable_signals().shutdown_timeout(5).listen(listener)?.run())
}

/// The process answers.
pub async fn livez() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// Both stores answer; otherwise 503 and which one does not.
pub async fn readyz(app: web::Data<App>) -> HttpResponse {
    const PATIENCE: Duration = Duration::from_millis(2_500);
    let (sql, kv) =
        futures_util::future::join(tokio::time::timeout(PATIENCE, app.sql.ping()), tokio::time::timeout(PATIENCE, app.kv.ping())).await;
    let (sql, kv) = (matches!(sql, Ok(Ok(()))), matches!(kv, Ok(Ok(()))));
    let text = |up: bool| if up { "ok" } else { "unavailable" };
    let body = serde_json::json!({ "status": text(sql && kv), "database": text(sql), "key_value": text(kv) });
    let mut response = if sql && kv { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}

/// For `authy explain`, where the refusals are in this process only: the reasons are private, so nobody but this machine reads them.
async fn explanation(app: web::Data<App>, request: HttpRequest, error_id: web::Path<String>) -> HttpResponse {
    if !request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback()) {
        return HttpResponse::Forbidden().finish();
    }
    match explain::explain(&app.kv, &error_id).await {
        Ok(Some(explanation)) => HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(explanation.json()),
        Ok(None) => HttpResponse::NotFound().finish(),
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}

async fn metrics(app: web::Data<App>) -> HttpResponse {
    app.metrics.hashing(app.hashing.waiting(), app.hashing.rejected());
    HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0; charset=utf-8").body(app.metrics.encode())
}
