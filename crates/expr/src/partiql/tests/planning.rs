//! Which items a statement looks at.

use anywhen_model::{KeySchema, KeyValue, ScalarType};

use super::super::{Access, PlannedChange, Returning};
use super::{attribute, bound, read_plan, refused, schema, select, write, write_plan};
use crate::testing::{item, m, n, number, s};
use crate::{KeyRange, SortCondition};

fn text(value: &str) -> KeyValue {
    KeyValue::S(value.to_owned())
}

fn count(value: &str) -> KeyValue {
    KeyValue::N(number(value))
}

fn range(partition: &str, sort: SortCondition) -> KeyRange {
    KeyRange {
        partition: vec![text(partition)],
        sort_prefix: Vec::new(),
        sort,
    }
}

/// What a plan reads, shortly: ranges, direction, whether a filter is left.
fn reads(clause: &str) -> (Vec<KeyRange>, bool, bool) {
    let plan = read_plan(&format!("SELECT * FROM t.i WHERE {clause}"));
    match plan.access {
        Access::Partitions {
            ranges, forward, ..
        } => (ranges, forward, plan.filter.is_some()),
        other => panic!("{clause}: {other:?}"),
    }
}

fn select_fault(text: &str) -> String {
    select(text, &[]).plan(&schema()).unwrap_err().to_string()
}

#[test]
fn one_partition_is_queried() {
    use SortCondition::{BeginsWith, Between, Eq, Ge, Gt, Le, Lt, None};
    let one = |sort| vec![range("a", sort)];
    for (clause, sort, has_filter) in [
        ("pk = 'a'", None, false),
        ("'a' = pk", None, false),
        ("pk = 'a' AND sk = 1", Eq(count("1")), false),
        ("sk < 1 AND pk = 'a'", Lt(count("1")), false),
        ("pk = 'a' AND sk <= 1", Le(count("1")), false),
        ("pk = 'a' AND 1 < sk", Gt(count("1")), false),
        ("pk = 'a' AND sk >= 1", Ge(count("1")), false),
        (
            "pk = 'a' AND sk BETWEEN 1 AND 2",
            Between(count("1"), count("2")),
            false,
        ),
        ("(pk = 'a') AND (sk > 1 AND x = 1)", Gt(count("1")), true),
        ("pk = 'a' AND x = 1", None, true),
        ("pk = 'a' AND sk <> 1", None, true),
        ("pk = 'a' AND NOT sk = 1", None, true),
        ("pk = 'a' AND sk IN [1, 2]", None, true),
        ("pk = 'a' AND sk > 1 AND sk < 5", Gt(count("1")), true),
        ("pk = 'a' AND sk > 1 AND sk = 5", Eq(count("5")), true),
        ("pk = 'a' AND pk = 'b'", None, true),
        ("pk = 'a' AND (x = 1 OR y = 1)", None, true),
        ("pk = 'a' AND pk.x = 1", None, true),
        ("pk = 'a' AND sk = x", None, true),
        ("pk = 'a' AND size(sk) = 1", None, true),
    ] {
        assert_eq!(reads(clause), (one(sort), true, has_filter), "{clause}");
    }
    let strings = KeySchema {
        sort: vec![attribute("sk", ScalarType::S)],
        ..schema()
    };
    let plan = select(
        "SELECT * FROM t WHERE pk = 'a' AND begins_with(sk, 'x')",
        &[],
    );
    let Access::Partitions { ranges, .. } = plan.plan(&strings).unwrap().access else {
        panic!("not a query");
    };
    assert_eq!(ranges, one(BeginsWith(text("x"))));
}

#[test]
fn the_whole_key_is_one_item() {
    for (clause, has_filter) in [
        ("pk = 'a' AND sk = 1", false),
        ("1.0 = sk AND x = 2 AND 'a' = pk", true),
        ("pk IN ['a'] AND sk = 1", false),
        ("pk = 'a' AND sk = 1 AND sk = 2", true),
    ] {
        let plan = read_plan(&format!("SELECT * FROM t WHERE {clause}"));
        let key = item([("pk", s("a")), ("sk", n("1"))]);
        assert_eq!(plan.access, Access::Item(key), "{clause}");
        assert_eq!(plan.filter.is_some(), has_filter, "{clause}");
    }
    // Many entries of an index may have one key.
    assert_eq!(reads("pk = 'a' AND sk = 1").0.len(), 1);
    let simple = KeySchema {
        sort: Vec::new(),
        ..schema()
    };
    let plan = select("SELECT * FROM t WHERE pk = 'a'", &[])
        .plan(&simple)
        .unwrap();
    assert_eq!(plan.access, Access::Item(item([("pk", s("a"))])));
}

#[test]
fn several_partitions_are_several_queries() {
    use SortCondition::{Eq, Gt, None};
    let whole = |names: &[&str]| {
        names
            .iter()
            .map(|name| range(name, None))
            .collect::<Vec<_>>()
    };
    for (clause, ranges, has_filter) in [
        ("pk IN ['b', 'a', 'b']", whole(&["b", "a"]), false),
        (
            "pk IN ('b', 'a') AND sk > 1",
            { vec![range("b", Gt(count("1"))), range("a", Gt(count("1")))] },
            false,
        ),
        ("pk = 'b' OR pk = 'a'", whole(&["b", "a"]), true),
        (
            "pk = 'a' OR pk IN ['b', 'c']",
            whole(&["a", "b", "c"]),
            true,
        ),
        (
            "(pk = 'a' AND sk = 1) OR (pk = 'b' AND x = 1)",
            { vec![range("a", Eq(count("1"))), range("b", None)] },
            true,
        ),
        (
            "(pk = 'a' AND sk = 1) OR (pk = 'a' AND sk = 2)",
            whole(&["a"]),
            true,
        ),
        (
            "x = 1 AND (pk = 'a' OR (y = 2 AND (pk = 'b' OR pk = 'c')))",
            { whole(&["a", "b", "c"]) },
            true,
        ),
        (
            "(x = 1 OR y = 1) AND (pk = 'a' OR pk = 'b')",
            whole(&["a", "b"]),
            true,
        ),
    ] {
        assert_eq!(reads(clause), (ranges, true, has_filter), "{clause}");
    }
    let Access::Partitions { is_listed, .. } =
        read_plan("SELECT * FROM t WHERE pk IN ['a', 'b']").access
    else {
        panic!("not a query");
    };
    assert!(is_listed);
    let nobody = bound("SELECT * FROM t WHERE pk IN ?", &[crate::testing::l([])]);
    let Ok(super::BoundStatement::Select(nobody)) = nobody else {
        panic!("no select");
    };
    let access = nobody.plan(&schema()).unwrap().access;
    assert!(matches!(access, Access::Partitions { ranges, .. } if ranges.is_empty()));
}

#[test]
fn everything_else_is_a_scan() {
    for clause in [
        "pk > 'a'",
        "pk BETWEEN 'a' AND 'b'",
        "begins_with(pk, 'a')",
        "x = 1",
        "sk = 1",
        "pk = 'a' OR x = 1",
        "NOT pk = 'a'",
        "pk <> 'a'",
        "pk = x",
        "pk.x = 'a'",
        "NOT (pk = 'a' OR pk = 'b')",
        "(pk = 'a' OR x = 1) OR pk = 'b'",
    ] {
        let plan = read_plan(&format!("SELECT * FROM t WHERE {clause}"));
        assert_eq!(plan.access, Access::Scan, "{clause}");
        assert!(plan.filter.is_some(), "{clause}");
    }
    let plan = read_plan("SELECT * FROM t");
    assert_eq!(plan.access, Access::Scan);
    assert!(plan.filter.is_none());
}

#[test]
fn values_of_keys_must_be_of_their_types() {
    let mismatch = "One or more parameter values were invalid: Condition parameter type does not match schema \
         type";
    for clause in [
        "pk = 1",
        "pk IN ['a', 1]",
        "pk = 'a' AND sk = 'x'",
        "pk = 'a' OR pk = 1",
    ] {
        let text = format!("SELECT * FROM t WHERE {clause}");
        assert_eq!(select_fault(&text), mismatch, "{clause}");
    }
    assert_eq!(
        select_fault("SELECT * FROM t WHERE pk = ''"),
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot \
         contain an empty string value. Key: pk"
    );
    let list = (0..51)
        .map(|n| format!("'{n}'"))
        .collect::<Vec<_>>()
        .join(",");
    assert_eq!(
        select_fault(&format!("SELECT * FROM t WHERE pk IN [{list}]")),
        "The IN operator is provided with too many operands; number of operands: 51"
    );
}

#[test]
fn order_is_that_of_the_key() {
    let order = |clause: &str| {
        let (ranges, forward, _) = reads(clause);
        let names = ranges.into_iter().flat_map(|range| range.partition);
        (names.collect::<Vec<_>>(), forward)
    };
    let list = "pk IN ['b', 'c', 'a']";
    let (up, down) = (
        ["a", "b", "c"].map(text).to_vec(),
        ["c", "b", "a"].map(text).to_vec(),
    );
    assert_eq!(order("pk = 'a' ORDER BY sk"), (vec![text("a")], true));
    assert_eq!(order("pk = 'a' ORDER BY sk DESC"), (vec![text("a")], false));
    assert_eq!(
        order("pk = 'a' ORDER BY pk DESC, sk ASC"),
        (vec![text("a")], true)
    );
    assert_eq!(order(&format!("{list} ORDER BY pk")), (up.clone(), true));
    assert_eq!(
        order(&format!("{list} ORDER BY pk DESC")),
        (down.clone(), true)
    );
    assert_eq!(
        order(&format!("{list} ORDER BY pk ASC, sk DESC")),
        (up, false)
    );
    assert_eq!(order(&format!("{list} ORDER BY pk DESC, sk")), (down, true));
    assert_eq!(
        refused("SELECT * FROM t ORDER BY pk"),
        "Must have WHERE clause in the statement when using ORDER BY clause."
    );
    assert_eq!(
        select_fault("SELECT * FROM t WHERE pk = 'a' ORDER BY x"),
        "Attribute x in ORDER BY clause must be part of the primary key"
    );
    for clause in ["x = 1 ORDER BY pk", "pk > 'a' ORDER BY pk"] {
        assert_eq!(
            select_fault(&format!("SELECT * FROM t WHERE {clause}")),
            "Must have at least one non-optional hash key condition in WHERE clause when using \
             ORDER BY clause."
        );
    }
    for clause in [
        format!("{list} ORDER BY sk"),
        "pk = 'a' ORDER BY sk, pk".to_owned(),
        "pk = 'a' ORDER BY sk, sk".to_owned(),
        "pk = 'a' ORDER BY pk, pk".to_owned(),
    ] {
        let fault = select_fault(&format!("SELECT * FROM t WHERE {clause}"));
        assert!(
            fault.starts_with("ORDER BY must name the attributes"),
            "{clause}: {fault}"
        );
    }
}

#[test]
fn keys_of_several_attributes_are_pinned_whole() {
    let wide = KeySchema {
        partition: vec![
            attribute("p1", ScalarType::S),
            attribute("p2", ScalarType::N),
        ],
        sort: vec![
            attribute("s1", ScalarType::S),
            attribute("s2", ScalarType::N),
        ],
    };
    let plan = |clause: &str| {
        let statement = format!("SELECT * FROM t.i WHERE {clause}");
        select(&statement, &[]).plan(&wide).unwrap()
    };
    let Access::Partitions { ranges, .. } =
        plan("p1 IN ['a', 'b'] AND p2 = 1 AND s1 = 'x' AND s2 > 5").access
    else {
        panic!("not a query");
    };
    let expected = ["a", "b"].map(|first| KeyRange {
        partition: vec![text(first), count("1")],
        sort_prefix: vec![text("x")],
        sort: SortCondition::Gt(count("5")),
    });
    assert_eq!(ranges, expected);
    // A gap among the sort attributes is for the filter.
    let gap = plan("p1 = 'a' AND p2 = 1 AND s2 > 5");
    assert!(gap.filter.is_some());
    assert!(matches!(gap.access, Access::Partitions { ranges, .. }
        if ranges.iter().all(|range| range.sort == SortCondition::None)));
    assert_eq!(plan("p1 = 'a'").access, Access::Scan);
}

#[test]
fn single_items_need_their_whole_key_pinned() {
    let item_read = |text: &str| select(text, &[]).plan_item(&schema());
    let read = item_read("SELECT x FROM t WHERE sk = 1 AND pk = 'a' AND y = 2").unwrap();
    assert_eq!(read.key, item([("pk", s("a")), ("sk", n("1"))]));
    assert!(read.filter.is_some());
    for text in [
        "SELECT * FROM t",
        "SELECT * FROM t WHERE pk = 'a'",
        "SELECT * FROM t WHERE pk = 'a' AND sk > 1",
        "SELECT * FROM t WHERE pk IN ['a'] AND sk = 1",
        "SELECT * FROM t WHERE (pk = 'a' AND sk = 1) OR x = 1",
        "SELECT * FROM t.i WHERE pk = 'a' AND sk = 1",
    ] {
        assert!(item_read(text).is_none(), "{text}");
    }
}

#[test]
fn writes_pin_their_item() {
    let fault = "Where clause does not contain a mandatory equality on all key attributes";
    for change in ["UPDATE t SET x = 1", "DELETE FROM t", "EXISTS"] {
        for clause in [
            "",
            " WHERE pk = 'a'",
            " WHERE sk = 1",
            " WHERE pk = 'a' AND sk > 1",
            " WHERE pk IN ['a'] AND sk = 1",
            " WHERE pk = 'a' AND sk = 1 OR x = 1",
            " WHERE pk = 'a' AND NOT sk = 1",
        ] {
            let text = match change {
                "EXISTS" => format!("EXISTS(SELECT * FROM t{clause})"),
                change => format!("{change}{clause}"),
            };
            let error = write(&text, &[]).plan(&schema()).unwrap_err();
            assert_eq!(error.to_string(), fault, "{text}");
        }
    }
    assert_eq!(
        write("EXISTS(SELECT * FROM t WHERE pk = 'a' AND sk = 1)", &[])
            .plan(&schema())
            .unwrap_err()
            .to_string(),
        "EXISTS needs a condition beside those on the primary key"
    );
    for text in [
        "UPDATE t.i SET x = 1 WHERE pk = 'a' AND sk = 1",
        "DELETE FROM t.i WHERE pk = 'a' AND sk = 1",
        "INSERT INTO t.i VALUE {'pk': 'a'}",
        "EXISTS(SELECT * FROM t.i WHERE pk = 'a' AND sk = 1 AND x = 1)",
    ] {
        assert!(
            refused(text).starts_with("Only tables can be written to"),
            "{text}"
        );
    }
}

#[test]
fn conditions_of_writes_know_whether_the_item_is_there() {
    let there = item([("pk", s("a")), ("sk", n("1")), ("x", n("1"))]);
    let other = item([("pk", s("a")), ("sk", n("1")), ("x", n("2"))]);
    // Whether the write goes on for: no item, an item the clause is true of, and another.
    for (text, expected) in [
        (
            "UPDATE t SET y = 1 WHERE pk = 'a' AND sk = 1",
            [false, true, true],
        ),
        (
            "UPDATE t SET y = 1 WHERE pk = 'a' AND sk = 1 AND x = 1",
            [false, true, false],
        ),
        (
            "UPDATE t SET y = 1 WHERE pk = 'a' AND sk = 1 AND z IS MISSING",
            [false, true, true],
        ),
        (
            "DELETE FROM t WHERE pk = 'a' AND sk = 1",
            [true, true, true],
        ),
        (
            "DELETE FROM t WHERE pk = 'a' AND sk = 1 AND x = 1",
            [true, true, false],
        ),
        (
            "EXISTS(SELECT * FROM t WHERE pk = 'a' AND sk = 1 AND x = 1)",
            [false, true, false],
        ),
        (
            "EXISTS(SELECT * FROM t WHERE pk = 'a' AND sk = 1 AND z IS MISSING)",
            [false, true, true],
        ),
    ] {
        let condition = write_plan(text).condition;
        let goes_on = [None, Some(&there), Some(&other)].map(|item| {
            condition
                .as_ref()
                .is_none_or(|condition| condition.evaluate(item))
        });
        assert_eq!(goes_on, expected, "{text}");
    }
}

#[test]
fn writes_say_what_they_return() {
    for (suffix, returning) in [
        ("", None),
        ("RETURNING ALL OLD *", Some(Returning::AllOld)),
        ("returning all new *", Some(Returning::AllNew)),
        ("RETURNING MODIFIED OLD *", Some(Returning::ModifiedOld)),
        ("RETURNING MODIFIED NEW *", Some(Returning::ModifiedNew)),
    ] {
        let text = format!("UPDATE t SET x = 1 WHERE pk = 'a' AND sk = 1 {suffix}");
        assert_eq!(write_plan(&text).returning, returning);
    }
    let plan = write_plan("DELETE FROM t WHERE pk = 'a' AND sk = 1 RETURNING ALL OLD *");
    assert_eq!(plan.returning, Some(Returning::AllOld));
    let key = item([("pk", s("a")), ("sk", n("1"))]);
    assert!(matches!(plan.change, PlannedChange::Delete { key: found } if found == key));
    let insert = write("INSERT INTO t VALUE ?", &[m([("pk", s("a"))])]);
    assert!(!insert.is_check() && insert.returning().is_none());
}
