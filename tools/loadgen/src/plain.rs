//! The plain closed loop: PutItem or GetItem by number, each connection sending its next request when
//! the last one is answered.
//!
//! Requests carry a credential scope but no valid signature. A connection that fails ends the run
//! with an error.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use hdrhistogram::Histogram;

use crate::connection::Connection;
use crate::noise::Noise;

/// What a run does.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Load {
    /// Address of the server, for example 127.0.0.1:8000.
    #[arg(long)]
    address: SocketAddr,
    /// Table with partition key `pk` (S).
    #[arg(long, default_value = "Load")]
    table: String,
    /// Connections, each with one request under way.
    #[arg(long, default_value_t = 64)]
    connections: u64,
    /// Requests in all.
    #[arg(long, default_value_t = 100_000)]
    requests: u64,
    /// Number of the first request. A run that writes the numbers of an earlier one writes what
    /// is there already, which is cheaper.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Distinct items; request n concerns item n modulo this.
    #[arg(long, default_value_t = 100_000)]
    items: u64,
    /// Bytes of each item's payload attribute.
    #[arg(long, default_value_t = 1000)]
    payload_bytes: usize,
}

/// Which operation the run sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Put,
    Get,
}

/// Runs the load and prints one line of figures.
#[expect(clippy::print_stdout, reason = "the figures are the program's output")]
pub(crate) async fn run(load: Load, kind: Kind) -> anyhow::Result<()> {
    let load = Arc::new(load);
    let next = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let connections: Vec<_> = (0..load.connections)
        .map(|_| tokio::spawn(connection(Arc::clone(&load), kind, Arc::clone(&next))))
        .collect();
    let mut latencies = Histogram::<u64>::new(3)?;
    for connection in connections {
        latencies.add(connection.await??)?;
    }
    let seconds = started.elapsed().as_secs_f64();
    let millis = |quantile| latencies.value_at_quantile(quantile) as f64 / 1000.0;
    println!(
        "{kind:?} connections={} requests={} requests_per_second={:.0} p50_ms={:.2} p99_ms={:.2} max_ms={:.2}",
        load.connections,
        latencies.len(),
        latencies.len() as f64 / seconds,
        millis(0.5),
        millis(0.99),
        millis(1.0),
    );
    Ok(())
}

async fn connection(
    load: Arc<Load>,
    kind: Kind,
    next: Arc<AtomicU64>,
) -> anyhow::Result<Histogram<u64>> {
    let mut connection = Connection::open(load.address)
        .await
        .context("cannot connect")?;
    let mut latencies = Histogram::new(3)?;
    let noise = Noise::new(load.payload_bytes);
    let mut request = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= load.requests {
            return Ok(latencies);
        }
        compose(&load, kind, load.first + number, &noise, &mut request);
        let sent = Instant::now();
        let reply = connection.exchange(&request).await?;
        if reply.status != 200 {
            let body = String::from_utf8_lossy(reply.body);
            bail!("status {}: {body}", reply.status);
        }
        latencies.record(sent.elapsed().max(Duration::from_micros(1)).as_micros() as u64)?;
    }
}

fn compose(load: &Load, kind: Kind, number: u64, noise: &Noise, request: &mut Vec<u8>) {
    let table = &load.table;
    let item = number % load.items;
    let payload = noise.payload(number, load.payload_bytes);
    let (operation, body) = match kind {
        Kind::Put => (
            "PutItem",
            format!(
                r#"{{"TableName":"{table}","Item":{{"pk":{{"S":"item-{item:010}"}},"n":{{"N":"{number}"}},"payload":{{"S":"{payload}"}}}}}}"#
            ),
        ),
        Kind::Get => (
            "GetItem",
            format!(r#"{{"TableName":"{table}","Key":{{"pk":{{"S":"item-{item:010}"}}}}}}"#),
        ),
    };
    request.clear();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-amz-json-1.0\r\n\
         X-Amz-Target: DynamoDB_20120810.{operation}\r\nAuthorization: AWS4-HMAC-SHA256 \
         Credential=load/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, \
         Signature=00\r\nContent-Length: {}\r\n\r\n",
        load.address,
        body.len()
    );
    request.extend_from_slice(head.as_bytes());
    request.extend_from_slice(body.as_bytes());
}
