//! The figures of a run as text, as JSON, and as a chart.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use hdrhistogram::Histogram;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::chart;
use crate::figures::{Figures, OperationFigures};

/// A run and what it measured.
pub(crate) struct Summary {
    pub(crate) workload: String,
    pub(crate) distribution: Option<String>,
    pub(crate) seed: Option<u64>,
    pub(crate) endpoint: String,
    pub(crate) connections: u32,
    /// Requests per second of an open loop.
    pub(crate) rate: Option<f64>,
    pub(crate) started_at: Timestamp,
    pub(crate) seconds: f64,
    pub(crate) figures: Figures,
}

impl Summary {
    fn requests_per_second(&self) -> f64 {
        self.figures.completed() as f64 / self.seconds
    }

    /// One line that says what was run.
    fn title(&self) -> String {
        let mut title = self.workload.clone();
        if let Some(distribution) = &self.distribution {
            let _ = write!(title, ", {distribution}");
        }
        let _ = write!(title, ", {} connections, ", self.connections);
        let _ = match self.rate {
            Some(rate) => write!(title, "open loop at {rate} requests/s"),
            None => write!(title, "closed loop"),
        };
        title
    }
}

/// Prints the figures.
#[expect(clippy::print_stdout, reason = "the figures are the program's output")]
pub(crate) fn print(summary: &Summary) {
    print!("{}", text(summary));
}

/// Writes the files that were asked for.
pub(crate) fn keep(
    summary: &Summary,
    json_file: Option<&Path>,
    svg_file: Option<&Path>,
) -> anyhow::Result<()> {
    if let Some(path) = json_file {
        write(path, format!("{:#}\n", json(summary)))?;
    }
    if let Some(path) = svg_file {
        let lines: Vec<_> = summary
            .figures
            .operations
            .iter()
            .map(|(operation, figures)| chart::Line {
                name: operation.name(),
                points: curve(&figures.latencies),
            })
            .collect();
        write(path, chart::svg(&summary.title(), &lines))?;
    }
    Ok(())
}

fn write(path: &Path, text: String) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn text(summary: &Summary) -> String {
    let figures = &summary.figures;
    // Writing to a string cannot fail.
    let mut text = format!("{}, {}\n", summary.title(), summary.endpoint);
    let _ = writeln!(
        text,
        "{} requests in {:.2} s: {:.0} requests/s, {} failed, {} retries, {} connections opened",
        figures.completed(),
        summary.seconds,
        summary.requests_per_second(),
        figures.failed(),
        figures.retries(),
        figures.connections_opened,
    );
    let _ = writeln!(
        text,
        "{:<25} {:>9} {:>7} {:>7} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "", "completed", "failed", "retries", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms",
    );
    for (operation, figures) in &figures.operations {
        let latencies = &figures.latencies;
        let millis = |quantile| latencies.value_at_quantile(quantile) as f64 / 1000.0;
        let _ = writeln!(
            text,
            "{:<25} {:>9} {:>7} {:>7} {:>9.3} {:>9.3} {:>9.3} {:>9.3} {:>9.3}",
            operation.name(),
            latencies.len(),
            figures.failures(),
            figures.retried(),
            millis(0.5),
            millis(0.9),
            millis(0.99),
            millis(0.999),
            millis(1.0),
        );
        for line in remarks(figures) {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

/// What was not as it should be, line by line.
fn remarks(figures: &OperationFigures) -> Vec<String> {
    let mut lines = Vec::new();
    if figures.missing > 0 {
        lines.push(format!("{} found no item", figures.missing));
    }
    for (error, count) in &figures.retries {
        lines.push(format!("{count} tried again after {error}"));
    }
    for (error, (count, message)) in &figures.failed {
        lines.push(format!("{count} failed with {error}, the first: {message}"));
    }
    lines
}

fn json(summary: &Summary) -> Value {
    let figures = &summary.figures;
    let operations: Vec<_> = figures
        .operations
        .iter()
        .map(|(operation, figures)| operation_json(operation.name(), figures))
        .collect();
    json!({
        "workload": summary.workload,
        "distribution": summary.distribution,
        "seed": summary.seed,
        "endpoint": summary.endpoint,
        "connections": summary.connections,
        "target_requests_per_second": summary.rate,
        "started_at": summary.started_at.to_string(),
        "seconds": summary.seconds,
        "completed": figures.completed(),
        "failed": figures.failed(),
        "retries": figures.retries(),
        "connections_opened": figures.connections_opened,
        "requests_per_second": summary.requests_per_second(),
        "operations": operations,
    })
}

fn operation_json(name: &str, figures: &OperationFigures) -> Value {
    let latencies = &figures.latencies;
    let at = |quantile| latencies.value_at_quantile(quantile);
    let failed: serde_json::Map<_, _> = figures
        .failed
        .iter()
        .map(|(error, (count, message))| {
            let value = json!({"count": count, "first_message": message});
            (error.clone(), value)
        })
        .collect();
    json!({
        "operation": name,
        "completed": latencies.len(),
        "failed": failed,
        "retries": figures.retries,
        "items": figures.items,
        "missing": figures.missing,
        "latency_us": {
            "mean": latencies.mean(),
            "p50": at(0.5),
            "p90": at(0.9),
            "p95": at(0.95),
            "p99": at(0.99),
            "p99_9": at(0.999),
            "p99_99": at(0.9999),
            "max": latencies.max(),
        },
        "quantiles_us": curve(latencies),
    })
}

/// Quantile and microseconds, ten points for each nine, as far as there are samples to tell.
fn curve(latencies: &Histogram<u64>) -> Vec<(f64, u64)> {
    let samples = latencies.len() as f64;
    (0..=200)
        .map(|tenth| 1.0 - 10_f64.powf(-f64::from(tenth) / 10.0))
        .take_while(|quantile| (1.0 - quantile) * samples >= 1.0 - 1e-9)
        .map(|quantile| (quantile, latencies.value_at_quantile(quantile)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::workload::Operation;

    /// 1,000 reads of 1 to 1,000 ms, one update that was tried twice again, and one given up.
    fn summary() -> Summary {
        let mut one = Figures::default();
        let mut other = Figures::default();
        for millis in 1..=1000 {
            let figures = if millis % 3 == 0 {
                &mut one
            } else {
                &mut other
            };
            figures
                .of(Operation::Read)
                .succeeded(Duration::from_millis(millis));
        }
        one.connections_opened = 2;
        other.connections_opened = 1;
        one.of(Operation::Read).missing = 4;
        one.of(Operation::Update)
            .succeeded(Duration::from_millis(7));
        one.of(Operation::Update)
            .tried_again("ThrottlingException".to_owned());
        other
            .of(Operation::Update)
            .tried_again("ThrottlingException".to_owned());
        other
            .of(Operation::Update)
            .gave_up("connect".to_owned(), "refused".to_owned());
        one.add(other);
        Summary {
            workload: "a".to_owned(),
            distribution: Some("zipfian".to_owned()),
            seed: Some(9),
            endpoint: "http://127.0.0.1:8000".to_owned(),
            connections: 2,
            rate: Some(500.0),
            started_at: Timestamp::UNIX_EPOCH,
            seconds: 2.0,
            figures: one,
        }
    }

    #[test]
    fn json_tells_everything() {
        let json = json(&summary());
        assert_eq!(json["completed"], 1001);
        assert_eq!(json["failed"], 1);
        assert_eq!(json["retries"], 2);
        assert_eq!(json["connections_opened"], 3);
        assert_eq!(json["requests_per_second"], 500.5);
        assert_eq!(json["target_requests_per_second"], 500.0);
        let read = &json["operations"][0];
        assert_eq!(read["operation"], "GetItem");
        assert_eq!(read["missing"], 4);
        for (name, millis) in [
            ("p50", 500.0),
            ("p90", 900.0),
            ("p99", 990.0),
            ("max", 1000.0),
        ] {
            let got = read["latency_us"][name].as_f64().unwrap() / 1000.0;
            assert!((got / millis - 1.0).abs() < 0.002, "{name}: {got}");
        }
        let update = &json["operations"][1];
        assert_eq!(update["retries"]["ThrottlingException"], 2);
        assert_eq!(
            update["failed"]["connect"],
            json!({"count": 1, "first_message": "refused"})
        );
    }

    #[test]
    fn text_hides_no_failure_and_no_retry() {
        let text = text(&summary());
        for wanted in [
            "a, zipfian, 2 connections, open loop at 500 requests/s, http://127.0.0.1:8000\n",
            "1001 requests in 2.00 s: 500 requests/s, 1 failed, 2 retries, 3 connections opened\n",
            "4 found no item\n",
            "2 tried again after ThrottlingException\n",
            "1 failed with connect, the first: refused\n",
        ] {
            assert!(text.contains(wanted), "{wanted:?} in {text}");
        }
    }

    #[test]
    fn the_curve_ends_where_samples_do() {
        let summary = summary();
        let read = curve(&summary.figures.operations[&Operation::Read].latencies);
        assert_eq!(read.len(), 31);
        assert!(read.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1));
        assert!((read.last().unwrap().0 - 0.999).abs() < 1e-9);
        let update = curve(&summary.figures.operations[&Operation::Update].latencies);
        assert_eq!(update.len(), 1);
    }

    #[test]
    fn the_files_asked_for_are_written() {
        let directory = tempfile::tempdir().unwrap();
        let (json_file, svg_file) = (
            directory.path().join("a.json"),
            directory.path().join("a.svg"),
        );
        keep(&summary(), Some(&json_file), Some(&svg_file)).unwrap();
        let kept = std::fs::read_to_string(json_file).unwrap();
        assert_eq!(kept, format!("{:#}\n", json(&summary())));
        let drawn = std::fs::read_to_string(svg_file).unwrap();
        assert_eq!(drawn.matches("<polyline").count(), 2);
        assert!(keep(&summary(), Some(Path::new("/nowhere/a.json")), None).is_err());
    }
}
