//! NumPy's `.npy` arrays and the `.npz` archives made of them.

use super::element::{ByteOrder, Element};
use super::fault::Fault;
use super::layout::Layout;
use super::zipped::Entries;
use super::{Archive, Kind, Tensor, Values};
use std::collections::BTreeMap;
use std::io::{self, Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What the names of entries that are arrays end with.
pub(super) const SUFFIX: &str = ".npy";

const MAGIC: &[u8] = b"\x93NUMPY";

/// Magic, version and length before the header, which together end at a multiple of [`ALIGNMENT`].
const PREFIX: usize = 10;
const ALIGNMENT: usize = 64;

/// Reads all arrays; entries that are no arrays are passed over, as NumPy does.
pub(super) fn read_npz(entries: &mut Entries) -> Result<Archive, Fault> {
    let names: Vec<String> = entries.names().iter().filter(|name| name.ends_with(SUFFIX)).cloned().collect();
    let (mut tensors, mut unreadable) = (BTreeMap::new(), BTreeMap::new());
    for entry in names {
        let bytes = entries.read(&entry)?;
        let name = entry.strip_suffix(SUFFIX).unwrap_or(&entry);
        match read_npy(&bytes) {
            Ok(tensor) => drop(tensors.insert(name.to_string(), tensor)),
            Err(fault) if fault.other_type => drop(unreadable.insert(name.to_string(), fault.got())),
            Err(fault) => return Err(fault.at(name)),
        }
    }
    Ok(Archive { kind: Kind::Npz, tensors, unreadable, metadata: BTreeMap::new() })
}

fn read_npy(bytes: &[u8]) -> Result<Tensor, Fault> {
    let truncated = || Fault::new("a complete .npy array", format!("its end after {} bytes", bytes.len()));
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| Fault::new("a .npy array", "something else"))?;
    let ([major, _minor], rest) = rest.split_first_chunk().ok_or_else(truncated)?;
    let (length, rest) = match major {
        1 => rest.split_first_chunk().map(|(length, rest)| (u16::from_le_bytes(*length).into(), rest)),
        2 | 3 => rest.split_first_chunk().map(|(length, rest)| (u32::from_le_bytes(*length), rest)),
        _ => return Err(Fault::new("version 1, 2 or 3 of the .npy format", major.to_string())),
    }
    .ok_or_else(truncated)?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let (header, data) = rest.split_at_checked(length).ok_or_else(truncated)?;
    let header = std::str::from_utf8(header).map_err(|_| Fault::new("a header in UTF-8", "other bytes"))?;
    let header = Header::parse(header)?;
    let (element, order) = element_type(&header.descr)?;
    let layout = if header.fortran_order {
        Layout::column_major(header.shape)?
    } else {
        Layout::row_major(header.shape)?
    };
    if layout.elements().checked_mul(element.size()) != Some(data.len()) {
        return Err(Fault::new(
            format!("{} elements of type {}", layout.elements(), element.name()),
            format!("{} bytes", data.len()),
        ));
    }
    element.decode(data, order, &layout)
}

/// NumPy's short names: byte order, kind and bytes per element.
fn element_type(descr: &str) -> Result<(Element, ByteOrder), Fault> {
    let (order, name) = match descr.split_at_checked(1) {
        Some((">", name)) => (ByteOrder::Big, name),
        Some(("<" | "|" | "=", name)) => (ByteOrder::Little, name),
        _ => (ByteOrder::Little, descr),
    };
    let element = match name {
        "b1" => Element::Bool,
        "u1" => Element::U8,
        "i1" => Element::I8,
        "u2" => Element::U16,
        "i2" => Element::I16,
        "u4" => Element::U32,
        "i4" => Element::I32,
        "u8" => Element::U64,
        "i8" => Element::I64,
        "f2" => Element::F16,
        "f4" => Element::F32,
        "f8" => Element::F64,
        _ => {
            let kind = match name.chars().next() {
                Some('O') => "Python objects",
                Some('S' | 'U' | 'a') => "texts",
                Some('c') => "complex numbers",
                Some('M' | 'm') => "dates or times",
                Some('f') => "extended floats",
                _ => "another type",
            };
            return Err(Fault::other_type(format!("an array of {kind} (dtype {descr})")));
        }
    };
    Ok((element, order))
}

/// The dictionary that describes an array, written as Python would.
#[derive(Debug, PartialEq)]
struct Header {
    descr: String,
    fortran_order: bool,
    shape: Vec<usize>,
}

impl Header {
    fn parse(text: &str) -> Result<Self, Fault> {
        let mut descr = None;
        let mut fortran_order = None;
        let mut shape = None;
        let mut rest = Literal { text };
        rest.expect("{")?;
        while !rest.accept("}") {
            let key = rest.quoted()?;
            rest.expect(":")?;
            match key {
                "descr" => descr = Some(rest.descr()?.to_string()),
                "fortran_order" => fortran_order = Some(rest.boolean()?),
                "shape" => shape = Some(rest.sizes()?),
                other => return Err(header(format!("key {other}"))),
            }
            if !rest.accept(",") {
                rest.expect("}")?;
                break;
            }
        }
        if !rest.text.trim().is_empty() {
            return Err(header("more after the dictionary"));
        }
        match (descr, fortran_order, shape) {
            (Some(descr), Some(fortran_order), Some(shape)) => Ok(Header { descr, fortran_order, shape }),
            _ => Err(header("a dictionary without one of them")),
        }
    }
}

fn header(got: impl Into<String>) -> Fault {
    Fault::new("a header of descr, fortran_order and shape", got)
}

/// The unread part of a header.
struct Literal<'a> {
    text: &'a str,
}

impl<'a> Literal<'a> {
    fn accept(&mut self, token: &str) -> bool {
        self.text = self.text.trim_start();
        match self.text.strip_prefix(token) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<(), Fault> {
        if self.accept(token) { Ok(()) } else { Err(header(format!("no {token} before: {}", self.text))) }
    }

    fn quoted(&mut self) -> Result<&'a str, Fault> {
        for quote in ["'", "\""] {
            if self.accept(quote) {
                let (inner, rest) =
                    self.text.split_once(quote).ok_or_else(|| header("an unfinished text"))?;
                self.text = rest;
                return Ok(inner);
            }
        }
        Err(header(format!("no text at: {}", self.text)))
    }

    fn descr(&mut self) -> Result<&'a str, Fault> {
        if self.accept("[") {
            return Err(Fault::other_type("an array of records (a structured dtype)"));
        }
        self.quoted()
    }

    fn boolean(&mut self) -> Result<bool, Fault> {
        if self.accept("True") {
            return Ok(true);
        }
        self.expect("False").map(|()| false)
    }

    /// A tuple of sizes; Python 2 marked long ones with an L.
    fn sizes(&mut self) -> Result<Vec<usize>, Fault> {
        self.expect("(")?;
        let mut sizes = Vec::new();
        while !self.accept(")") {
            let digits = self.text.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.text.len());
            let (number, rest) = self.text.split_at(digits);
            sizes.push(number.parse().map_err(|_| header(format!("no size at: {}", self.text)))?);
            self.text = rest;
            self.accept("L");
            if !self.accept(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(sizes)
    }
}

/// Writes an uncompressed `.npz` archive that `numpy.load` reads.
pub fn write_npz(out: &mut dyn Write, tensors: &[(&str, Tensor)]) -> io::Result<()> {
    // In memory first, so that a full disk fails one plain write instead of the archive's bookkeeping.
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, tensor) in tensors {
        let bytes = encode(tensor)?;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .unix_permissions(0o644)
            .large_file(u32::try_from(bytes.len()).is_err());
        archive.start_file(format!("{name}{SUFFIX}"), options)?;
        archive.write_all(&bytes)?;
    }
    out.write_all(&archive.finish()?.into_inner())
}

/// One array in version 1.0 of the `.npy` format.
fn encode(tensor: &Tensor) -> io::Result<Vec<u8>> {
    let descr = match tensor.values {
        Values::F32(_) => "<f4",
        Values::F64(_) => "<f8",
        Values::I64(_) => "<i8",
    };
    let sizes: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
    let comma = if sizes.len() == 1 { "," } else { "" };
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}{comma}), }}", sizes.join(", "));
    let padding = (PREFIX + header.len() + 1).next_multiple_of(ALIGNMENT) - (PREFIX + header.len() + 1);
    header.push_str(&" ".repeat(padding));
    header.push('\n');
    let length = u16::try_from(header.len())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "too many dimensions for a .npy header"))?;
    let values = tensor.little_endian()?;
    let mut bytes = Vec::with_capacity(PREFIX + header.len() + values.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[1, 0]);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(&values);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_as_several_programs_write_them() {
        for text in [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }   \n",
            "{'shape': (2L, 3L), 'fortran_order': False, 'descr': '<f4'}",
            "{\"descr\":\"<f4\",\"fortran_order\":False,\"shape\":(2,3,)}\n",
        ] {
            let expected = Header { descr: "<f4".into(), fortran_order: false, shape: vec![2, 3] };
            assert_eq!(Header::parse(text).unwrap(), expected, "{text}");
        }
        let parse = |shape: &str| {
            Header::parse(&format!("{{'descr': '<f4', 'fortran_order': True, 'shape': {shape}}}"))
        };
        assert!(parse("()").unwrap().shape.is_empty());
        assert_eq!(parse("(7,)").unwrap().shape, [7]);
        for shape in
            ["(", "(-1,)", "(2 3)", "7", "(,)", "(99999999999999999999,)", "(2, 3), 'x': 1", "(2,)} {"]
        {
            assert!(parse(shape).is_err(), "{shape}");
        }
        assert!(Header::parse("{'descr': '<f4', 'shape': (1,)}").is_err());
        assert!(Header::parse("").is_err());
    }
}
