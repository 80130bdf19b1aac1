//! `authy bench`: that it runs, not how fast anything is.

use tempfile::tempdir;

use super::authy;

#[cfg(target_os = "linux")]
#[test]
fn a_benchmark_tells_cost_ratio_and_limit_of_what_was_asked_for() {
    let place = tempdir().unwrap();
    let only = ["--only", "client_credentials_jwt", "--only", "code_flow_es256"];
    let report = authy(place.path(), &[], &[&["bench", "--json", "--connections", "2", "--hash-cost", "4"][..], &only].concat());
    let report = report.exits(0).json();
    let rows = report["rows"].as_array().expect("rows");
    let names: Vec<_> = rows.iter().filter_map(|row| row["name"].as_str()).collect();
    assert_eq!(names, ["client_credentials_jwt_es256", "code_flow_es256"]);
    let measured = |row: &serde_json::Value, member: &str| row[member].as_f64().is_some_and(|value| value > 0.0);
    for row in rows {
        assert_eq!(row["unit"], "CPU µs");
        assert!(["requests", "value", "ratio"].iter().all(|member| measured(row, member)), "{report}");
    }
    assert!(measured(&rows[0], "at_most") && rows[0]["ok"].is_boolean() && report["ok"] == rows[0]["ok"], "{report}");
    assert!(rows[1]["at_most"].is_null(), "on SQLite no limit is derived for what writes: {report}");
}

#[test]
fn a_row_that_does_not_exist_is_wrong_usage() {
    let place = tempdir().unwrap();
    let error = authy(place.path(), &[], &["bench", "--json", "--only", "teapot"]).exits(2).error();
    assert!(error["mend"].as_str().is_some_and(|mend| mend.contains("discovery")), "{error}");
    authy(place.path(), &[], &["bench", "--json", "--database-url", "sqlite:a.db"]).exits(2);
}
