//! A run: loads a table with records, or sends a workload's requests to it, and reports.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;

use crate::body::{Bodies, first};
use crate::caller::{ApiError, Caller};
use crate::distribution::{Chooser, Distribution, YCSB_THETA};
use crate::figures::Figures;
use crate::pace::{Pace, PaceOptions};
use crate::records::{Records, Shape};
use crate::report::{self, Summary};
use crate::signature::{Credentials, Signer};
use crate::workload::{Draw, Inserts, Operation, Request, Workload};

/// How long a new table may take to become ACTIVE.
const TABLE_PATIENCE: Duration = Duration::from_mins(2);

/// Where requests go.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Target {
    /// URL of the server, http only.
    #[arg(long, default_value = "http://127.0.0.1:8000")]
    endpoint: String,
    /// Table, with partition key pk (S) and sort key sk (S).
    #[arg(long, default_value = "Load")]
    table: String,
    #[command(flatten)]
    credentials: Credentials,
    /// Attempts a request has, with growing waits between them.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    attempts: u32,
    /// Writes the figures as JSON to this file.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Draws the latencies by percentile to this file.
    #[arg(long)]
    svg: Option<PathBuf>,
}

/// What `loadgen load` takes.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct LoadOptions {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    shape: Shape,
    /// Connections, each with one request under way.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    connections: u32,
}

/// What `loadgen run` takes.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct RunOptions {
    /// What to send.
    workload: Workload,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    shape: Shape,
    #[command(flatten)]
    pace: PaceOptions,
    /// How requests spread over the records; the workload's usual one unless given.
    #[arg(long)]
    distribution: Option<Distribution>,
    /// Exponent of zipfian and latest, between 0 and 1.
    #[arg(long, default_value_t = YCSB_THETA, value_parser = theta)]
    theta: f64,
    /// Number that all choices follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Items of a Query, at most with workload e.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    query_items: u64,
    /// Items of a transaction.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=100))]
    transaction_items: u64,
    /// Strongly consistent reads.
    #[arg(long)]
    consistent_reads: bool,
}

fn theta(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(theta) if (0.001..=0.999).contains(&theta) => Ok(theta),
        _ => Err("not from 0.001 to 0.999".to_owned()),
    }
}

/// Everything the connections of a run share.
struct Job {
    target: Target,
    records: Records,
    address: SocketAddr,
    host: String,
    consistent_reads: bool,
    pace: Arc<Pace>,
    inserts: Inserts,
    /// None loads the table: request n inserts record n.
    draw: Option<Draw>,
}

/// Creates the table unless it is there, and writes every record once.
pub(crate) async fn load(options: LoadOptions) -> anyhow::Result<()> {
    let records = Records::new(options.shape)?;
    let (address, host) = resolve(&options.target.endpoint).await?;
    create_table(&options.target, address, &host).await?;
    let pace = PaceOptions {
        connections: options.connections,
        requests: Some(records.shape().records),
        seconds: None,
        rate: None,
    };
    let job = Job {
        target: options.target,
        records,
        address,
        host,
        consistent_reads: false,
        pace: Pace::start(&pace)?,
        inserts: Inserts::new(0),
        draw: None,
    };
    drive(job, "load".to_owned(), None, &pace).await
}

/// Sends a workload's requests to a table that `load` has written with the same options.
pub(crate) async fn run(options: RunOptions) -> anyhow::Result<()> {
    let shape = options.shape.clone();
    let distribution = options
        .distribution
        .unwrap_or(options.workload.usual_distribution());
    let draw = Draw {
        workload: options.workload,
        chooser: Chooser::new(distribution, shape.records, options.theta),
        seed: options.seed,
        fields: shape.fields,
        partition_records: shape.partition_records,
        query_items: options.query_items,
        transaction_items: options.transaction_items,
    };
    let records = Records::new(options.shape)?;
    let (address, host) = resolve(&options.target.endpoint).await?;
    let name = format!("{:?}", options.workload).to_lowercase();
    let job = Job {
        target: options.target,
        records,
        address,
        host,
        consistent_reads: options.consistent_reads,
        pace: Pace::start(&options.pace)?,
        inserts: Inserts::new(shape.records),
        draw: Some(draw),
    };
    drive(job, name, Some((distribution, options.seed)), &options.pace).await
}

async fn drive(
    job: Job,
    workload: String,
    choice: Option<(Distribution, u64)>,
    pace: &PaceOptions,
) -> anyhow::Result<()> {
    let started_at = Timestamp::now();
    let job = Arc::new(job);
    let connections: Vec<_> = (0..pace.connections)
        .map(|_| tokio::spawn(connection(Arc::clone(&job))))
        .collect();
    let mut figures = Figures::default();
    for connection in connections {
        figures.add(connection.await?);
    }
    let summary = Summary {
        workload,
        distribution: choice.map(|(distribution, _)| format!("{distribution:?}").to_lowercase()),
        seed: choice.map(|(_, seed)| seed),
        endpoint: job.target.endpoint.clone(),
        connections: pace.connections,
        rate: pace.rate,
        started_at,
        seconds: job.pace.started().elapsed().as_secs_f64(),
        figures,
    };
    report::print(&summary);
    report::keep(
        &summary,
        job.target.json.as_deref(),
        job.target.svg.as_deref(),
    )?;
    ensure!(
        summary.figures.failed() == 0,
        "{} requests failed",
        summary.figures.failed()
    );
    Ok(())
}

async fn connection(job: Arc<Job>) -> Figures {
    let mut figures = Figures::default();
    let mut caller = caller(&job.target, job.address, &job.host);
    let mut draw = job.draw.clone();
    let mut body = String::new();
    while let Some(slot) = job.pace.next().await {
        let request = match &mut draw {
            Some(draw) => draw.request(slot.number, &job.inserts),
            None => insert(slot.number),
        };
        let mut sending = Sending {
            job: &job,
            caller: &mut caller,
            figures: &mut figures,
            body: &mut body,
        };
        match sending.send(&request).await {
            Ok(()) => figures
                .of(request.operation)
                .succeeded(slot.since.elapsed()),
            Err(error) => figures
                .of(request.operation)
                .gave_up(error.name, error.message),
        }
    }
    figures.connections_opened = caller.connections_opened;
    figures
}

fn insert(record: u64) -> Request {
    Request {
        operation: Operation::Insert,
        records: vec![record],
        limit: 0,
        field: 0,
        version: 0,
    }
}

/// What it takes to send one request after another over a connection.
struct Sending<'a> {
    job: &'a Job,
    caller: &'a mut Caller,
    figures: &'a mut Figures,
    body: &'a mut String,
}

impl Sending<'_> {
    async fn send(&mut self, request: &Request) -> Result<(), ApiError> {
        let job = self.job;
        let bodies = Bodies {
            table: &job.target.table,
            records: &job.records,
            consistent_reads: job.consistent_reads,
        };
        let record = first(request);
        let name = match request.operation {
            Operation::Read | Operation::ReadModifyWrite => bodies.get(record, self.body),
            Operation::Update => bodies.update(request, self.body),
            Operation::Insert | Operation::Put => bodies.put(record, request.version, self.body),
            Operation::Query => bodies.query(request, self.body),
            Operation::TransactGet => bodies.transact_get(request, self.body),
            Operation::TransactWrite => bodies.transact_write(request, self.body),
        };
        let items = self.call(request.operation, name).await?;
        let figures = self.figures.of(request.operation);
        figures.items += items;
        match request.operation {
            Operation::Read | Operation::ReadModifyWrite if items == 0 => figures.missing += 1,
            Operation::Insert => job.inserts.done(record),
            _ => {}
        }
        if request.operation == Operation::ReadModifyWrite {
            let name = bodies.update(request, self.body);
            self.call(request.operation, name).await?;
        }
        Ok(())
    }

    /// The number of items found.
    async fn call(&mut self, operation: Operation, name: &str) -> Result<u64, ApiError> {
        let ended = self.caller.call(name, self.body).await;
        let figures = self.figures.of(operation);
        for error in ended.tried_again {
            figures.tried_again(error);
        }
        ended.outcome.map(|found| found.items)
    }
}

fn caller(target: &Target, address: SocketAddr, host: &str) -> Caller {
    let signer = Signer::new(
        target.credentials.clone(),
        host.to_owned(),
        Timestamp::now(),
    );
    Caller::new(address, signer, target.attempts)
}

/// The address behind a URL, and what the Host header says.
async fn resolve(endpoint: &str) -> anyhow::Result<(SocketAddr, String)> {
    let host = endpoint
        .strip_prefix("http://")
        .with_context(|| format!("{endpoint}: not an http:// URL (https is not supported)"))?
        .trim_end_matches('/');
    let named = if host.rsplit(']').next().unwrap_or(host).contains(':') {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let mut addresses = tokio::net::lookup_host(&named)
        .await
        .with_context(|| format!("{endpoint}: cannot be resolved"))?;
    let address = addresses.next().context("a name without an address")?;
    Ok((address, host.to_owned()))
}

async fn create_table(target: &Target, address: SocketAddr, host: &str) -> anyhow::Result<()> {
    let table = &target.table;
    let mut caller = caller(target, address, host);
    let body = format!(
        r#"{{"TableName":"{table}","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{{"AttributeName":"pk","AttributeType":"S"}},{{"AttributeName":"sk","AttributeType":"S"}}],"KeySchema":[{{"AttributeName":"pk","KeyType":"HASH"}},{{"AttributeName":"sk","KeyType":"RANGE"}}]}}"#
    );
    match caller.call("CreateTable", &body).await.outcome {
        Ok(_) => {}
        Err(error) if error.name == "ResourceInUseException" => {}
        Err(error) => bail!("cannot create {table}: {}: {}", error.name, error.message),
    }
    wait_until_active(&mut caller, table).await
}

/// A read of a key that is not there succeeds once the table is ACTIVE.
async fn wait_until_active(caller: &mut Caller, table: &str) -> anyhow::Result<()> {
    let body = format!(r#"{{"TableName":"{table}","Key":{{"pk":{{"S":"-"}},"sk":{{"S":"-"}}}}}}"#);
    let started = Instant::now();
    loop {
        match caller.call("GetItem", &body).await.outcome {
            Ok(_) => return Ok(()),
            Err(error)
                if error.name == "ResourceNotFoundException"
                    && started.elapsed() < TABLE_PATIENCE =>
            {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(error) => bail!("{table} is of no use: {}: {}", error.name, error.message),
        }
    }
}
