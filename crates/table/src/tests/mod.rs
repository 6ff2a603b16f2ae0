//! Tests of the whole crate over the engine in memory.

mod backfill;
mod capacity;
mod collection;
mod concurrency;
mod control;
mod definitions;
mod expiry;
mod fixture;
mod model;
mod reads;
mod restore;
mod statements;
mod streams;
mod system;
mod throttling;
mod transactions;
mod update_settings;
mod updates;
mod writes;
