//! PyTorch checkpoints: today's zip files and the format before PyTorch 1.6.

use super::element::{ByteOrder, Element};
use super::fault::Fault;
use super::flatten::flatten;
use super::objects::{Storage, StoredTensor, Value};
use super::pickle::{self, Pickle};
use super::zipped::Entries;
use super::{Archive, Kind, Tensor};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Tensors that share a storage, or repeat its elements by a stride of 0, may together hold this many elements more
/// than the storages do. Without a limit a few bytes could ask for any amount of memory.
const MOST_REPEATED: usize = 1 << 28;

const PICKLE: &str = "data.pkl";

/// What the legacy format starts with.
const MAGIC_NUMBER: i128 = 0x1950_a86a_20f9_469c_fc6c;
const LEGACY_VERSION: i128 = 1001;

/// Whether a zip entry is the pickle of a checkpoint.
pub(super) fn is_pickle(entry: &str) -> bool {
    entry.strip_suffix(PICKLE).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
}

/// Reads a checkpoint whose storages are entries of a zip file.
pub(super) fn read_zip(entries: &mut Entries) -> Result<Archive, Fault> {
    let pickles: Vec<&String> = entries.names().iter().filter(|name| is_pickle(name)).collect();
    let [pickle_name] = pickles[..] else {
        return Err(Fault::new("one data.pkl", pickles.len().to_string()));
    };
    let pickle_name = pickle_name.clone();
    let folder = pickle_name.strip_suffix(PICKLE).unwrap_or_default();
    let order = byte_order(entries, &format!("{folder}byteorder"))?;
    let bytes = entries.read(&pickle_name)?;
    let pickle = pickle::load(&bytes)?;
    if pickle.length != bytes.len() {
        return Err(trailing(bytes.len() - pickle.length).at(PICKLE));
    }
    let mut loader = Loader::new(&pickle)?;
    let keys: Vec<Rc<str>> = loader.views.keys().cloned().collect();
    for key in keys {
        let bytes = entries.read(&format!("{folder}data/{key}"))?;
        loader.load(&key, &bytes, order)?;
    }
    Ok(loader.finish(Kind::Torch))
}

/// Old checkpoints do not say; they were written on little-endian machines.
fn byte_order(entries: &mut Entries, name: &str) -> Result<ByteOrder, Fault> {
    if !entries.contains(name) {
        return Ok(ByteOrder::Little);
    }
    match entries.read(name)?.as_slice() {
        b"little" => Ok(ByteOrder::Little),
        b"big" => Ok(ByteOrder::Big),
        other => Err(Fault::new("little or big", String::from_utf8_lossy(other)).at(name)),
    }
}

/// Reads a checkpoint in the legacy format: pickles one after another, then the storages, always little-endian.
pub(super) fn read_legacy(bytes: &[u8]) -> Result<Archive, Fault> {
    let mut rest = Rest { bytes };
    let magic = rest.pickle()?;
    if !matches!(magic.root, Value::Int(MAGIC_NUMBER)) {
        return Err(Fault::new(super::fault::ARCHIVES, "a Python pickle that is not from torch.save"));
    }
    match rest.pickle()?.root {
        Value::Int(LEGACY_VERSION) => {}
        Value::Int(other) => {
            return Err(Fault::new(format!("legacy format {LEGACY_VERSION}"), other.to_string()));
        }
        other => return Err(Fault::new(format!("legacy format {LEGACY_VERSION}"), other.describe())),
    }
    // What the machine that wrote the file was like.
    rest.pickle()?;
    let mut object = rest.pickle()?;
    let mut loader = Loader::new(&object)?;
    let keys = rest.pickle()?;
    let Value::List(at) = keys.root else {
        return Err(Fault::new("a list of storages", keys.root.describe()));
    };
    for key in keys.objects.items(at) {
        let Value::Text(key) = key else {
            return Err(Fault::new("names of storages", key.describe()));
        };
        let Some(storage) = object.objects.take_storage(key) else {
            return Err(Fault::new("each storage of the tensors once", format!("storage {key}")));
        };
        let bytes = rest.storage(storage.element).map_err(|fault| fault.at(&format!("storage {key}")))?;
        loader.load(key, bytes, ByteOrder::Little)?;
    }
    if let Some(key) = loader.views.keys().next() {
        return Err(Fault::new(format!("a storage {key}"), "none"));
    }
    if !rest.bytes.is_empty() {
        return Err(trailing(rest.bytes.len()));
    }
    Ok(loader.finish(Kind::TorchLegacy))
}

fn trailing(count: usize) -> Fault {
    Fault::new("nothing after the end of the checkpoint", format!("{count} bytes"))
}

/// What is still to be read of a legacy checkpoint.
struct Rest<'a> {
    bytes: &'a [u8],
}

impl<'a> Rest<'a> {
    fn pickle(&mut self) -> Result<Pickle, Fault> {
        let pickle = pickle::load(self.bytes)?;
        self.bytes = &self.bytes[pickle.length..];
        Ok(pickle)
    }

    /// A count of elements and their bytes.
    fn storage(&mut self, element: Element) -> Result<&'a [u8], Fault> {
        let truncated =
            |got: usize| Fault::new("a complete checkpoint", format!("its end after {got} bytes"));
        let (count, rest) = self.bytes.split_first_chunk().ok_or_else(|| truncated(self.bytes.len()))?;
        let count = i64::from_le_bytes(*count);
        let (storage, rest) = usize::try_from(count)
            .ok()
            .and_then(|count| count.checked_mul(element.size()))
            .and_then(|length| rest.split_at_checked(length))
            .ok_or_else(|| truncated(rest.len()))?;
        self.bytes = rest;
        Ok(storage)
    }
}

/// Tensors by the storage that they are views of. Each storage is read once and let go again.
struct Loader {
    views: BTreeMap<Rc<str>, Vec<(String, Rc<StoredTensor>)>>,
    tensors: BTreeMap<String, Tensor>,
}

impl Loader {
    fn new(pickle: &Pickle) -> Result<Self, Fault> {
        let mut views: BTreeMap<Rc<str>, Vec<(String, Rc<StoredTensor>)>> = BTreeMap::new();
        for (name, tensor) in flatten(&pickle.root, &pickle.objects)? {
            views.entry(Rc::clone(&tensor.storage.key)).or_default().push((name, tensor));
        }
        let repeated = views.values().fold(0usize, |sum, views| {
            let stored = views.first().map_or(0, |(_, view)| view.storage.elements);
            let wanted =
                views.iter().fold(0usize, |sum, (_, view)| sum.saturating_add(view.layout.elements()));
            sum.saturating_add(wanted.saturating_sub(stored))
        });
        if repeated > MOST_REPEATED {
            return Err(Fault::new(
                format!("at most {MOST_REPEATED} elements that repeat others"),
                repeated.to_string(),
            ));
        }
        Ok(Loader { views, tensors: BTreeMap::new() })
    }

    /// Gathers all tensors of one storage.
    fn load(&mut self, key: &str, bytes: &[u8], order: ByteOrder) -> Result<(), Fault> {
        for (name, view) in self.views.remove(key).unwrap_or_default() {
            let Storage { element, elements, .. } = *view.storage;
            if elements.checked_mul(element.size()) != Some(bytes.len()) {
                return Err(Fault::new(
                    format!("{elements} stored elements of type {}", element.name()),
                    format!("{} bytes", bytes.len()),
                )
                .at(&name));
            }
            let tensor = element.decode(bytes, order, &view.layout).map_err(|fault| fault.at(&name))?;
            self.tensors.insert(name, tensor);
        }
        Ok(())
    }

    fn finish(self, kind: Kind) -> Archive {
        Archive { kind, tensors: self.tensors, unreadable: BTreeMap::new(), metadata: BTreeMap::new() }
    }
}
