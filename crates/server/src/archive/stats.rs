//! `anywhen archive stats`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anywhen_archive::{
    ArchiveError, ArchiveView, FileKind, PinKind, RealmStats, RealmView, RestorePlan, SpanStats,
    Tally, TimelineStats, find_store,
};
use anywhen_model::CommitTimestamp;

use super::size::Size;
use super::{ArchiveArguments, at_url, load_key};

#[derive(Debug, clap::Args)]
pub(crate) struct StatsArguments {
    #[command(flatten)]
    archive: ArchiveArguments,

    /// The archive's master key.
    #[arg(long, env = "ANYWHEN_MASTER_KEY_FILE", value_name = "FILE")]
    master_key_file: PathBuf,

    /// Also what a restore of each table at this instant would read; in seconds since the
    /// epoch, with up to six fraction digits.
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    at: Option<CommitTimestamp>,
}

fn parse_instant(text: &str) -> Result<CommitTimestamp, String> {
    let said = "seconds since the epoch, with up to six fraction digits: 1700000000.5";
    CommitTimestamp::parse(text).ok_or_else(|| said.to_owned())
}

pub(super) async fn run(arguments: StatsArguments) -> anyhow::Result<ExitCode> {
    let url = arguments.archive.archive.as_str();
    let master = load_key(&arguments.master_key_file)?;
    let (store, prefix, _) = find_store(url)?;
    let read = async {
        let view = ArchiveView::open(store, prefix, Some(master)).await?;
        let mut out = Vec::new();
        for realm in view.realms().await? {
            if let Some(mut realm) = view.realm(&realm).await? {
                realm_report(&mut out, &mut realm, arguments.at).await?;
            }
        }
        Ok(out)
    };
    let out: Vec<u8> = read.await.map_err(|error| at_url(error, url))?;
    std::io::stdout().lock().write_all(&out)?;
    Ok(ExitCode::SUCCESS)
}

async fn realm_report(
    out: &mut Vec<u8>,
    realm: &mut RealmView,
    at: Option<CommitTimestamp>,
) -> Result<(), ArchiveError> {
    let stats = realm.stats();
    write_realm(out, realm, &stats).map_err(in_memory)?;
    for timeline in &stats.timelines {
        write_timeline(out, timeline).map_err(in_memory)?;
        let Some(at) = at else { continue };
        match realm.plan(timeline.table, at).await {
            Ok(plan) => write_plan(out, &plan).map_err(in_memory)?,
            Err(error @ ArchiveError::Away(_)) => return Err(error),
            Err(error) => writeln!(out, "  a restore at {at}: {error}").map_err(in_memory)?,
        }
    }
    Ok(())
}

/// Writing to memory does not fail.
fn in_memory(error: std::io::Error) -> ArchiveError {
    ArchiveError::Away(error.to_string())
}

fn write_realm(out: &mut Vec<u8>, realm: &RealmView, stats: &RealmStats) -> std::io::Result<()> {
    writeln!(
        out,
        "realm {}: archived through {}, sorted through {}",
        realm.realm(),
        stats.archived_through,
        stats.dropped_through
    )?;
    writeln!(out, "  segments not sorted yet: {}", Files(stats.segments))
}

fn write_timeline(out: &mut Vec<u8>, timeline: &TimelineStats) -> std::io::Result<()> {
    writeln!(out, "table {}", timeline.table)?;
    for span in &timeline.spans {
        write_span(out, span)?;
    }
    for pin in &timeline.pins {
        let kind = match pin.kind {
            PinKind::Backup => "backup",
            PinKind::Restore => "restore",
        };
        write!(out, "  pin of a {kind} at {}", pin.at)?;
        match pin.expires_at {
            Some(expires) => writeln!(out, " until {expires}")?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}

fn write_span(out: &mut Vec<u8>, span: &SpanStats) -> std::io::Result<()> {
    write!(out, "  span from {}", span.opened_at)?;
    match span.closed_at {
        Some(closed) => write!(out, " to {closed}")?,
        None => write!(out, ", open, window from {}", span.earliest)?,
    }
    writeln!(out, ", deltas to {}", span.covered_through)?;
    let keyframes = Files(span.keyframe_files);
    writeln!(out, "    keyframes: {} in {keyframes}", span.keyframes)?;
    writeln!(
        out,
        "    deltas: {} in {}",
        span.deltas,
        Files(span.delta_files)
    )
}

fn write_plan(out: &mut Vec<u8>, plan: &RestorePlan) -> std::io::Result<()> {
    let mut kinds: BTreeMap<&str, Tally> = BTreeMap::new();
    for file in &plan.files {
        let (kind, bytes) = match file.kind {
            FileKind::Keyframe => ("keyframe", file.length),
            FileKind::Delta => ("delta", file.length),
            // Of a segment only the table's block is read.
            FileKind::Segment => ("segment", file.block.map_or(file.length, |block| block.1)),
        };
        let tally = kinds.entry(kind).or_default();
        tally.objects += 1;
        tally.bytes += bytes;
    }
    let (rows, bytes) = (plan.estimated_rows, Size(plan.estimated_bytes));
    writeln!(
        out,
        "  a restore at {} reads up to {rows} rows, {bytes} of keys and items:",
        plan.at
    )?;
    for (kind, tally) in kinds {
        writeln!(out, "    {kind}: {}", Files(tally))?;
    }
    Ok(())
}

struct Files(Tally);

impl std::fmt::Display for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Tally { objects, bytes } = self.0;
        let files = if objects == 1 { "file" } else { "files" };
        write!(f, "{objects} {files}, {}", Size(bytes))
    }
}
