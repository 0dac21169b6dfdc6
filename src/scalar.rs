//! The number types of the library: f32 and f64.

use crate::linalg::Kernels;
use nalgebra::RealField;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// f32 or f64. Sealed: kernels and model files know these two and no other.
pub trait Float: sealed::Sealed + Kernels + RealField + Copy + Default {
    /// `f32` or `f64`.
    const NAME: &'static str;
    /// The safetensors type of this number.
    const DTYPE: safetensors::Dtype;
    /// Bytes of one number.
    const BYTES: usize;

    /// What is smaller in magnitude may be taken for 0: well above the subnormal numbers, on which processors are slow.
    const NEGLIGIBLE: Self;

    /// This number, or 0 if it is negligible.
    #[inline(always)]
    fn flushed(self) -> Self {
        if self.abs() < Self::NEGLIGIBLE { Self::zero() } else { self }
    }

    /// The nearest number of this type; beyond its range ±∞.
    fn of(value: f64) -> Self;
    /// This number as f64, exactly.
    fn f64(self) -> f64;
    /// Appends the little-endian bytes.
    fn write_le(self, out: &mut alloc::vec::Vec<u8>);
    /// Reads `BYTES` little-endian bytes.
    fn read_le(bytes: &[u8]) -> Self;
}

macro_rules! float {
    ($type:ident, $dtype:ident, $negligible:literal) => {
        impl Float for $type {
            const NAME: &'static str = stringify!($type);
            const DTYPE: safetensors::Dtype = safetensors::Dtype::$dtype;
            const BYTES: usize = size_of::<$type>();
            const NEGLIGIBLE: Self = $negligible;

            #[inline(always)]
            fn of(value: f64) -> Self {
                value as $type
            }

            #[inline(always)]
            fn f64(self) -> f64 {
                self as f64
            }

            fn write_le(self, out: &mut alloc::vec::Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn read_le(bytes: &[u8]) -> Self {
                let mut buffer = [0; size_of::<$type>()];
                buffer.copy_from_slice(&bytes[..size_of::<$type>()]);
                $type::from_le_bytes(buffer)
            }
        }
    };
}

float!(f32, F32, 1e-30);
float!(f64, F64, 1e-290);
