//! A short life of a server, its death and its next life, as a file; and what may not be in it.
//!
//! In the first process item `a` becomes 1, then 2. Nobody is told what came of a transaction that
//! puts 9 to `b` and `c`, and of one, with a token, that adds 1 to `a`. The second process is
//! asked for that one again.

use serde_json::{Value, json};

use super::read;
use crate::serial::{Checked, Rule, Violation};

/// The last commit of the first process is not later.
const DIED: u64 = 1_000;

fn number(number: u64) -> Value {
    json!({ "n": { "N": number.to_string() } })
}

fn put(key: &str, value: u64) -> Value {
    json!([key, { "do": { "put": number(value) } }])
}

fn add(key: &str, more: u64) -> Value {
    json!([key, { "do": { "update": { "add": { "n": more } } } }])
}

fn write(called_ns: u64, changes: &[Value], outcome: &Value) -> Value {
    json!({ "write": { "called_ns": called_ns, "changes": changes, "outcome": outcome } })
}

/// Answered at once; tells nothing of one item.
fn committed(called_ns: u64, change: Value, at: u64) -> Value {
    let outcome = json!({ "answered_ns": called_ns + 1, "at": at, "told": [{}] });
    write(called_ns, &[change], &json!({ "committed": outcome }))
}

fn unanswered(called_ns: u64, changes: &[Value]) -> Value {
    write(
        called_ns,
        changes,
        &json!({ "unanswered": { "process": 0 } }),
    )
}

/// Answered at once; the items by name, 0 for none.
fn found(called_ns: u64, items: &[(&str, u64)]) -> Value {
    let item = |value| match value {
        0 => Value::Null,
        value => number(value),
    };
    let items = items.iter().map(|(key, value)| (*key, item(*value)));
    let items: Value = items.collect();
    json!({ "read": { "called_ns": called_ns, "answered_ns": called_ns + 1, "found": items } })
}

/// Called by the first process, answered by the second one.
fn retried(outcome: &Value) -> Value {
    write(45, &[add("a", 1)], outcome)
}

fn repeated() -> Value {
    retried(&json!({ "repeated": { "answered_ns": 110, "by": DIED } }))
}

fn first_life() -> Vec<Value> {
    vec![
        committed(10, put("a", 1), 100),
        committed(20, put("a", 2), 200),
        unanswered(40, &[put("b", 9), put("c", 9)]),
        json!({ "died": { "process": 0, "by": DIED } }),
    ]
}

/// The first life and these lines.
fn judge(after: &[Value]) -> Result<Checked, Violation> {
    let lines: Vec<String> = first_life()
        .iter()
        .chain(after)
        .map(Value::to_string)
        .collect();
    read(lines.join("\n").as_bytes()).unwrap().check()
}

#[track_caller]
fn breaks(after: &[Value], rule: Rule) {
    let violation = judge(after).expect_err("a fault");
    assert_eq!(violation.rule, rule, "{violation}");
}

#[test]
fn what_was_left_open_happened_or_not() {
    let unanswered = unanswered(45, &[add("a", 1)]);
    for (a, b) in [(2, 0), (3, 0), (2, 9), (3, 9)] {
        let later = found(200, &[("a", a), ("b", b), ("c", b)]);
        let checked = judge(&[unanswered.clone(), later]).unwrap_or_else(|wrong| panic!("{wrong}"));
        let expected = Checked {
            writes: 2,
            reads: 1,
            unanswered: 2,
            happened: u64::from(a == 3) + u64::from(b == 9),
        };
        assert_eq!(checked, expected);
    }
}

#[test]
fn a_lost_acknowledged_write_is_refused() {
    breaks(&[found(200, &[("a", 1)])], Rule::Read);
    breaks(&[found(200, &[("a", 0)])], Rule::Read);
    let told = json!({ "answered_ns": 210, "at": 2_000, "told": [{ "before": number(1) }] });
    let next = write(200, &[put("a", 5)], &json!({ "committed": told }));
    breaks(&[next], Rule::Write);
}

#[test]
fn a_stale_read_after_a_restart_is_refused() {
    let next = committed(200, put("a", 5), 2_000);
    let stale = found(300, &[("a", 2)]);
    breaks(&[next.clone(), stale], Rule::Read);
    judge(&[next, found(300, &[("a", 5)])]).unwrap();
}

#[test]
fn a_half_applied_transaction_is_refused() {
    breaks(&[found(200, &[("b", 9), ("c", 0)])], Rule::Read);
    breaks(
        &[found(200, &[("b", 9)]), found(210, &[("c", 0)])],
        Rule::Read,
    );
    judge(&[found(200, &[("b", 9)]), found(210, &[("c", 9)])]).unwrap();
}

#[test]
fn what_a_process_left_open_does_not_happen_after_it() {
    let (none, both) = ([("b", 0), ("c", 0)], [("b", 9), ("c", 9)]);
    let next = committed(200, put("a", 5), 2_000);
    judge(&[found(190, &none), next.clone()]).unwrap();
    judge(&[found(190, &none), found(195, &both), next.clone()]).unwrap();
    breaks(&[next, found(220, &none), found(230, &both)], Rule::Read);
}

#[test]
fn a_transaction_that_is_sent_again_is_done_once() {
    judge(&[repeated(), found(200, &[("a", 3)])]).unwrap();
    breaks(&[repeated(), found(200, &[("a", 2)])], Rule::Read);
    breaks(&[repeated(), found(200, &[("a", 4)])], Rule::Read);
    let outcome = json!({ "answered_ns": 110, "at": 2_000, "told": [{}] });
    let now = retried(&json!({ "committed": outcome }));
    judge(&[now.clone(), found(60, &[("a", 2)]), found(200, &[("a", 3)])]).unwrap();
    // Done by both processes.
    breaks(&[now, found(200, &[("a", 4)])], Rule::Read);
}

#[test]
fn what_was_refused_saw_what_it_told() {
    let condition = |condition: Value| json!(["a", { "do": "check", "if": condition }]);
    let refused = |changes: &[Value], told: Value| {
        let outcome = json!({ "refused": { "answered_ns": 210, "told": told } });
        judge(&[write(200, changes, &outcome)])
    };
    let false_of_a = [condition(json!({ "is": number(1) })), put("b", 1)];
    refused(&false_of_a, json!([{ "found": number(2) }, null])).unwrap();
    refused(&false_of_a, json!([{ "found": number(1) }, null])).unwrap_err();
    refused(&false_of_a, json!([null, null])).unwrap_err();
    refused(&[condition(json!("there"))], json!([{ "found": null }])).unwrap_err();
    refused(
        &[condition(json!("absent"))],
        json!([{ "found": number(2) }]),
    )
    .unwrap();
}

#[test]
fn updates_are_as_the_server_makes_them() {
    let update = json!({ "set": { "by": { "S": "x" } }, "append": { "log": { "S": "y" } } });
    let update = json!(["a", { "do": { "update": update }, "if": "there" }]);
    let after = |log: &[&str]| {
        let log: Vec<_> = log.iter().map(|element| json!({ "S": element })).collect();
        json!({ "n": { "N": "2" }, "by": { "S": "x" }, "log": { "L": log } })
    };
    let told = |called_ns: u64, at: u64, after: Value| {
        let outcome =
            json!({ "answered_ns": called_ns + 1, "at": at, "told": [{ "after": after }] });
        write(
            called_ns,
            std::slice::from_ref(&update),
            &json!({ "committed": outcome }),
        )
    };
    let once = told(200, 2_000, after(&["y"]));
    judge(&[once.clone(), told(210, 2_100, after(&["y", "y"]))]).unwrap();
    breaks(&[once, told(210, 2_100, after(&["y"]))], Rule::Write);
}

#[test]
fn a_line_that_cannot_be_read_is_named() {
    let untold = json!({ "answered_ns": 11, "at": 1, "told": [] });
    let bad = [
        ("{".to_owned(), "line 2"),
        (
            json!({ "wrote": {} }).to_string(),
            "unknown variant `wrote`",
        ),
        (
            write(10, &[put("a", 1)], &json!({ "committed": untold })).to_string(),
            "1 changes, but what was told is of Some(0)",
        ),
        (
            json!({ "read": { "called_ns": 2, "answered_ns": 1, "found": {} } }).to_string(),
            "answered before it was called",
        ),
        (
            unanswered(10, &[json!(["a", { "do": "delete", "when": "there" }])]).to_string(),
            "unknown field `when`",
        ),
    ];
    for (line, says) in bad {
        let lines = format!("{}\n{line}", found(1, &[]));
        let error = read(lines.as_bytes()).map(|_| ()).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.starts_with("line 2: ") || says == "line 2", "{text}");
        assert!(text.contains(says), "{text}");
    }
}
