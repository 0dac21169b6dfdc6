//! Model files on disk, and how files are written.

use super::model::Model;
use crate::{Error, Float, Result};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::string::ToString;
use std::vec::Vec;

impl<T: Float> Model<T> {
    /// Writes the model file as a whole, by [`write_atomically`].
    ///
    /// # Errors
    /// [`Error::Io`] if the system refuses.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let bytes = self.to_bytes()?;
        write_atomically(path.as_ref(), |out| out.write_all(&bytes))
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`Error::Io`] if the system refuses, else as [`Model::from_bytes`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Model::from_bytes(&path.display().to_string(), &read(path)?)
    }
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| refused("read", path, &error))
}

fn refused(action: &'static str, path: &Path, error: &io::Error) -> Error {
    let got = match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_string(),
        io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        io::ErrorKind::IsADirectory => "it is a folder".to_string(),
        _ => error.to_string(),
    };
    Error::Io { field: path.display().to_string(), action, got }
}

/// Writes a file under another name in the same folder and renames it when it is complete: `path` holds the old file
/// or the whole new one, never a part.
///
/// # Errors
/// [`Error::Io`] if the system or `write` refuses; what was at `path` is still there then.
pub fn write_atomically(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    // A link keeps pointing to the file that is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    replace(&target, write).map_err(|error| refused("write", path, &error))
}

fn replace(target: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".lsmi-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file: the user's umask takes away from it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder_of(target))?;
    let mut buffer = BufWriter::new(file.as_file_mut());
    write(&mut buffer)?;
    buffer.flush()?;
    drop(buffer);
    file.as_file().sync_all()?;
    file.persist(target).map_err(|error| error.error)?;
    Ok(())
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_complete_file_replaces_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        for text in ["first, longer", "second"] {
            write_atomically(&path, |out| out.write_all(text.as_bytes())).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(names(folder.path()), ["out.csv"]);
    }

    #[test]
    fn a_failing_writer_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let fail = |out: &mut dyn Write| {
            out.write_all(&[b'x'; 100_000])?;
            Err(io::Error::other("no more"))
        };
        let error = write_atomically(&path, fail).unwrap_err();
        assert_eq!(error.to_string(), format!("{}: cannot write: no more", path.display()));
        assert!(names(folder.path()).is_empty());
        fs::write(&path, "old").unwrap();
        write_atomically(&path, fail).unwrap_err();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(folder.path()), ["out.csv"]);
        let missing = folder.path().join("missing/out.csv");
        assert!(matches!(write_atomically(&missing, |_| Ok(())), Err(Error::Io { action: "write", .. })));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_those_of_any_new_file_and_links_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ordinary, atomic, link) =
            (folder.path().join("ordinary"), folder.path().join("atomic"), folder.path().join("link"));
        fs::write(&ordinary, "").unwrap();
        write_atomically(&atomic, |_| Ok(())).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&atomic), mode(&ordinary));
        std::os::unix::fs::symlink(&atomic, &link).unwrap();
        write_atomically(&link, |out| out.write_all(b"new")).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&atomic).unwrap(), "new");
    }
}
