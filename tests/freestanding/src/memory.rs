//! The allocator: a static arena that is handed out piece by piece and never taken back, since the program is short.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const ARENA_BYTES: usize = 128 << 20;

#[repr(C, align(4096))]
struct Arena {
    bytes: UnsafeCell<[u8; ARENA_BYTES]>,
    used: AtomicUsize,
}

// SAFETY: `bytes` is reached only through the pieces that `alloc` hands out, and `used` moves atomically, so that no
// two pieces overlap.
unsafe impl Sync for Arena {}

#[global_allocator]
static ARENA: Arena = Arena { bytes: UnsafeCell::new([0; ARENA_BYTES]), used: AtomicUsize::new(0) };

// SAFETY: pieces are inside the arena, aligned as asked for and disjoint, and they live as long as the program.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let start = self.bytes.get().cast::<u8>();
        let piece = |used: usize| {
            let begin = (start.addr() + used).checked_next_multiple_of(layout.align())? - start.addr();
            let end = begin.checked_add(layout.size()).filter(|&end| end <= ARENA_BYTES)?;
            Some((begin, end))
        };
        match self.used.fetch_update(Relaxed, Relaxed, |used| piece(used).map(|(_, end)| end)) {
            Ok(used) => piece(used).map_or(null_mut(), |(begin, _)| start.wrapping_add(begin)),
            Err(_) => null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

/// Bytes handed out so far.
pub fn used() -> usize {
    ARENA.used.load(Relaxed)
}
