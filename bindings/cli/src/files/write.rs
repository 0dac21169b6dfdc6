//! Output files: which format a name asks for, and whether they can be written.

use lsmi::{Error, Result};
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

/// Refuses an output path that is one of the other files of the call.
pub fn check_distinct(field: &str, output: &Path, others: &[&Path]) -> Result<()> {
    match others.iter().any(|other| resolved(other, 0) == resolved(output, 0)) {
        false => Ok(()),
        true => Err(Error::Setting {
            field: field.into(),
            expected: "a file of its own".into(),
            got: format!("{}, which the call also names elsewhere", output.display()),
        }),
    }
}

/// The one path of a file, whether it exists yet or not: links followed, the folder in full.
fn resolved(path: &Path, links: usize) -> PathBuf {
    if let Ok(whole) = path.canonicalize() {
        return whole;
    }
    let folder = folder_of(path);
    match path.read_link() {
        // As many links as systems follow.
        Ok(target) if links < 40 => resolved(&folder.join(target), links + 1),
        _ => {
            let folder = folder.canonicalize().unwrap_or(folder);
            path.file_name().map_or(folder.clone(), |name| folder.join(name))
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
