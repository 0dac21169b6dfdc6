//! Entries of zip files, read within limits.

use super::fault::Fault;
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// How many bytes the entries of a zip file may hold beyond [`USUAL_EXPANSION`] times the length of the file:
/// compressed zeros may expand a thousandfold, and a file made to harm could fill the memory.
const MOST_EXPANSION: u64 = 4 << 30;
const USUAL_EXPANSION: u64 = 16;

/// How much memory an entry gets by its claimed length alone, where the file is shorter.
const FIRST_CAPACITY: usize = 1 << 20;

/// A zip file in memory.
pub(super) struct Entries<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    names: Vec<String>,
    file_length: usize,
    bytes_left: u64,
}

impl<'a> Entries<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        if archive.has_duplicate_names() {
            return Err(Fault::new("a complete zip file", "one with two entries of the same name"));
        }
        let names = archive
            .file_names()
            .map(|name| name.map(|name| name.into_owned()))
            .collect::<Result<Vec<String>, ZipError>>()
            .map_err(damaged)?;
        let bytes_left = MOST_EXPANSION.saturating_add(USUAL_EXPANSION.saturating_mul(bytes.len() as u64));
        Ok(Entries { archive, names, file_length: bytes.len(), bytes_left })
    }

    /// Names of the entries, in the order of the file's directory.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether there is an entry of this name.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.archive.index_for_name_raw(name.as_bytes()).is_some()
    }

    /// The bytes of an entry, whose checksum fits.
    pub(super) fn read(&mut self, name: &str) -> Result<Vec<u8>, Fault> {
        self.read_unnamed(name).map_err(|fault| fault.at(name))
    }

    fn read_unnamed(&mut self, name: &str) -> Result<Vec<u8>, Fault> {
        let entry = self.archive.by_name(name).map_err(damaged)?;
        let declared = entry.size();
        self.bytes_left = self.bytes_left.checked_sub(declared).ok_or_else(|| {
            Fault::new(
                "entries that expand to a usual size",
                format!("one of {declared} bytes with {} left to the file", self.bytes_left),
            )
        })?;
        let capacity = usize::try_from(declared).unwrap_or(usize::MAX);
        let mut bytes = Vec::with_capacity(capacity.min(self.file_length.max(FIRST_CAPACITY)));
        // The byte after the declared ones is asked for too: the checksum is compared at the entry's end.
        entry
            .take(declared.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| Fault::new("an intact entry", error.to_string()))?;
        if bytes.len() as u64 != declared {
            return Err(Fault::new(
                format!("an entry of {declared} bytes"),
                if bytes.len() as u64 > declared { "more" } else { "fewer" },
            ));
        }
        Ok(bytes)
    }
}

fn damaged(error: ZipError) -> Fault {
    let got = match error {
        ZipError::FileNotFound => "one without that entry".into(),
        ZipError::InvalidArchive(reason) => format!("a truncated or altered one ({reason})"),
        ZipError::UnsupportedArchive(reason) => format!("one of an unsupported kind ({reason})"),
        ZipError::CompressionMethodNotSupported(method) => format!("compression method {method}"),
        other => other.to_string(),
    };
    Fault::new("a complete zip file, stored or deflated", got)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::tests::fixture;

    #[test]
    fn entries_together_stay_within_the_limit() {
        let file = fixture("small.npz");
        let mut entries = Entries::open(&file).unwrap();
        let length = entries.read("x.npy").unwrap().len() as u64;
        entries.bytes_left = 2 * length - 1;
        entries.read("x.npy").unwrap();
        let message = entries.read("x.npy").unwrap_err().into_error("f").to_string();
        assert!(message.starts_with("f: x.npy: expected entries that expand to a usual size"), "{message}");
    }
}
