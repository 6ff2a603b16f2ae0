//! What a browser finds beside DynamoDB's API: the console below `/console/`, and the admin API that
//! it reads below `/admin/v1/`.
//!
//! What must hold: both are read-only, GET and HEAD alone, behind the same guard as everything else
//! of the listener. A browser that is sent to `/` lands in the console; programs find the health
//! check there, as ever.
//!
//! Start reading at [`Pages::answer`]; [`keep_history`] feeds what the admin API tells of the past.

use std::sync::Arc;
use std::time::Duration;

use anywhen_admin::Admin;
use anywhen_console::{Console, wants_html};
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, Response, StatusCode, Uri};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::front::Front;
use crate::http::Reply;

const CONSOLE: &str = "/console/";
const ADMIN: &str = "/admin/v1/";
const ADMIN_ROOT: &str = "/admin/";

/// How often is looked whether a step of the histories has ended.
const LOOKED_EVERY: Duration = Duration::from_secs(1);
/// How often the storage is measured.
const MEASURED_EVERY: Duration = Duration::from_mins(1);

/// The console and the admin API.
pub(crate) struct Pages {
    console: Console,
    front: Arc<Front>,
    admin: Arc<Admin>,
}

impl Pages {
    pub(crate) fn new(front: Arc<Front>, admin: Arc<Admin>) -> Self {
        Self {
            console: Console::embedded(),
            front,
            admin,
        }
    }

    /// Whether a path is one of theirs.
    pub(crate) fn own(path: &str) -> bool {
        path == CONSOLE.trim_end_matches('/')
            || path.starts_with(CONSOLE)
            || path.starts_with(ADMIN_ROOT)
    }

    /// Whether who asks for `/` is a browser that was sent here.
    pub(crate) fn are_wanted(headers: &HeaderMap) -> bool {
        wants_html(headers)
    }

    /// Where the console is.
    pub(crate) fn found() -> Reply {
        let mut reply = Response::new(Full::default());
        // Not for good: another program may serve this address tomorrow.
        *reply.status_mut() = StatusCode::TEMPORARY_REDIRECT;
        let headers = reply.headers_mut();
        headers.insert(header::LOCATION, HeaderValue::from_static(CONSOLE));
        headers.insert(header::VARY, HeaderValue::from_static("Accept"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        reply
    }

    /// Answers a request for a path of theirs; the listener leaves the body out for HEAD.
    pub(crate) async fn answer(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Reply {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return read_only();
        }
        let path = uri.path();
        if let Some(path) = path.strip_prefix(CONSOLE) {
            return self.console.answer(path, headers).map(Full::new);
        }
        let Some(path) = path.strip_prefix(ADMIN) else {
            return if path.starts_with(ADMIN_ROOT) {
                no_such_version()
            } else {
                Self::found()
            };
        };
        // Boxed, so that a connection's task does not carry what few requests need.
        Box::pin(self.look(path, uri.query())).await.map(Full::new)
    }

    async fn look(&self, path: &str, query: Option<&str>) -> Response<Bytes> {
        let health = self.front.health();
        let look = |serving| self.admin.answer(serving, health.clone(), path, query);
        match self.front.with(look).await {
            Some(answer) => answer,
            None => look(Err("the server reopens its data".to_owned())).await,
        }
    }
}

fn read_only() -> Reply {
    let mut reply = told(
        StatusCode::METHOD_NOT_ALLOWED,
        r#"{"code":"MethodNotAllowed","message":"use GET or HEAD"}"#,
    );
    let allow = HeaderValue::from_static("GET, HEAD");
    reply.headers_mut().insert(header::ALLOW, allow);
    reply
}

fn no_such_version() -> Reply {
    told(
        StatusCode::NOT_FOUND,
        r#"{"code":"NotFound","message":"the admin API is below /admin/v1/"}"#,
    )
}

fn told(status: StatusCode, json: &'static str) -> Reply {
    let mut reply = Response::new(Full::from(json));
    *reply.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    reply.headers_mut().insert(header::CONTENT_TYPE, kind);
    reply
}

/// Records the histories until it is dropped.
pub(crate) fn keep_history(front: Arc<Front>, admin: Arc<Admin>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(look(Arc::clone(&front), Arc::clone(&admin)));
    tasks.spawn(measure(front, admin));
    tasks
}

async fn look(front: Arc<Front>, admin: Arc<Admin>) {
    let mut ticks = tokio::time::interval(LOOKED_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (front, admin) = (Arc::clone(&front), Arc::clone(&admin));
        let looked = tokio::task::spawn_blocking(move || admin.tick(&front.service()));
        if let Err(error) = looked.await {
            tracing::warn!(%error, "a step of the histories is missing");
        }
    }
}

async fn measure(front: Arc<Front>, admin: Arc<Admin>) {
    let mut ticks = tokio::time::interval(MEASURED_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (front, admin) = (Arc::clone(&front), Arc::clone(&admin));
        let measured = tokio::task::spawn_blocking(move || admin.measure(|| front.service()));
        if let Err(error) = measured.await {
            tracing::warn!(%error, "the storage could not be measured");
        }
    }
}
