//! What has been done so far: a line each on standard output, or a list at the end of the JSON.

use std::io::{self, Write as _};

use serde_json::{Value, json};

use super::failures::clean;
use crate::cli::output::{self, Output};

/// The steps of one flow, in order.
#[derive(Debug)]
pub struct Steps {
    out: Output,
    taken: Vec<Value>,
}

impl Steps {
    /// None taken yet.
    pub const fn new(out: Output) -> Self {
        Self { out, taken: Vec::new() }
    }

    /// Tells of a step. The detail may hold what the server said; it never holds a code, a token or a password.
    pub fn say(&mut self, step: &'static str, detail: &str) {
        let detail = clean(detail);
        if !self.out.json {
            output::lines(&[format!("{step}: {detail}")]);
        }
        self.taken.push(json!({ "step": step, "detail": detail }));
    }

    /// Shows an address to the person who is to open it: beside the steps, or on standard error when standard output is for JSON alone.
    pub fn show_address(&self, address: &str) {
        let text = format!("Open this address in a browser; the answer is awaited here:\n{address}\n");
        if self.out.json {
            let _nobody_reads = io::stderr().lock().write_all(text.as_bytes());
        } else {
            output::text(&text);
        }
    }

    /// Prints the result: `{"tokens","id_token_claims","userinfo",…,"steps"}`, or a line per token and per set of claims.
    pub fn finish(self, mut result: Value) {
        let text = || {
            let mut text = String::new();
            for (name, value) in result.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
                match value.as_object().filter(|_| matches!(name.as_str(), "tokens" | "refreshed")) {
                    Some(tokens) => {
                        let shown = tokens.iter().filter(|(_, value)| !value.is_null());
                        text.extend(
                            shown.map(|(name, value)| format!("{name}: {}\n", value.as_str().map_or_else(|| value.to_string(), clean))),
                        );
                    }
                    None => text.push_str(&format!("{name}: {value}\n")),
                }
            }
            text
        };
        if self.out.json {
            if let Some(members) = result.as_object_mut() {
                members.insert("steps".to_owned(), Value::Array(self.taken));
            }
            self.out.print(&result, String::new);
        } else {
            output::text(&text());
        }
    }
}
