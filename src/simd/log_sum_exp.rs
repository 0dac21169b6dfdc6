//! log Σ exp without overflow.
//!
//! Short rows travel side by side, a row in each lane; in wide rows the lanes lie along the row, and the maxima and
//! sums of as many rows as there are lanes are folded at once. Very long rows come from memory only once: block by
//! block, with the sum rescaled when a block has a greater maximum. The value of a row does not depend on the rows
//! beside it.

use super::functions::{Constants, exp, exp_negative, ln};
use super::vector::{Lanes, Vector, sum};
use super::{Kernel, Level};
use crate::parallel::for_each_chunk;
use crate::{Error, Float, Result};
use alloc::string::ToString;
use core::mem::MaybeUninit;

/// Numbers that are worth a thread.
const CHUNK: usize = 1 << 18;
/// Numbers of a row whose maximum is taken before their exponentials: they stay in the first cache.
const BLOCK: usize = 1024;
/// Rows of up to so many vectors go side by side: wider ones fill vectors along the row well enough.
const SHORT: usize = 3;
/// No vector has more lanes.
const MAX_LANES: usize = 16;

/// log Σᵢ exp(vᵢ), shifted by the maximum.
///
/// −∞ for an empty slice or if all values are −∞; ∞ if one is ∞; NaN if one is NaN. Otherwise the error is below
/// 1.25 ε (1 + |maximum| + ln n), for n values and ε the distance from 1 to the next number.
///
/// A call for one short row costs as much as for many: [`log_sum_exp_rows`] takes them together.
///
/// ```
/// use lsmi::simd::log_sum_exp;
/// assert_eq!(log_sum_exp(&[1000.0f64, 1000.0]), 1000.0 + 2f64.ln());
/// assert_eq!(log_sum_exp::<f64>(&[]), f64::NEG_INFINITY);
/// ```
pub fn log_sum_exp<T: Float>(values: &[T]) -> T {
    let mut out = [T::default()];
    T::log_sum_exp(Level::best(), Rows { values, width: values.len(), out: &mut out });
    out[0]
}

/// [`log_sum_exp`] of every row of `values`, which holds `out.len()` rows of `width` numbers.
///
/// # Errors
/// [`Error::Shape`] if `values` is not `out.len() * width` numbers.
pub fn log_sum_exp_rows<T: Float>(values: &[T], width: usize, out: &mut [T]) -> Result<()> {
    log_sum_exp_rows_with(Level::best(), values, width, out)
}

/// [`log_sum_exp_rows`] on a given level.
///
/// # Errors
/// As [`log_sum_exp_rows`].
pub fn log_sum_exp_rows_with<T: Float>(
    level: Level,
    values: &[T],
    width: usize,
    out: &mut [T],
) -> Result<()> {
    let expected = out.len().saturating_mul(width);
    if values.len() != expected {
        return Err(Error::Shape {
            field: "values".to_string(),
            what: "elements",
            expected,
            got: values.len(),
        });
    }
    for_each_chunk(out, (CHUNK / width.max(1)).max(1), |start, out| {
        let values = &values[start * width..][..out.len() * width];
        T::log_sum_exp(level, Rows { values, width, out });
    });
    Ok(())
}

/// softmax(v) into `out` and log Σ exp(v) as result.
///
/// # Panics
/// If the lengths differ.
pub fn softmax_into<T: Float>(values: &[T], out: &mut [T]) -> T {
    assert_eq!(values.len(), out.len());
    let total = log_sum_exp(values);
    T::softmax(Level::best(), Softmax { values, total, out });
    total
}

/// `out.len()` rows of `width` numbers.
pub struct Rows<'a, T> {
    values: &'a [T],
    width: usize,
    out: &'a mut [T],
}

impl<T: Float> Kernel<T> for Rows<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        const { assert!(V::LANES <= MAX_LANES) };
        assert_eq!(self.values.len(), self.out.len() * self.width);
        // SAFETY: the caller says that the processor has the instruction set.
        unsafe {
            if self.width <= SHORT * V::LANES {
                self.side_by_side::<V>();
            } else if self.width <= BLOCK {
                self.along::<V>();
            } else {
                for (row, out) in self.values.chunks_exact(self.width).zip(self.out) {
                    *out = long::<V>(row);
                }
            }
        }
    }
}

impl<T: Float> Rows<'_, T> {
    /// Rows of at most [`SHORT`] vectors: a row in each lane.
    ///
    /// # Safety
    /// The processor has the instruction set of V.
    #[inline(always)]
    unsafe fn side_by_side<V: Vector<Element = T>>(self) {
        let width = self.width;
        let padded_width = width.next_multiple_of(T::COLUMNS);
        let mut columns = MaybeUninit::<[T; SHORT * MAX_LANES * MAX_LANES]>::uninit();
        let columns = columns.as_mut_ptr().cast::<T>();
        for (group, out) in self.out.chunks_mut(V::LANES).enumerate() {
            let rows = &self.values[group * V::LANES * width..];
            // Columns are read a few at a time, from all lanes' rows: past the row's end, and where rows are missing.
            let mut padded;
            let (start, stride) = match rows.len() >= (V::LANES - 1) * width + padded_width {
                true => (rows.as_ptr(), width),
                false => {
                    padded = [T::default(); SHORT * MAX_LANES * MAX_LANES];
                    for (row, padded) in rows.chunks(width.max(1)).zip(padded.chunks_mut(padded_width)) {
                        padded[..width].copy_from_slice(row);
                    }
                    (padded.as_ptr(), padded_width)
                }
            };
            // SAFETY: the caller says that the processor has the instruction set. The numbers of all lanes' rows up
            // to the padded width can be read: that was asked, or they are padded. `columns` has place for all columns
            // of vectors of at most 16 lanes, and is read where it was written.
            unsafe {
                let lowest = V::splat(T::NEG_INFINITY);
                let mut maximum = lowest;
                for first in (0..width).step_by(T::COLUMNS) {
                    let some = V::load_columns(start.add(first), stride);
                    for (column, values) in (first..width).zip(&some[..T::COLUMNS]) {
                        values.store(columns.add(column * V::LANES));
                        maximum = values.max(maximum);
                    }
                }
                let mut total = V::splat(T::default());
                for column in 0..width {
                    let values = V::load(columns.add(column * V::LANES));
                    total = total.add(exp_negative(values.sub(maximum)));
                }
                finish(maximum, total, rows, width, out);
            }
        }
    }

    /// Rows of more than [`SHORT`] vectors and up to a block: the lanes along the row. While a row's exponentials are
    /// summed the maximum of another is taken, as many rows ahead as there are lanes, so that numbers are on their way
    /// from memory meanwhile.
    ///
    /// # Safety
    /// The processor has the instruction set of V.
    #[inline(always)]
    unsafe fn along<V: Vector<Element = T>>(self) {
        let width = self.width;
        let mask = mask();
        let mut totals = [T::default(); MAX_LANES * MAX_LANES];
        let mut maxima = [T::default(); MAX_LANES * MAX_LANES];
        let mut shifts = [T::default(); MAX_LANES];
        let (values, count) = (self.values.as_ptr(), self.out.len());
        for row in 0..V::LANES.min(count) {
            // SAFETY: the caller says that the processor has the instruction set; the row has more than a vector; a
            // vector for each of at most 16 rows has its place in `maxima`.
            unsafe {
                let maximum = maximum_of::<V>(values.add(row * width), width);
                maximum.store(maxima.as_mut_ptr().add(row * V::LANES));
            }
        }
        for (group, out) in self.out.chunks_mut(V::LANES).enumerate() {
            let first = group * V::LANES;
            // SAFETY: as above, and for `totals` too.
            unsafe {
                let maximum = fold_rows(maxima.as_ptr(), V::max);
                maximum.store(shifts.as_mut_ptr());
                for (row, &shift) in shifts[..out.len()].iter().enumerate() {
                    let ahead =
                        if first + row + V::LANES < count { first + row + V::LANES } else { first + row };
                    let rows = [values.add((first + row) * width), values.add(ahead * width)];
                    let (total, maximum) = total_of::<V, true>(rows, width, V::splat(shift), &mask);
                    total.store(totals.as_mut_ptr().add(row * V::LANES));
                    maximum.store(maxima.as_mut_ptr().add(row * V::LANES));
                }
                let rows = &self.values[first * width..];
                finish(maximum, fold_rows(totals.as_ptr(), V::add), rows, width, out);
            }
        }
    }
}

/// [`log_sum_exp`] of a row of more than a block, which is read once. What blocks give is summed in f64.
///
/// # Safety
/// The processor has the instruction set of V.
#[inline(always)]
unsafe fn long<V: Vector<Element: Float>>(row: &[V::Element]) -> V::Element {
    let mask = mask();
    let (mut maximum, mut total) = (f64::NEG_INFINITY, 0.0);
    let mut rest = row;
    while !rest.is_empty() {
        // The last block is the longer one: none has less than a vector.
        let (block, after) = rest.split_at(if rest.len() < 2 * BLOCK { rest.len() } else { BLOCK });
        rest = after;
        let mut lanes = [V::Element::default(); MAX_LANES];
        // SAFETY: the caller says that the processor has the instruction set; the block has more than a vector.
        unsafe { maximum_of::<V>(block.as_ptr(), block.len()).store(lanes.as_mut_ptr()) };
        let highest = lanes[..V::LANES].iter().fold(maximum, |highest, lane| lane.f64().max(highest));
        if !highest.is_finite() {
            // Nothing can be a shift: ∞, or nothing but −∞ and NaN until now.
            if highest > 0.0 || block.iter().any(|value| value.f64().is_nan()) {
                return not_finite(V::Element::of(highest), row);
            }
            continue;
        }
        total *= libm::exp(maximum - highest);
        maximum = highest;
        // SAFETY: as above.
        unsafe {
            let shift = V::splat(V::Element::of(maximum));
            let block = (block.as_ptr(), block.len());
            total_of::<V, false>([block.0; 2], block.1, shift, &mask).0.store(lanes.as_mut_ptr());
        }
        total += lanes[..V::LANES].iter().map(|lane| lane.f64()).sum::<f64>();
    }
    V::Element::of(maximum + libm::log(total))
}

/// Lane by lane the maxima of `width` numbers from `row` on; NaN is passed over.
///
/// # Safety
/// The processor has the instruction set of V; the numbers can be read and are a vector at least.
#[inline(always)]
unsafe fn maximum_of<V: Vector<Element: Float>>(row: *const V::Element, width: usize) -> V {
    // SAFETY: the caller says so.
    unsafe {
        // The last vector covers what the others leave.
        let last = V::load(row.add(width - V::LANES));
        let lowest = V::splat(V::Element::NEG_INFINITY);
        let mut maxima = [last.max(lowest), lowest, lowest, lowest];
        let mut column = 0;
        while column + 4 * V::LANES <= width {
            for (part, maximum) in maxima.iter_mut().enumerate() {
                *maximum = V::load(row.add(column + part * V::LANES)).max(*maximum);
            }
            column += 4 * V::LANES;
        }
        while column + V::LANES <= width {
            maxima[1] = V::load(row.add(column)).max(maxima[1]);
            column += V::LANES;
        }
        maxima[0].max(maxima[1]).max(maxima[2].max(maxima[3]))
    }
}

/// Lane by lane Σ exp(v − shift) of `width` numbers v from the first pointer on; with `AHEAD` also the maxima from the
/// second on, as [`maximum_of`] has them.
///
/// # Safety
/// As [`maximum_of`], for both.
#[inline(always)]
unsafe fn total_of<V: Vector<Element: Float>, const AHEAD: bool>(
    [row, ahead]: [*const V::Element; 2],
    width: usize,
    shift: V,
    mask: &[V::Element; 2 * MAX_LANES],
) -> (V, V) {
    // SAFETY: the caller says so.
    unsafe {
        // No more sums, or they would not fit into sixteen registers beside the constants.
        let mut totals = [V::splat(V::Element::default()); 2];
        let mut maximum = V::splat(V::Element::NEG_INFINITY);
        if AHEAD {
            // The last vector covers what the others leave.
            maximum = V::load(ahead.add(width - V::LANES)).max(maximum);
        }
        let mut column = 0;
        while column + 2 * V::LANES <= width {
            for (part, total) in totals.iter_mut().enumerate() {
                let place = column + part * V::LANES;
                *total = total.add(exp_negative(V::load(row.add(place)).sub(shift)));
                if AHEAD {
                    maximum = V::load(ahead.add(place)).max(maximum);
                }
            }
            column += 2 * V::LANES;
        }
        if column + V::LANES <= width {
            totals[0] = totals[0].add(exp_negative(V::load(row.add(column)).sub(shift)));
            if AHEAD {
                maximum = V::load(ahead.add(column)).max(maximum);
            }
            column += V::LANES;
        }
        if column < width {
            // The last vector, less what was summed already.
            let values = V::load(row.add(width - V::LANES));
            let summed = column + V::LANES - width;
            let values = V::load(mask.as_ptr().add(MAX_LANES - summed)).min(values);
            totals[1] = totals[1].add(exp_negative(values.sub(shift)));
        }
        (totals[0].add(totals[1]), maximum)
    }
}

/// −∞, then ∞: the minimum with a vector that begins n numbers before the middle strikes out n lanes.
#[inline(always)]
fn mask<T: Float>() -> [T; 2 * MAX_LANES] {
    core::array::from_fn(|lane| if lane < MAX_LANES { T::NEG_INFINITY } else { T::INFINITY })
}

/// In lane r, what `combine` makes of vector r of those from `rows` on.
///
/// # Safety
/// The processor has the instruction set of V; as many vectors as one has lanes can be read.
#[inline(always)]
unsafe fn fold_rows<V: Vector>(rows: *const V::Element, combine: impl Fn(V, V) -> V) -> V {
    // SAFETY: the caller says so.
    let columns = |first: usize| unsafe { V::load_columns(rows.add(first), V::LANES) };
    let mut folded = columns(0);
    for first in (V::Element::COLUMNS..V::LANES).step_by(V::Element::COLUMNS) {
        for (folded, column) in folded.iter_mut().zip(columns(first)) {
            *folded = combine(*folded, column);
        }
    }
    match V::Element::COLUMNS {
        2 => combine(folded[0], folded[1]),
        _ => combine(combine(folded[0], folded[1]), combine(folded[2], folded[3])),
    }
}

/// maximum + ln total into `out`, for the first of `rows`; a maximum that is not finite is looked at again.
///
/// # Safety
/// The processor has the instruction set of V.
#[inline(always)]
unsafe fn finish<V: Vector<Element: Float>>(
    maximum: V,
    total: V,
    rows: &[V::Element],
    width: usize,
    out: &mut [V::Element],
) {
    let value = maximum.add(ln(total));
    // v − v is 0 unless v is not finite.
    let finite = sum(maximum.sub(maximum)) == V::Element::default();
    if finite && out.len() == V::LANES {
        // SAFETY: `out` has as many numbers as a vector.
        return unsafe { value.store(out.as_mut_ptr()) };
    }
    let mut lanes = [[V::Element::default(); MAX_LANES]; 2];
    // SAFETY: no vector has more than 16 lanes.
    unsafe {
        maximum.store(lanes[0].as_mut_ptr());
        value.store(lanes[1].as_mut_ptr());
    }
    for (row, out) in out.iter_mut().enumerate() {
        *out = match lanes[0][row].f64().is_finite() {
            true => lanes[1][row],
            false => not_finite(lanes[0][row], &rows[row * width..][..width]),
        };
    }
}

/// log Σ exp of a row whose greatest number, apart from NaN, is ∞ or −∞.
#[cold]
fn not_finite<T: Float>(maximum: T, row: &[T]) -> T {
    if row.iter().any(|value| value.f64().is_nan()) { T::NAN } else { maximum }
}

/// `out = exp(values − total)`.
pub struct Softmax<'a, T> {
    values: &'a [T],
    total: T,
    out: &'a mut [T],
}

impl<T: Float> Kernel<T> for Softmax<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        for (values, out) in self.values.chunks(V::LANES).zip(self.out.chunks_mut(V::LANES)) {
            let mut lanes = [T::default(); MAX_LANES];
            lanes[..values.len()].copy_from_slice(values);
            // SAFETY: the caller says that the processor has the instruction set; no vector has more than 16 lanes.
            unsafe {
                exp(V::load(lanes.as_ptr()).sub(V::splat(self.total))).store(lanes.as_mut_ptr());
            }
            out.copy_from_slice(&lanes[..out.len()]);
        }
    }
}

#[cfg(test)]
mod tests;
