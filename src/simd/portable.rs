//! Vectors of 16 bytes for any processor, as plain arrays.

use super::vector::{Lanes, Vector};

/// Four f32.
#[derive(Clone, Copy)]
pub struct F32([f32; 4]);

/// Two f64.
#[derive(Clone, Copy)]
pub struct F64([f64; 2]);

macro_rules! portable {
    ($vector:ident, $element:ident, $bits:ident, $lanes:literal, $sqrt:path) => {
        impl $vector {
            #[inline(always)]
            fn zip(self, b: Self, f: impl Fn($element, $element) -> $element) -> Self {
                $vector(core::array::from_fn(|lane| f(self.0[lane], b.0[lane])))
            }

            #[inline(always)]
            fn bits(self, f: impl Fn($bits) -> $bits) -> Self {
                $vector(self.0.map(|v| $element::from_bits(f(v.to_bits()))))
            }
        }

        impl Vector for $vector {
            type Element = $element;
            const LANES: usize = $lanes;
            const REGISTERS: usize = 16;

            #[inline(always)]
            unsafe fn splat(value: $element) -> Self {
                $vector([value; $lanes])
            }

            #[inline(always)]
            unsafe fn load(from: *const $element) -> Self {
                // SAFETY: the caller says that the numbers can be read.
                $vector(unsafe { from.cast::<[$element; $lanes]>().read_unaligned() })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $element) {
                // SAFETY: the caller says that the numbers can be written.
                unsafe { to.cast::<[$element; $lanes]>().write_unaligned(self.0) }
            }

            #[inline(always)]
            unsafe fn load_columns(from: *const $element, stride: usize) -> [Self; 4] {
                core::array::from_fn(|column| {
                    let column = column % <$element as Lanes>::COLUMNS;
                    // SAFETY: the caller says that these numbers of each row can be read.
                    $vector(core::array::from_fn(|lane| unsafe { *from.add(lane * stride + column) }))
                })
            }

            #[inline(always)]
            fn like(self, value: $element) -> Self {
                $vector([value; $lanes])
            }

            #[inline(always)]
            fn add(self, b: Self) -> Self {
                self.zip(b, |a, b| a + b)
            }

            #[inline(always)]
            fn sub(self, b: Self) -> Self {
                self.zip(b, |a, b| a - b)
            }

            #[inline(always)]
            fn mul(self, b: Self) -> Self {
                self.zip(b, |a, b| a * b)
            }

            #[inline(always)]
            fn div(self, b: Self) -> Self {
                self.zip(b, |a, b| a / b)
            }

            #[inline(always)]
            fn mul_add(self, b: Self, c: Self) -> Self {
                self.mul(b).add(c)
            }

            #[inline(always)]
            fn neg_mul_add(self, b: Self, c: Self) -> Self {
                c.sub(self.mul(b))
            }

            #[inline(always)]
            fn max(self, b: Self) -> Self {
                self.zip(b, |a, b| if a > b { a } else { b })
            }

            #[inline(always)]
            fn min(self, b: Self) -> Self {
                self.zip(b, |a, b| if a < b { a } else { b })
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                $vector(self.0.map($sqrt))
            }

            #[inline(always)]
            fn select_less(self, b: Self, yes: Self, no: Self) -> Self {
                $vector(core::array::from_fn(|lane| match self.0[lane] < b.0[lane] {
                    true => yes.0[lane],
                    false => no.0[lane],
                }))
            }

            #[inline(always)]
            fn bit_and(self, b: Self) -> Self {
                self.zip(b, |a, b| $element::from_bits(a.to_bits() & b.to_bits()))
            }

            #[inline(always)]
            fn bit_or(self, b: Self) -> Self {
                self.zip(b, |a, b| $element::from_bits(a.to_bits() | b.to_bits()))
            }

            #[inline(always)]
            fn shift_left(self) -> Self {
                self.bits(|bits| bits << $element::MANTISSA)
            }

            #[inline(always)]
            fn shift_right(self) -> Self {
                self.bits(|bits| bits >> $element::MANTISSA)
            }
        }
    };
}

portable!(F32, f32, u32, 4, libm::sqrtf);
portable!(F64, f64, u64, 2, libm::sqrt);
