//! Progress bars for restores, when somebody is looking: on a terminal only.

use std::collections::HashMap;
use std::io::IsTerminal as _;

use anywhen_model::{Realm, TableName};
use anywhen_recovery::{ProgressSink, RestoreProgress, RestoreStage};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use parking_lot::Mutex;

/// One bar per restore that is under way.
pub(crate) struct Bars {
    /// `None` where standard error is not a terminal.
    drawn: Option<MultiProgress>,
    bars: Mutex<HashMap<(Realm, TableName), ProgressBar>>,
}

impl Bars {
    /// Bars on standard error if that is a terminal; else nothing is ever drawn.
    pub(crate) fn on_terminal() -> Self {
        let drawn = std::io::stderr().is_terminal().then(MultiProgress::new);
        Self {
            drawn,
            bars: Mutex::default(),
        }
    }

    fn new_bar(multi: &MultiProgress, target: &TableName) -> ProgressBar {
        let bar = multi.add(ProgressBar::new(0));
        let template = "restore {msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(target.to_string());
        bar
    }
}

impl ProgressSink for Bars {
    fn restore(&self, progress: &RestoreProgress) {
        let Some(multi) = &self.drawn else { return };
        let key = (progress.realm.clone(), progress.target.clone());
        let mut bars = self.bars.lock();
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
            .or_insert_with(|| Self::new_bar(multi, &progress.target));
        bar.set_length(progress.bytes_total);
        bar.set_position(progress.bytes_done.min(progress.bytes_total));
    }
}
