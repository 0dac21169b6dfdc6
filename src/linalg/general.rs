//! General products of row-major blocks, through nalgebra.
//!
//! `rows × columns` blocks are row-major here, since a sample is a row. nalgebra sees their transposes. Strided
//! operands are copied first: nalgebra's small products read rows with a stride past their view.

use crate::Float;
use nalgebra::{DMatrixView, DMatrixViewMut};

/// A row-major block as nalgebra's column-major view of its transpose.
fn transposed<T: Float>(data: &[T], rows: usize, columns: usize) -> DMatrixView<'_, T> {
    DMatrixView::from_slice(&data[..rows * columns], columns, rows)
}

fn transposed_mut<T: Float>(data: &mut [T], rows: usize, columns: usize) -> DMatrixViewMut<'_, T> {
    DMatrixViewMut::from_slice(&mut data[..rows * columns], columns, rows)
}

/// `out[n,m] = a[n,k] · b[m,k]ᵀ`: a layer's forward product.
pub(crate) fn times_transposed<T: Float>((n, m, k): (usize, usize, usize), a: &[T], b: &[T], out: &mut [T]) {
    transposed_mut(out, n, m).gemm(
        T::one(),
        &transposed(b, m, k).transpose(),
        &transposed(a, n, k),
        T::zero(),
    );
}

/// `out[n,k] = a[n,m] · b[m,k]`: the gradient that a layer hands down.
pub(crate) fn times<T: Float>((n, m, k): (usize, usize, usize), a: &[T], b: &[T], out: &mut [T]) {
    transposed_mut(out, n, k).gemm(T::one(), &transposed(b, m, k), &transposed(a, n, m), T::zero());
}

/// `out[m,k] += a[n,m]ᵀ · b[n,k]`: the gradient of a layer's weights.
pub(crate) fn add_transposed_times<T: Float>(
    (n, m, k): (usize, usize, usize),
    a: &[T],
    b: &[T],
    out: &mut [T],
) {
    transposed_mut(out, m, k).gemm(
        T::one(),
        &transposed(b, n, k),
        &transposed(a, n, m).transpose(),
        T::one(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};

    #[test]
    fn products_agree_with_the_definition() {
        for (n, m, k) in [(1, 1, 1), (2, 3, 4), (7, 5, 6), (16, 17, 33), (32, 64, 20)] {
            let fill = |len: usize, s: usize| -> Vec<f64> {
                (0..len).map(|i| ((i * 7 + s) % 11) as f64 - 5.0).collect()
            };
            let (a, b, c) = (fill(n * k, 1), fill(m * k, 2), fill(n * m, 3));
            let mut out = vec![0.0; n * m];
            times_transposed((n, m, k), &a, &b, &mut out);
            let mut down = vec![0.0; n * k];
            times((n, m, k), &c, &b, &mut down);
            let mut weights = b.clone();
            add_transposed_times((n, m, k), &c, &a, &mut weights);
            for i in 0..n {
                for j in 0..m {
                    let plain: f64 = (0..k).map(|l| a[i * k + l] * b[j * k + l]).sum();
                    assert_eq!(out[i * m + j], plain);
                }
                for l in 0..k {
                    let plain: f64 = (0..m).map(|j| c[i * m + j] * b[j * k + l]).sum();
                    assert_eq!(down[i * k + l], plain);
                }
            }
            for j in 0..m {
                for l in 0..k {
                    let plain: f64 = (0..n).map(|i| c[i * m + j] * a[i * k + l]).sum();
                    assert_eq!(weights[j * k + l], b[j * k + l] + plain);
                }
            }
        }
    }
}
