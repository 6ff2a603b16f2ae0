//! Logs on standard error and metrics for Prometheus.

use std::io::{IsTerminal as _, stderr};
use std::time::Duration;

use anyhow::Context as _;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Upper bounds of latency buckets, in seconds: from a cached read to a stalled disk.
const LATENCY_BUCKETS_SECONDS: [f64; 18] = [
    0.000_05, 0.000_1, 0.000_2, 0.000_4, 0.000_8, 0.001_6, 0.003, 0.006, 0.012, 0.025, 0.05, 0.1,
    0.2, 0.4, 0.8, 1.6, 5.0, 20.0,
];

/// What is logged unless `ANYWHEN_LOG` says otherwise: ours; of the engine's internals, which
/// tell of every compaction, and of the object store's client, which tells of every retry (they are
/// counted by a metric), only warnings.
const DEFAULT_LEVELS: &str = "info,fjall=warn,lsm_tree=warn,object_store=warn";

/// Starts logging; `ANYWHEN_LOG` sets the levels.
pub(crate) fn start_logs(config: &Config) -> anyhow::Result<()> {
    start_logs_from(config, DEFAULT_LEVELS)
}

/// As [`start_logs`], with other levels unless `ANYWHEN_LOG` sets them.
pub(crate) fn start_logs_from(config: &Config, levels: &str) -> anyhow::Result<()> {
    let levels = std::env::var("ANYWHEN_LOG").unwrap_or_else(|_| levels.to_owned());
    let filter = EnvFilter::builder()
        .parse(levels)
        .context("in ANYWHEN_LOG")?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        // A log that cannot be written (its disk is full) is lost. The alternative is a panic of
        // whoever logs: telling of it would go to standard error, too.
        .log_internal_errors(false);
    match config.log_format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}

/// How often what was measured is sorted into buckets. Until then every single value is in memory.
const SORTED_EVERY: Duration = Duration::from_secs(5);

/// Keeps the memory of the metrics bounded, whether or not anybody reads them, until it is dropped.
pub(crate) fn keep_metrics_small(metrics: PrometheusHandle) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(SORTED_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let metrics = metrics.clone();
            let sorted = tokio::task::spawn_blocking(move || metrics.run_upkeep());
            if let Err(error) = sorted.await {
                tracing::warn!(%error, "the metrics could not be sorted");
            }
        }
    });
    tasks
}

/// Starts collecting metrics; the handle renders them. [`keep_metrics_small`] must run beside.
pub(crate) fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &LATENCY_BUCKETS_SECONDS)?
        .set_buckets_for_metric(
            Matcher::Suffix("_group_size".into()),
            &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0],
        )?
        .install_recorder()?;
    metrics::describe_counter!("anywhen_requests_total", "Requests by operation and result");
    metrics::describe_histogram!(
        "anywhen_request_duration_seconds",
        "Time from the whole request read to the reply handed over, by operation"
    );
    metrics::describe_gauge!("anywhen_connections", "Open client connections");
    Ok(handle)
}
