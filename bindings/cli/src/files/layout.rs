//! Where the elements of an array lie among those of its storage.

use super::fault::Fault;

/// The largest number of dimensions, as in NumPy and PyTorch.
const MOST_DIMENSIONS: usize = 64;

/// Shape, strides and offset, all counted in elements and checked against overflow.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    shape: Vec<usize>,
    strides: Vec<usize>,
    offset: usize,
    elements: usize,
    reach: usize,
}

impl Layout {
    pub(super) fn new(shape: Vec<usize>, strides: Vec<usize>, offset: usize) -> Result<Self, Fault> {
        if shape.len() > MOST_DIMENSIONS {
            return Err(Fault::new(
                format!("at most {MOST_DIMENSIONS} dimensions"),
                format!("{} dimensions", shape.len()),
            ));
        }
        if shape.len() != strides.len() {
            return Err(Fault::new(
                format!("{} strides, one per dimension", shape.len()),
                strides.len().to_string(),
            ));
        }
        let elements = count(&shape)?;
        let reach = if elements == 0 {
            0
        } else {
            // The last element lies furthest, because no stride is negative.
            shape
                .iter()
                .zip(&strides)
                .try_fold(offset, |last, (&size, &stride)| stride.checked_mul(size - 1)?.checked_add(last))
                .and_then(|last| last.checked_add(1))
                .ok_or_else(|| too_large(&shape))?
        };
        Ok(Layout { shape, strides, offset, elements, reach })
    }

    /// The last dimension varies fastest.
    pub(super) fn row_major(shape: Vec<usize>) -> Result<Self, Fault> {
        count(&shape)?;
        let strides = row_major_strides(&shape);
        Layout::new(shape, strides, 0)
    }

    /// The first dimension varies fastest, as in Fortran.
    pub(super) fn column_major(shape: Vec<usize>) -> Result<Self, Fault> {
        count(&shape)?;
        let reversed: Vec<usize> = shape.iter().rev().copied().collect();
        let strides = row_major_strides(&reversed).into_iter().rev().collect();
        Layout::new(shape, strides, 0)
    }

    pub(super) fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of elements.
    pub(super) fn elements(&self) -> usize {
        self.elements
    }

    /// Number of elements that the storage needs.
    pub(super) fn reach(&self) -> usize {
        self.reach
    }

    /// First element, where all elements follow each other in row-major order.
    pub(super) fn contiguous_from(&self) -> Option<usize> {
        if self.elements == 0 {
            return Some(0);
        }
        let usual = row_major_strides(&self.shape);
        let mut sizes = self.shape.iter().zip(self.strides.iter().zip(&usual));
        sizes.all(|(&size, (stride, usual))| size == 1 || stride == usual).then_some(self.offset)
    }

    /// Positions in the storage, in row-major order of the array.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> + '_ {
        let mut index = vec![0; self.shape.len()];
        let mut place = self.offset;
        (0..self.elements).map(move |_| {
            let here = place;
            // Only the sums that leave this loop are positions; those on the way may wrap around.
            for (axis, position) in index.iter_mut().enumerate().rev() {
                *position += 1;
                place = place.wrapping_add(self.strides[axis]);
                if *position < self.shape[axis] {
                    break;
                }
                place = place.wrapping_sub(self.strides[axis].wrapping_mul(self.shape[axis]));
                *position = 0;
            }
            here
        })
    }
}

/// Number of elements; sizes beside a 0 must fit in memory as well, so that no later product overflows.
fn count(shape: &[usize]) -> Result<usize, Fault> {
    let product = shape
        .iter()
        .map(|&size| size.max(1))
        .try_fold(1usize, usize::checked_mul)
        .filter(|&product| product <= isize::MAX as usize / size_of::<u64>())
        .ok_or_else(|| too_large(shape))?;
    Ok(if shape.contains(&0) { 0 } else { product })
}

/// Of a shape that [`count`] has admitted.
fn row_major_strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis].max(1);
    }
    strides
}

fn too_large(shape: &[usize]) -> Fault {
    Fault::new("a shape that fits in memory", format!("shape {shape:?}"))
}
