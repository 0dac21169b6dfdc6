//! The vectors of x86, written once over the names of their intrinsics.

macro_rules! vector {
    ($vector:ident, $element:ident, $lanes:literal, $mantissa:literal, $registers:literal,
     $set1:ident $loadu:ident $storeu:ident $add:ident $sub:ident $mul:ident $div:ident $fmadd:ident $fnmadd:ident
     $max:ident $min:ident $sqrt:ident, $and:ident $or:ident $select:ident $columns:ident,
     $to_bits:ident $from_bits:ident $left:ident $right:ident) => {
        impl $crate::simd::vector::Vector for $vector {
            type Element = $element;
            const LANES: usize = $lanes;
            const REGISTERS: usize = $registers;

            #[inline(always)]
            unsafe fn splat(value: $element) -> Self {
                // SAFETY: the caller says that the processor has the instruction set.
                unsafe { $vector($set1(value)) }
            }

            #[inline(always)]
            unsafe fn load(from: *const $element) -> Self {
                // SAFETY: the caller says that the processor has it and that the numbers can be read.
                unsafe { $vector($loadu(from)) }
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $element) {
                // SAFETY: the caller says that the numbers can be written; self proves the instruction set.
                unsafe { $storeu(to, self.0) }
            }

            #[inline(always)]
            unsafe fn load_columns(from: *const $element, stride: usize) -> [Self; 4] {
                // SAFETY: as this function's.
                unsafe { $columns(from, stride) }
            }

            #[inline(always)]
            fn prefetch(from: *const $element) {
                // SAFETY: every x86-64 has the instruction, which accepts any address.
                unsafe { _mm_prefetch::<_MM_HINT_T1>(from.cast()) }
            }

            #[inline(always)]
            fn like(self, value: $element) -> Self {
                // SAFETY: self proves the instruction set; so it does below.
                unsafe { $vector($set1(value)) }
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
                unsafe { $vector($fmadd(self.0, b.0, c.0)) }
            }

            #[inline(always)]
            fn neg_mul_add(self, b: Self, c: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($fnmadd(self.0, b.0, c.0)) }
            }

            #[inline(always)]
            fn max(self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($max(self.0, b.0)) }
            }

            #[inline(always)]
            fn min(self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($min(self.0, b.0)) }
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($sqrt(self.0)) }
            }

            #[inline(always)]
            fn select_less(self, b: Self, yes: Self, no: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($select(self.0, b.0, yes.0, no.0)) }
            }

            #[inline(always)]
            fn bit_and(self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($and(self.0, b.0)) }
            }

            #[inline(always)]
            fn bit_or(self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { $vector($or(self.0, b.0)) }
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

pub(super) use vector;
