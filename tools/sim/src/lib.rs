//! The deterministic simulation: a seed is a whole life of the history layer.
//!
//! One process, one thread, time that jumps to the next timer: the layers from the tables down,
//! wired as the server wires them, on the memory engine behind a commit queue and on an object
//! store with weather. Clients write, an operator creates and deletes tables, switches history,
//! makes backups and restores; the store fails, delays, answers late or not at all, for hours;
//! the wall clock is stepped, days pass; and the server crashes, after any number of task polls or at any
//! request to its store, and starts again on what the crash left.
//!
//! What must hold in every run, against an oracle that keeps every version of every item:
//!
//! * No acknowledged write is lost: after every start, every table is what the oracle says. A
//!   write whose answer a crash swallowed may have happened or not, but once seen, it stays.
//! * What clients were told, reads and refusals included, has one serial order that real time
//!   allows, across all crashes: see `serial`.
//! * Every accepted restore comes to its end and is the table as of its instant, item by item,
//!   its indexes included; so does every backup. An instant outside the window is refused, one
//!   inside is not.
//! * Earliest never moves back, Latest ends neither before what was acknowledged nor after what
//!   can be restored; both ends restore.
//! * Once the store is well, the archive catches up and every job ends, within bounded time; then
//!   the archive verifies, holds no file that nothing names, and is of bounded size.
//!
//! A run is a function of its seed: [`Report::hash`] is over everything that happened. A failure
//! is an [`anyhow::Error`] in a [`Failure`], with the last events and the command that replays
//! it. Start reading at [`simulate`], then `lives`, `operator`, `oracle`, `serial`.
//!
//! What clients of a real server were told is judged in the same way: [`check_history`].

mod change;
mod clients;
mod dice;
mod engine;
mod facts;
mod lives;
mod operator;
mod oracle;
mod readers;
mod recorded;
mod schema;
mod serial;
mod server;
mod space;
mod store;
#[cfg(test)]
mod threads;
mod time;
mod trace;

use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum as _;

pub use facts::Counts;
pub use recorded::check_history;
pub use serial::Checked;
pub use store::Sabotage;

use crate::dice::Dice;
use crate::facts::Run;
use crate::lives::End;
use crate::server::Ground;
use crate::time::SimTime;
use crate::trace::{Trace, note};

/// What to simulate.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Decides everything.
    pub seed: u64,
    /// Lives of the server; a last one that settles comes on top.
    pub steps: u64,
    /// A fault that must be noticed.
    pub sabotage: Option<Sabotage>,
    /// Print every event as it happens.
    pub echo: bool,
}

impl Plan {
    /// The usual length.
    pub const STEPS: u64 = 6;

    /// A run of the usual length.
    pub fn of(seed: u64) -> Self {
        Self {
            seed,
            steps: Self::STEPS,
            sabotage: None,
            echo: false,
        }
    }
}

/// What a run that held has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Over every event; equal for equal plans.
    pub hash: u64,
    /// Events.
    pub events: u64,
    /// Requests to the store.
    pub requests: u64,
    /// Simulated time.
    pub elapsed: Duration,
    /// What was done and compared.
    pub counts: Counts,
}

/// An invariant did not hold.
#[derive(Debug)]
pub struct Failure {
    /// The run.
    pub plan: Plan,
    /// What is wrong.
    pub error: anyhow::Error,
    /// The events before, oldest first.
    pub last_events: Vec<String>,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for event in &self.last_events {
            writeln!(f, "{event}")?;
        }
        let Plan { seed, steps, .. } = self.plan;
        writeln!(f, "seed {seed}: {:#}", self.error)?;
        write!(
            f,
            "replay: cargo run -p anywhen-sim -- --seed {seed} --steps {steps} --trace"
        )?;
        let sabotage = self.plan.sabotage.and_then(|it| it.to_possible_value());
        sabotage.map_or(Ok(()), |it| write!(f, " --sabotage {}", it.get_name()))
    }
}

/// Runs a plan to its end, or to the first thing that is wrong.
pub fn simulate(plan: Plan) -> Result<Report, Box<Failure>> {
    let time = Arc::new(SimTime::default());
    let trace = Arc::new(Trace::new(Arc::clone(&time), plan.echo));
    run(plan, time, &trace).map_err(|error| {
        Box::new(Failure {
            plan,
            error,
            last_events: trace.last(),
        })
    })
}

fn run(plan: Plan, time: Arc<SimTime>, trace: &Arc<Trace>) -> anyhow::Result<Report> {
    let _in_step = anywhen_engine::blocking::in_step();
    let ground = Ground::new(plan.seed, Arc::clone(&time), Arc::clone(trace))?;
    let run = Run::new(ground);
    let dice = Dice::new(plan.seed, 0);
    for step in 0..=plan.steps {
        // The first life comes to something, the last one says whether all of it holds.
        let end = match step {
            0 => End::Settled(Duration::from_secs(30)),
            _ if step == plan.steps => End::Settled(Duration::from_secs(20)),
            _ => End::random(&dice),
        };
        if step == plan.steps / 2 {
            sabotage(&run, plan.sabotage);
        }
        lives::live(&run, &dice, end)?;
    }
    note!(trace, "the run has ended");
    let counts = {
        let mut facts = run.facts();
        let checked = facts.serial.check()?;
        facts.done.reads = checked.reads;
        facts.done.unanswered = checked.unanswered;
        facts.done.unanswered_happened = checked.happened;
        note!(trace, "{} writes are in serial order", checked.writes);
        facts.done
    };
    Ok(Report {
        hash: trace.hash(),
        events: trace.count(),
        requests: run.ground.store.requests(),
        elapsed: Duration::from_micros(time.elapsed()),
        counts,
    })
}

fn sabotage(run: &Run, sabotage: Option<Sabotage>) {
    run.ground.store.sabotage(sabotage);
    match sabotage {
        Some(Sabotage::ForgetWrite) => run.facts().oracle.forget_one(),
        Some(Sabotage::ForgetAnswer) => run.facts().serial.forget_one(),
        Some(Sabotage::LoseSegments | Sabotage::LoseDeltas) | None => false,
    };
}
