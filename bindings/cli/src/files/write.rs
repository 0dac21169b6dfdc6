//! Output files: which format a name asks for, and writing so that nothing half-written is ever left.

use super::reason;
use lsmi::{Error, Result};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The formats of output files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// NumPy arrays.
    Npz,
    /// Safetensors.
    Safetensors,
}

impl Format {
    /// The format that the end of the name `-o` was given asks for.
    pub fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "csv" => Ok(Format::Csv),
            "npz" => Ok(Format::Npz),
            "safetensors" => Ok(Format::Safetensors),
            _ => Err(Error::Setting {
                field: "-o".into(),
                expected: "a file name ending in .csv, .npz or .safetensors".into(),
                got: path.display().to_string(),
            }),
        }
    }
}

/// Refuses an output path whose folder is missing, or that is a folder or device itself. Meant to be called before
/// long computations.
pub fn check_writable_folder(field: &str, path: &Path) -> Result<()> {
    let problem = if path.file_name().is_none() || path.is_dir() {
        "which is a folder"
    } else if path.exists() && !path.is_file() {
        "which is no ordinary file"
    } else if !folder_of(path).is_dir() {
        "whose folder does not exist"
    } else {
        return Ok(());
    };
    Err(Error::Setting {
        field: field.into(),
        expected: "a path in an existing folder".into(),
        got: format!("{}, {problem}", path.display()),
    })
}

/// Writes a file under another name in the same folder and renames it when it is complete.
pub fn write_atomically(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    // A link keeps pointing to the file that is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    replace(&target, write).map_err(|error| Error::Io {
        field: path.display().to_string(),
        action: "write",
        got: reason(&error),
    })
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
    use std::path::Path;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn formats_by_extension() {
        for (name, format) in
            [("a.csv", Format::Csv), ("b/c.NPZ", Format::Npz), ("x.y.safetensors", Format::Safetensors)]
        {
            assert_eq!(Format::of(Path::new(name)).unwrap(), format);
        }
        let error = Format::of(Path::new("out.txt")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "-o: expected a file name ending in .csv, .npz or .safetensors, got out.txt"
        );
        assert!(Format::of(Path::new("csv")).is_err());
        assert!(Format::of(Path::new("")).is_err());
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

    #[test]
    fn folders_are_checked_beforehand() {
        let folder = tempfile::tempdir().unwrap();
        let check = |path: &Path| check_writable_folder("-o", path);
        assert_eq!(check(&folder.path().join("new.csv")), Ok(()));
        assert_eq!(check(Path::new("new.csv")), Ok(()));
        let missing = folder.path().join("missing/new.csv");
        assert_eq!(
            check(&missing).unwrap_err().to_string(),
            format!(
                "-o: expected a path in an existing folder, got {}, whose folder does not exist",
                missing.display()
            )
        );
        assert!(check(folder.path()).unwrap_err().to_string().ends_with(", which is a folder"));
        assert!(check(Path::new("")).is_err());
        #[cfg(unix)]
        assert!(check(Path::new("/dev/null")).is_err());
    }
}
