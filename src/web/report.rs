//! A failure is told once: the private voice to the log and to the record that its owner can ask for, the public one to the caller.

use actix_web::{HttpRequest, web};

use crate::app::App;
use crate::failure::Failure;
use crate::model::audit::ErrorRecord;
use crate::store::kv::error_records;
use crate::telemetry::brief::brief;
use crate::telemetry::metrics::Endpoint;
use crate::web::request_id;

/// Which endpoint answers, and to which client when that is known.
pub type About<'a> = (Endpoint, Option<&'a str>);

/// Logs and records a failure under the id of its request, which is also the `error_id`.
pub fn publish(app: &web::Data<App>, request: &HttpRequest, failure: &Failure, about: About<'_>) -> String {
    let error_id = request_id::of(request, app.entropy.as_ref()).as_str().to_owned();
    publish_as(app, &error_id, failure, about);
    error_id
}

/// Logs and records a failure under an id that has been given out already.
pub fn publish_as(app: &web::Data<App>, error_id: &str, failure: &Failure, about: About<'_>) {
    let (endpoint, client_id) = about;
    let name = endpoint.label();
    let (error, detail) = (failure.code(), brief(failure.detail()));
    let client_id = client_id.map(|client_id| brief(client_id.to_owned()));
    let client = client_id.as_deref().unwrap_or("unknown");
    match failure {
        Failure::Refused(_) => tracing::info!(error_id, client.id = client, %error, detail, "refused {name}"),
        Failure::Busy(_) => match app.outage_warnings.ask(app.now()) {
            Some(more) => tracing::warn!(error_id, client.id = client, %error, detail, more, "too busy for {name}"),
            None => tracing::debug!(error_id, client.id = client, %error, detail, "too busy for {name}"),
        },
        Failure::Broken(_) => tracing::error!(error_id, client.id = client, %error, detail, "broken at {name}"),
    }
    app.metrics.refused(endpoint, error);
    let record = ErrorRecord {
        id: error_id.to_owned(),
        at: app.now(),
        error: error.as_str().to_owned(),
        description: failure.public().description.to_owned(),
        detail,
        endpoint: name.to_owned(),
        client_id,
        about: failure.public().about.map(str::to_owned),
    };
    let app = app.clone();
    // The answer does not wait for it: a record is a convenience, and the store may be what is away.
    actix_web::rt::spawn(async move {
        if let Err(error) = error_records::save(&app.kv, &record, app.settings.lifetimes.error_record).await {
            tracing::debug!(%error, "an error record could not be kept");
        }
    });
}
