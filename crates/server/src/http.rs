//! The HTTP listener: connections, limits, time-outs and an ordered stop.
//!
//! What must hold whatever a client sends:
//!
//! * Memory is bounded: connections are counted, headers and bodies have limits, and all bodies
//!   together share one budget that a request waits for before its body is read.
//! * A client that sends slowly or not at all is cut off after the request time-out.
//! * On SIGTERM no new request is taken, those being served are answered, then the process ends.
//!
//! DynamoDB's API is `POST /`; everything else is a health check, the metrics, the console and the
//! admin API ([`crate::pages`]), or a 404 in the form AWS gives it. Start reading at [`run`], then
//! [`Listener::answer`].

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use anywhen_admin::Admin;
use anywhen_api::Call;
use anywhen_model::limits;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::front::Front;
use crate::guard::{Guard, Verdict};
use crate::pages::Pages;
use crate::request_metrics::RequestMetrics;

/// Connections served at once; further ones wait in the listen queue.
const CONNECTIONS_MAX: usize = 4096;
/// Memory that larger request bodies may hold together; a request waits for its share.
const BODY_BUDGET_KIB: usize = 512 * 1024;
/// Bodies up to this size are not charged; the number of connections bounds them.
const BODY_FREE_BYTES: usize = 64 * 1024;
/// Header fields of a request, and the buffer they must fit in.
const HEADERS_MAX: usize = 100;
const HEADER_BUFFER_BYTES: usize = 64 * 1024;
/// How long requests being served may still take after SIGTERM.
const DRAIN_TIME: Duration = Duration::from_secs(30);

const X_AMZN_REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const X_AMZ_CRC32: HeaderName = HeaderName::from_static("x-amz-crc32");
const X_AMZ_TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const X_COMMIT_TIMESTAMP: HeaderName = HeaderName::from_static("x-anywhen-commit-timestamp");

pub(crate) type Reply = Response<Full<Bytes>>;
type Budget = tokio::sync::OwnedSemaphorePermit;

/// Serves until SIGTERM or SIGINT, then drains.
pub(crate) async fn run(
    config: &Config,
    front: Arc<Front>,
    admin: Arc<Admin>,
    metrics: PrometheusHandle,
) -> anyhow::Result<()> {
    let socket = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = socket.local_addr()?;
    let listener = Arc::new(Listener {
        pages: Pages::new(Arc::clone(&front), Arc::clone(&admin)),
        front,
        admin: Arc::clone(&admin),
        metrics,
        requests: RequestMetrics::default(),
        guard: Guard::new(config.cors_origins.clone()),
        bodies: Arc::new(Semaphore::new(BODY_BUDGET_KIB)),
        request_timeout: config.request_timeout,
    });
    // Before the line that says the server may be used, and so may be stopped.
    let mut stop = std::pin::pin!(stop_signal()?);
    announce(address)?;
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let drain = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&socket, &connections) => accepted,
        };
        let (stream, permit) = accepted?;
        let connection = drain.watch(listener.serve(stream));
        let admin = Arc::clone(&admin);
        tokio::spawn(async move {
            let _counted = admin.requests().connect();
            metrics::gauge!("anywhen_connections").increment(1);
            if let Err(error) = connection.await {
                tracing::debug!("connection ended: {error}");
            }
            metrics::gauge!("anywhen_connections").decrement(1);
            drop(permit);
        });
    }
    drop(socket);
    tracing::info!("stopping: answering the requests being served");
    if tokio::time::timeout(DRAIN_TIME, drain.shutdown())
        .await
        .is_err()
    {
        tracing::warn!(
            "some requests were cut off after {} s",
            DRAIN_TIME.as_secs()
        );
    }
    Ok(())
}

/// The one line on standard output, which scripts wait for.
#[expect(clippy::print_stdout, reason = "this line is the program's output")]
fn announce(address: std::net::SocketAddr) -> anyhow::Result<()> {
    use std::io::Write as _;
    println!("anywhen listening on http://{address}");
    std::io::stdout()
        .flush()
        .context("cannot write to standard output")
}

fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
    })
}

async fn accept(
    socket: &TcpListener,
    connections: &Arc<Semaphore>,
) -> anyhow::Result<(TcpStream, Budget)> {
    let permit = Arc::clone(connections).acquire_owned().await?;
    loop {
        match socket.accept().await {
            Ok((stream, _)) => {
                // Fails only for a peer that has gone already; its connection then ends by itself.
                let _ = stream.set_nodelay(true);
                return Ok((stream, permit));
            }
            // Out of file descriptors, or the peer was gone already: neither ends the server.
            Err(error) => {
                tracing::warn!("cannot accept a connection: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

struct Listener {
    front: Arc<Front>,
    admin: Arc<Admin>,
    pages: Pages,
    metrics: PrometheusHandle,
    requests: RequestMetrics,
    guard: Guard,
    bodies: Arc<Semaphore>,
    request_timeout: Duration,
}

/// Why a body could not be read; each ends the connection.
enum BodyFault {
    TooLarge,
    TooSlow,
    Broken,
    /// Other large bodies held all the memory there is for them.
    NoMemory,
}

impl Listener {
    fn serve(
        self: &Arc<Self>,
        stream: TcpStream,
    ) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + use<> {
        let listener = Arc::clone(self);
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.request_timeout)
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEADER_BUFFER_BYTES)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(move |request| {
                    let listener = Arc::clone(&listener);
                    async move { Ok::<_, Infallible>(listener.answer(request).await) }
                }),
            )
    }

    async fn answer(&self, request: Request<Incoming>) -> Reply {
        let allowed_origin = match self.guard.judge(request.headers()) {
            Verdict::Serve(origin) => origin,
            Verdict::Refuse(why) => return text(StatusCode::FORBIDDEN, why.to_owned()),
        };
        let mut reply = match (request.method(), request.uri().path()) {
            (&Method::POST, "/") => self.call(request).await,
            // The connection leaves the body out for HEAD.
            (&Method::GET | &Method::HEAD, "/") if Pages::are_wanted(request.headers()) => {
                Pages::found()
            }
            (&Method::GET | &Method::HEAD, "/") => self.health(),
            (&Method::GET | &Method::HEAD, "/metrics") => self.metrics(),
            (&Method::OPTIONS, _) if allowed_origin.is_some() => preflight(&request),
            (_, path) if Pages::own(path) => {
                let (method, uri, headers) = (request.method(), request.uri(), request.headers());
                self.pages.answer(method, uri, headers).await
            }
            _ => unknown(),
        };
        if let Some(origin) = allowed_origin {
            let headers = reply.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
            headers.insert(
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static(
                    "x-amzn-requestid, x-amz-crc32, x-anywhen-commit-timestamp",
                ),
            );
        }
        reply
    }

    async fn call(&self, request: Request<Incoming>) -> Reply {
        let (head, body) = request.into_parts();
        let (body, _budget) = match self.read(body).await {
            Ok(read) => read,
            Err(fault) => return body_refused(&fault),
        };
        let field = |name: &HeaderName| head.headers.get(name).and_then(|v| v.to_str().ok());
        let started = Instant::now();
        let answer = self
            .front
            .call(Call {
                target: field(&X_AMZ_TARGET),
                content_type: field(&header::CONTENT_TYPE),
                authorization: field(&header::AUTHORIZATION),
                host: field(&header::HOST),
                body,
            })
            .await;
        let took = started.elapsed();
        self.requests.record(answer.operation, answer.result, took);
        self.admin
            .requests()
            .count(answer.operation, answer.result, answer.status, took);
        let mut reply = Response::new(Full::new(answer.body));
        *reply.status_mut() =
            StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = reply.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(answer.content_type),
        );
        headers.insert(X_AMZ_CRC32, HeaderValue::from(answer.crc32));
        if let Ok(id) = HeaderValue::from_str(&answer.request_id) {
            headers.insert(X_AMZN_REQUEST_ID, id);
        }
        if let Some(timestamp) = answer.commit_timestamp
            && let Ok(value) = HeaderValue::from_str(&timestamp.to_string())
        {
            headers.insert(X_COMMIT_TIMESTAMP, value);
        }
        reply
    }

    /// Reads a body within the limits, holding its share of the budget. Only what has arrived
    /// is charged, and small bodies are not charged at all: a client that announces much and
    /// sends little keeps nobody waiting.
    async fn read(&self, mut body: Incoming) -> Result<(Bytes, Option<Budget>), BodyFault> {
        let limit = limits::REQUEST_BODY_BYTES_MAX;
        if body.size_hint().lower() > limit as u64 {
            return Err(BodyFault::TooLarge);
        }
        let deadline = tokio::time::Instant::now() + self.request_timeout;
        let mut received = BytesMut::new();
        let mut budget = None;
        loop {
            let frame = tokio::time::timeout_at(deadline, body.frame()).await;
            let Some(frame) = frame.map_err(|_| BodyFault::TooSlow)? else {
                return Ok((received.freeze(), budget));
            };
            let Ok(data) = frame.map_err(|_| BodyFault::Broken)?.into_data() else {
                continue;
            };
            if received.len() + data.len() > limit {
                return Err(BodyFault::TooLarge);
            }
            received.extend_from_slice(&data);
            self.charge(received.len(), &mut budget).await?;
        }
    }

    /// Waits until the budget holds as much as has been received.
    async fn charge(&self, received: usize, budget: &mut Option<Budget>) -> Result<(), BodyFault> {
        if received <= BODY_FREE_BYTES {
            return Ok(());
        }
        let held_kib = budget.as_ref().map_or(0, Budget::num_permits);
        let missing_kib = (received / 1024).saturating_sub(held_kib);
        let more = Arc::clone(&self.bodies).acquire_many_owned(missing_kib as u32);
        let more = tokio::time::timeout(self.request_timeout, more).await;
        let more = more
            .map_err(|_| BodyFault::NoMemory)?
            .map_err(|_| BodyFault::Broken)?;
        match budget {
            Some(held) => held.merge(more),
            None => *budget = Some(more),
        }
        Ok(())
    }

    fn metrics(&self) -> Reply {
        self.front.observe();
        text(StatusCode::OK, self.metrics.render())
    }

    fn health(&self) -> Reply {
        match self.front.health() {
            Ok(text_ok) => text(StatusCode::OK, text_ok),
            Err(reason) => text(
                StatusCode::SERVICE_UNAVAILABLE,
                format!("unhealthy: {reason}\n"),
            ),
        }
    }
}

fn text(status: StatusCode, body: String) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(body)));
    *reply.status_mut() = status;
    reply.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    reply
}

fn unknown() -> Reply {
    text(
        StatusCode::NOT_FOUND,
        anywhen_protocol::target::UNKNOWN_OPERATION_BODY.to_owned(),
    )
}

fn body_refused(fault: &BodyFault) -> Reply {
    let status = match fault {
        BodyFault::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        BodyFault::TooSlow => StatusCode::REQUEST_TIMEOUT,
        BodyFault::Broken => StatusCode::BAD_REQUEST,
        BodyFault::NoMemory => StatusCode::SERVICE_UNAVAILABLE,
    };
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = status;
    // What is left of the body will not be read, so nothing sensible can follow it.
    reply
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    reply
}

fn preflight(request: &Request<Incoming>) -> Reply {
    let mut reply = Response::new(Full::default());
    let headers = reply.headers_mut();
    for (asked, answered) in [
        (
            header::ACCESS_CONTROL_REQUEST_HEADERS,
            header::ACCESS_CONTROL_ALLOW_HEADERS,
        ),
        (
            header::ACCESS_CONTROL_REQUEST_METHOD,
            header::ACCESS_CONTROL_ALLOW_METHODS,
        ),
    ] {
        if let Some(value) = request.headers().get(asked) {
            headers.insert(answered, value.clone());
        }
    }
    headers.insert(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("172800"),
    );
    reply
}
