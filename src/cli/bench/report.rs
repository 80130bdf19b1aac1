//! What was measured, beside its limits: a table that grows while the run goes on, or one object at its end.

use serde_json::{Value, json};

use crate::cli::output::{self, Output};

/// Something measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name, as `--only` takes it.
    pub name: &'static str,
    /// How many operations it stands on.
    pub requests: u64,
    /// The value.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// The same in bare handlers, measured in turn with it.
    pub ratio: Option<f64>,
    /// What it must keep.
    pub limit: Option<Limit>,
    /// A remark, or nothing.
    pub note: String,
}

/// On which side of which value it is right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// At most.
    AtMost(f64),
    /// At least.
    AtLeast(f64),
}

impl Row {
    /// `None` without a limit.
    pub fn is_ok(&self) -> Option<bool> {
        self.limit.map(|limit| match limit {
            Limit::AtMost(most) => self.value <= most,
            Limit::AtLeast(least) => self.value >= least,
        })
    }

    const fn verdict(&self, ok: Option<bool>) -> &'static str {
        match (ok, self.limit) {
            (None, _) => "",
            (Some(true), _) => "ok",
            (Some(false), Some(Limit::AtLeast(_))) => "under",
            (Some(false), _) => "over",
        }
    }

    fn json(&self) -> Value {
        let (at_most, at_least) = match self.limit {
            Some(Limit::AtMost(value)) => (Some(rounded(value)), None),
            Some(Limit::AtLeast(value)) => (None, Some(rounded(value))),
            None => (None, None),
        };
        json!({
            "name": self.name, "requests": self.requests, "value": rounded(self.value), "unit": self.unit, "ratio": self.ratio.map(rounded),
            "at_most": at_most, "at_least": at_least, "ok": self.is_ok(), "note": self.note,
        })
    }

    fn line(&self) -> String {
        let limit = match self.limit {
            Some(Limit::AtMost(value)) => format!("<= {}", short(value)),
            Some(Limit::AtLeast(value)) => format!(">= {}", short(value)),
            None => String::new(),
        };
        let ratio = self.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        let requests = if self.requests == 0 { String::new() } else { self.requests.to_string() };
        let columns = [requests, short(self.value), self.unit.to_owned(), ratio, limit, self.verdict(self.is_ok()).to_owned()];
        line(self.name, &columns, &self.note)
    }
}

fn line(name: &str, [requests, value, unit, ratio, limit, verdict]: &[String; 6], note: &str) -> String {
    format!("{name:28} {requests:>9} {value:>10} {unit:7} {ratio:>8} {limit:>12} {verdict:6} {note}").trim_end().to_owned()
}

/// The table so far.
#[derive(Debug)]
pub struct Report {
    out: Output,
    rows: Vec<Row>,
}

impl Report {
    /// Begins with what everything depends on.
    pub fn new(out: Output, circumstances: &str) -> Self {
        if !out.json {
            let heading = ["REQUESTS", "VALUE", "UNIT", "X BARE", "LIMIT", ""].map(str::to_owned);
            output::lines(&[circumstances.to_owned(), line("OPERATION", &heading, "")]);
        }
        Self { out, rows: Vec::new() }
    }

    /// Adds a row, and shows it.
    pub fn add(&mut self, row: Row) {
        if !self.out.json {
            output::lines(&[row.line()]);
        }
        self.rows.push(row);
    }

    /// The end: one object, or one sentence.
    pub fn finish(self, mut about: Value) {
        let over: Vec<&str> = self.rows.iter().filter(|row| row.is_ok() == Some(false)).map(|row| row.name).collect();
        if let Some(members) = about.as_object_mut() {
            members.insert("rows".to_owned(), self.rows.iter().map(Row::json).collect());
            members.insert("ok".to_owned(), over.is_empty().into());
        }
        self.out.print(&about, || match over.as_slice() {
            [] => "Everything is within its limit.".to_owned(),
            names => format!("Outside of their limits: {}.", names.join(", ")),
        });
    }
}

fn short(value: f64) -> String {
    if value >= 1_000.0 {
        format!("{value:.0}")
    } else if value >= 100.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

/// To three places.
pub fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: f64, limit: Limit) -> Row {
        Row { name: "discovery", requests: 1_200, value, unit: "CPU µs", ratio: Some(1.25), limit: Some(limit), note: String::new() }
    }

    #[test]
    fn a_value_is_judged_by_the_side_of_its_limit() {
        assert_eq!(row(8.9, Limit::AtMost(9.0)).is_ok(), Some(true));
        assert_eq!(row(9.1, Limit::AtMost(9.0)).is_ok(), Some(false));
        assert_eq!(row(94.0, Limit::AtLeast(95.0)).is_ok(), Some(false));
        assert_eq!(Row { limit: None, ..row(1.0, Limit::AtMost(0.0)) }.is_ok(), None);
    }

    #[test]
    fn a_row_reads_the_same_as_text_and_as_json() {
        let row = row(8.9, Limit::AtMost(8.0));
        let words: Vec<_> = row.line().split_whitespace().map(str::to_owned).collect();
        assert_eq!(words.join(" "), "discovery 1200 8.90 CPU µs 1.25 <= 8.00 over");
        let json = row.json();
        assert_eq!(
            (&json["value"], &json["at_most"], &json["at_least"], &json["ok"]),
            (&json!(8.9), &json!(8.0), &Value::Null, &json!(false))
        );
    }
}
