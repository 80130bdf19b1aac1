//! `authy explain ERROR-ID`: why a request was refused.
//!
//! With Redis the record is read there. Without it only the running server has it, and its management listener hands it to this machine.

use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::arguments::DataOptions;
use super::healthcheck;
use super::output::{CliError, Output};
use super::settings;
use crate::admin::explain;
use crate::config::Settings;
use crate::store::kv::Kv;
use crate::web::help::is_id;

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// `authy explain`.
#[derive(Args, Debug)]
pub struct ExplainArguments {
    /// The id: from error_uri, the header Authy-Error-Id, or the error page
    #[arg(value_name = "ERROR-ID")]
    pub error_id: String,
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
}

/// Explains.
///
/// # Errors
/// `not_found` when nothing is kept under that id.
pub async fn run(arguments: ExplainArguments, out: Output) -> Result<(), CliError> {
    let settings = settings::for_command(&arguments.data.flags(), out)?;
    let error_id = arguments.error_id.trim();
    let explained = match &settings.redis_url {
        _ if !is_id(error_id) => None,
        Some(_) => from_redis(&settings, error_id).await?,
        None => from_server(&settings, error_id).await?,
    };
    let explained = explained.ok_or_else(|| {
        CliError::new(
            "not_found",
            format!("Nothing is kept under {error_id:?}."),
            "Refusals are kept for as long as AUTHY_LIFETIMES__ERROR_RECORD says, and without Redis only until the server stops; the log has the id too.",
        )
    })?;
    out.print(&explained, || text(&explained));
    Ok(())
}

async fn from_redis(settings: &Settings, error_id: &str) -> Result<Option<Value>, CliError> {
    let Some(url) = &settings.redis_url else { return Ok(None) };
    let kv = Kv::open_redis(url.expose(), settings.outbound.ca_file.as_deref()).await;
    let kv = kv.map_err(|error| crate::boot::BootError::of_redis(&error))?;
    let found = explain::explain(&kv, error_id).await.map_err(|error| crate::boot::BootError::of_redis(&error))?;
    Ok(found.map(|explanation| explanation.json()))
}

async fn from_server(settings: &Settings, error_id: &str) -> Result<Option<Value>, CliError> {
    let away = |why: String| {
        CliError::new(
            "failed",
            format!("Without Redis only the running server knows its refusals, and it cannot be asked: {why}."),
            "See that `authy serve` runs on this machine with the same settings (AUTHY_MANAGEMENT_LISTEN).",
        )
    };
    let address = healthcheck::management(settings).ok_or_else(|| away("its management listener is off".to_owned()))?;
    let url = format!("http://{address}/explain/{error_id}");
    // Another part of the process may have chosen the provider before: then it stays.
    let _chosen_before = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().map_err(|error| away(error.to_string()))?;
    let answer = client.get(url).send().await.map_err(|error| away(error.without_url().to_string()))?;
    if answer.status() == reqwest::StatusCode::NOT_FOUND {
        return Ok(None);
    }
    let body = answer.error_for_status().map_err(|error| away(error.without_url().to_string()))?;
    let body = body.bytes().await.map_err(|error| away(error.without_url().to_string()))?;
    serde_json::from_slice(&body).map(Some).map_err(|_| away("its answer is not JSON".to_owned()))
}

fn text(explained: &Value) -> String {
    let of = |value: &Value, member: &str| value.get(member).and_then(Value::as_str).unwrap_or("unknown").to_owned();
    let mut lines = vec![
        format!("{} at {}, {}", of(explained, "error"), of(explained, "endpoint"), of(explained, "at")),
        format!("client   {}", of(explained, "client_id")),
        format!("told     {}", of(explained, "error_description")),
        format!("reason   {}", of(explained, "reason")),
        format!("mend     {}", of(explained, "mend")),
    ];
    for check in explained.get("checks").and_then(Value::as_array).into_iter().flatten() {
        lines.push(format!("{:<12} {} ({})", of(check, "verdict"), of(check, "check"), of(check, "clause")));
    }
    lines.join("\n")
}
