//! The console's files, as the server serves them below `/console/`.
//!
//! The files are built from `console/` at the root of the repository and are part of the binary
//! (`build.rs`), so what is served needs no disk, no network and no other program. A binary built
//! without them serves one page that says how to build them.
//!
//! What must hold:
//!
//! * A path is looked up in a fixed list. Nothing that a client sends ever reaches a file system.
//! * Every answer carries the same policy: scripts, styles and calls from this origin alone, no
//!   frames, no guessing of types.
//! * Files below `assets/` have their hash in their name and are kept by browsers for ever. All
//!   else is asked for again each time, by its tag.
//! * The pages of the console are one file: a path that is no file is answered with `index.html`,
//!   and the script there finds the page.
//!
//! It does not fail: what cannot be served is a 404. Start reading at [`Console::answer`].

use bytes::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

/// What a page of the console may load and do: what comes from this server, and no more. Styles may
/// hold their own images and fonts.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
     style-src 'self'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; \
     manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const INDEX: &str = "index.html";
const UNBUILT: &str = include_str!("unbuilt.html");
/// The folder of files with their hash in their name.
const HASHED: &str = "assets/";
const KEEP_FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
const HTML: &str = "text/html; charset=utf-8";

/// A file of the console.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Below `/console/`, without a slash in front.
    pub path: &'static str,
    /// Changes with the bytes; with its quotes, as the header has it.
    pub etag: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// The same compressed, if that is worth it.
    pub gzip: Option<&'static [u8]>,
}

static EMBEDDED: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The files that are served, by path.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    assets: &'static [Asset],
}

impl Console {
    /// The files that this binary was built with.
    pub fn embedded() -> Self {
        Self::of(EMBEDDED)
    }

    /// These files; in the order of their paths.
    pub fn of(assets: &'static [Asset]) -> Self {
        Self { assets }
    }

    /// Whether there is a console; otherwise there is a page that says how to build one.
    pub fn is_built(&self) -> bool {
        self.find(INDEX).is_some()
    }

    /// Answers GET of a path, which is what follows `/console/`. For HEAD the caller leaves the body
    /// out.
    pub fn answer(&self, path: &str, headers: &HeaderMap) -> Response<Bytes> {
        let mut response = match self.choose(path, headers) {
            Choice::File(asset) => file(asset, headers),
            Choice::Unbuilt => unbuilt(),
            Choice::Nothing => nothing(),
        };
        protect(response.headers_mut());
        response
    }

    fn choose(&self, path: &str, headers: &HeaderMap) -> Choice {
        let file = if path.is_empty() { INDEX } else { path };
        if let Some(asset) = self.find(file) {
            return Choice::File(asset);
        }
        if !may_be_a_page(path, headers) {
            return Choice::Nothing;
        }
        self.find(INDEX).map_or(Choice::Unbuilt, Choice::File)
    }

    fn find(&self, path: &str) -> Option<&'static Asset> {
        let found = self.assets.binary_search_by(|asset| asset.path.cmp(path));
        found.ok().and_then(|position| self.assets.get(position))
    }
}

enum Choice {
    File(&'static Asset),
    Unbuilt,
    Nothing,
}

/// Whether a path that is no file names a page. Whatever a browser goes to is one: the name of a
/// table may have a dot in it, and of an address that is wrong the console says so itself. What looks
/// for a file does not ask for HTML.
fn may_be_a_page(path: &str, headers: &HeaderMap) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    let is_plain = !path.contains('%') && !last.contains('.');
    let is_address = !path.starts_with(HASHED) && !path.contains('\\') && !climbs(path);
    is_address && (is_plain || wants_html(headers))
}

/// Whether a path has steps such as `..`, which no page has in its address.
fn climbs(path: &str) -> bool {
    let plain = path
        .to_ascii_lowercase()
        .replace("%2e", ".")
        .replace("%2f", "/")
        .replace("%5c", "/");
    plain.split('/').any(|part| matches!(part, "." | ".."))
}

/// Whether somebody who sent these headers wants a page: a browser that was sent here, by hand or by
/// a link.
pub fn wants_html(headers: &HeaderMap) -> bool {
    listed(headers, &header::ACCEPT).any(|kind| kind.eq_ignore_ascii_case("text/html"))
}

fn file(asset: &Asset, headers: &HeaderMap) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    let own = response.headers_mut();
    own.insert(header::ETAG, HeaderValue::from_static(asset.etag));
    own.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(if asset.path.starts_with(HASHED) {
            KEEP_FOR_EVER
        } else {
            ASK_AGAIN
        }),
    );
    own.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if listed(headers, &header::IF_NONE_MATCH).any(|tag| tag == "*" || same_tag(tag, asset.etag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    own.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(content_type(asset.path)),
    );
    let bytes = match asset.gzip {
        Some(gzip) if takes_gzip(headers) => {
            own.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            gzip
        }
        _ => asset.bytes,
    };
    *response.body_mut() = Bytes::from_static(bytes);
    response
}

fn unbuilt() -> Response<Bytes> {
    page(StatusCode::OK, HTML, UNBUILT)
}

fn nothing() -> Response<Bytes> {
    page(
        StatusCode::NOT_FOUND,
        "text/plain; charset=utf-8",
        "The console has no such file.\n",
    )
}

fn page(status: StatusCode, kind: &'static str, text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    let own = response.headers_mut();
    own.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    own.insert(header::CACHE_CONTROL, HeaderValue::from_static(ASK_AGAIN));
    response
}

/// What keeps other pages out of this one, and this one from loading anything of theirs.
fn protect(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::ACCEPT_ENCODING).iter();
    codings.any(|value| {
        let codings = value.to_str().unwrap_or_default().split(',');
        codings.map(str::trim).any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
            name.trim().eq_ignore_ascii_case("gzip") && weight.parse::<f32>().is_ok_and(|q| q > 0.0)
        })
    })
}

/// Tags are compared without regard to their strength: either form of a file has the same one.
fn same_tag(sent: &str, own: &str) -> bool {
    let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    opaque(sent) == opaque(own)
}

/// The elements of a list in a header, without their parameters.
fn listed<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    headers
        .get_all(name)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(|element| element.split(';').next().unwrap_or_default().trim())
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => HTML,
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/vnd.microsoft.icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
