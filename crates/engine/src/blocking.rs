//! Work that blocks: on the runtime's threads for it, or, where a run must be replayable, in step.
//!
//! Every layer above the engine hands blocking work to [`spawn`]. As a rule it runs on another
//! thread beside everything else. A thread that has called [`in_step`] is alone in its runtime:
//! there the work has ended before anything else goes on, so that nothing depends on which
//! thread was faster; so has work that this work starts in its turn. Work in step must not wait
//! for a task of its runtime, which stands still.
//!
//! A panic of the work is the [`JoinError`] of the pool; in step it goes on in the caller.

use std::cell::Cell;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinHandle};

thread_local! {
    static IN_STEP: Cell<bool> = const { Cell::new(false) };
}

/// Blocking work of this thread's runtime runs in step until this is dropped.
#[derive(Debug)]
pub struct InStep(PhantomData<*const ()>);

/// Has blocking work run in step: for simulations, on the thread of a current-thread runtime.
#[must_use = "in step only until it is dropped"]
pub fn in_step() -> InStep {
    IN_STEP.set(true);
    InStep(PhantomData)
}

/// Whether blocking work of this thread runs in step: what a thread that it begins by itself, and
/// waits for, must be told.
#[must_use]
pub fn is_in_step() -> bool {
    IN_STEP.get()
}

impl Drop for InStep {
    fn drop(&mut self) {
        IN_STEP.set(false);
    }
}

/// Starts blocking work of the runtime that this is called on. Dropping the answer does not end
/// it.
pub fn spawn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Blocking<T> {
    spawn_on(&Handle::current(), work)
}

/// As [`spawn`], for threads that are not the runtime's, as those of blocking work may be.
pub fn spawn_on<T: Send + 'static>(
    runtime: &Handle,
    work: impl FnOnce() -> T + Send + 'static,
) -> Blocking<T> {
    if !IN_STEP.get() {
        return Blocking(State::Pool(runtime.spawn_blocking(work)));
    }
    // A thread of its own, for work may block on futures, which a runtime's thread must not.
    let runtime = runtime.clone();
    let thread = std::thread::spawn(move || {
        let _in_step = in_step();
        let _entered = runtime.enter();
        work()
    });
    let answer = thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    Blocking(State::Ended(Some(answer)))
}

/// Resolves to what the work answers.
#[derive(Debug)]
pub struct Blocking<T>(State<T>);

#[derive(Debug)]
enum State<T> {
    Pool(JoinHandle<T>),
    /// Ended in step; others have their turn before the answer is given.
    Ended(Option<T>),
    Due(Option<T>),
}

/// An answer is handed over, never pinned.
impl<T> Unpin for Blocking<T> {}

impl<T> Future for Blocking<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Pool(task) => Pin::new(task).poll(context),
            State::Ended(answer) => {
                self.0 = State::Due(answer.take());
                context.waker().wake_by_ref();
                Poll::Pending
            }
            State::Due(answer) => match answer.take() {
                Some(answer) => Poll::Ready(Ok(answer)),
                None => Poll::Pending,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[tokio::test]
    async fn work_in_step_has_ended_before_anything_else_goes_on() {
        for stepping in [false, true] {
            let _in_step = stepping.then(in_step);
            let ended = Arc::new(AtomicBool::new(false));
            let seen = Arc::clone(&ended);
            let here = std::thread::current().id();
            let work = spawn(move || {
                seen.store(true, Ordering::SeqCst);
                Handle::current().block_on(async { std::thread::current().id() != here })
            });
            if stepping {
                assert!(ended.load(Ordering::SeqCst));
            }
            assert!(work.await.unwrap(), "never on the runtime's own thread");
            assert!(ended.load(Ordering::SeqCst));
        }
    }

    #[tokio::test]
    async fn work_of_work_in_step_is_in_step() {
        let _in_step = in_step();
        let runtime = Handle::current();
        let work = spawn(move || {
            let ended = Arc::new(AtomicBool::new(false));
            let seen = Arc::clone(&ended);
            let inner = spawn_on(&runtime, move || seen.store(true, Ordering::SeqCst));
            let in_step = ended.load(Ordering::SeqCst);
            runtime.block_on(inner).unwrap();
            in_step
        });
        assert!(work.await.unwrap());
    }
}
