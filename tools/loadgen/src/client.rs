//! The closed loop: each connection sends its next request when the last one is answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use hdrhistogram::Histogram;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

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
    let mut stream = TcpStream::connect(load.address)
        .await
        .context("cannot connect")?;
    stream.set_nodelay(true)?;
    let mut latencies = Histogram::new(3)?;
    let noise = noise(load.payload_bytes);
    let (mut request, mut reply) = (Vec::new(), Vec::new());
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= load.requests {
            return Ok(latencies);
        }
        compose(&load, kind, load.first + number, &noise, &mut request);
        let sent = Instant::now();
        stream.write_all(&request).await?;
        let status = receive(&mut stream, &mut reply).await?;
        if status != 200 {
            bail!("status {status}: {}", String::from_utf8_lossy(&reply));
        }
        latencies.record(sent.elapsed().max(Duration::from_micros(1)).as_micros() as u64)?;
    }
}

/// Text in which no two payloads look alike, so that neither side gains by compressing it.
fn noise(payload_bytes: usize) -> String {
    let mut state = 1u64;
    let mut digit = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + (state >> 33) as u8 % 75)
    };
    (0..payload_bytes + NOISE_BYTES)
        .map(|_| digit())
        .filter(|c| !matches!(c, '"' | '\\'))
        .collect()
}

/// How far the start of a payload moves through the noise.
const NOISE_BYTES: usize = 1 << 20;

fn compose(load: &Load, kind: Kind, number: u64, noise: &str, request: &mut Vec<u8>) {
    let table = &load.table;
    let item = number % load.items;
    let start = (number.wrapping_mul(7919) % (NOISE_BYTES as u64 / 2)) as usize;
    let payload = noise
        .get(start..start + load.payload_bytes)
        .unwrap_or_default();
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

/// Reads one reply whole; leaves its bytes in `reply`.
async fn receive(stream: &mut TcpStream, reply: &mut Vec<u8>) -> anyhow::Result<u16> {
    reply.clear();
    let mut wanted = None;
    loop {
        if stream.read_buf(reply).await? == 0 {
            bail!("the server closed the connection");
        }
        if wanted.is_none()
            && let Some(end) = find(reply, b"\r\n\r\n")
        {
            let head = std::str::from_utf8(reply.get(..end).unwrap_or_default())?;
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .context("a reply without Content-Length")?;
            wanted = Some(end + 4 + length.1.trim().parse::<usize>()?);
        }
        if wanted.is_some_and(|wanted| reply.len() >= wanted) {
            let status = reply.get(9..12).context("a reply without a status")?;
            return Ok(std::str::from_utf8(status)?.parse()?);
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
