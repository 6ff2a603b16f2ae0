//! `anywhen archive verify`.

use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anywhen_archive::{Verification, VerifyOptions, VerifyProgress, find_store};
use indicatif::{ProgressBar, ProgressStyle};

use super::size::Size;
use super::{ArchiveArguments, WRONG, at_url, load_key};

#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    archive: ArchiveArguments,

    /// The archive's master key. Without it hashes and structure are checked, but not that
    /// contents open, nor what is in them.
    #[arg(long, env = "ANYWHEN_MASTER_KEY_FILE", value_name = "FILE")]
    master_key_file: Option<PathBuf>,

    /// Objects read at once.
    #[arg(long, value_name = "COUNT", default_value = "8",
          value_parser = clap::value_parser!(u16).range(1..=256))]
    parallel: u16,
}

pub(super) async fn run(arguments: VerifyArguments) -> anyhow::Result<ExitCode> {
    let url = arguments.archive.archive.as_str();
    let key_file = arguments.master_key_file.as_deref();
    let master = key_file.map(load_key).transpose()?;
    let with_key = master.is_some();
    let (store, prefix, _) = find_store(url)?;
    let bar = progress_bar();
    let drawn = bar.clone();
    let options = VerifyOptions {
        store,
        prefix,
        master,
        parallel: usize::from(arguments.parallel),
        progress: Arc::new(move |progress: VerifyProgress| {
            drawn.set_length(progress.bytes_total);
            drawn.set_position(progress.bytes_done);
        }),
    };
    let found = anywhen_archive::verify(options).await;
    bar.finish_and_clear();
    let found = found.map_err(|error| at_url(error, url))?;
    write_report(&mut std::io::stdout().lock(), &found, with_key)?;
    Ok(if found.problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(WRONG)
    })
}

fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    let template = "verify {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn write_report(out: &mut dyn Write, found: &Verification, with_key: bool) -> std::io::Result<()> {
    for problem in &found.problems {
        writeln!(out, "problem: {problem}")?;
    }
    for note in &found.notes {
        writeln!(out, "note: {note}")?;
    }
    let summary = &found.summary;
    for (kind, tally) in &summary.kinds {
        writeln!(
            out,
            "{kind:<20}{:>10}{:>12}",
            tally.objects,
            Size(tally.bytes)
        )?;
    }
    let total = summary.total();
    writeln!(
        out,
        "read {} objects, {} bytes: {} realms, {} timelines, {} spans",
        total.objects, total.bytes, summary.realms, summary.timelines, summary.spans
    )?;
    if with_key {
        writeln!(out, "opened their contents: {} rows", summary.rows)?;
    } else {
        writeln!(
            out,
            "contents were not opened: that needs --master-key-file"
        )?;
    }
    match found.problems.len() {
        0 => writeln!(out, "no problems"),
        1 => writeln!(out, "1 problem"),
        count => writeln!(out, "{count} problems"),
    }
}
