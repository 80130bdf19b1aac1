//! What has been done so far: a line each on standard output, or a list at the end of the JSON.

use std::io::{self, Write as _};

use serde_json::{Value, json};

use super::failures::{clean, printable};
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
        if let Some(members) = result.as_object_mut().filter(|_| self.out.json) {
            members.insert("steps".to_owned(), Value::Array(self.taken));
        }
        self.out.print(&result, || text(&result));
    }
}

/// Tokens are whole: somebody will copy them.
fn text(result: &Value) -> String {
    let members = |value: &Value| value.as_object().cloned().unwrap_or_default().into_iter().filter(|(_, value)| !value.is_null());
    let line =
        |name: &str, value: &Value| format!("{name}: {}\n", printable(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    let lines = |(name, value): (String, Value)| -> String {
        match name.as_str() {
            "tokens" => members(&value).map(|(token, value)| line(&token, &value)).collect(),
            "refreshed" => members(&value).map(|(token, value)| line(&format!("refreshed {token}"), &value)).collect(),
            _ => line(&name, &value),
        }
    };
    members(result).map(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_shown_whole_and_those_of_a_refresh_apart() {
        let long = "t".repeat(5000);
        let result = json!({"tokens": {"access_token": long, "refresh_token": null, "expires_in": 600}, "userinfo": null,
            "id_token_claims": {"sub": "ad\u{1b}a"}, "refreshed": {"access_token": "new"}});
        let expected =
            format!("access_token: {long}\nexpires_in: 600\nid_token_claims: {{\"sub\":\"ad\\u001ba\"}}\nrefreshed access_token: new\n");
        let (mut shown, mut wanted): (Vec<String>, Vec<&str>) =
            (text(&result).lines().map(str::to_owned).collect(), expected.lines().collect());
        shown.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(shown, wanted);
    }
}
