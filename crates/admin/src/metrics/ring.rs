//! A fixed number of steps of time, and in each a number for each series.
//!
//! A step is named by its end: what is recorded at the first look after a boundary belongs to the
//! step before it. Where no look was taken, the step is unknown. NaN stands for that, so a number
//! takes four bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use anywhen_model::CommitTimestamp;

use super::{MICROS, Values};

/// How long a step is, and how far back they reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resolution {
    pub(crate) step_seconds: u64,
    steps: u64,
}

impl Resolution {
    pub(crate) const fn new(step_seconds: u64, reach_seconds: u64) -> Self {
        Self {
            step_seconds,
            steps: reach_seconds / step_seconds,
        }
    }

    pub(crate) fn reach_seconds(self) -> u64 {
        self.steps * self.step_seconds
    }

    /// The step that an instant is in.
    fn step(self, at: CommitTimestamp) -> u64 {
        at.as_micros() / (self.step_seconds * MICROS)
    }

    fn start(self, step: u64) -> CommitTimestamp {
        CommitTimestamp::from_seconds(step * self.step_seconds)
    }
}

/// The newest steps.
#[derive(Debug, Clone)]
pub(crate) struct Ring {
    resolution: Resolution,
    /// The step that is not recorded yet: all before it are.
    next: u64,
    /// The first that can be known.
    first: u64,
    /// Whether anything was recorded, by step.
    known: Box<[bool]>,
    series: BTreeMap<Cow<'static, str>, Box<[f32]>>,
}

impl Ring {
    /// Nothing is known before `now`.
    pub(crate) fn new(resolution: Resolution, now: CommitTimestamp) -> Self {
        let next = resolution.step(now);
        Self {
            resolution,
            next,
            first: next,
            known: vec![false; resolution.steps as usize].into(),
            series: BTreeMap::new(),
        }
    }

    /// A ring of the same steps in which all series are zero that are named later.
    pub(crate) fn empty_like(&self) -> Self {
        Self {
            series: BTreeMap::new(),
            ..self.clone()
        }
    }

    pub(crate) fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// Whether a step has ended that is not recorded.
    pub(crate) fn is_due(&self, now: CommitTimestamp) -> bool {
        self.resolution.step(now) > self.next
    }

    /// Records the values of the step that has just ended. Steps that were not looked at in time
    /// stay unknown, and so does a series that is not among the values.
    pub(crate) fn record(&mut self, now: CommitTimestamp, values: Values) {
        let ended = self.resolution.step(now).saturating_sub(1);
        if ended < self.next {
            return;
        }
        let oldest = self
            .next
            .max(ended.saturating_sub(self.resolution.steps - 1));
        for step in oldest..=ended {
            let place = self.place(step);
            if let Some(known) = self.known.get_mut(place) {
                *known = step == ended;
            }
            for series in self.series.values_mut() {
                if let Some(value) = series.get_mut(place) {
                    *value = f32::NAN;
                }
            }
        }
        let place = self.place(ended);
        for (name, value) in values {
            let known = &self.known;
            let series = self
                .series
                .entry(name)
                .or_insert_with_key(|name| before(name, known));
            if let Some(slot) = series.get_mut(place) {
                *slot = value;
            }
        }
        self.next = ended + 1;
    }

    /// The steps between two instants, as many of them in one as `factor` says: the start of the
    /// first, and each series. Only steps that are kept and have ended.
    pub(crate) fn read(
        &self,
        from: CommitTimestamp,
        to: CommitTimestamp,
        factor: u64,
    ) -> (CommitTimestamp, BTreeMap<String, Vec<Option<f32>>>) {
        let resolution = self.resolution;
        let oldest = self.next.saturating_sub(resolution.steps).max(self.first);
        let align = |step: u64| step / factor * factor;
        let begin = align(resolution.step(from).max(oldest));
        let end = self.next.min(resolution.step(to.previous()) + 1).max(begin);
        let wide = |series: &[f32], name: &str| -> Vec<Option<f32>> {
            let starts = (begin..end).step_by(factor as usize);
            let steps = |start: u64| start.max(oldest)..(start + factor).min(end);
            let values = starts.map(|start| {
                let steps = steps(start).filter_map(|step| series.get(self.place(step)));
                together(name, steps.copied().filter(|value| !value.is_nan()))
            });
            values.collect()
        };
        let series = self.series.iter();
        let series = series.map(|(name, values)| (name.to_string(), wide(values, name)));
        (resolution.start(begin), series.collect())
    }

    fn place(&self, step: u64) -> usize {
        (step % self.resolution.steps) as usize
    }
}

/// What a series was before it was first told of: a rate was zero wherever anything is known.
fn before(name: &str, known: &[bool]) -> Box<[f32]> {
    let was = |known: &bool| {
        if *known && is_rate(name) {
            0.0
        } else {
            f32::NAN
        }
    };
    known.iter().map(was).collect()
}

/// Rates are averaged; of everything else the largest value of several steps counts.
fn together(name: &str, values: impl Iterator<Item = f32>) -> Option<f32> {
    if !is_rate(name) {
        return values.reduce(f32::max);
    }
    let (sum, count) = values.fold((0.0, 0_u16), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f32::from(count))
}

fn is_rate(name: &str) -> bool {
    name.contains("_per_second")
}
