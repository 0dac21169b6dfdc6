//! What the kernels ask of an instruction set: vectors of f32 and of f64.

/// A few numbers side by side, one per lane.
///
/// A vector can only be made by [`Vector::splat`] and [`Vector::load`], which are unsafe: whoever calls them knows that
/// the processor has the instruction set. All other operations take a vector, whose existence proves it, and are safe.
pub trait Vector: Copy {
    /// f32 or f64.
    type Element: Lanes;
    /// Numbers in a vector.
    const LANES: usize;
    /// Vectors that the processor keeps in registers.
    const REGISTERS: usize;

    /// `value` in every lane.
    ///
    /// # Safety
    /// The processor has this instruction set.
    unsafe fn splat(value: Self::Element) -> Self;
    /// The numbers from `from` on.
    ///
    /// # Safety
    /// The processor has this instruction set; `LANES` numbers from `from` on can be read.
    unsafe fn load(from: *const Self::Element) -> Self;
    /// Writes the lanes from `to` on.
    ///
    /// # Safety
    /// `LANES` numbers from `to` on can be written.
    unsafe fn store(self, to: *mut Self::Element);
    /// [`Lanes::COLUMNS`] columns of `LANES` rows: lane l of vector c is number c of the row at `from + l * stride`.
    /// The vectors beyond `COLUMNS` repeat others.
    ///
    /// # Safety
    /// The processor has this instruction set; `COLUMNS` numbers from the start of each row on can be read.
    unsafe fn load_columns(from: *const Self::Element, stride: usize) -> [Self; 4];

    /// Asks for the cache line at `from`, which will be read soon; any address will do, since nothing is read.
    #[inline(always)]
    fn prefetch(from: *const Self::Element) {
        let _ = from;
    }

    /// `value` in every lane.
    fn like(self, value: Self::Element) -> Self;
    /// self + b
    fn add(self, b: Self) -> Self;
    /// self − b
    fn sub(self, b: Self) -> Self;
    /// self · b
    fn mul(self, b: Self) -> Self;
    /// self / b
    fn div(self, b: Self) -> Self;
    /// self · b + c, rounded once where the processor can.
    fn mul_add(self, b: Self, c: Self) -> Self;
    /// c − self · b, rounded once where the processor can.
    fn neg_mul_add(self, b: Self, c: Self) -> Self;
    /// self if self > b, else b: a NaN in b is kept, one in self is not.
    fn max(self, b: Self) -> Self;
    /// self if self < b, else b: a NaN in b is kept, one in self is not.
    fn min(self, b: Self) -> Self;
    /// √self
    fn sqrt(self) -> Self;
    /// `yes` where self < b, else `no` (so too for NaN).
    fn select_less(self, b: Self, yes: Self, no: Self) -> Self;
    /// Bitwise and.
    fn bit_and(self, b: Self) -> Self;
    /// Bitwise or.
    fn bit_or(self, b: Self) -> Self;
    /// The bits moved up by the width of the mantissa.
    fn shift_left(self) -> Self;
    /// The bits moved down by the width of the mantissa, zeros moving in.
    fn shift_right(self) -> Self;
}

/// A number that has a vector in every instruction set; and its bits.
pub trait Lanes: Copy + Default + Send + Sync + 'static {
    /// Works everywhere.
    type Portable: Vector<Element = Self>;
    /// AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    type Avx2: Vector<Element = Self>;
    /// AVX-512F.
    #[cfg(target_arch = "x86_64")]
    type Avx512: Vector<Element = Self>;
    /// NEON.
    #[cfg(target_arch = "aarch64")]
    type Neon: Vector<Element = Self>;

    /// Columns that [`Vector::load_columns`] brings: as many as 16 bytes hold.
    const COLUMNS: usize;
    /// Width of the mantissa in bits.
    const MANTISSA: u32;

    /// self + b
    fn plus(self, b: Self) -> Self;
    /// The bits, in the lowest places.
    fn bits(self) -> u64;
    /// The number of these bits.
    fn from_bits(bits: u64) -> Self;
}

macro_rules! lanes {
    ($type:ident, $bits:ident, $vector:ident, $columns:literal, $mantissa:literal) => {
        impl Lanes for $type {
            type Portable = super::portable::$vector;
            #[cfg(target_arch = "x86_64")]
            type Avx2 = super::avx2::$vector;
            #[cfg(target_arch = "x86_64")]
            type Avx512 = super::avx512::$vector;
            #[cfg(target_arch = "aarch64")]
            type Neon = super::neon::$vector;

            const COLUMNS: usize = $columns;
            const MANTISSA: u32 = $mantissa;

            #[inline(always)]
            fn plus(self, b: Self) -> Self {
                self + b
            }

            #[inline(always)]
            fn bits(self) -> u64 {
                u64::from(self.to_bits())
            }

            #[inline(always)]
            fn from_bits(bits: u64) -> Self {
                $type::from_bits(bits as $bits)
            }
        }
    };
}

lanes!(f32, u32, F32, 4, 23);
lanes!(f64, u64, F64, 2, 52);

/// The lanes' sum, by halves: a fixed order.
#[inline(always)]
pub(crate) fn sum<V: Vector>(vector: V) -> V::Element {
    let mut lanes = [V::Element::default(); 16];
    const { assert!(V::LANES <= 16) };
    // SAFETY: no vector has more than 16 lanes.
    unsafe { vector.store(lanes.as_mut_ptr()) };
    let mut width = V::LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] = lanes[lane].plus(lanes[lane + width]);
        }
        width /= 2;
    }
    lanes[0]
}
