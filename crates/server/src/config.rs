//! Where every setting comes from: the command line, then the environment (`ANYWHEN_...`), then
//! a TOML file, then the default; the first that names a setting wins.
//!
//! [`Config`] holds only values that have been checked: a server never starts on a setting it
//! would have to refuse later. An unknown key in the file is an error that names it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use anywhen_model::{AccountId, Region};
use anywhen_recovery::Consent;
use clap::builder::FalseyValueParser;
use serde::Deserialize;

/// Why the server keeps to itself, and nobody can sign in to its console.
pub(crate) const NO_SIGN_IN: &str = "requests are not authenticated yet";

/// The command line of `anywhen serve`. Every option can also stand in the environment or in
/// the file; see the module head.
#[derive(Debug, Default, clap::Args, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ServeArguments {
    /// TOML file with any of these settings, named as here without the dashes in front.
    #[arg(long, env = "ANYWHEN_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,

    /// Address and port to listen on, loopback only; port 0 picks a free one [default:
    /// 127.0.0.1:8000].
    #[arg(long, env = "ANYWHEN_LISTEN", value_name = "ADDRESS")]
    listen: Option<SocketAddr>,

    /// Directory of the live data [default: anywhen-data].
    #[arg(long, env = "ANYWHEN_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// Where history and backups go: a directory, file:///DIR, or s3://BUCKET/PREFIX. Should
    /// not share its disk with the data [default: DATA_DIR with -archive appended].
    #[arg(long, env = "ANYWHEN_ARCHIVE", value_name = "URL")]
    archive: Option<String>,

    /// The key everything is encrypted under, made at first start. Without it nothing can be
    /// recovered [default: DATA_DIR with -master.key appended].
    #[arg(long, env = "ANYWHEN_MASTER_KEY_FILE", value_name = "FILE")]
    master_key_file: Option<PathBuf>,

    /// The account all requests belong to [default: 123456789012].
    #[arg(long, env = "ANYWHEN_ACCOUNT_ID", value_name = "ID")]
    account_id: Option<String>,

    /// Region of requests whose signature names none [default: us-east-1].
    #[arg(long, env = "ANYWHEN_DEFAULT_REGION", value_name = "REGION")]
    default_region: Option<String>,

    /// Web origin that may call the API from a browser; may be given several times. `*`
    /// allows every page.
    #[arg(
        long,
        env = "ANYWHEN_CORS_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    cors_origin: Option<Vec<String>>,

    /// What must be durable before a write is acknowledged: `fsync` survives power loss;
    /// `process` survives only the death of the process, and a power cut loses the last writes
    /// [default: fsync].
    #[arg(long, env = "ANYWHEN_DURABILITY", value_name = "LEVEL")]
    durability: Option<Durability>,

    /// Writes are refused when the data directory's disk has less free space than this, in
    /// MiB [default: 512].
    #[arg(long, env = "ANYWHEN_FREE_SPACE_MIB", value_name = "MIB")]
    free_space_mib: Option<u64>,

    /// Memory for writes that are not in the engine's table files yet, in MiB. Less of it means
    /// more work in the background and a faster start after a crash [default: 256].
    #[arg(long, env = "ANYWHEN_MEMTABLES_MIB", value_name = "MIB")]
    memtables_mib: Option<u64>,

    /// Seconds a client may take to send a request's headers, and then its body [default: 20].
    #[arg(long, env = "ANYWHEN_REQUEST_TIMEOUT_SECONDS", value_name = "SECONDS")]
    request_timeout_seconds: Option<u64>,

    /// Refuses requests when the provisioned capacity of a table or global secondary index, or its
    /// on-demand maximum, is used up, as DynamoDB does. Without it capacity is only counted.
    #[arg(long, env = "ANYWHEN_THROTTLING", value_parser = FalseyValueParser::new())]
    throttling: bool,

    /// Seconds between two looks for items that have expired, in tables with time to live; may
    /// have a fraction [default: 10].
    #[arg(
        long,
        env = "ANYWHEN_TIME_TO_LIVE_INTERVAL_SECONDS",
        value_name = "SECONDS"
    )]
    time_to_live_interval_seconds: Option<f64>,

    /// Seconds for which a table's time to live cannot be changed again. AWS has about 1,860
    /// [default: 0].
    #[arg(
        long,
        env = "ANYWHEN_TIME_TO_LIVE_COOLDOWN_SECONDS",
        value_name = "SECONDS"
    )]
    time_to_live_cooldown_seconds: Option<u64>,

    /// Log lines: `text` or `json` [default: text]. Levels come from ANYWHEN_LOG, for example
    /// `info` or `anywhen_archive=debug`.
    #[arg(long, env = "ANYWHEN_LOG_FORMAT", value_name = "FORMAT")]
    log_format: Option<LogFormat>,

    /// Takes another archive than the one the data directory has used before, or an empty place:
    /// all history begins anew there, and what the archive before holds is lost to this server.
    #[arg(long, env = "ANYWHEN_ADOPT_ARCHIVE", value_parser = FalseyValueParser::new())]
    adopt_archive: bool,

    /// Starts although the archive shows that this data directory has lost acknowledged writes,
    /// and goes on without them; all history begins anew.
    #[arg(long, env = "ANYWHEN_ACCEPT_LOST_WRITES", value_parser = FalseyValueParser::new())]
    accept_lost_writes: bool,

    /// Changes how the archiver works, for tests only: `NAME=NUMBER`, separated by semicolons;
    /// `miniature` at the front has it do the work of days within seconds.
    #[arg(long, env = "ANYWHEN_ARCHIVER", hide = true)]
    archiver: Option<String>,

    /// Holds jobs at named points, for tests only: `NAME=ACTION`, separated by semicolons.
    #[arg(long, env = "ANYWHEN_FAILPOINTS", hide = true)]
    failpoints: Option<String>,
}

/// The command line of `anywhen recover`.
#[derive(Debug, clap::Args)]
pub(crate) struct RecoverArguments {
    /// The archive of the lost server: a directory, file:///DIR, or s3://BUCKET/PREFIX.
    #[arg(long, env = "ANYWHEN_ARCHIVE", value_name = "URL")]
    archive: String,

    /// The key that the lost server's data was encrypted under.
    #[arg(long, env = "ANYWHEN_MASTER_KEY_FILE", value_name = "FILE")]
    master_key_file: PathBuf,

    /// Where the new server's data goes: a directory that is empty, or not there, or in which
    /// a recovery was cut off.
    #[arg(long, env = "ANYWHEN_DATA_DIR", value_name = "DIR")]
    data_dir: PathBuf,

    /// An earlier instant to recover instead of the last one in the archive, like
    /// 2026-11-21T12:00:00Z, or in seconds since the epoch. What came later stays in the
    /// history of each table.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,

    /// Log lines: `text` or `json` [default: text]. Levels come from ANYWHEN_LOG.
    #[arg(long, env = "ANYWHEN_LOG_FORMAT", value_name = "FORMAT")]
    log_format: Option<LogFormat>,

    /// Holds jobs at named points, for tests only: `NAME=ACTION`, separated by semicolons.
    #[arg(long, env = "ANYWHEN_FAILPOINTS", hide = true)]
    failpoints: Option<String>,
}

impl RecoverArguments {
    /// The settings that a recovery shares with the server it rebuilds.
    pub(crate) fn config(self) -> anyhow::Result<Config> {
        Config::resolve(ServeArguments {
            archive: Some(self.archive),
            master_key_file: Some(self.master_key_file),
            data_dir: Some(self.data_dir),
            log_format: self.log_format,
            failpoints: self.failpoints,
            ..ServeArguments::default()
        })
    }
}

/// What an acknowledgement promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Durability {
    /// Survives power loss.
    Fsync,
    /// Survives the death of the process.
    Process,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The settings of a running server.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) data_dir: PathBuf,
    pub(crate) archive_url: String,
    /// No archive was named, so it lies beside the data and shares its fate.
    pub(crate) archive_is_default: bool,
    pub(crate) master_key_file: PathBuf,
    pub(crate) account: AccountId,
    pub(crate) default_region: Region,
    pub(crate) cors_origins: Vec<String>,
    pub(crate) durability: Durability,
    pub(crate) free_space_watermark_bytes: u64,
    pub(crate) memtables_bytes: u64,
    pub(crate) request_timeout: Duration,
    pub(crate) throttling: bool,
    pub(crate) time_to_live_interval: Duration,
    pub(crate) time_to_live_cooldown: Duration,
    pub(crate) log_format: LogFormat,
    pub(crate) consent: Consent,
    pub(crate) archiver: Option<String>,
    pub(crate) failpoints: Option<String>,
}

impl Config {
    /// Puts the sources together and checks every value.
    pub(crate) fn resolve(arguments: ServeArguments) -> anyhow::Result<Self> {
        let file = match &arguments.config {
            Some(path) => ServeArguments::from_file(path)?,
            None => ServeArguments::default(),
        };
        let listen = arguments
            .listen
            .or(file.listen)
            .unwrap_or(([127, 0, 0, 1], 8000).into());
        if !listen.ip().is_loopback() {
            bail!(
                "listen address {listen} is not on loopback: {NO_SIGN_IN}, so this server does not \
                 listen where other machines reach it; use 127.0.0.1 or ::1"
            );
        }
        let data_dir = arguments
            .data_dir
            .or(file.data_dir)
            .unwrap_or_else(|| "anywhen-data".into());
        let archive = arguments.archive.or(file.archive);
        let archive_is_default = archive.is_none();
        let account = arguments.account_id.or(file.account_id);
        let account = account.as_deref().unwrap_or("123456789012");
        let region = arguments.default_region.or(file.default_region);
        let region = region.as_deref().unwrap_or("us-east-1");
        let free_space_mib = arguments
            .free_space_mib
            .or(file.free_space_mib)
            .unwrap_or(512);
        let memtables_mib = arguments
            .memtables_mib
            .or(file.memtables_mib)
            .unwrap_or(256);
        let timeout = arguments
            .request_timeout_seconds
            .or(file.request_timeout_seconds);
        let time_to_live_interval = arguments
            .time_to_live_interval_seconds
            .or(file.time_to_live_interval_seconds)
            .unwrap_or(10.0);
        let time_to_live_interval = Duration::try_from_secs_f64(time_to_live_interval)
            .ok()
            .filter(|interval| !interval.is_zero())
            .with_context(|| {
                format!("{time_to_live_interval} is no number of seconds to wait between looks")
            })?;
        let time_to_live_cooldown = arguments
            .time_to_live_cooldown_seconds
            .or(file.time_to_live_cooldown_seconds)
            .unwrap_or(0);
        Ok(Self {
            listen,
            archive_url: archive
                .unwrap_or_else(|| beside(&data_dir, "-archive").display().to_string()),
            archive_is_default,
            master_key_file: arguments
                .master_key_file
                .or(file.master_key_file)
                .unwrap_or_else(|| beside(&data_dir, "-master.key")),
            account: AccountId::try_from(account)
                .ok()
                .with_context(|| format!("account id {account:?} is not 12 digits"))?,
            default_region: Region::try_from(region)
                .ok()
                .with_context(|| format!("{region:?} cannot be the name of a Region"))?,
            cors_origins: arguments
                .cors_origin
                .or(file.cors_origin)
                .unwrap_or_default(),
            durability: arguments
                .durability
                .or(file.durability)
                .unwrap_or(Durability::Fsync),
            free_space_watermark_bytes: free_space_mib.saturating_mul(1 << 20),
            memtables_bytes: memtables_mib.max(1).saturating_mul(1 << 20),
            request_timeout: Duration::from_secs(timeout.unwrap_or(20).max(1)),
            throttling: arguments.throttling || file.throttling,
            time_to_live_interval,
            time_to_live_cooldown: Duration::from_secs(time_to_live_cooldown),
            log_format: arguments
                .log_format
                .or(file.log_format)
                .unwrap_or(LogFormat::Text),
            consent: Consent {
                adopt_archive: arguments.adopt_archive || file.adopt_archive,
                accept_lost_writes: arguments.accept_lost_writes || file.accept_lost_writes,
            },
            archiver: arguments.archiver.or(file.archiver),
            failpoints: arguments.failpoints.or(file.failpoints),
            data_dir,
        })
    }
}

impl ServeArguments {
    fn from_file(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the configuration file {}", path.display()))?;
        toml::from_str(&text)
            .with_context(|| format!("in the configuration file {}", path.display()))
    }
}

fn beside(directory: &Path, ending: &str) -> PathBuf {
    let mut path = directory.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_line_wins_over_file_and_file_over_default() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("anywhen.toml");
        std::fs::write(
            &path,
            "listen = \"127.0.0.1:9000\"\naccount-id = \"000000000001\"\n",
        )
        .unwrap();
        let config = Config::resolve(ServeArguments {
            config: Some(path.clone()),
            listen: Some("[::1]:0".parse().unwrap()),
            data_dir: Some("/data/d".into()),
            ..ServeArguments::default()
        })
        .unwrap();
        assert_eq!(config.listen.to_string(), "[::1]:0");
        assert_eq!(config.account.to_string(), "000000000001");
        assert_eq!(config.archive_url, "/data/d-archive");
        assert_eq!(config.master_key_file, Path::new("/data/d-master.key"));

        std::fs::write(&path, "lisen = \"127.0.0.1:9000\"\n").unwrap();
        let arguments = ServeArguments {
            config: Some(path),
            ..ServeArguments::default()
        };
        let error = format!("{:#}", Config::resolve(arguments).unwrap_err());
        assert!(error.contains("lisen"), "{error}");
    }

    #[test]
    fn an_interval_is_a_time_that_passes() {
        let interval = |seconds| {
            let config = Config::resolve(ServeArguments {
                time_to_live_interval_seconds: seconds,
                ..ServeArguments::default()
            });
            config.map(|config| config.time_to_live_interval)
        };
        assert_eq!(interval(None).unwrap(), Duration::from_secs(10));
        assert_eq!(interval(Some(0.25)).unwrap(), Duration::from_millis(250));
        for bad in [0.0, -1.0, 1e-12, f64::NAN, f64::INFINITY, 1e30] {
            let refused = interval(Some(bad)).unwrap_err().to_string();
            assert!(refused.contains("is no number of seconds"), "{refused}");
        }
    }

    #[test]
    fn an_address_other_machines_reach_is_refused() {
        let arguments = ServeArguments {
            listen: Some("0.0.0.0:8000".parse().unwrap()),
            ..ServeArguments::default()
        };
        assert!(
            Config::resolve(arguments)
                .unwrap_err()
                .to_string()
                .contains("loopback")
        );
    }
}
