//! The item operations against a model of them.
//!
//! Random requests, one in several of them wrong, go to a server in this process and to a plain
//! model in memory, which have nothing in common: the model has values, numbers, expressions and
//! indexes of its own, written for clarity. Each reply is compared whole, and at the end of each
//! history everything that all tables and indexes hold.
//!
//! What must hold: a reply is the one that the model gives, or names a fault that the request has.
//! A failing history is cut down to the requests that it takes, and printed with the command that
//! replays it. Start with `database`.
//!
//! `ANYWHEN_SEED` is the seed of the first history, `PROPTEST_CASES` how many there are.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod batches;
mod capacity;
mod checks;
mod database;
mod expression;
mod fault;
mod generate;
mod judge;
mod legacy;
mod request;
mod schema;
mod semantics;
mod server;
mod spoil;
mod statement;
mod value;

use std::fmt::Write as _;

use crate::capacity::Options;
use crate::database::Database;
use crate::generate::{Call, Generator};
use crate::request::{Read, Request};
use crate::schema::SCHEMAS;
use crate::server::Server;

/// Requests of one history, besides those that look at everything in the end.
const HISTORY_OPERATIONS: u64 = 200;
/// How many histories there are, unless `PROPTEST_CASES` says otherwise.
const HISTORIES: u64 = 250;
/// How often a failing history is run again to find out what of it is needed.
const SHRINKING_RUNS_MAX: usize = 400;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn every_reply_is_the_models() {
    let first = setting("ANYWHEN_SEED").unwrap_or(20_261_121);
    let histories = setting("PROPTEST_CASES").unwrap_or(HISTORIES);
    for seed in first..first + histories {
        let generator = Generator::new(seed);
        let mut history: Vec<Call> = (0..HISTORY_OPERATIONS).map(|_| generator.step()).collect();
        history.extend(reads_of_everything());
        if let Err(failure) = run(&history) {
            history.truncate(failure.at + 1);
            panic!("{}", report(seed, history));
        }
    }
}

/// A reply that is not the model's.
struct Failure {
    /// Of the request in its history.
    at: usize,
    wrong: String,
}

/// Runs a history on a new server.
fn run(history: &[Call]) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.unwrap().block_on(async {
        let server = Server::start().await;
        let mut database = Database::default();
        let mut outcome = Ok(());
        for (at, call) in history.iter().enumerate() {
            let answer = database.answer(call);
            if let Err(wrong) = judge::judge(&server, call, &answer).await {
                outcome = Err(Failure { at, wrong });
                break;
            }
            if database.is_outgrown() {
                break;
            }
        }
        server.stop().await;
        outcome
    })
}

/// Scans of every table and index.
fn reads_of_everything() -> Vec<Call> {
    let places = SCHEMAS.iter().flat_map(|schema| {
        let indexes = schema
            .indexes
            .iter()
            .map(|index| (schema.name, Some(index.name)));
        std::iter::once((schema.name, None)).chain(indexes)
    });
    let scans = places.map(|(table, index)| {
        let request = Request::Read(Read {
            table,
            index,
            key_conditions: Vec::new(),
            forward: true,
            filter: None,
            projection: Vec::new(),
            by_names: false,
            key_tests: None,
            filter_tests: None,
            select: None,
            is_consistent: false,
            limit: None,
            segments: None,
            style: 0,
        });
        Call::new(request, Options::default())
    });
    scans.collect()
}

/// The requests that a failing history takes, what is wrong with the last reply, and how to see it
/// again.
fn report(seed: u64, mut history: Vec<Call>) -> String {
    let mut wrong = String::new();
    let mut runs = 0;
    // The last request is the one whose reply is wrong; the others are left out from the last to
    // the first, in ever smaller pieces.
    let mut piece = history.len().div_ceil(2);
    while piece > 0 {
        let mut end = history.len().saturating_sub(1);
        while end > 0 && runs < SHRINKING_RUNS_MAX {
            let begin = end.saturating_sub(piece);
            let mut shorter = history.clone();
            shorter.drain(begin..end);
            runs += 1;
            if let Err(failure) = run(&shorter) {
                shorter.truncate(failure.at + 1);
                end = begin.min(shorter.len() - 1);
                history = shorter;
            } else {
                end = begin;
            }
        }
        piece /= 2;
    }
    if let Err(failure) = run(&history) {
        wrong = failure.wrong;
    }
    let mut report = String::from("a reply is not the model's, after these requests:\n");
    for call in &history {
        let _ = writeln!(report, "{} {}", call.request.operation(), call.body);
    }
    let _ = write!(
        report,
        "{wrong}\nreplay: ANYWHEN_SEED={seed} PROPTEST_CASES=1 \
         cargo test -p anywhen-api --test model"
    );
    report
}
