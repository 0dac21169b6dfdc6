//! Arrays in other people's files: PyTorch checkpoints, `.npz` and `.safetensors`, told apart by what they hold,
//! never by their names.

mod element;
mod fault;
mod flatten;
mod layout;
mod npy;
mod objects;
mod pickle;
mod recognise;
mod safetensors;
mod torch;
mod write;
mod zipped;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_refused;

use fault::Fault;
use lsmi::{Error, Result};
use recognise::Content;
use std::collections::BTreeMap;
use std::{fmt, fs, io, path::Path};

pub use fault::NUMBERS;
pub use lsmi::estimator::write_atomically;
pub use npy::write_npz;
pub use safetensors::write_safetensors;
pub use write::{Format, check_distinct, check_writable_folder};

/// Numbers of one array, row-major.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// `float32`, `float16` and `bfloat16`.
    F32(Vec<f32>),
    /// `float64`.
    F64(Vec<f64>),
    /// Every type of whole numbers, and `bool` as 0 and 1.
    I64(Vec<i64>),
}

impl Values {
    /// Number of elements.
    pub fn len(&self) -> usize {
        match self {
            Values::F32(values) => values.len(),
            Values::F64(values) => values.len(),
            Values::I64(values) => values.len(),
        }
    }
}

/// One array of an archive.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Sizes; empty for a single number.
    pub shape: Vec<usize>,
    /// Numbers in row-major order, whatever the order in the file.
    pub values: Values,
    /// Type in the file: `float32`, `int64`, `bool`, …
    pub type_name: &'static str,
}

impl Tensor {
    /// Bytes of the values in little-endian order, as every output format wants them.
    fn little_endian(&self) -> io::Result<Vec<u8>> {
        let elements = self.shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
        if elements != Some(self.values.len()) {
            let message = format!("shape {:?} does not hold {} elements", self.shape, self.values.len());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        Ok(match &self.values {
            Values::F32(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Values::F64(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Values::I64(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        })
    }
}

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What `torch.save` writes.
    Torch,
    /// What `torch.save` wrote before PyTorch 1.6.
    TorchLegacy,
    /// What `numpy.savez` and `numpy.savez_compressed` write.
    Npz,
    /// What the `safetensors` libraries write.
    Safetensors,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Torch => "PyTorch checkpoint",
            Kind::TorchLegacy => "PyTorch checkpoint (legacy format)",
            Kind::Npz => "NumPy .npz archive",
            Kind::Safetensors => "safetensors file",
        })
    }
}

/// All arrays of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Archive {
    /// What the file is.
    pub kind: Kind,
    /// Arrays by name; nested names of checkpoints are joined by dots.
    pub tensors: BTreeMap<String, Tensor>,
    /// Arrays that hold no numbers, and what they hold instead: texts, Python objects, …
    pub unreadable: BTreeMap<String, String>,
    /// Texts that a safetensors file carries along; empty for other kinds.
    pub metadata: BTreeMap<String, String>,
}

/// Reads all arrays of a file.
pub fn read(path: &Path) -> Result<Archive> {
    read_bytes(&path.display().to_string(), &bytes(path)?)
}

/// The bytes of a file. One that is not there is a bad call, not bad data.
pub fn bytes(path: &Path) -> Result<Vec<u8>> {
    let field = path.display().to_string();
    fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Error::Setting { field, expected: "an existing file".into(), got: "no such file".into() }
        }
        _ => Error::Io { field, action: "read", got: reason(&error) },
    })
}

/// Refuses bytes that are no safetensors file by what they are instead.
pub fn require_safetensors(name: &str, bytes: &[u8], expected: &str) -> Result<()> {
    let got = match recognise::recognise(bytes) {
        Content::Safetensors => return Ok(()),
        Content::Zip => "a zip file (a PyTorch checkpoint or NumPy arrays?)".into(),
        Content::Pickle => "a Python pickle".into(),
        Content::Other(description) => description,
    };
    Err(Error::Format { field: name.into(), expected: expected.into(), got })
}

/// Reads all arrays of a file that is in memory; `name` appears in errors.
pub fn read_bytes(name: &str, bytes: &[u8]) -> Result<Archive> {
    read_content(bytes).map_err(|fault| fault.into_error(name))
}

fn read_content(bytes: &[u8]) -> std::result::Result<Archive, Fault> {
    match recognise::recognise(bytes) {
        Content::Zip => {
            let mut entries = zipped::Entries::open(bytes)?;
            if entries.names().iter().any(|name| torch::is_pickle(name)) {
                torch::read_zip(&mut entries)
            } else if entries.names().iter().any(|name| name.ends_with(npy::SUFFIX)) {
                npy::read_npz(&mut entries)
            } else {
                let got =
                    "a zip file that holds neither a PyTorch checkpoint (data.pkl) nor NumPy arrays (.npy)";
                Err(Fault::new(fault::ARCHIVES, got))
            }
        }
        Content::Pickle => torch::read_legacy(bytes),
        Content::Safetensors => safetensors::read(bytes),
        Content::Other(description) => Err(Fault::new(fault::ARCHIVES, description)),
    }
}

/// The system's reason in plain words where it is a common one.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::IsADirectory => "it is a folder".into(),
        _ => error.to_string(),
    }
}
