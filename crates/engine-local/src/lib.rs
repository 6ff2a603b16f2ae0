//! The engine on a local disk: fjall 3 under a committer of our own.
//!
//! What must hold, beyond the rules of the trait:
//! * An acknowledged commit is synced to the device (see [`Durability`]) before it is visible.
//! * Nobody reads but through a published view (`view.rs`), which no batch is halfway into.
//! * A database that lacks acknowledged commits is not opened: the journals are verified batch
//!   by batch (`journal.rs`), and must reach the horizon file (`horizon.rs`). The files of the
//!   keyspaces are there and unharmed (`keyspaces.rs`).
//! * A failed write makes the engine read-only until it is opened again; too little free space
//!   makes it read-only until there is enough.
//!
//! Start reading at [`LocalEngine`], then `committer.rs` for the way of a write, `view.rs` for
//! the way of a read, `layout.rs` for what lies where on disk.

mod change_log;
mod committer;
mod engine;
mod failure;
mod horizon;
mod housekeeper;
mod journal;
mod keyspaces;
mod layout;
mod loader;
mod open;
mod options;
mod overwrites;
mod queue;
mod space;
mod stalls;
mod view;

pub use engine::LocalEngine;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub use journal::read_any_journal;
pub use options::{Durability, FreeSpaceProbe, LocalEngineOptions};
