//! `authy bench`: that it runs, not how fast anything is.

use tempfile::tempdir;

use super::authy;

#[cfg(target_os = "linux")]
#[test]
fn a_benchmark_tells_cost_ratio_and_limit_of_what_was_asked_for() {
    let place = tempdir().unwrap();
    let arguments = ["bench", "--json", "--only", "code_flow_es256", "--connections", "2", "--hash-cost", "4"];
    let report = authy(place.path(), &[], &arguments).exits(0).json();
    let rows = report["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 1, "{report}");
    let row = &rows[0];
    assert_eq!((&row["name"], &row["unit"]), (&"code_flow_es256".into(), &"CPU µs".into()));
    for member in ["requests", "value", "ratio", "at_most"] {
        assert!(row[member].as_f64().is_some_and(|value| value > 0.0), "{member}: {report}");
    }
    assert!(row["ok"].is_boolean() && report["ok"] == row["ok"], "{report}");
}

#[test]
fn a_row_that_does_not_exist_is_wrong_usage() {
    let place = tempdir().unwrap();
    let error = authy(place.path(), &[], &["bench", "--json", "--only", "teapot"]).exits(2).error();
    assert!(error["mend"].as_str().is_some_and(|mend| mend.contains("discovery")), "{error}");
    authy(place.path(), &[], &["bench", "--json", "--database-url", "sqlite:a.db"]).exits(2);
}
