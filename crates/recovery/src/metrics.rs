//! The figures this crate exports. Names are part of the server's interface.

use std::sync::atomic::{AtomicUsize, Ordering};

use anywhen_model::{Realm, TableName};

/// Backups whose job is running.
pub(crate) static BACKUPS_CREATING: Running = Running::new("anywhen_backups_creating");
/// Restores whose target is CREATING.
pub(crate) static RESTORES_RUNNING: Running = Running::new("anywhen_restores_running");

/// A gauge of jobs under way.
pub(crate) struct Running {
    name: &'static str,
    count: AtomicUsize,
}

/// One job under way; no longer when dropped.
pub(crate) struct Entered(&'static Running);

impl Running {
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            count: AtomicUsize::new(0),
        }
    }

    pub(crate) fn enter(&'static self) -> Entered {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.show();
        Entered(self)
    }

    fn show(&self) {
        metrics::gauge!(self.name).set(self.count.load(Ordering::Relaxed) as f64);
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::Relaxed);
        self.0.show();
    }
}

/// Loaded share of one restore, 0 to 1.
pub(crate) fn restore_progress(realm: &Realm, target: &TableName, ratio: f64) {
    metrics::gauge!(
        "anywhen_restore_progress_ratio",
        "region" => realm.region.to_string(),
        "table" => target.to_string()
    )
    .set(ratio);
}

/// Bytes of keys and items that restores have loaded.
pub(crate) fn restored_bytes(bytes: u64) {
    metrics::counter!("anywhen_restore_bytes_total").increment(bytes);
}

/// Restores that have ended, by how.
pub(crate) fn restore_ended(result: &'static str) {
    metrics::counter!("anywhen_restores_total", "result" => result).increment(1);
}

/// The archive of a realm does not go on from where this server left it.
pub(crate) fn history_gap(realm: &Realm) {
    metrics::counter!("anywhen_archive_history_gaps_total", "realm" => realm.to_string())
        .increment(1);
}

/// The first keyframe of a table's history could not be stored and is begun anew.
pub(crate) fn first_keyframe_failed(realm: &Realm) {
    metrics::counter!(
        "anywhen_first_keyframe_failures_total",
        "realm" => realm.to_string()
    )
    .increment(1);
}
