//! The program's command line: what scripts read of it, and what it refuses.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_loadgen");

fn loadgen(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

/// A server that ends with its owner.
struct EmptyServer(Child, String);

impl EmptyServer {
    fn start() -> Self {
        let mut child = Command::new(PROGRAM)
            .arg("empty-server")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().rsplit("http://").next().unwrap().to_owned();
        Self(child, address)
    }
}

impl Drop for EmptyServer {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn the_plain_loop_counts_every_request() {
    let server = EmptyServer::start();
    for kind in ["put", "get"] {
        let options = [
            "--address",
            &server.1,
            "--requests",
            "500",
            "--connections",
            "4",
        ];
        let output = loadgen(&[&[kind], options.as_slice()].concat());
        assert!(output.status.success(), "{output:?}");
        let line = String::from_utf8(output.stdout).unwrap();
        assert!(line.contains("requests=500 requests_per_second="), "{line}");
    }
}

#[test]
fn signed_runs_reach_any_server_and_say_what_was_missing() {
    let server = EmptyServer::start();
    let endpoint = format!("http://{}", server.1);
    for rate in [["--connections", "8"], ["--rate", "3000"]] {
        let options = ["run", "f", "--endpoint", &endpoint, "--requests", "300"];
        let output = loadgen(&[options.as_slice(), &rate].concat());
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(" 0 failed, 0 retries"), "{text}");
        // The empty server has no items, and that is not passed over.
        assert!(text.contains(" found no item"), "{text}");
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    for arguments in [
        ["run", "a"].as_slice(),
        &["run", "z", "--requests", "1"],
        &["run", "a", "--requests", "1", "--rate", "0"],
        &["run", "a", "--requests", "1", "--theta", "1"],
        &["run", "a", "--requests", "1", "--item-bytes", "20"],
        &["run", "a", "--requests", "1", "--item-bytes", "409601"],
        &[
            "run",
            "a",
            "--requests",
            "1",
            "--endpoint",
            "https://127.0.0.1:1",
        ],
        &[
            "run",
            "transactions",
            "--requests",
            "1",
            "--transaction-items",
            "101",
        ],
    ] {
        let output = loadgen(arguments);
        assert!(
            !output.status.success() && !output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}
