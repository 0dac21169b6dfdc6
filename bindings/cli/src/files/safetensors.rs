//! The `.safetensors` format.

use super::element::{ByteOrder, Element};
use super::fault::Fault;
use super::layout::Layout;
use super::{Archive, Kind, Tensor, Values};
use ::safetensors::tensor::{Dtype, SafeTensors, TensorInfo, TensorView, serialize};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Bytes of the header's length before the header.
const LENGTH: usize = 8;

/// Reads all tensors and the texts beside them.
pub(super) fn read(bytes: &[u8]) -> Result<Archive, Fault> {
    let altered = |reason: String| {
        Fault::new("a complete .safetensors file", format!("a truncated or altered one ({reason})"))
    };
    let (header, contents) = SafeTensors::read_metadata(bytes).map_err(|error| altered(error.to_string()))?;
    let data = bytes.get(LENGTH + header..).ok_or_else(|| altered("no data".into()))?;
    let (mut tensors, mut unreadable) = (BTreeMap::new(), BTreeMap::new());
    for (name, info) in contents.tensors() {
        match decode(info, data) {
            Ok(tensor) => drop(tensors.insert(name, tensor)),
            Err(fault) if fault.other_type => drop(unreadable.insert(name, fault.got())),
            Err(fault) => return Err(fault.at(&name)),
        }
    }
    let metadata =
        contents.metadata().iter().flatten().map(|(key, text)| (key.clone(), text.clone())).collect();
    Ok(Archive { kind: Kind::Safetensors, tensors, unreadable, metadata })
}

fn decode(info: &TensorInfo, data: &[u8]) -> Result<Tensor, Fault> {
    let element = match info.dtype {
        Dtype::BOOL => Element::Bool,
        Dtype::U8 => Element::U8,
        Dtype::I8 => Element::I8,
        Dtype::U16 => Element::U16,
        Dtype::I16 => Element::I16,
        Dtype::U32 => Element::U32,
        Dtype::I32 => Element::I32,
        Dtype::U64 => Element::U64,
        Dtype::I64 => Element::I64,
        Dtype::F16 => Element::F16,
        Dtype::BF16 => Element::Bf16,
        Dtype::F32 => Element::F32,
        Dtype::F64 => Element::F64,
        other => return Err(Fault::other_type(format!("an array of type {other}"))),
    };
    let (start, end) = info.data_offsets;
    let bytes = data.get(start..end).ok_or_else(|| Fault::new("data within the file", "data beyond it"))?;
    element.decode(bytes, ByteOrder::Little, &Layout::row_major(info.shape.clone())?)
}

/// Writes a `.safetensors` file.
pub fn write_safetensors(out: &mut dyn Write, tensors: &[(&str, Tensor)]) -> io::Result<()> {
    let encoded = tensors
        .iter()
        .map(|(name, tensor)| Ok((name, tensor, tensor.little_endian()?)))
        .collect::<io::Result<Vec<_>>>()?;
    let mut views = Vec::with_capacity(encoded.len());
    for (name, tensor, bytes) in &encoded {
        let dtype = match tensor.values {
            Values::F32(_) => Dtype::F32,
            Values::F64(_) => Dtype::F64,
            Values::I64(_) => Dtype::I64,
        };
        views.push((name, TensorView::new(dtype, tensor.shape.clone(), bytes).map_err(io::Error::other)?));
    }
    out.write_all(&serialize(views, None).map_err(io::Error::other)?)
}
