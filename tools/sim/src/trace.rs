//! What happened in a run: a hash over everything, and the last events in words.

use std::collections::VecDeque;
use std::fmt::Arguments;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::time::SimTime;

/// Events that a failure shows.
const SHOWN: usize = 120;

/// The trace of one run. Two runs of one seed have equal traces, or the run is not replayable.
#[derive(Debug)]
pub(crate) struct Trace {
    time: Arc<SimTime>,
    events: Mutex<Events>,
}

#[derive(Debug, Default)]
struct Events {
    hash: DefaultHasher,
    count: u64,
    last: VecDeque<String>,
    echo: bool,
}

impl Trace {
    pub(crate) fn new(time: Arc<SimTime>, echo: bool) -> Self {
        let events = Mutex::new(Events {
            echo,
            ..Events::default()
        });
        Self { time, events }
    }

    /// Notes what happened.
    pub(crate) fn note(&self, event: Arguments<'_>) {
        let micros = self.time.elapsed();
        let line = format!("{:>12.6} {event}", micros as f64 / 1e6);
        let mut events = self.events.lock();
        line.hash(&mut events.hash);
        events.count += 1;
        if events.echo {
            eprintln!("{line}");
        }
        if events.last.len() == SHOWN {
            events.last.pop_front();
        }
        events.last.push_back(line);
    }

    pub(crate) fn hash(&self) -> u64 {
        self.events.lock().hash.finish()
    }

    pub(crate) fn count(&self) -> u64 {
        self.events.lock().count
    }

    pub(crate) fn last(&self) -> Vec<String> {
        self.events.lock().last.iter().cloned().collect()
    }
}

/// Notes an event: `note!(trace, "format", ...)`.
macro_rules! note {
    ($trace:expr, $($event:tt)*) => {
        $trace.note(format_args!($($event)*))
    };
}
pub(crate) use note;
