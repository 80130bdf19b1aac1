//! Who may read what lies in the data directory, and whether what is missing there can be made.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::Access;

use super::finding::Findings;
use crate::boot::{self, key_file};
use crate::config::Settings;

/// Bits of a mode for anybody but the owner.
const OTHERS: u32 = 0o077;

/// Looks at the data directory and the files in it.
pub fn check(settings: &Settings, findings: &mut Findings) {
    let directory = settings.data_dir.as_path();
    let in_the_way = (directory.exists() && !directory.is_dir()).then(|| directory.to_owned());
    let closed: BTreeSet<PathBuf> = still_to_be_made(settings).iter().filter_map(|file| obstacle(file)).chain(in_the_way).collect();
    for place in &closed {
        no_place(place, findings);
    }
    if closed.is_empty() && boot::file_to_be_made(settings).is_some() {
        findings.ok("The database will be made at the first start.");
    }
    if !directory.is_dir() {
        if closed.is_empty() {
            findings.ok(format!("The data directory {} will be made at the first start.", directory.display()));
        }
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

/// Where nothing can be made.
fn no_place(place: &Path, findings: &mut Findings) {
    const ELSEWHERE: &str = "or choose another place with --data-dir (AUTHY_DATA_DIR) or --database-url (AUTHY_DATABASE_URL).";
    if place.is_dir() {
        findings.error(
            format!("What authy makes at its first start cannot be made: this user may not write in {}.", place.display()),
            format!("Let this user write there, {ELSEWHERE}"),
        );
    } else {
        findings.error(format!("{} is a file, where authy needs a directory.", place.display()), format!("Move it away, {ELSEWHERE}"));
    }
}

/// What the first start makes: the data directory, the master key unless one is given, and the database where it is a file.
fn still_to_be_made(settings: &Settings) -> Vec<PathBuf> {
    let directory = Some(settings.data_dir.clone());
    let key = settings.master_key.is_none().then(|| key_file::path(&settings.data_dir));
    [directory, key, boot::file_to_be_made(settings)].into_iter().flatten().filter(|path| !path.exists()).collect()
}

/// What keeps this user from making a file, if something does: of what is there, the nearest above it.
fn obstacle(file: &Path) -> Option<PathBuf> {
    let here = Path::new(".");
    let above = file.ancestors().skip(1).map(|path| if path.as_os_str().is_empty() { here } else { path });
    let directory = above.into_iter().find(|path| path.exists())?;
    let may_write = directory.is_dir() && rustix::fs::access(directory, Access::WRITE_OK | Access::EXEC_OK).is_ok();
    (!may_write).then(|| directory.to_owned())
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

    #[test]
    fn a_directory_in_which_nothing_can_be_made_is_an_error() {
        let place = tempfile::tempdir().unwrap();
        let errors = |directory: &Path| {
            let mut findings = Findings::default();
            check(&Settings { data_dir: directory.to_owned(), ..Settings::for_tests() }, &mut findings);
            findings.count(Level::Error)
        };
        let (empty, missing) = (place.path(), place.path().join("not/there/yet"));
        assert_eq!([errors(empty), errors(&missing)], [0, 0]);
        fs::set_permissions(empty, Permissions::from_mode(0o500)).unwrap();
        // Nothing keeps root out.
        let closed = usize::from(!rustix::process::geteuid().is_root());
        assert_eq!([errors(empty), errors(&missing)], [closed, closed]);
        fs::set_permissions(empty, Permissions::from_mode(0o700)).unwrap();
        fs::write(key_file::path(empty), "k").unwrap();
        fs::write(empty.join("authy.db"), "").unwrap();
        fs::set_permissions(key_file::path(empty), Permissions::from_mode(0o600)).unwrap();
        fs::set_permissions(empty, Permissions::from_mode(0o500)).unwrap();
        assert_eq!(errors(empty), 0, "all is made");
    }

    #[test]
    fn a_file_in_the_place_of_a_directory_is_one_finding_with_a_mend_of_its_own() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("data"), "").unwrap();
        for data_dir in [place.path().join("data"), place.path().join("data/deeper")] {
            let mut findings = Findings::default();
            check(&Settings { data_dir, ..Settings::for_tests() }, &mut findings);
            let told = findings.json()["findings"].clone();
            assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
            assert!(told[0]["what"].as_str().unwrap().ends_with("data is a file, where authy needs a directory."), "{told}");
        }
    }
}
