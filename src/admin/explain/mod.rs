//! Why a request was refused: what was kept of it, and the checks of its endpoint in their order.

pub mod checks;
pub mod http;
pub mod page;

use serde_json::{Value, json};

use crate::model::audit::ErrorRecord;
use crate::store::StoreError;
use crate::store::kv::{Kv, error_records};

use checks::{Check, Verdict};

/// A refusal, explained.
#[derive(Debug)]
pub struct Explanation {
    /// What was kept.
    pub record: ErrorRecord,
    /// What was checked.
    pub checks: Vec<(&'static Check, Verdict)>,
}

/// Load what was kept under an `error_id`, and lay the checks beside it.
///
/// # Errors
/// When the store is away.
pub async fn explain(kv: &Kv, error_id: &str) -> Result<Option<Explanation>, StoreError> {
    let found = error_records::load(kv, error_id).await?;
    Ok(found.map(|record| Explanation { checks: checks::of(&record), record }))
}

impl Explanation {
    /// What to do: the mend of the check that refused.
    pub fn mend(&self) -> &'static str {
        match self.checks.iter().find(|(_, verdict)| *verdict == Verdict::Refused) {
            Some((check, _)) => check.mend,
            None if self.record.error == "temporarily_unavailable" => "Wait a moment and try again; `authy doctor` says what is away.",
            None => "This is ours: look for the id in the log.",
        }
    }

    /// `{error_id, at, endpoint, client_id, error, error_description, reason, mend, checks: [{check, clause, verdict}]}`
    pub fn json(&self) -> Value {
        let ErrorRecord { id, at, error, description, detail, endpoint, client_id, .. } = &self.record;
        let checks: Vec<Value> = self
            .checks
            .iter()
            .map(|(check, verdict)| json!({ "check": check.what, "clause": check.clause, "verdict": verdict.as_str() }))
            .collect();
        json!({
            "error_id": id, "at": at.rfc3339(), "endpoint": endpoint, "client_id": client_id, "error": error,
            "error_description": description, "reason": detail, "mend": self.mend(), "checks": checks,
        })
    }
}
