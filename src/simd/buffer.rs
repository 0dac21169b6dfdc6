//! Memory for kernels.

use alloc::{vec, vec::Vec};

/// Bytes of a cache line, and of the widest vector: one that lies across two lines costs twice.
const LINE: usize = 64;

/// Numbers that begin at a cache line.
#[derive(Debug, Default)]
pub struct Buffer<T> {
    memory: Vec<T>,
    start: usize,
}

impl<T: Copy + Default> Buffer<T> {
    /// `length` zeros.
    pub(crate) fn new(length: usize) -> Self {
        let mut buffer = Buffer { memory: Vec::new(), start: 0 };
        buffer.reserve(length);
        buffer
    }

    /// Makes room for `length` numbers at least; if there is none yet, all become 0.
    pub(crate) fn reserve(&mut self, length: usize) {
        if self.memory.len() - self.start < length || self.memory.is_empty() {
            self.memory = vec![T::default(); length + LINE / size_of::<T>()];
            // Where the address cannot be told, at compile time, any start will do.
            self.start = match self.memory.as_ptr().align_offset(LINE) {
                offset if offset <= LINE / size_of::<T>() => offset,
                _ => 0,
            };
        }
    }

    /// All numbers.
    pub(crate) fn slice(&self) -> &[T] {
        &self.memory[self.start..]
    }

    /// All numbers.
    pub(crate) fn slice_mut(&mut self) -> &mut [T] {
        &mut self.memory[self.start..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_begin_at_a_line_and_grow() {
        let mut buffer = Buffer::<f32>::default();
        for length in [0, 1, 15, 16, 1000, 10] {
            buffer.reserve(length);
            assert!(buffer.slice_mut().len() >= length);
            assert_eq!(buffer.slice_mut().as_ptr() as usize % LINE, 0);
        }
        buffer.slice_mut()[999] = 1.0;
        buffer.reserve(1000);
        assert_eq!(buffer.slice_mut()[999], 1.0, "what there is stays");
    }
}
