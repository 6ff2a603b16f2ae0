//! What stands between the listener and the service: the service can be changed while the
//! listener goes on.
//!
//! What must hold: a request is answered by the service it began with, or, if that one is taken
//! away in the meantime, by an error that clients retry; it never waits for a service that may
//! not come. Whether a write that was cut off so happened is unknown to the client, as after any
//! lost connection.

use std::sync::Arc;

use anywhen_api::{Answer, Call, Service};
use anywhen_kms::OsRandomness;
use anywhen_model::Randomness as _;
use anywhen_protocol::{Fault, ModelledError, crc, request_id, target};
use tokio::sync::watch;

/// Who answers.
#[derive(Clone)]
enum State {
    Serving(Arc<Service>),
    /// Nobody, for this reason.
    Away(Arc<str>),
}

impl State {
    fn service(&self) -> Result<Arc<Service>, String> {
        match self {
            Self::Serving(service) => Ok(Arc::clone(service)),
            Self::Away(reason) => Err(reason.to_string()),
        }
    }
}

/// The service as the listener sees it.
pub(crate) struct Front(watch::Sender<State>);

impl Front {
    /// A front with a service behind it.
    pub(crate) fn new(service: Arc<Service>) -> Self {
        Self(watch::Sender::new(State::Serving(service)))
    }

    /// From now on this service answers.
    pub(crate) fn serve(&self, service: Arc<Service>) {
        self.0.send_replace(State::Serving(service));
    }

    /// From now on nobody does, for this reason; requests being served end.
    pub(crate) fn leave(&self, reason: &str) {
        self.0.send_replace(State::Away(reason.into()));
    }

    /// Answers one request.
    pub(crate) async fn call(&self, call: Call<'_>) -> Answer {
        let mut state = self.0.subscribe();
        let now = state.borrow_and_update().clone();
        let asked = call.target;
        match now {
            State::Away(reason) => away(asked, &reason),
            State::Serving(service) => tokio::select! {
                biased;
                answer = service.call(call) => answer,
                // The sender lives as long as `self`, so this is never its end.
                _ = state.changed() => away(asked, "the server reopens its data"),
            },
        }
    }

    /// The text of the health check, or why the server is not healthy.
    pub(crate) fn health(&self) -> Result<String, String> {
        self.service()?.health()
    }

    /// Does something with the service, or with the reason why there is none. Given up (`None`) if
    /// the service is taken away meanwhile: nobody may hold it for longer.
    pub(crate) async fn with<T, W: Future<Output = T>>(
        &self,
        work: impl FnOnce(Result<Arc<Service>, String>) -> W,
    ) -> Option<T> {
        let mut state = self.0.subscribe();
        let now = state.borrow_and_update().service();
        tokio::select! {
            biased;
            done = work(now) => Some(done),
            _ = state.changed() => None,
        }
    }

    /// The service that answers now, or why there is none.
    pub(crate) fn service(&self) -> Result<Arc<Service>, String> {
        self.0.borrow().service()
    }

    /// Brings gauges up to date before metrics are read.
    pub(crate) fn observe(&self) {
        if let Ok(service) = self.service() {
            service.observe();
        }
    }
}

/// The reply while nobody serves. Clients retry this code by themselves.
fn away(asked: Option<&str>, reason: &str) -> Answer {
    let fault = Fault::modelled(
        ModelledError::InternalServerError,
        format!("Internal server error: try again: {reason}"),
    );
    let body = fault.body();
    let mut random = [0; 32];
    OsRandomness.fill(&mut random);
    Answer {
        operation: target::operation(asked).map_or("Unknown", |operation| operation.name()),
        result: fault.code(),
        status: fault.http_status(),
        content_type: "application/x-amz-json-1.0",
        crc32: crc::crc32(&body),
        body: body.into(),
        request_id: request_id::request_id(random),
        commit_timestamp: None,
    }
}
