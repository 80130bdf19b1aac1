//! What a check says. Pure.

use serde_json::{Value, json};

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It is as it should be.
    Ok,
    /// It works, and could be better.
    Warning,
    /// It keeps authy from working, or others from being kept out.
    Error,
}

impl Level {
    /// In one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub level: Level,
    /// What was found, in a sentence.
    pub what: String,
    /// What to do about it; empty when there is nothing to do.
    pub mend: String,
}

/// Everything found so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Something is as it should be.
    pub fn ok(&mut self, what: impl Into<String>) {
        self.0.push(Finding { level: Level::Ok, what: what.into(), mend: String::new() });
    }

    /// Something could be better.
    pub fn warn(&mut self, what: impl Into<String>, mend: impl Into<String>) {
        self.0.push(Finding { level: Level::Warning, what: what.into(), mend: mend.into() });
    }

    /// Something must be mended.
    pub fn error(&mut self, what: impl Into<String>, mend: impl Into<String>) {
        self.0.push(Finding { level: Level::Error, what: what.into(), mend: mend.into() });
    }

    /// How many matter so much.
    pub fn count(&self, level: Level) -> usize {
        self.0.iter().filter(|finding| finding.level == level).count()
    }

    /// `{"ok", "findings": [{level, what, mend}]}`
    pub fn json(&self) -> Value {
        let found = self.0.iter().map(|finding| json!({"level": finding.level.as_str(), "what": finding.what, "mend": finding.mend}));
        json!({"ok": self.count(Level::Error) == 0, "findings": found.collect::<Vec<_>>()})
    }

    /// A line for each, and its mend below it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for finding in &self.0 {
            text.push_str(&format!("{:<8} {}\n", finding.level.as_str(), finding.what));
            if !finding.mend.is_empty() {
                text.push_str(&format!("{:<8} {}\n", "   mend:", finding.mend));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_leaves_a_deployment_in_order_and_an_error_does_not() {
        let mut findings = Findings::default();
        findings.ok("The database answers.");
        findings.warn("There is no administrator.", "Open the setup link.");
        assert_eq!(findings.json()["ok"], json!(true));
        findings.error("Redis does not answer.", "Start it.");
        assert_eq!(findings.json()["ok"], json!(false));
        assert_eq!(findings.json()["findings"][2], json!({"level": "error", "what": "Redis does not answer.", "mend": "Start it."}));
        assert_eq!(findings.text().lines().count(), 5);
    }
}
