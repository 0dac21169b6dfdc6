//! Tells files apart by their first bytes.

/// What a file seems to be.
pub(super) enum Content {
    /// A zip file: a PyTorch checkpoint, an `.npz` archive or neither.
    Zip,
    /// A Python pickle: perhaps a checkpoint in PyTorch's legacy format.
    Pickle,
    /// A header length and the header's opening brace.
    Safetensors,
    /// Something else, described for people.
    Other(String),
}

/// First bytes of kinds of file that people mistake for archives of arrays.
const KNOWN: &[(&[u8], &str)] = &[
    (b"\x93NUMPY", "a single .npy array (numpy.savez writes .npz files)"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ", "xz data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x89HDF", "an HDF5 file"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"%PDF", "a PDF document"),
    (b"RIFF", "a RIFF (audio or video) file"),
    (b"\x7fELF", "a program"),
    (b"version https://git-lfs", "a Git LFS pointer instead of the file itself"),
];

/// The longest header that safetensors files may have.
const LONGEST_HEADER: u64 = 100_000_000;

pub(super) fn recognise(bytes: &[u8]) -> Content {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Content::Zip;
    }
    if let Some((length, [b'{', ..])) = bytes.split_first_chunk::<8>()
        && u64::from_le_bytes(*length) <= LONGEST_HEADER
    {
        return Content::Safetensors;
    }
    // Afterwards, since the length of a safetensors header may look like the start of a pickle.
    if is_pickle(bytes) {
        return Content::Pickle;
    }
    Content::Other(describe(bytes))
}

/// Protocols 2 to 5 begin with their number; below, PyTorch's magic number is written in decimal.
fn is_pickle(bytes: &[u8]) -> bool {
    matches!(bytes, [0x80, 2..=5, ..]) || bytes.starts_with(b"L119547037146038801333356L\n")
}

fn describe(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "an empty file".into();
    }
    if let Some((_, description)) = KNOWN.iter().find(|(start, _)| bytes.starts_with(start)) {
        return (*description).into();
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return "a tar archive".into();
    }
    if is_text(&bytes[..bytes.len().min(1024)]) {
        return "a text file".into();
    }
    let start: Vec<String> = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("a file of unknown kind that starts with bytes {}", start.join(" "))
}

/// UTF-8 without control characters; a character cut off at the end does not count against it.
fn is_text(bytes: &[u8]) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => match std::str::from_utf8(&bytes[..error.valid_up_to()])
        {
            Ok(text) => text,
            Err(_) => return false,
        },
        Err(_) => return false,
    };
    !text.is_empty() && text.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'))
}
