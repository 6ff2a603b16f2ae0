//! Progress of restores, when somebody is looking: bars on a terminal. Where there is none, a
//! server shows nothing, for its log tells of restores; a recovery writes plain lines.

use std::collections::HashMap;
use std::io::{IsTerminal as _, Write as _, stderr};
use std::sync::Arc;

use anywhen_model::{Realm, TableName};
use anywhen_recovery::{ProgressSink, RestoreBegun, RestoreProgress, RestoreStage};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use parking_lot::Mutex;

/// All of them hear of restores.
pub(crate) struct Everybody(pub(crate) Vec<Arc<dyn ProgressSink>>);

impl ProgressSink for Everybody {
    fn begins(&self, restore: &RestoreBegun) {
        self.0.iter().for_each(|sink| sink.begins(restore));
    }

    fn restore(&self, progress: &RestoreProgress) {
        self.0.iter().for_each(|sink| sink.restore(progress));
    }

    fn fails(&self, realm: &Realm, target: &TableName, reason: &str) {
        self.0
            .iter()
            .for_each(|sink| sink.fails(realm, target, reason));
    }
}

/// One bar per restore that is under way.
pub(crate) struct Bars {
    /// `None` where standard error is not a terminal.
    drawn: Option<MultiProgress>,
    /// What is being done.
    verb: &'static str,
    shown: Mutex<HashMap<(Realm, TableName), ProgressBar>>,
}

impl Bars {
    /// Bars on standard error if that is a terminal; else nothing is ever drawn.
    pub(crate) fn on_terminal(verb: &'static str) -> Self {
        let drawn = stderr().is_terminal().then(MultiProgress::new);
        Self {
            drawn,
            verb,
            shown: Mutex::default(),
        }
    }

    fn new_bar(&self, multi: &MultiProgress, target: &TableName) -> ProgressBar {
        let bar = multi.add(ProgressBar::new(0));
        let template = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(format!("{} {target}", self.verb));
        bar
    }
}

impl ProgressSink for Bars {
    fn restore(&self, progress: &RestoreProgress) {
        let Some(multi) = &self.drawn else { return };
        let key = (progress.realm.clone(), progress.target.clone());
        let mut bars = self.shown.lock();
        if matches!(
            progress.stage,
            RestoreStage::Finished | RestoreStage::Failed
        ) {
            if let Some(bar) = bars.remove(&key) {
                bar.finish_and_clear();
            }
            return;
        }
        let bar = bars
            .entry(key)
            .or_insert_with(|| self.new_bar(multi, &progress.target));
        bar.set_length(progress.bytes_total);
        bar.set_position(progress.bytes_done.min(progress.bytes_total));
    }
}

/// Bars, or lines where there is no terminal.
pub(crate) fn for_recovery() -> Arc<dyn ProgressSink> {
    if stderr().is_terminal() {
        Arc::new(Bars::on_terminal("recover"))
    } else {
        Arc::new(Lines::default())
    }
}

/// A line for each table and tenth.
#[derive(Default)]
struct Lines {
    /// Tenths that have been told, and one more.
    told: Mutex<HashMap<(Realm, TableName), u64>>,
}

impl ProgressSink for Lines {
    fn restore(&self, progress: &RestoreProgress) {
        let tenths = (progress.ratio() * 10.0) as u64;
        let key = (progress.realm.clone(), progress.target.clone());
        let mut told = self.told.lock();
        let next = told.entry(key).or_default();
        if tenths < *next {
            return;
        }
        *next = tenths + 1;
        let (percent, table) = (tenths * 10, &progress.target);
        // Nobody may be reading.
        let _ = writeln!(stderr(), "recover {} {table}: {percent} %", progress.realm);
    }
}
