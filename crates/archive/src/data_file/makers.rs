//! The threads that make slices: few, however many sources a merge has.
//!
//! Every source of a merge has its next slice made ahead. A thread for each of fifty sources would
//! cost more than its stack: what one thread allocates and another frees, allocators keep until the
//! first one allocates again, and most of fifty threads do so seldom. So work queues up for a few.
//!
//! Always true: work that was handed over is carried out in order, or its receiver learns that
//! it never will be; a panic of it is its answer, and harms no other.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use anywhen_engine::blocking;
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Threads of one reading. More would hide more of a slow store's latency; with four, a store
/// that takes a tenth of a second for a slice of 8 MiB gives 320 MiB a second.
const THREADS_MAX: usize = 4;

type Work = Box<dyn FnOnce() + Send>;

/// A queue of work and the threads that take from it.
pub(crate) struct SliceMakers {
    handle: Handle,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Work>,
    threads: usize,
}

impl SliceMakers {
    /// Makers on the blocking threads of this runtime. There are none before there is work.
    pub(crate) fn new(handle: Handle) -> Arc<Self> {
        Arc::new(Self {
            handle,
            queue: Mutex::default(),
        })
    }

    /// Queues work, which may block. The answer is what it returns or its panic; an error if the
    /// runtime shuts down first.
    pub(crate) fn make<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> oneshot::Receiver<thread::Result<T>> {
        let (answer, receiver) = oneshot::channel();
        let work = move || {
            // Whoever asked may have gone.
            let _ = answer.send(catch_unwind(AssertUnwindSafe(work)));
        };
        let mut queue = self.queue.lock();
        queue.waiting.push_back(Box::new(work));
        if queue.threads < THREADS_MAX {
            queue.threads += 1;
            drop(queue);
            let maker = Maker {
                makers: Arc::clone(self),
                is_done: false,
            };
            // It ends by itself.
            drop(blocking::spawn_on(&self.handle, || maker.work_off()));
        }
        receiver
    }
}

/// One thread, counted in the queue from before it begins.
struct Maker {
    makers: Arc<SliceMakers>,
    is_done: bool,
}

impl Maker {
    fn work_off(mut self) {
        while let Some(work) = self.next() {
            work();
        }
    }

    fn next(&mut self) -> Option<Work> {
        let mut queue = self.makers.queue.lock();
        let work = queue.waiting.pop_front();
        if work.is_none() {
            queue.threads -= 1;
            self.is_done = true;
        }
        work
    }
}

/// A runtime that shuts down drops threads before they begin. Without any thread the queued work
/// is dropped, too, so that nobody waits for it.
impl Drop for Maker {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        let mut queue = self.makers.queue.lock();
        queue.threads -= 1;
        let left = if queue.threads == 0 {
            std::mem::take(&mut queue.waiting)
        } else {
            VecDeque::new()
        };
        drop(queue);
        drop(left);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap()
    }

    #[test]
    fn few_threads_do_all_work_in_order() {
        let runtime = runtime();
        let makers = SliceMakers::new(runtime.handle().clone());
        let (go, gate) = mpsc::channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        let order = Arc::new(Mutex::new(Vec::new()));
        let made: Vec<_> = (0..40)
            .map(|number| {
                let (gate, order) = (Arc::clone(&gate), Arc::clone(&order));
                makers.make(move || {
                    order.lock().push(number);
                    gate.lock().recv().unwrap();
                    number
                })
            })
            .collect();
        for _ in 0..40 {
            go.send(()).unwrap();
        }
        for (number, made) in made.into_iter().enumerate() {
            assert_eq!(runtime.block_on(made).unwrap().unwrap(), number);
            assert!(makers.queue.lock().threads <= THREADS_MAX);
        }
        // A thread takes the oldest, so nothing is overtaken by more than the other threads.
        let order = order.lock();
        for (place, number) in order.iter().enumerate() {
            assert!(place.abs_diff(*number) < THREADS_MAX, "{order:?}");
        }
    }

    #[test]
    fn a_panic_is_an_answer_and_the_thread_goes_on() {
        let runtime = runtime();
        let makers = SliceMakers::new(runtime.handle().clone());
        let panics = makers.make(|| panic!("of the test"));
        let works = makers.make(|| 7);
        assert!(runtime.block_on(panics).unwrap().is_err());
        assert_eq!(runtime.block_on(works).unwrap().unwrap(), 7);
    }

    #[test]
    fn nobody_waits_for_a_runtime_that_has_shut_down() {
        let (runtime, waiting) = (runtime(), runtime());
        let makers = SliceMakers::new(runtime.handle().clone());
        runtime.shutdown_background();
        let never = makers.make(|| 7);
        assert!(waiting.block_on(never).is_err());
        assert_eq!(makers.queue.lock().threads, 0);
    }
}
