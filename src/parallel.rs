//! Serial or rayon, over chunks of a fixed size, so that results do not depend on the number of threads.

use crate::Float;
use crate::simd::Buffer;
use alloc::vec::Vec;
use core::ops::ControlFlow;

/// Calls `work(start, chunk)` for each run of `chunk` elements of `out`, `start` being the first element's index.
pub(crate) fn for_each_chunk<T: Send>(out: &mut [T], chunk: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    #[cfg(feature = "rayon")]
    if out.len() > chunk {
        use rayon::prelude::*;
        return out.par_chunks_mut(chunk).enumerate().for_each(|(i, part)| work(i * chunk, part));
    }
    out.chunks_mut(chunk).enumerate().for_each(|(i, part)| work(i * chunk, part));
}

/// Calls `work(i, record, memory)` for each run i of `record` elements of `records`, on several threads if that is
/// worth it. Each call has `room` numbers of `memory` of which no other knows at the same time: on several threads
/// there must be as many times that.
pub(crate) fn for_each_record<T: Float>(
    worth_threads: bool,
    (records, record): (&mut [T], usize),
    (memory, room): (&mut [T], usize),
    work: impl Fn(usize, &mut [T], &mut [T]) + Sync,
) {
    #[cfg(feature = "rayon")]
    if worth_threads {
        use rayon::prelude::*;
        let pairs = records.par_chunks_mut(record).zip(memory.par_chunks_mut(room));
        return pairs.enumerate().for_each(|(i, (record, memory))| work(i, record, memory));
    }
    let _ = worth_threads;
    records.chunks_mut(record).enumerate().for_each(|(i, record)| work(i, record, &mut memory[..room]));
}

/// Work that falls into parts.
pub(crate) trait Parts: Sized + Send {
    /// How many.
    fn count(&self) -> usize;
    /// The first `count` parts, and the others.
    fn split_at(self, count: usize) -> (Self, Self);
}

/// Calls `work(part, memory)` for each of at least one part, as [`for_each_record`] does. Nothing is allocated for it.
pub(crate) fn for_each_part<T: Float, P: Parts>(
    worth_threads: bool,
    parts: P,
    (memory, room): (&mut [T], usize),
    work: &(impl Fn(P, &mut [T]) + Sync),
) {
    let count = parts.count();
    if count == 1 {
        return work(parts, &mut memory[..room]);
    }
    let (before, after) = parts.split_at(count / 2);
    #[cfg(feature = "rayon")]
    if worth_threads {
        let (memory, memory_after) = memory.split_at_mut(count / 2 * room);
        rayon::join(
            || for_each_part(true, before, (memory, room), work),
            || for_each_part(true, after, (memory_after, room), work),
        );
        return;
    }
    let _ = worth_threads;
    for_each_part(false, before, (memory, room), work);
    for_each_part(false, after, (memory, room), work);
}

/// Whether there are several threads to share work.
pub(crate) fn several_threads() -> bool {
    #[cfg(feature = "rayon")]
    return rayon::current_num_threads() > 1;
    #[cfg(not(feature = "rayon"))]
    false
}

/// Calls `work(task, memory)` for each of the tasks, on several threads if that is worth it; `memory` is the caller's
/// or one of the thread's own.
pub(crate) fn for_each_task<T: Float, I: Send>(
    worth_threads: bool,
    tasks: impl Iterator<Item = I>,
    memory: &mut Buffer<T>,
    work: impl Fn(I, &mut Buffer<T>) + Sync,
) {
    #[cfg(feature = "rayon")]
    if worth_threads && several_threads() {
        use rayon::prelude::*;
        let tasks: Vec<I> = tasks.collect();
        return tasks.into_par_iter().for_each_init(Buffer::default, |memory, task| work(task, memory));
    }
    let _ = worth_threads;
    tasks.for_each(|task| work(task, memory));
}

/// Calls `work` on runs of `chunk` elements of four slices of equal length, side by side.
pub(crate) fn zip_chunks<T: Send + Sync>(
    shared: &[T],
    [a, b, c]: [&mut [T]; 3],
    chunk: usize,
    work: impl Fn(&[T], [&mut [T]; 3]) + Sync,
) {
    #[cfg(feature = "rayon")]
    if shared.len() > chunk {
        use rayon::prelude::*;
        let pairs = shared.par_chunks(chunk).zip(a.par_chunks_mut(chunk));
        let pairs = pairs.zip(b.par_chunks_mut(chunk).zip(c.par_chunks_mut(chunk)));
        return pairs.for_each(|((shared, a), (b, c))| work(shared, [a, b, c]));
    }
    let pairs =
        shared.chunks(chunk).zip(a.chunks_mut(chunk)).zip(b.chunks_mut(chunk).zip(c.chunks_mut(chunk)));
    pairs.for_each(|((shared, a), (b, c))| work(shared, [a, b, c]));
}

/// The results of `work` for each of `items`, in their order. What `work` reports goes to `observe`, which is only
/// ever called by the calling thread (most languages cannot be called from another); after its break every further
/// report is answered by a break, and there are no results.
pub(crate) fn map_observed<I: Send, E: Send, R: Send>(
    items: Vec<I>,
    work: impl Fn(I, &mut dyn FnMut(E) -> ControlFlow<()>) -> R + Sync,
    observe: &mut dyn FnMut(E) -> ControlFlow<()>,
) -> Option<Vec<R>> {
    #[cfg(feature = "rayon")]
    {
        threaded::map_observed(items, work, observe)
    }
    #[cfg(not(feature = "rayon"))]
    {
        let mut flow = ControlFlow::Continue(());
        let mut once = |event| {
            if flow.is_continue() {
                flow = observe(event);
            }
            flow
        };
        let results = items.into_iter().map(|item| work(item, &mut once)).collect();
        flow.is_continue().then_some(results)
    }
}

#[cfg(feature = "rayon")]
mod threaded {
    use core::ops::ControlFlow;
    use core::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::{Receiver, TryRecvError, channel};
    use std::vec::Vec;

    pub(super) fn map_observed<I: Send, E: Send, R: Send>(
        items: Vec<I>,
        work: impl Fn(I, &mut dyn FnMut(E) -> ControlFlow<()>) -> R + Sync,
        observe: &mut dyn FnMut(E) -> ControlFlow<()>,
    ) -> Option<Vec<R>> {
        let stopped = AtomicBool::new(false);
        let (sender, receiver) = channel();
        let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
        rayon::in_place_scope(|scope| {
            let (work, stopped) = (&work, &stopped);
            for (item, slot) in items.into_iter().zip(&mut results) {
                let sender = sender.clone();
                scope.spawn(move |_| {
                    *slot = Some(work(item, &mut |event| {
                        // The receiver outlives the tasks of this scope.
                        let _ = sender.send(event);
                        match stopped.load(Ordering::Relaxed) {
                            true => ControlFlow::Break(()),
                            false => ControlFlow::Continue(()),
                        }
                    }));
                });
            }
            drop(sender);
            while let Some(event) = next(&receiver) {
                if !stopped.load(Ordering::Relaxed) && observe(event).is_break() {
                    stopped.store(true, Ordering::Relaxed);
                }
            }
        });
        match stopped.into_inner() {
            true => None,
            false => results.into_iter().collect(),
        }
    }

    /// Waits for the next event; nothing once all senders are gone. A thread of the pool works on while it waits,
    /// or the tasks might wait for it.
    fn next<E>(receiver: &Receiver<E>) -> Option<E> {
        if rayon::current_thread_index().is_none() {
            return receiver.recv().ok();
        }
        loop {
            match receiver.try_recv() {
                Ok(event) => return Some(event),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => {
                    if rayon::yield_now() != Some(rayon::Yield::Executed) {
                        std::thread::sleep(core::time::Duration::from_micros(20));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn results_come_in_order_and_a_break_reaches_every_worker() {
        let mut seen = 0;
        let double = |i: usize, report: &mut dyn FnMut(usize) -> ControlFlow<()>| {
            let _ = report(i);
            2 * i
        };
        let results = map_observed(vec![1, 2, 3], double, &mut |i| {
            seen += i;
            ControlFlow::Continue(())
        });
        assert_eq!((results, seen), (Some(vec![2, 4, 6]), 6));

        let until_told = |_: usize, report: &mut dyn FnMut(()) -> ControlFlow<()>| {
            (0..).take_while(|_| report(()).is_continue()).count()
        };
        let mut calls = 0;
        let results = map_observed(vec![0; 5], until_told, &mut |()| {
            calls += 1;
            if calls == 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(results, None);
        assert_eq!(calls, 10, "nobody is observed after the break");
    }

    #[cfg(feature = "rayon")]
    #[test]
    fn observers_run_on_the_calling_thread_even_in_a_pool_of_one() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let run = || {
            let caller = std::thread::current().id();
            let report = |i: usize, report: &mut dyn FnMut(usize) -> ControlFlow<()>| report(i).is_continue();
            let mut seen = vec![];
            map_observed(vec![0, 1, 2], report, &mut |i| {
                assert_eq!(std::thread::current().id(), caller);
                seen.push(i);
                ControlFlow::Continue(())
            });
            seen.sort_unstable();
            assert_eq!(seen, [0, 1, 2]);
        };
        run();
        pool.install(run);
    }
}
