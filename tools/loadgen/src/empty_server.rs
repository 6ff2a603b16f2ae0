//! The yardstick: an HTTP server that does nothing but HTTP.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Serves until it is killed.
#[expect(clippy::print_stdout, reason = "scripts read the address")]
pub(crate) async fn run(reply_bytes: usize) -> anyhow::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!(
        "empty server listening on http://{}",
        listener.local_addr()?
    );
    let body = Bytes::from(vec![b'x'; reply_bytes]);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let body = body.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |request| answer(request, body.clone()));
            // A client that goes away ends its connection, nothing else.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    body: Bytes,
) -> Result<Response<Full<Bytes>>, Infallible> {
    // Read as a real handler must; a broken body ends with its connection.
    let _ = request.into_body().collect().await;
    let mut reply = Response::new(Full::new(body));
    reply.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-amz-json-1.0"),
    );
    Ok(reply)
}
