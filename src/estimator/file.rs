//! Model files on disk.

use super::model::Model;
use crate::{Error, Float, Result};
use std::format;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::string::ToString;

impl<T: Float> Model<T> {
    /// Writes the model to a temporary file beside `path`, then renames it: `path` holds the old file or the whole
    /// new one, never a part.
    ///
    /// # Errors
    /// [`Error::Io`] if the system refuses.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = self.to_bytes()?;
        let fail = |action, e: std::io::Error| Error::Io {
            field: path.display().to_string(),
            action,
            got: e.to_string(),
        };
        let name = path.file_name().ok_or_else(|| fail("write", std::io::ErrorKind::InvalidInput.into()))?;
        let temporary =
            path.with_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
        let written = fs::File::create(&temporary)
            .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&temporary, path));
        written.map_err(|e| {
            // The file may never have been made; what matters is that none is left.
            let _ = fs::remove_file(&temporary);
            fail("write", e)
        })
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`Error::Io`] if the system refuses, else as [`Model::from_bytes`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let bytes = fs::read(path).map_err(|e| Error::Io {
            field: name.clone(),
            action: "read",
            got: e.to_string(),
        })?;
        Model::from_bytes(&name, &bytes)
    }
}
