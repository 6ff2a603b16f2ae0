//! Every answer, over files that are made up.

use super::*;

static BUILT: &[Asset] = &[
    Asset {
        path: "assets/index-8d1f.js",
        etag: "W/\"js\"",
        bytes: b"let javascript = 'as it is';",
        gzip: Some(b"compressed"),
    },
    Asset {
        path: "assets/logo-0a.svg",
        etag: "W/\"svg\"",
        bytes: b"<svg/>",
        gzip: None,
    },
    Asset {
        path: "favicon.ico",
        etag: "W/\"icon\"",
        bytes: b"icon",
        gzip: None,
    },
    Asset {
        path: "index.html",
        etag: "W/\"page\"",
        bytes: b"<!doctype html>",
        gzip: None,
    },
];

const BROWSER: (&str, &str) = (
    "accept",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
);

fn get(path: &str, headers: &[(&'static str, &str)]) -> Response<Bytes> {
    let headers = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
        .collect();
    Console::of(BUILT).answer(path, &headers)
}

fn field<'r>(response: &'r Response<Bytes>, name: &str) -> &'r str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[test]
fn hashed_files_are_kept_for_ever_and_all_others_asked_for_again() {
    for (path, kind, caching) in [
        (
            "assets/index-8d1f.js",
            "text/javascript; charset=utf-8",
            KEEP_FOR_EVER,
        ),
        ("assets/logo-0a.svg", "image/svg+xml", KEEP_FOR_EVER),
        ("favicon.ico", "image/vnd.microsoft.icon", ASK_AGAIN),
        ("index.html", HTML, ASK_AGAIN),
        ("", HTML, ASK_AGAIN),
    ] {
        let response = get(path, &[]);
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(field(&response, "content-type"), kind, "{path}");
        assert_eq!(field(&response, "cache-control"), caching, "{path}");
    }
}

#[test]
fn pages_are_the_index_and_files_that_are_not_there_are_not() {
    let index = |response: Response<Bytes>| response.body().starts_with(b"<!doctype");
    assert!(index(get("tables/Music", &[])));
    assert!(index(get("tables/Music/backups", &[BROWSER])));
    // A table may be called so; a browser that goes there wants its page.
    assert!(index(get("tables/a..b.js", &[BROWSER])));
    // Of an address that no page has, the console says so itself.
    assert!(index(get("us-east-1/tables/No%2Fpe", &[BROWSER])));
    assert!(index(get("US%20EAST", &[BROWSER])));
    for (path, headers) in [
        ("tables/a.js", &[][..]),
        ("tables/No%2Fpe", &[]),
        ("%2E./etc/passwd", &[BROWSER]),
        ("..%2f..%2Fetc%2fpasswd", &[BROWSER]),
        ("..%5Cetc", &[BROWSER]),
        ("assets/gone-1234.js", &[BROWSER]),
        ("assets/gone", &[BROWSER]),
        ("../Cargo.toml", &[BROWSER]),
        ("tables/../../etc/passwd", &[BROWSER]),
        ("./index.html", &[BROWSER]),
        ("%2e%2e/etc/passwd", &[BROWSER]),
        ("..\\..\\etc", &[BROWSER]),
    ] {
        let response = get(path, headers);
        assert_eq!(response.status(), 404, "{path}");
    }
}

#[test]
fn what_the_browser_has_is_not_sent_again() {
    for tag in ["W/\"js\"", "\"js\"", "\"other\", W/\"js\"", "*"] {
        let response = get("assets/index-8d1f.js", &[("if-none-match", tag)]);
        assert_eq!(response.status(), 304, "{tag}");
        assert!(response.body().is_empty());
        assert_eq!(field(&response, "etag"), "W/\"js\"");
        assert_eq!(field(&response, "cache-control"), KEEP_FOR_EVER);
    }
    let changed = get("assets/index-8d1f.js", &[("if-none-match", "\"other\"")]);
    assert_eq!(changed.status(), 200);
}

#[test]
fn compressed_files_go_to_those_who_take_them() {
    for (encodings, compressed) in [
        ("gzip, deflate, br", true),
        ("br;q=1.0, GZIP;q=0.5", true),
        ("br", false),
        ("gzip;q=0", false),
        ("", false),
    ] {
        let response = get("assets/index-8d1f.js", &[("accept-encoding", encodings)]);
        let sent = response.body() == &b"compressed"[..];
        assert_eq!(sent, compressed, "{encodings}");
        let coding = if compressed { "gzip" } else { "" };
        assert_eq!(field(&response, "content-encoding"), coding);
        assert_eq!(field(&response, "vary"), "Accept-Encoding");
    }
    let plain = get("assets/logo-0a.svg", &[("accept-encoding", "gzip")]);
    assert_eq!(
        (field(&plain, "content-encoding"), &plain.body()[..]),
        ("", &b"<svg/>"[..])
    );
}

#[test]
fn every_answer_carries_the_policy() {
    for path in ["", "assets/index-8d1f.js", "nothing.js", "tables"] {
        let response = get(path, &[]);
        assert_eq!(
            field(&response, "content-security-policy"),
            CONTENT_SECURITY_POLICY
        );
        assert_eq!(field(&response, "x-content-type-options"), "nosniff");
        assert_eq!(field(&response, "referrer-policy"), "no-referrer");
    }
    assert!(!CONTENT_SECURITY_POLICY.contains("unsafe"));
    assert!(!CONTENT_SECURITY_POLICY.contains("http"));
}

#[test]
fn without_files_there_is_a_page_that_says_how_to_build_them() {
    let console = Console::of(&[]);
    assert!(!console.is_built());
    for path in ["", "tables/Music"] {
        let response = console.answer(path, &HeaderMap::new());
        assert_eq!(response.status(), 200);
        assert_eq!(field(&response, "cache-control"), ASK_AGAIN);
        let text = String::from_utf8(response.body().to_vec()).unwrap();
        assert!(text.contains("scripts/console"), "{text}");
    }
    let response = console.answer("assets/index.js", &HeaderMap::new());
    assert_eq!(response.status(), 404);
}

#[test]
fn what_is_embedded_can_be_found() {
    let console = Console::embedded();
    for asset in EMBEDDED {
        assert_eq!(
            console.find(asset.path).map(|found| found.etag),
            Some(asset.etag)
        );
        assert_ne!(
            content_type(asset.path),
            "application/octet-stream",
            "{}",
            asset.path
        );
    }
    assert_eq!(console.is_built(), !EMBEDDED.is_empty());
}
