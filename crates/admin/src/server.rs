//! `/admin/v1/server`: what the server is, how it is, and what it cannot do.

use std::collections::{BTreeMap, BTreeSet};

use anywhen_model::{AccountId, Region, limits};
use serde::Serialize;

use crate::query::seconds;
use crate::{Admin, Serving};

/// What the server knows of itself before it serves.
#[derive(Debug, Clone)]
pub struct About {
    /// The program's version.
    pub version: &'static str,
    /// The account all requests belong to.
    pub account: AccountId,
    /// The Region of requests that name none.
    pub default_region: Region,
    /// The kind of store the archive is in: `directory`, `s3` or `memory`.
    pub archive_kind: &'static str,
    /// No archive was named, so it lies beside the data and shares its fate.
    pub archive_is_default: bool,
    /// Whether used-up capacity refuses requests.
    pub throttling: bool,
    /// What an acknowledgement promises: `fsync` or `process`.
    pub durability: &'static str,
    /// Why nobody can sign in, if so.
    pub no_sign_in: Option<&'static str>,
}

#[derive(Serialize)]
pub(crate) struct Server {
    version: &'static str,
    account: String,
    started_at_seconds: f64,
    now_seconds: f64,
    default_region: String,
    regions: BTreeSet<String>,
    regions_max: usize,
    health: Health,
    capabilities: BTreeMap<&'static str, Capability>,
    default_sse: &'static str,
    archive: Archive,
    point_in_time: PointInTime,
    limits: Limits,
    throttling: bool,
    durability: &'static str,
}

#[derive(Serialize)]
struct Health {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize)]
struct Capability {
    available: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize)]
struct Archive {
    kind: &'static str,
    is_default: bool,
}

#[derive(Serialize)]
struct PointInTime {
    period_days_min: u32,
    period_days_max: u32,
}

#[derive(Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the names are those of the answer"
)]
struct Limits {
    tables_max: usize,
    restores_max: usize,
    global_indexes_max: usize,
    local_indexes_max: usize,
}

impl Admin {
    /// Answers also while the layers are being opened again.
    pub(crate) fn server(&self, serving: &Serving, health: Result<String, String>) -> Server {
        let about = &self.about;
        let health = health.err();
        Server {
            version: about.version,
            account: about.account.to_string(),
            started_at_seconds: seconds(self.started_at),
            now_seconds: seconds(self.now()),
            default_region: about.default_region.to_string(),
            regions: self.regions(serving),
            regions_max: limits::REGIONS_MAX,
            health: Health {
                ok: health.is_none(),
                reason: health,
            },
            capabilities: self.capabilities(),
            // Whatever a table is created with, the server keeps nothing in the clear.
            default_sse: "AWS_OWNED",
            archive: Archive {
                kind: about.archive_kind,
                is_default: about.archive_is_default,
            },
            point_in_time: PointInTime {
                period_days_min: 1,
                period_days_max: limits::RECOVERY_PERIOD_DAYS_MAX,
            },
            limits: Limits {
                tables_max: limits::TABLES_MAX,
                restores_max: limits::RESTORES_MAX,
                global_indexes_max: limits::GLOBAL_INDEXES_MAX,
                local_indexes_max: limits::LOCAL_INDEXES_MAX,
            },
            throttling: about.throttling,
            durability: about.durability,
        }
    }

    /// Those in use, and the default one.
    fn regions(&self, serving: &Serving) -> BTreeSet<String> {
        let mut regions = BTreeSet::from([self.about.default_region.to_string()]);
        if let Ok(service) = serving {
            let parts = service.parts();
            let with_tables = parts.tables.realms().into_iter();
            let with_tables = with_tables.map(|realm| realm.realm().clone());
            let all = with_tables.chain(parts.recovery.realms());
            let own = all.filter(|realm| realm.account == parts.account);
            regions.extend(own.map(|realm| realm.region.to_string()));
        }
        regions
    }

    fn capabilities(&self) -> BTreeMap<&'static str, Capability> {
        let of_api = anywhen_api::capabilities().into_iter();
        let of_api = of_api.map(|capability| (capability.name, capability.missing));
        let sign_in = self.about.no_sign_in.map(str::to_owned);
        let all = of_api.chain([("sign_in", sign_in)]);
        all.map(|(name, reason)| {
            let available = reason.is_none();
            (name, Capability { available, reason })
        })
        .collect()
    }
}
