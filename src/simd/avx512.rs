//! Vectors of 64 bytes: AVX-512F.

use super::x86::vector;
use core::arch::x86_64::*;

/// Sixteen f32.
#[derive(Clone, Copy)]
pub struct F32(__m512);

/// Eight f64.
#[derive(Clone, Copy)]
pub struct F64(__m512d);

vector!(F32, f32, 16, 23, 32,
    _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_add_ps _mm512_sub_ps _mm512_mul_ps _mm512_div_ps
    _mm512_fmadd_ps _mm512_fnmadd_ps _mm512_max_ps _mm512_min_ps _mm512_sqrt_ps, and_f32 or_f32
    select_f32 columns_f32, _mm512_castps_si512 _mm512_castsi512_ps _mm512_slli_epi32 _mm512_srli_epi32);
vector!(F64, f64, 8, 52, 32,
    _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_add_pd _mm512_sub_pd _mm512_mul_pd _mm512_div_pd
    _mm512_fmadd_pd _mm512_fnmadd_pd _mm512_max_pd _mm512_min_pd _mm512_sqrt_pd, and_f64 or_f64
    select_f64 columns_f64, _mm512_castpd_si512 _mm512_castsi512_pd _mm512_slli_epi64 _mm512_srli_epi64);

/// Bitwise operations on floats are AVX-512DQ; on integers they are AVX-512F.
macro_rules! bitwise {
    ($name:ident, $vector:ident, $operation:ident, $to_bits:ident, $from_bits:ident) => {
        /// # Safety
        /// The processor has AVX-512F.
        #[inline(always)]
        unsafe fn $name(a: $vector, b: $vector) -> $vector {
            // SAFETY: as this function's.
            unsafe { $from_bits($operation($to_bits(a), $to_bits(b))) }
        }
    };
}

bitwise!(and_f32, __m512, _mm512_and_si512, _mm512_castps_si512, _mm512_castsi512_ps);
bitwise!(or_f32, __m512, _mm512_or_si512, _mm512_castps_si512, _mm512_castsi512_ps);
bitwise!(and_f64, __m512d, _mm512_and_si512, _mm512_castpd_si512, _mm512_castsi512_pd);
bitwise!(or_f64, __m512d, _mm512_or_si512, _mm512_castpd_si512, _mm512_castsi512_pd);

/// `yes` where a < b, else `no`.
///
/// # Safety
/// The processor has AVX-512F.
#[inline(always)]
unsafe fn select_f32(a: __m512, b: __m512, yes: __m512, no: __m512) -> __m512 {
    // SAFETY: as this function's.
    unsafe { _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b), no, yes) }
}

/// `yes` where a < b, else `no`.
///
/// # Safety
/// The processor has AVX-512F.
#[inline(always)]
unsafe fn select_f64(a: __m512d, b: __m512d, yes: __m512d, no: __m512d) -> __m512d {
    // SAFETY: as this function's.
    unsafe { _mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_LT_OQ>(a, b), no, yes) }
}

/// Four columns of sixteen rows: rows l, l + 4, l + 8 and l + 12 share a vector, then each quarter is transposed.
///
/// # Safety
/// As [`Vector::load_columns`](super::vector::Vector::load_columns).
#[inline(always)]
unsafe fn columns_f32(from: *const f32, stride: usize) -> [F32; 4] {
    // SAFETY: the caller says that four numbers of each of the sixteen rows can be read, and that there is AVX-512F.
    unsafe {
        let row = |l: usize| _mm_loadu_ps(from.add(l * stride));
        let rows = |l: usize| {
            let first = _mm512_castps128_ps512(row(l));
            let second = _mm512_insertf32x4::<1>(first, row(l + 4));
            let third = _mm512_insertf32x4::<2>(second, row(l + 8));
            _mm512_insertf32x4::<3>(third, row(l + 12))
        };
        let (r0, r1, r2, r3) = (rows(0), rows(1), rows(2), rows(3));
        let (low01, high01) = (_mm512_unpacklo_ps(r0, r1), _mm512_unpackhi_ps(r0, r1));
        let (low23, high23) = (_mm512_unpacklo_ps(r2, r3), _mm512_unpackhi_ps(r2, r3));
        [
            F32(_mm512_shuffle_ps::<0b01_00_01_00>(low01, low23)),
            F32(_mm512_shuffle_ps::<0b11_10_11_10>(low01, low23)),
            F32(_mm512_shuffle_ps::<0b01_00_01_00>(high01, high23)),
            F32(_mm512_shuffle_ps::<0b11_10_11_10>(high01, high23)),
        ]
    }
}

/// Two columns of eight rows: rows l, l + 2, l + 4 and l + 6 share a vector.
///
/// # Safety
/// As [`Vector::load_columns`](super::vector::Vector::load_columns).
#[inline(always)]
unsafe fn columns_f64(from: *const f64, stride: usize) -> [F64; 4] {
    // SAFETY: the caller says that two numbers of each of the eight rows can be read, and that there is AVX-512F.
    unsafe {
        let row = |l: usize| _mm_castpd_ps(_mm_loadu_pd(from.add(l * stride)));
        let rows = |l: usize| {
            let first = _mm512_castps128_ps512(row(l));
            let second = _mm512_insertf32x4::<1>(first, row(l + 2));
            let third = _mm512_insertf32x4::<2>(second, row(l + 4));
            _mm512_castps_pd(_mm512_insertf32x4::<3>(third, row(l + 6)))
        };
        let (even, odd) = (rows(0), rows(1));
        let columns = [F64(_mm512_unpacklo_pd(even, odd)), F64(_mm512_unpackhi_pd(even, odd))];
        [columns[0], columns[1], columns[0], columns[1]]
    }
}
