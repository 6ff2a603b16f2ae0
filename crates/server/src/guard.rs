//! Keeps web pages of other origins away from the API.
//!
//! A browser on this machine may run pages of anyone, and any of them can send requests to
//! loopback. So: the Host header must name this machine (a page that rebinds its own DNS name
//! to 127.0.0.1 still sends its own name), and an Origin header, which every page's request
//! carries, must be this server's own or one that `--cors-origin` allows. Programs send no
//! Origin and are not concerned.

use std::net::IpAddr;

use hyper::HeaderMap;
use hyper::header::{HOST, HeaderValue, ORIGIN};

/// Decides by the Host and Origin headers.
#[derive(Debug)]
pub(crate) struct Guard {
    allowed_origins: Vec<String>,
}

/// What the guard found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Serve it; the value is for `Access-Control-Allow-Origin`, when a page asked.
    Serve(Option<HeaderValue>),
    /// Refuse it and say why.
    Refuse(&'static str),
}

impl Guard {
    pub(crate) fn new(allowed_origins: Vec<String>) -> Self {
        Self { allowed_origins }
    }

    pub(crate) fn judge(&self, headers: &HeaderMap) -> Verdict {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        if !host.is_some_and(names_this_machine) {
            return Verdict::Refuse("the Host header does not name this machine");
        }
        let Some(origin) = headers.get(ORIGIN) else {
            return Verdict::Serve(None);
        };
        let text = origin.to_str().unwrap_or_default();
        let own = text
            .split_once("://")
            .is_some_and(|(_, authority)| Some(authority) == host);
        let allowed = |entry: &String| entry == "*" || entry.eq_ignore_ascii_case(text);
        if own || self.allowed_origins.iter().any(allowed) {
            Verdict::Serve(Some(origin.clone()))
        } else {
            Verdict::Refuse("the page's origin is not allowed; start the server with --cors-origin")
        }
    }
}

fn names_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    let name = name.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(allowed: &[&str], host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        let guard = Guard::new(allowed.iter().map(ToString::to_string).collect());
        matches!(guard.judge(&headers), Verdict::Serve(_))
    }

    #[test]
    fn only_this_machine_and_allowed_origins_pass() {
        for host in [
            "localhost:8000",
            "127.0.0.1:1",
            "[::1]:8000",
            "LOCALHOST",
            "a.localhost",
        ] {
            assert!(judge(&[], host, None), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example:8000",
            "10.0.0.1",
            "",
            "localhos",
        ] {
            assert!(!judge(&["*"], host, None), "{host}");
        }
        assert!(judge(&[], "localhost:8000", Some("http://localhost:8000")));
        assert!(!judge(&[], "localhost:8000", Some("http://localhost:3000")));
        assert!(!judge(&[], "localhost:8000", Some("https://evil.example")));
        assert!(!judge(&[], "localhost:8000", Some("null")));
        assert!(judge(
            &["https://app.example"],
            "localhost",
            Some("https://app.example")
        ));
        assert!(judge(&["*"], "localhost", Some("null")));
    }
}
