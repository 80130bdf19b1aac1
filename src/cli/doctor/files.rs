//! Who may read what lies in the data directory.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::finding::Findings;
use crate::boot::key_file;
use crate::config::Settings;

/// Bits of a mode for anybody but the owner.
const OTHERS: u32 = 0o077;

/// Looks at the data directory and the files in it.
pub fn check(settings: &Settings, findings: &mut Findings) {
    let directory = settings.data_dir.as_path();
    if !directory.exists() {
        findings.ok(format!("The data directory {} will be made at the first start.", directory.display()));
        return;
    }
    let open: Vec<(String, bool)> = looked_at(directory)
        .into_iter()
        .filter(|(path, _)| mode(path).is_some_and(|mode| mode & OTHERS != 0))
        .map(|(path, secret)| (path.display().to_string(), secret))
        .collect();
    for (path, secret) in &open {
        let mend = format!("Run: chmod go= {path}");
        if *secret {
            findings.error(format!("Others on this machine may read the master key {path}."), mend);
        } else {
            findings.warn(format!("Others on this machine may look into {path}."), mend);
        }
    }
    if open.is_empty() {
        findings.ok(format!("The data directory {} is closed to others.", directory.display()));
    }
}

/// The directory itself, the master key (a secret in the clear), and the files of the database.
fn looked_at(directory: &Path) -> Vec<(std::path::PathBuf, bool)> {
    let mut paths = vec![(directory.to_owned(), false), (key_file::path(directory), true)];
    // A closed directory closes what is in it.
    if mode(directory).is_some_and(|mode| mode & OTHERS != 0) {
        paths.push((directory.join("authy.db"), false));
    }
    paths
}

fn mode(path: &Path) -> Option<u32> {
    std::fs::metadata(path).ok().map(|metadata| metadata.permissions().mode())
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;
    use std::fs::{self, Permissions};

    #[test]
    fn an_open_directory_is_a_warning_and_an_open_master_key_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let settings = Settings { data_dir: directory.path().to_owned(), ..Settings::for_tests() };
        let look = || {
            let mut findings = Findings::default();
            check(&settings, &mut findings);
            [Level::Warning, Level::Error].map(|level| findings.count(level))
        };
        fs::set_permissions(directory.path(), Permissions::from_mode(0o700)).unwrap();
        assert_eq!(look(), [0, 0]);
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        assert_eq!(look(), [1, 0]);
        fs::write(key_file::path(directory.path()), "k").unwrap();
        fs::set_permissions(key_file::path(directory.path()), Permissions::from_mode(0o644)).unwrap();
        assert_eq!(look(), [1, 1]);
    }
}
