//! One HTTP/1.1 connection that sends prepared bytes and reads whole replies.
//!
//! It reads of a reply what it must: status, length or chunks, whether the server closes. A reply
//! that breaks off or is no HTTP is an error, after which the connection is of no use.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection, with the buffer its replies are read into.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    decoded: Vec<u8>,
}

/// A reply whose body is in the connection's buffer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
    /// Whether the server closes the connection now.
    pub(crate) closes: bool,
}

/// How a reply says where it ends.
#[derive(Debug, Clone, Copy)]
enum Framing {
    Length(usize),
    Chunks,
    Close,
}

#[derive(Debug, Clone, Copy)]
struct Head {
    status: u16,
    bytes: usize,
    framing: Framing,
    closes: bool,
}

impl Connection {
    /// Connects, without Nagle's delay.
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            received: Vec::new(),
            decoded: Vec::new(),
        })
    }

    /// Sends a request's bytes and reads the reply to it.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> io::Result<Reply<'_>> {
        self.stream.write_all(request).await?;
        self.received.clear();
        let mut head = None;
        loop {
            let ended = self.stream.read_buf(&mut self.received).await? == 0;
            if head.is_none() {
                head = parse_head(&self.received)?;
            }
            if let Some(head) = head
                && body_is_whole(head, &self.received, ended, &mut self.decoded)?
            {
                let plain = self.received.get(head.bytes..).unwrap_or_default();
                return Ok(Reply {
                    status: head.status,
                    body: match head.framing {
                        Framing::Length(length) => plain.get(..length).unwrap_or_default(),
                        Framing::Chunks => &self.decoded,
                        Framing::Close => plain,
                    },
                    closes: head.closes || ended,
                });
            }
            if ended {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// The head, once it is there whole.
fn parse_head(received: &[u8]) -> io::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(bytes) = response.parse(received).map_err(invalid)? else {
        return Ok(None);
    };
    let mut framing = Framing::Close;
    let mut closes = response.version == Some(0);
    for header in response.headers.iter() {
        let value = str::from_utf8(header.value).map_err(invalid)?.trim();
        if header.name.eq_ignore_ascii_case("content-length") {
            framing = Framing::Length(value.parse().map_err(invalid)?);
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            framing = Framing::Chunks;
        } else if header.name.eq_ignore_ascii_case("connection") {
            closes = value.eq_ignore_ascii_case("close");
        }
    }
    Ok(Some(Head {
        status: response.code.unwrap_or_default(),
        bytes,
        framing,
        closes,
    }))
}

/// Whether all of a reply has come; a body of chunks is put together in `decoded`.
fn body_is_whole(
    head: Head,
    received: &[u8],
    ended: bool,
    decoded: &mut Vec<u8>,
) -> io::Result<bool> {
    let body = received.get(head.bytes..).unwrap_or_default();
    match head.framing {
        Framing::Length(length) => Ok(body.len() >= length),
        Framing::Close => Ok(ended),
        Framing::Chunks => join_chunks(body, decoded),
    }
}

fn join_chunks(mut body: &[u8], decoded: &mut Vec<u8>) -> io::Result<bool> {
    decoded.clear();
    loop {
        let Ok(size) = httparse::parse_chunk_size(body) else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a chunk without a size",
            ));
        };
        let httparse::Status::Complete((start, length)) = size else {
            return Ok(false);
        };
        let end = start.saturating_add(length as usize);
        // The line feed after the chunk; after the last one, that which ends the trailers.
        let (Some(chunk), Some(rest)) = (body.get(start..end), body.get(end.saturating_add(2)..))
        else {
            return Ok(false);
        };
        if length == 0 {
            return Ok(body.ends_with(b"\r\n\r\n"));
        }
        decoded.extend_from_slice(chunk);
        body = rest;
    }
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A server that answers one request with some bytes, cut in two, and closes.
    async fn reply_to(bytes: &'static [u8], cut: usize) -> io::Result<(u16, Vec<u8>, bool)> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let mut request = [0; 4];
            stream.read_exact(&mut request).await?;
            let (first, second) = bytes.split_at(cut);
            stream.write_all(first).await?;
            tokio::task::yield_now().await;
            stream.write_all(second).await
        });
        let mut connection = Connection::open(address).await?;
        let reply = connection
            .exchange(b"ping")
            .await
            .map(|reply| (reply.status, reply.body.to_vec(), reply.closes));
        server.await??;
        reply
    }

    #[tokio::test]
    async fn replies_are_read_whole_wherever_they_are_cut() {
        let length: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
        let chunks: &[u8] = b"HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n\
            3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n";
        let close: &[u8] = b"HTTP/1.0 500 Oops\r\n\r\nhello";
        for (bytes, status) in [(length, 200), (chunks, 400), (close, 500)] {
            for cut in 0..bytes.len() {
                let (got, body, _) = reply_to(bytes, cut).await.unwrap();
                assert_eq!(
                    (got, body.as_slice()),
                    (status, b"hello".as_slice()),
                    "{cut}"
                );
            }
        }
    }

    #[tokio::test]
    async fn a_server_that_will_close_is_noticed() {
        let bytes = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(reply_to(bytes, 3).await.unwrap(), (200, Vec::new(), true));
        let bytes = b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(reply_to(bytes, 3).await.unwrap(), (200, Vec::new(), false));
    }

    #[tokio::test]
    async fn a_reply_that_breaks_off_is_an_error() {
        for bytes in [
            b"".as_slice(),
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
            b"SSH-2.0-OpenSSH\r\n",
        ] {
            assert!(reply_to(bytes, 0).await.is_err(), "{bytes:?}");
        }
    }
}
