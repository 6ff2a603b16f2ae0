//! The admin API: what the console shows and DynamoDB's API has no operation for.
//!
//! Read-only, JSON, below `/admin/v1/`; `docs/admin-api.md` describes each answer. What must hold:
//!
//! * Looking changes nothing: no Region is opened and no keyspace made for a request, whatever it
//!   names.
//! * Memory is bounded: histories have a fixed number of steps ([`metrics`]), ended restores and
//!   tables with a history a fixed number of places, and a request cannot ask for more points or
//!   rows than a bound.
//! * Nothing secret is told: no key, no credential, no item.
//! * What a server cannot do is told with the words of the refusal ([`anywhen_api::capabilities`]).
//!
//! It fails with a status and a `message` that says what was wrong with the request ([`Refusal`]).
//! While the server's data is being opened again, what needs it is a 503; [`server`] says why.
//!
//! Start reading at [`Admin::answer`]. Who makes an [`Admin`] counts requests into
//! [`Admin::requests`], hands [`Admin::restores`] to the recovery layer, and calls [`Admin::tick`]
//! every second and [`Admin::measure`] every minute.

mod history;
mod metrics;
mod query;
mod reply;
mod restores;
mod server;
mod tables;

use std::path::PathBuf;
use std::sync::Arc;

use anywhen_api::Service;
use anywhen_model::{Clock, CommitTimestamp, Realm, TableName};
use anywhen_table::{RealmTables, Table};
use bytes::Bytes;
use hyper::Response;
use parking_lot::Mutex;

use crate::metrics::{Gauges, Recorder, Storage};
use crate::query::Query;
use crate::reply::{Answer, Refusal, json};

pub use crate::metrics::{Connection, Requests};
pub use crate::restores::Restores;
pub use crate::server::About;

/// The admin API of one server process; outlives the layers below it when they are opened again.
pub struct Admin {
    about: About,
    clock: Arc<dyn Clock>,
    started_at: CommitTimestamp,
    data_dir: PathBuf,
    requests: Requests,
    recorder: Recorder,
    restores: Arc<Restores>,
    storage: Mutex<Storage>,
}

/// The service, or why there is none now.
pub type Serving = Result<Arc<Service>, String>;

impl Admin {
    /// An admin API that begins to count now.
    pub fn new(about: About, data_dir: PathBuf, clock: Arc<dyn Clock>) -> Arc<Self> {
        let started_at = CommitTimestamp::from_micros(clock.now_micros());
        Arc::new(Self {
            about,
            restores: Arc::new(Restores::new(Arc::clone(&clock))),
            clock,
            started_at,
            data_dir,
            requests: Requests::default(),
            recorder: Recorder::new(started_at),
            storage: Mutex::default(),
        })
    }

    /// Where requests and connections are counted.
    pub fn requests(&self) -> &Requests {
        &self.requests
    }

    /// What hears of restores.
    pub fn restores(&self) -> Arc<Restores> {
        Arc::clone(&self.restores)
    }

    /// Adds a step to the histories, if one has ended; to be called about every second, where
    /// blocking is allowed.
    pub fn tick(&self, serving: &Serving) {
        let now = self.now();
        if !self.recorder.is_due(now) {
            return;
        }
        let service = serving.as_ref().ok();
        let recovery = service.map(|service| Arc::clone(&service.parts().recovery));
        let gauges = Gauges {
            archive_lag_seconds: recovery
                .map(|recovery| recovery.archive_lag_micros() as f64 / 1_000_000.0),
            restores_running: self.restores.running(),
            storage: *self.storage.lock(),
        };
        let tables = || service.map(|service| metrics::tables_of(service));
        self.recorder.record(now, &self.requests, &gauges, tables);
    }

    /// Measures the storage. Reads the names of all files of the data directory, so it is to be
    /// called about every minute, where blocking is allowed. `serving` is asked only afterwards.
    pub fn measure(&self, serving: impl FnOnce() -> Serving) {
        let data_bytes = metrics::directory_bytes(&self.data_dir);
        let archive_bytes = serving()
            .ok()
            .map(|service| service.parts().recovery.archive_bytes());
        let mut storage = self.storage.lock();
        storage.data_bytes = Some(data_bytes);
        storage.archive_bytes = archive_bytes.or(storage.archive_bytes);
    }

    /// Answers GET of a path, which is what follows `/admin/v1/`. For HEAD the caller leaves the
    /// body out. `health` is what the health check says.
    pub async fn answer(
        &self,
        serving: Serving,
        health: Result<String, String>,
        path: &str,
        query: Option<&str>,
    ) -> Response<Bytes> {
        let answer = self.choose(&serving, health, path, query).await;
        answer.unwrap_or_else(|refusal| refusal.response())
    }

    async fn choose(
        &self,
        serving: &Serving,
        health: Result<String, String>,
        path: &str,
        query: Option<&str>,
    ) -> Answer {
        let parts: Vec<&str> = path.split('/').collect();
        match *parts.as_slice() {
            ["server"] => {
                Query::read(query, &[])?;
                json(&self.server(serving, health))
            }
            ["metrics"] => {
                let query = Query::read(query, metrics::PARAMETERS)?;
                json(&self.recorder.server(&query, self.now())?)
            }
            ["regions", region, ref rest @ ..] => {
                let place = Place::find(serving, region)?;
                self.in_region(&place, rest, query).await
            }
            _ => Err(Refusal::no_such_path()),
        }
    }

    async fn in_region(&self, place: &Place, path: &[&str], query: Option<&str>) -> Answer {
        match *path {
            ["tables"] => json(&tables::list(
                place,
                &Query::read(query, tables::PARAMETERS)?,
            )?),
            ["restores"] => {
                Query::read(query, &[])?;
                json(&self.restores.list(&place.realm))
            }
            ["tables", table, "metrics"] => {
                let query = Query::read(query, metrics::PARAMETERS)?;
                let table = place.table(table)?;
                json(&self.recorder.table(table.id(), &query, self.now())?)
            }
            ["tables", table, "history"] => {
                let query = Query::read(query, history::PARAMETERS)?;
                let table = place.table(table)?;
                json(&history::of(place, &table, &query).await?)
            }
            _ => Err(Refusal::no_such_path()),
        }
    }

    fn now(&self) -> CommitTimestamp {
        CommitTimestamp::from_micros(self.clock.now_micros())
    }
}

/// A Region of the server's account that a request names, as it is: nothing is opened for it.
struct Place {
    service: Arc<Service>,
    realm: Realm,
    /// `None` if the Region is not in use.
    tables: Option<Arc<RealmTables>>,
}

impl Place {
    fn find(serving: &Serving, region: &str) -> Result<Self, Refusal> {
        let service = serving.clone().map_err(Refusal::away)?;
        let realm = service.realm(region).ok_or_else(|| {
            Refusal::bad_request(format!(
                "{region:?} is no name of a Region, such as us-east-1"
            ))
        })?;
        let realms = service.parts().tables.realms();
        let tables = realms.into_iter().find(|tables| *tables.realm() == realm);
        Ok(Self {
            service,
            realm,
            tables,
        })
    }

    fn table(&self, name: &str) -> Result<Arc<Table>, Refusal> {
        let name = TableName::parse(name)
            .map_err(|error| Refusal::bad_request(format!("the table's name: {error}")))?;
        let found = self
            .tables
            .as_ref()
            .and_then(|tables| tables.table(&name).ok());
        found.ok_or_else(|| {
            Refusal::not_found(format!("Region {} has no table {name}", self.realm.region))
        })
    }
}
