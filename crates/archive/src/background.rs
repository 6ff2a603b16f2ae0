//! Work that nobody waits for: sorting out, merging, keyframes.
//!
//! It runs on threads of its own at a lower priority than the server's others, so that on a busy
//! machine it takes the processor time that requests leave. How late it may be is bounded all the
//! same: a step that has fallen behind runs as any other work does ([`Pace::Prompt`]).
//!
//! Always true: the runtime counts the work as blocking until it ends, a panic goes on in whoever
//! waits, and where threads have no priority of their own the work is done all the same.

use anywhen_engine::blocking::{in_step, is_in_step};

use crate::ArchiveError;
use crate::realm::blocking;

/// Added to the nice value of the server's other threads: about a tenth of the processor time
/// of a thread that wants all of it too, by setpriority(2) and sched(7).
#[cfg(target_os = "linux")]
const NICER_BY: i32 = 10;

/// How soon a step is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// When there is nothing better to do.
    Leisurely,
    /// As soon as everything else.
    Prompt,
}

/// Runs blocking work in the background; a panic in it goes on here.
pub(crate) async fn background<T, F>(pace: Pace, work: F) -> Result<T, ArchiveError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, ArchiveError> + Send + 'static,
{
    match pace {
        Pace::Prompt => blocking(work).await,
        Pace::Leisurely => blocking(move || leisurely(work)).await,
    }
}

/// Runs work on a thread of lower priority. It cannot be the thread this is called on: a thread
/// of a process without privileges may not raise its priority again.
fn leisurely<T, F>(work: F) -> Result<T, ArchiveError>
where
    T: Send,
    F: FnOnce() -> Result<T, ArchiveError> + Send,
{
    let stepping = is_in_step();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("archive-background".to_owned())
            .spawn_scoped(scope, move || {
                let _in_step = stepping.then(in_step);
                // In step everything else stands still until this is done.
                if !stepping {
                    lower_priority();
                }
                work()
            });
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => Err(ArchiveError::Away(format!(
                "no thread can be begun: {error}"
            ))),
        }
    })
}

#[cfg(target_os = "linux")]
fn lower_priority() {
    let thread = Some(rustix::thread::gettid());
    let lowered = rustix::process::getpriority_process(thread)
        .and_then(|nice| rustix::process::setpriority_process(thread, nice + NICER_BY));
    if let Err(error) = lowered {
        tracing::debug!(%error, "background work runs at the priority of all other work");
    }
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn leisurely_work_is_nicer_and_leaves_the_other_threads_as_they_are() {
        let nice = || {
            rustix::process::getpriority_process(Some(rustix::thread::gettid()))
                .map_err(|error| ArchiveError::Away(error.to_string()))
        };
        let before = blocking(nice).await.unwrap();
        assert_eq!(
            background(Pace::Leisurely, nice).await.unwrap(),
            (before + NICER_BY).min(19)
        );
        assert_eq!(background(Pace::Prompt, nice).await.unwrap(), before);
        assert_eq!(blocking(nice).await.unwrap(), before);
    }

    #[tokio::test]
    async fn what_the_work_answers_is_answered() {
        for pace in [Pace::Leisurely, Pace::Prompt] {
            assert_eq!(background(pace, || Ok(7)).await.unwrap(), 7);
            let failed = background(pace, || Err::<(), _>(ArchiveError::Items("no".to_owned())));
            assert!(matches!(failed.await, Err(ArchiveError::Items(text)) if text == "no"));
        }
    }

    #[tokio::test]
    #[should_panic(expected = "on a thread of its own")]
    async fn a_panic_goes_on_in_whoever_waits() {
        let _ = background(Pace::Leisurely, || -> Result<(), ArchiveError> {
            panic!("on a thread of its own")
        })
        .await;
    }
}
