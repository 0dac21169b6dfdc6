//! Products with a lower-triangular matrix: half the work of dense ones.
//!
//! The triangle is packed by rows, diagonal included: element (i, j ≤ i) is at `i(i+1)/2 + j`. Samples come in
//! tiles of [`LANES`]: feature j of lane l is at `j * LANES + l`, so that one row of the triangle meets all lanes.

use crate::Float;
use crate::simd::LANES;

/// Elements of a packed triangle of size `d`, diagonal included.
pub(crate) const fn packed(d: usize) -> usize {
    d * (d + 1) / 2
}

/// `z = A v` for a tile; gives |z|² of every lane.
pub(crate) fn product<T: Float>(d: usize, a: &[T], v: &[T], z: &mut [T]) -> [T; LANES] {
    let (v, _) = v[..d * LANES].as_chunks::<LANES>();
    let (z, _) = z[..d * LANES].as_chunks_mut::<LANES>();
    let mut norm = [T::zero(); LANES];
    for i in 0..d {
        let row = &a[packed(i)..][..i + 1];
        let mut sums = [T::zero(); LANES];
        for (&a, v) in row.iter().zip(v) {
            for lane in 0..LANES {
                sums[lane] += a * v[lane];
            }
        }
        for lane in 0..LANES {
            norm[lane] += sums[lane] * sums[lane];
        }
        z[i] = sums;
    }
    norm
}

/// `out += Aᵀ z` for a tile.
pub(crate) fn add_transposed_product<T: Float>(d: usize, a: &[T], z: &[T], out: &mut [T]) {
    let (z, _) = z[..d * LANES].as_chunks::<LANES>();
    let (out, _) = out[..d * LANES].as_chunks_mut::<LANES>();
    for i in 0..d {
        let row = &a[packed(i)..][..i + 1];
        for (&a, out) in row.iter().zip(out.iter_mut()) {
            for lane in 0..LANES {
                out[lane] += a * z[i][lane];
            }
        }
    }
}

/// `out −= Aᵀ z` for one vector.
pub(crate) fn subtract_transposed_vector<T: Float>(d: usize, a: &[T], z: &[T], out: &mut [T]) {
    for i in 0..d {
        for (&a, out) in a[packed(i)..][..i + 1].iter().zip(out.iter_mut()) {
            *out -= a * z[i];
        }
    }
}

/// `gradient += Σ_lanes z vᵀ`, lower triangle only. `transposed_v` is scratch of the tile's size.
pub(crate) fn add_outer<T: Float>(d: usize, z: &[T], v: &[T], transposed_v: &mut [T], gradient: &mut [T]) {
    for (lane, sample) in transposed_v[..d * LANES].chunks_exact_mut(d).enumerate() {
        for (j, out) in sample.iter_mut().enumerate() {
            *out = v[j * LANES + lane];
        }
    }
    let samples = &transposed_v[..d * LANES];
    for i in 0..d {
        let z = &z[i * LANES..][..LANES];
        let row = &mut gradient[packed(i)..][..i + 1];
        // Four samples at a time, so that the row is loaded and stored a quarter as often.
        for (four, z) in samples.chunks_exact(4 * d).zip(z.chunks_exact(4)) {
            let (first, rest) = four.split_at(d);
            let (second, rest) = rest.split_at(d);
            let (third, fourth) = rest.split_at(d);
            let (v0, v1, v2, v3) = (&first[..=i], &second[..=i], &third[..=i], &fourth[..=i]);
            for j in 0..=i {
                row[j] += (z[0] * v0[j] + z[1] * v1[j]) + (z[2] * v2[j] + z[3] * v3[j]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};

    /// Dense, one lane at a time, by the definition.
    fn dense(d: usize, a: &[f64]) -> Vec<Vec<f64>> {
        (0..d).map(|i| (0..d).map(|j| if j <= i { a[packed(i) + j] } else { 0.0 }).collect()).collect()
    }

    #[test]
    fn triangular_products_agree_with_dense_ones() {
        for d in [1, 2, 3, 4, 5, 15, 16, 17, 33, 64] {
            let fill = |n: usize, s: usize| -> Vec<f64> {
                (0..n).map(|i| ((i * 5 + s) % 13) as f64 - 6.0).collect()
            };
            let (a, v, z) = (fill(packed(d), 0), fill(d * LANES, 3), fill(d * LANES, 8));
            let full = dense(d, &a);
            let mut out = vec![0.0; d * LANES];
            let norm = product(d, &a, &v, &mut out);
            let mut back = v.clone();
            add_transposed_product(d, &a, &z, &mut back);
            let (mut gradient, mut scratch) = (a.clone(), vec![0.0; d * LANES]);
            add_outer(d, &z, &v, &mut scratch, &mut gradient);
            let mut vector: Vec<f64> = v[..d].to_vec();
            subtract_transposed_vector(d, &a, &z[..d], &mut vector);
            for lane in 0..LANES {
                let mut square = 0.0;
                for i in 0..d {
                    let plain: f64 = (0..d).map(|j| full[i][j] * v[j * LANES + lane]).sum();
                    assert_eq!(out[i * LANES + lane], plain);
                    square += plain * plain;
                    let up: f64 = (0..d).map(|j| full[j][i] * z[j * LANES + lane]).sum();
                    assert_eq!(back[i * LANES + lane], v[i * LANES + lane] + up);
                }
                assert_eq!(norm[lane], square);
            }
            for i in 0..d {
                for j in 0..=i {
                    let plain: f64 = (0..LANES).map(|l| z[i * LANES + l] * v[j * LANES + l]).sum();
                    assert_eq!(gradient[packed(i) + j], a[packed(i) + j] + plain);
                }
                let up: f64 = (0..d).map(|j| full[j][i] * z[j]).sum();
                assert_eq!(vector[i], v[i] - up);
            }
        }
    }
}
