//! Vectors of 32 bytes: AVX2 and FMA.

use super::x86::vector;
use core::arch::x86_64::*;

/// Eight f32.
#[derive(Clone, Copy)]
pub struct F32(__m256);

/// Four f64.
#[derive(Clone, Copy)]
pub struct F64(__m256d);

vector!(F32, f32, 8, 23, 16,
    _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_add_ps _mm256_sub_ps _mm256_mul_ps _mm256_div_ps
    _mm256_fmadd_ps _mm256_fnmadd_ps _mm256_max_ps _mm256_min_ps _mm256_sqrt_ps, _mm256_and_ps _mm256_or_ps
    select_f32 columns_f32, _mm256_castps_si256 _mm256_castsi256_ps _mm256_slli_epi32 _mm256_srli_epi32);
vector!(F64, f64, 4, 52, 16,
    _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_add_pd _mm256_sub_pd _mm256_mul_pd _mm256_div_pd
    _mm256_fmadd_pd _mm256_fnmadd_pd _mm256_max_pd _mm256_min_pd _mm256_sqrt_pd, _mm256_and_pd _mm256_or_pd
    select_f64 columns_f64, _mm256_castpd_si256 _mm256_castsi256_pd _mm256_slli_epi64 _mm256_srli_epi64);

/// `yes` where a < b, else `no`.
///
/// # Safety
/// The processor has AVX2.
#[inline(always)]
unsafe fn select_f32(a: __m256, b: __m256, yes: __m256, no: __m256) -> __m256 {
    // SAFETY: as this function's.
    unsafe { _mm256_blendv_ps(no, yes, _mm256_cmp_ps::<_CMP_LT_OQ>(a, b)) }
}

/// `yes` where a < b, else `no`.
///
/// # Safety
/// The processor has AVX2.
#[inline(always)]
unsafe fn select_f64(a: __m256d, b: __m256d, yes: __m256d, no: __m256d) -> __m256d {
    // SAFETY: as this function's.
    unsafe { _mm256_blendv_pd(no, yes, _mm256_cmp_pd::<_CMP_LT_OQ>(a, b)) }
}

/// Four columns of eight rows: rows l and l + 4 share a vector, then each half is transposed.
///
/// # Safety
/// As [`Vector::load_columns`](super::vector::Vector::load_columns).
#[inline(always)]
unsafe fn columns_f32(from: *const f32, stride: usize) -> [F32; 4] {
    // SAFETY: the caller says that four numbers of each of the eight rows can be read, and that there is AVX2.
    unsafe {
        let row = |l: usize| _mm_loadu_ps(from.add(l * stride));
        let rows = |l: usize| _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(row(l)), row(l + 4));
        let (r0, r1, r2, r3) = (rows(0), rows(1), rows(2), rows(3));
        let (low01, high01) = (_mm256_unpacklo_ps(r0, r1), _mm256_unpackhi_ps(r0, r1));
        let (low23, high23) = (_mm256_unpacklo_ps(r2, r3), _mm256_unpackhi_ps(r2, r3));
        [
            F32(_mm256_shuffle_ps::<0b01_00_01_00>(low01, low23)),
            F32(_mm256_shuffle_ps::<0b11_10_11_10>(low01, low23)),
            F32(_mm256_shuffle_ps::<0b01_00_01_00>(high01, high23)),
            F32(_mm256_shuffle_ps::<0b11_10_11_10>(high01, high23)),
        ]
    }
}

/// Two columns of four rows: rows l and l + 2 share a vector.
///
/// # Safety
/// As [`Vector::load_columns`](super::vector::Vector::load_columns).
#[inline(always)]
unsafe fn columns_f64(from: *const f64, stride: usize) -> [F64; 4] {
    // SAFETY: the caller says that two numbers of each of the four rows can be read, and that there is AVX2.
    unsafe {
        let row = |l: usize| _mm_loadu_pd(from.add(l * stride));
        let rows = |l: usize| _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(row(l)), row(l + 2));
        let (even, odd) = (rows(0), rows(1));
        let columns = [F64(_mm256_unpacklo_pd(even, odd)), F64(_mm256_unpackhi_pd(even, odd))];
        [columns[0], columns[1], columns[0], columns[1]]
    }
}
