//! From a request's bytes to a reply's bytes.
//!
//! [`Service::call`] is the whole of it: find the operation and the realm, run the operation,
//! and turn whatever came out into a body with its status, checksum and request id.

use std::sync::Arc;

use anywhen_engine::{Engine, Health};
use anywhen_expr::ExpressionCache;
use anywhen_model::{AccountId, Clock, CommitTimestamp, Randomness, Realm, Region, limits};
use anywhen_protocol::signature_scope::SignatureScope;
use anywhen_protocol::target::{self, ContentType};
use anywhen_protocol::{Fault, Operation, crc};
use anywhen_recovery::Recovery;
use anywhen_table::{RealmTables, Tables};
use bytes::Bytes;

use crate::request_ids::RequestIds;
use crate::{fault, operations};

/// What a service is made of.
pub struct ServiceOptions {
    /// The engine, for its health.
    pub engine: Arc<dyn Engine>,
    /// The tables.
    pub tables: Arc<Tables>,
    /// Backups and restores.
    pub recovery: Arc<Recovery>,
    /// The clock that creation times are taken from.
    pub clock: Arc<dyn Clock>,
    /// Where request ids come from.
    pub randomness: Arc<dyn Randomness>,
    /// The account all requests belong to.
    pub account: AccountId,
    /// The Region of requests whose signature names none.
    pub default_region: Region,
}

/// DynamoDB's operations over this server's tables.
pub struct Service {
    pub(crate) options: ServiceOptions,
    /// What the texts of earlier requests have been parsed to.
    pub(crate) expressions: ExpressionCache,
    ids: RequestIds,
}

/// A request as it came over HTTP.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// The `X-Amz-Target` header.
    pub target: Option<&'a str>,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The `Host` header: where the client has found this server.
    pub host: Option<&'a str>,
    /// The whole body.
    pub body: Bytes,
}

/// A reply as it goes over HTTP.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The operation's name, or `Unknown`; for metrics.
    pub operation: &'static str,
    /// `Success` or the fault's code; for metrics.
    pub result: &'static str,
    /// HTTP status.
    pub status: u16,
    /// The `Content-Type` header.
    pub content_type: &'static str,
    /// The body.
    pub body: Bytes,
    /// CRC-32 of the body.
    pub crc32: u32,
    /// Names this request.
    pub request_id: String,
    /// The commit a write was acknowledged at.
    pub commit_timestamp: Option<CommitTimestamp>,
}

/// What an operation leaves.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) body: Vec<u8>,
    pub(crate) commit_timestamp: Option<CommitTimestamp>,
}

/// Where an operation runs: the service and the caller's realm.
pub(crate) struct Context<'a> {
    pub(crate) service: &'a Service,
    pub(crate) realm: Realm,
    /// Where the client has found this server, if it says so.
    pub(crate) host: Option<&'a str>,
}

impl Context<'_> {
    /// The realm's tables.
    pub(crate) async fn tables(&self) -> Result<Arc<RealmTables>, Fault> {
        self.service
            .options
            .tables
            .realm(&self.realm)
            .await
            .map_err(fault::of_table)
    }

    /// Backups and restores.
    pub(crate) fn recovery(&self) -> &Arc<Recovery> {
        &self.service.options.recovery
    }

    /// Now, by the server's clock.
    pub(crate) fn now(&self) -> CommitTimestamp {
        CommitTimestamp::from_micros(self.service.options.clock.now_micros())
    }
}

impl Service {
    /// A service over these parts.
    pub fn new(options: ServiceOptions) -> Arc<Self> {
        let ids = RequestIds::new(Arc::clone(&options.randomness));
        Arc::new(Self {
            options,
            expressions: ExpressionCache::default(),
            ids,
        })
    }

    /// Runs one request.
    pub async fn call(&self, call: Call<'_>) -> Answer {
        let Some(content_type) = ContentType::parse(call.content_type) else {
            return self.not_of_this_protocol();
        };
        let operation = target::operation(call.target);
        let name = operation
            .as_ref()
            .map_or("Unknown", |operation| operation.name());
        let outcome = match operation {
            Ok(operation) => self.run(operation, &call).await,
            Err(fault) => Err(fault),
        };
        let (status, result, body, commit_timestamp) = match outcome {
            Ok(done) => (200, "Success", done.body, done.commit_timestamp),
            Err(fault) => (fault.http_status(), fault.code(), fault.body(), None),
        };
        Answer {
            operation: name,
            result,
            status,
            content_type: content_type.as_str(),
            crc32: crc::crc32(&body),
            body: body.into(),
            request_id: self.ids.next(),
            commit_timestamp,
        }
    }

    /// The answer to a body that says it is something else than this protocol's JSON.
    fn not_of_this_protocol(&self) -> Answer {
        let body = Bytes::from_static(target::UNKNOWN_OPERATION_BODY.as_bytes());
        Answer {
            operation: "Unknown",
            result: "UnknownOperationException",
            status: 404,
            content_type: "text/plain; charset=utf-8",
            crc32: crc::crc32(&body),
            body,
            request_id: self.ids.next(),
            commit_timestamp: None,
        }
    }

    async fn run(&self, operation: Operation, call: &Call<'_>) -> Result<Done, Fault> {
        let realm = Realm {
            account: self.options.account.clone(),
            region: self.region(call.authorization)?,
        };
        self.check_room_for(&realm)?;
        let context = Context {
            service: self,
            realm,
            host: call.host,
        };
        operations::run(&context, operation, &call.body).await
    }

    /// The Region in the signature's scope. Requests need not be signed yet.
    fn region(&self, authorization: Option<&str>) -> Result<Region, Fault> {
        if authorization.is_none() {
            return Ok(self.options.default_region.clone());
        }
        let name = SignatureScope::parse(authorization)?.region;
        let region = Region::parse(name)
            .ok()
            .filter(|region| self.may_be_served(region));
        region.ok_or_else(|| {
            Fault::invalid_signature(format!(
                "Credential should be scoped to a valid region, not '{name}'. "
            ))
        })
    }

    /// What everything is made of, for those who look at it without a request.
    pub fn parts(&self) -> &ServiceOptions {
        &self.options
    }

    /// The realm of a Region, if clients can mean it by this name; it need not be in use.
    pub fn realm(&self, region: &str) -> Option<Realm> {
        let region = Region::parse(region).ok();
        let region = region.filter(|region| self.may_be_served(region))?;
        Some(Realm {
            account: self.options.account.clone(),
            region,
        })
    }

    /// Whether a Region is one that clients can mean: each that is used costs keyspaces and
    /// archive paths for good, so a typing error must not make one.
    fn may_be_served(&self, region: &Region) -> bool {
        *region == self.options.default_region
            || looks_like_a_region(region.as_str())
            || self
                .options
                .tables
                .realms()
                .iter()
                .any(|realm| realm.realm().region == *region)
    }

    /// Refuses the first use of a Region when there are as many as one server keeps.
    fn check_room_for(&self, realm: &Realm) -> Result<(), Fault> {
        let realms = self.options.tables.realms();
        if realms.len() < limits::REGIONS_MAX || realms.iter().any(|known| known.realm() == realm) {
            return Ok(());
        }
        Err(Fault::validation(format!(
            "This server holds tables in {} Regions already, which is its limit; use one of those \
             instead of {}",
            realms.len(),
            realm.region
        )))
    }

    /// Brings gauges up to date that nobody sets when they change; to be called before metrics
    /// are read.
    pub fn observe(&self) {
        for realm in self.options.tables.realms() {
            let backlog = self.options.engine.log_backlog_bytes(realm.log());
            metrics::gauge!("anywhen_change_log_backlog_bytes", "realm" => realm.realm().to_string())
                .set(backlog as f64);
            metrics::gauge!("anywhen_stream_log_bytes", "realm" => realm.realm().to_string())
                .set(realm.stream_log_bytes() as f64);
        }
    }

    /// The text of the health check, or why the server is not healthy.
    pub fn health(&self) -> Result<String, String> {
        match self.options.engine.health() {
            Health::Ready => Ok(format!(
                "healthy: dynamodb.{}.amazonaws.com ",
                self.options.default_region
            )),
            Health::ReadOnly(reason) | Health::Poisoned(reason) => Err(reason),
        }
    }
}

/// `local`, or words and a number between hyphens, as in `us-east-1` and `us-gov-west-1`.
fn looks_like_a_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let Some((number, words)) = parts.split_last() else {
        return false;
    };
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    name == "local" || (is_number && (2..=4).contains(&words.len()) && words.iter().all(is_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_regions_look_like_one() {
        for good in [
            "us-east-1",
            "us-gov-west-1",
            "ap-southeast-12",
            "local",
            "us-iso-east-1",
        ] {
            assert!(looks_like_a_region(good), "{good}");
        }
        for bad in [
            "",
            "us",
            "us-east",
            "us-east-",
            "us-east-1a",
            "-east-1",
            "1-2-3",
            "useast1",
        ] {
            assert!(!looks_like_a_region(bad), "{bad}");
        }
    }
}
