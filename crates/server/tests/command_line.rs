//! The command line as a shell sees it: exit status, and which stream says what.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot run the program has failed"
)]

use std::process::{Command, Output};

fn anywhen(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_anywhen"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn help_lists_every_setting_and_is_output() {
    let output = anywhen(&["serve", "--help"]);
    assert!(output.status.success());
    for setting in [
        "--listen",
        "--data-dir",
        "--archive",
        "--master-key-file",
        "--config",
    ] {
        assert!(text(&output.stdout).contains(setting), "{setting}");
    }
    assert!(output.stderr.is_empty());
}

#[test]
fn a_setting_that_cannot_be_is_named_before_anything_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data").display().to_string();
    for (arguments, status, named) in [
        (&["--listen", "0.0.0.0:0"][..], 1, "loopback"),
        (&["--account-id", "12"], 1, "12 digits"),
        (&["--durability", "maybe"], 2, "maybe"),
        (&["--no-such-option"], 2, "--no-such-option"),
        (&["--config", "/no/such/file.toml"], 1, "/no/such/file.toml"),
    ] {
        let output = anywhen(&[&["serve", "--data-dir", &data_dir], arguments].concat());
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
        assert!(
            text(&output.stderr).contains(named),
            "{}",
            text(&output.stderr)
        );
        assert!(output.stdout.is_empty());
    }
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}
