//! Vectors of 16 bytes: NEON, which every 64-bit Arm processor has.

use super::vector::Vector;
use core::arch::aarch64::*;

/// Four f32.
#[derive(Clone, Copy)]
pub struct F32(float32x4_t);

/// Two f64.
#[derive(Clone, Copy)]
pub struct F64(float64x2_t);

macro_rules! neon {
    ($vector:ident, $element:ident, $lanes:literal, $mantissa:literal,
     $dup:ident $load:ident $store:ident $add:ident $sub:ident $mul:ident $div:ident $fma:ident $fms:ident
     $sqrt:ident $less:ident $greater:ident $select:ident, $and:ident $or:ident $left:ident $right:ident
     $to_bits:ident $from_bits:ident, $columns:ident) => {
        impl Vector for $vector {
            type Element = $element;
            const LANES: usize = $lanes;
            const REGISTERS: usize = 32;

            #[inline(always)]
            unsafe fn splat(value: $element) -> Self {
                // SAFETY: the caller says that the processor has NEON.
                unsafe { $vector($dup(value)) }
            }

            #[inline(always)]
            unsafe fn load(from: *const $element) -> Self {
                // SAFETY: the caller says that the processor has NEON and that the numbers can be read.
                unsafe { $vector($load(from)) }
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $element) {
                // SAFETY: the caller says that the numbers can be written; self proves NEON.
                unsafe { $store(to, self.0) }
            }

            #[inline(always)]
            unsafe fn load_columns(from: *const $element, stride: usize) -> [Self; 4] {
                // SAFETY: as this function's.
                unsafe { $columns(from, stride) }
            }

            #[inline(always)]
            fn like(self, value: $element) -> Self {
                // SAFETY: self proves NEON; so it does below.
                unsafe { $vector($dup(value)) }
            }

            #[inline(always)]
            fn add(self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($add(self.0, b.0)) }
            }

            #[inline(always)]
            fn sub(self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($sub(self.0, b.0)) }
            }

            #[inline(always)]
            fn mul(self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($mul(self.0, b.0)) }
            }

            #[inline(always)]
            fn div(self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($div(self.0, b.0)) }
            }

            #[inline(always)]
            fn mul_add(self, b: Self, c: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($fma(c.0, self.0, b.0)) }
            }

            #[inline(always)]
            fn neg_mul_add(self, b: Self, c: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($fms(c.0, self.0, b.0)) }
            }

            // NEON's own maximum and minimum keep either NaN.
            #[inline(always)]
            fn max(self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($select($greater(self.0, b.0), self.0, b.0)) }
            }

            #[inline(always)]
            fn min(self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($select($less(self.0, b.0), self.0, b.0)) }
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($sqrt(self.0)) }
            }

            #[inline(always)]
            fn select_less(self, b: Self, yes: Self, no: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($select($less(self.0, b.0), yes.0, no.0)) }
            }

            #[inline(always)]
            fn bit_and(self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($from_bits($and($to_bits(self.0), $to_bits(b.0)))) }
            }

            #[inline(always)]
            fn bit_or(self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($from_bits($or($to_bits(self.0), $to_bits(b.0)))) }
            }

            #[inline(always)]
            fn shift_left(self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($from_bits($left::<$mantissa>($to_bits(self.0)))) }
            }

            #[inline(always)]
            fn shift_right(self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($from_bits($right::<$mantissa>($to_bits(self.0)))) }
            }
        }
    };
}

neon!(F32, f32, 4, 23,
    vdupq_n_f32 vld1q_f32 vst1q_f32 vaddq_f32 vsubq_f32 vmulq_f32 vdivq_f32 vfmaq_f32 vfmsq_f32
    vsqrtq_f32 vcltq_f32 vcgtq_f32 vbslq_f32, vandq_u32 vorrq_u32 vshlq_n_u32 vshrq_n_u32
    vreinterpretq_u32_f32 vreinterpretq_f32_u32, columns_f32);
neon!(F64, f64, 2, 52,
    vdupq_n_f64 vld1q_f64 vst1q_f64 vaddq_f64 vsubq_f64 vmulq_f64 vdivq_f64 vfmaq_f64 vfmsq_f64
    vsqrtq_f64 vcltq_f64 vcgtq_f64 vbslq_f64, vandq_u64 vorrq_u64 vshlq_n_u64 vshrq_n_u64
    vreinterpretq_u64_f64 vreinterpretq_f64_u64, columns_f64);

/// Four columns of four rows.
///
/// # Safety
/// As [`Vector::load_columns`].
#[inline(always)]
unsafe fn columns_f32(from: *const f32, stride: usize) -> [F32; 4] {
    // SAFETY: the caller says that four numbers of each of the four rows can be read, and that there is NEON.
    unsafe {
        let row = |l: usize| vld1q_f32(from.add(l * stride));
        let (even, odd) = (vtrnq_f32(row(0), row(1)), vtrnq_f32(row(2), row(3)));
        let pairs = |a: float32x4_t| vreinterpretq_f64_f32(a);
        let low = |a, b| F32(vreinterpretq_f32_f64(vtrn1q_f64(pairs(a), pairs(b))));
        let high = |a, b| F32(vreinterpretq_f32_f64(vtrn2q_f64(pairs(a), pairs(b))));
        [low(even.0, odd.0), low(even.1, odd.1), high(even.0, odd.0), high(even.1, odd.1)]
    }
}

/// Two columns of two rows.
///
/// # Safety
/// As [`Vector::load_columns`].
#[inline(always)]
unsafe fn columns_f64(from: *const f64, stride: usize) -> [F64; 4] {
    // SAFETY: the caller says that two numbers of each of the two rows can be read, and that there is NEON.
    unsafe {
        let (first, second) = (vld1q_f64(from), vld1q_f64(from.add(stride)));
        let columns = [F64(vtrn1q_f64(first, second)), F64(vtrn2q_f64(first, second))];
        [columns[0], columns[1], columns[0], columns[1]]
    }
}
