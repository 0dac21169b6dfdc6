//! Types of array elements and how their bytes become numbers.

use super::fault::Fault;
use super::layout::Layout;
use super::{Tensor, Values};

/// The element types that archives may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F16,
    Bf16,
    F32,
    F64,
}

/// Order of the bytes of one element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

impl Element {
    /// Bytes per element.
    pub(super) fn size(self) -> usize {
        match self {
            Element::Bool | Element::U8 | Element::I8 => 1,
            Element::U16 | Element::I16 | Element::F16 | Element::Bf16 => 2,
            Element::U32 | Element::I32 | Element::F32 => 4,
            Element::U64 | Element::I64 | Element::F64 => 8,
        }
    }

    /// The name that NumPy and PyTorch give the type.
    pub(super) fn name(self) -> &'static str {
        match self {
            Element::Bool => "bool",
            Element::U8 => "uint8",
            Element::I8 => "int8",
            Element::U16 => "uint16",
            Element::I16 => "int16",
            Element::U32 => "uint32",
            Element::I32 => "int32",
            Element::U64 => "uint64",
            Element::I64 => "int64",
            Element::F16 => "float16",
            Element::Bf16 => "bfloat16",
            Element::F32 => "float32",
            Element::F64 => "float64",
        }
    }

    /// Gathers the elements of an array from its storage, in row-major order.
    pub(super) fn decode(self, bytes: &[u8], order: ByteOrder, layout: &Layout) -> Result<Tensor, Fault> {
        if layout.reach() > bytes.len() / self.size() {
            return Err(Fault::new(
                format!("at least {} stored elements for shape {:?}", layout.reach(), layout.shape()),
                (bytes.len() / self.size()).to_string(),
            ));
        }
        let source = Source { bytes, order, layout };
        let values = match self {
            Element::Bool => Values::I64(source.gather(|[byte]| i64::from(byte != 0))),
            Element::U8 => Values::I64(source.gather(|b| u8::from_le_bytes(b).into())),
            Element::I8 => Values::I64(source.gather(|b| i8::from_le_bytes(b).into())),
            Element::U16 => Values::I64(source.gather(|b| u16::from_le_bytes(b).into())),
            Element::I16 => Values::I64(source.gather(|b| i16::from_le_bytes(b).into())),
            Element::U32 => Values::I64(source.gather(|b| u32::from_le_bytes(b).into())),
            Element::I32 => Values::I64(source.gather(|b| i32::from_le_bytes(b).into())),
            Element::U64 => Values::I64(signed(source.gather(u64::from_le_bytes), layout.shape())?),
            Element::I64 => Values::I64(source.gather(i64::from_le_bytes)),
            Element::F16 => Values::F32(source.gather(|b| half_to_f32(u16::from_le_bytes(b)))),
            Element::Bf16 => Values::F32(source.gather(|[low, high]| f32::from_le_bytes([0, 0, low, high]))),
            Element::F32 => Values::F32(source.gather(f32::from_le_bytes)),
            Element::F64 => Values::F64(source.gather(f64::from_le_bytes)),
        };
        Ok(Tensor { shape: layout.shape().to_vec(), values, type_name: self.name() })
    }
}

/// Bytes that are known to hold every element of the layout.
struct Source<'a> {
    bytes: &'a [u8],
    order: ByteOrder,
    layout: &'a Layout,
}

impl Source<'_> {
    fn gather<T, const N: usize>(&self, convert: impl Fn([u8; N]) -> T) -> Vec<T> {
        let read = |bytes: &[u8; N]| {
            let mut bytes = *bytes;
            if self.order == ByteOrder::Big {
                bytes.reverse();
            }
            convert(bytes)
        };
        let (stored, _) = self.bytes.as_chunks::<N>();
        match self.layout.contiguous_from() {
            Some(first) => stored[first..first + self.layout.elements()].iter().map(read).collect(),
            None => self.layout.places().map(|place| read(&stored[place])).collect(),
        }
    }
}

/// Numbers above `i64::MAX` have no place in [`Values`] and are no sensible class or feature.
fn signed(values: Vec<u64>, shape: &[usize]) -> Result<Vec<i64>, Fault> {
    let rows = shape.first().copied().unwrap_or(1).max(1);
    let row_length = (values.len() / rows).max(1);
    let convert = |(position, value): (usize, u64)| {
        i64::try_from(value).map_err(|_| {
            Fault::new(format!("whole numbers up to {}", i64::MAX), value.to_string())
                .at(&format!("row {}", position / row_length))
        })
    };
    values.into_iter().enumerate().map(convert).collect()
}

/// IEEE 754 half precision, exactly.
fn half_to_f32(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let exponent = u32::from(half >> 10 & 0x1f);
    let fraction = u32::from(half & 0x3ff);
    let magnitude = match exponent {
        // Subnormal halves are whole multiples of 2^-24.
        0 => (fraction as f32 * 2f32.powi(-24)).to_bits(),
        31 => 0x7f80_0000 | fraction << 13,
        _ => (exponent + 112) << 23 | fraction << 13,
    };
    f32::from_bits(sign | magnitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_become_the_same_floats() {
        for (half, float) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x03ff, 6.097_555e-5),
            (0x0400, 6.103_515_6e-5),
            (0x3555, 0.333_251_95),
            (0x7c00, f32::INFINITY),
            (0xfc00, f32::NEG_INFINITY),
        ] {
            assert_eq!(half_to_f32(half), float, "{half:04x}");
        }
        assert!(half_to_f32(0x8000).is_sign_negative());
        assert!(half_to_f32(0x7e00).is_nan());
    }

    #[test]
    fn both_byte_orders_and_every_type() {
        let one = Layout::row_major(vec![1]).unwrap();
        let decode =
            |element: Element, bytes: &[u8], order| element.decode(bytes, order, &one).unwrap().values;
        for (element, little, expected) in [
            (Element::Bool, vec![7], Values::I64(vec![1])),
            (Element::U8, vec![200], Values::I64(vec![200])),
            (Element::I8, vec![200], Values::I64(vec![-56])),
            (Element::U16, vec![1, 200], Values::I64(vec![51201])),
            (Element::I16, vec![1, 200], Values::I64(vec![-14335])),
            (Element::U32, vec![0, 0, 0, 128], Values::I64(vec![1 << 31])),
            (Element::I32, vec![0, 0, 0, 128], Values::I64(vec![-(1 << 31)])),
            (Element::U64, vec![3, 1, 0, 0, 0, 0, 0, 0], Values::I64(vec![259])),
            (Element::I64, vec![255; 8], Values::I64(vec![-1])),
            (Element::F16, vec![0, 0xc0], Values::F32(vec![-2.0])),
            (Element::Bf16, vec![0x20, 0xc0], Values::F32(vec![-2.5])),
            (Element::F32, (-2.5f32).to_le_bytes().to_vec(), Values::F32(vec![-2.5])),
            (Element::F64, (0.1f64).to_le_bytes().to_vec(), Values::F64(vec![0.1])),
        ] {
            assert_eq!(decode(element, &little, ByteOrder::Little), expected, "{element:?}");
            let big: Vec<u8> = little.iter().rev().copied().collect();
            assert_eq!(decode(element, &big, ByteOrder::Big), expected, "{element:?}");
        }
    }
}
