//! Serial or rayon, over chunks of a fixed size, so that results do not depend on the number of threads.

use alloc::vec::Vec;

/// Calls `work(start, chunk)` for each run of `chunk` elements of `out`, `start` being the first element's index.
pub(crate) fn for_each_chunk<T: Send>(out: &mut [T], chunk: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    #[cfg(feature = "rayon")]
    if out.len() > chunk {
        use rayon::prelude::*;
        return out.par_chunks_mut(chunk).enumerate().for_each(|(i, part)| work(i * chunk, part));
    }
    out.chunks_mut(chunk).enumerate().for_each(|(i, part)| work(i * chunk, part));
}

/// The results of `work` for each of `items`, in their order.
pub(crate) fn map<I: Send, R: Send>(items: Vec<I>, work: impl Fn(I) -> R + Sync + Send) -> Vec<R> {
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        items.into_par_iter().with_max_len(1).map(work).collect()
    }
    #[cfg(not(feature = "rayon"))]
    items.into_iter().map(work).collect()
}
