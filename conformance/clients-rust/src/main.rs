//! A task for the Rust SDK: items of every type, pages, conditions, transactions, a stream, a backup
//! and a restore to an instant with milliseconds.
//!
//! `anywhen-conformance-clients ENDPOINT PREFIX` creates tables whose names begin with PREFIX,
//! asserts what the SDK tells it, and prints the names as one line of JSON. It leaves the tables: the
//! suite compares their items with what it expects, and drops them. A claim that does not hold ends
//! it with a panic that says which.

mod records;
mod recovery;
mod table;

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(endpoint), Some(prefix)) = (arguments.next(), arguments.next()) else {
        return Err("usage: anywhen-conformance-clients ENDPOINT PREFIX".into());
    };
    let client = Client::from_conf(
        aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .endpoint_url(&endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(credentials())
            .retry_config(RetryConfig::standard())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build(),
    );
    let table = format!("{prefix}-readings");
    table::create(&client, &table).await?;
    table::every_type_comes_back(&client, &table).await?;
    table::batches_and_pages(&client, &table).await?;
    table::conditions(&client, &table).await?;
    table::transactions(&client, &table).await?;
    records::rebuild_the_table(&client, &endpoint, &table).await?;
    let backup = recovery::back_up(&client, &table).await?;
    let instant = recovery::change_from_here_on(&client, &table).await?;
    let from_backup = format!("{prefix}-from-backup");
    let to_instant = format!("{prefix}-to-instant");
    recovery::restore_backup(&client, &backup, &from_backup).await?;
    recovery::restore_instant(&client, &table, instant, &to_instant).await?;
    let restored = format!(r#""fromBackup":"{from_backup}","toInstant":"{to_instant}""#);
    println!(r#"{{"table":"{table}",{restored},"backupArn":"{backup}"}}"#);
    Ok(())
}

fn credentials() -> Credentials {
    Credentials::new("anywhen", "anywhen", None, None, "static")
}

/// Calls `condition` until it holds, for a minute at most.
async fn until<F: Future<Output = Result<bool, Failure>>>(
    what: &str,
    mut condition: impl FnMut() -> F,
) -> Result<(), Failure> {
    let end = Instant::now() + Duration::from_secs(60);
    while !condition().await? {
        assert!(Instant::now() < end, "{what}: not within a minute");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
