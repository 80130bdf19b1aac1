//! The file of a made master key: `master.key` in the data directory, readable by its owner only.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::entropy::Entropy;
use crate::sealing::MasterKey;
use crate::secret::Secret;

/// Where it is.
pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("master.key")
}

/// What it holds; `None` when there is none.
///
/// # Errors
/// When it is there and cannot be read.
pub fn read(data_dir: &Path) -> io::Result<Option<Secret<String>>> {
    match fs::read_to_string(path(data_dir)) {
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a key so that a crash leaves either nothing or the whole key, and never writes over one that is there: false then.
///
/// # Errors
/// When the directory cannot be written.
pub fn write_new(data_dir: &Path, key: &MasterKey, entropy: &dyn Entropy) -> io::Result<bool> {
    let draft = data_dir.join(format!(".master.key.{}", entropy.identifier()));
    let written = write_draft(&draft, key).and_then(|()| match fs::hard_link(&draft, path(data_dir)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    });
    let removed = fs::remove_file(&draft);
    let fresh = written?;
    removed?;
    fs::File::open(data_dir)?.sync_all()?;
    Ok(fresh)
}

fn write_draft(draft: &Path, key: &MasterKey) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    file.write_all(key.to_base64url().expose().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_written_once_for_its_owner_only_and_never_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let entropy = SeededEntropy::new(1);
        let (first, second) = (MasterKey::generate(&entropy), MasterKey::generate(&entropy));
        assert!(read(directory.path()).unwrap().is_none());
        assert!(write_new(directory.path(), &first, &entropy).unwrap());
        assert!(!write_new(directory.path(), &second, &entropy).unwrap());
        let kept = MasterKey::parse(read(directory.path()).unwrap().unwrap().expose()).unwrap();
        assert_eq!(kept.id(), first.id());
        assert_eq!(fs::metadata(path(directory.path())).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no draft is left behind");
    }
}
