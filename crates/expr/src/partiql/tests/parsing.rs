//! What the grammar takes, what it refuses and in which words, and how parameters are put in.

use anywhen_model::AttributeValue;

use super::super::{PlannedChange, Statement};
use super::{read_plan, refused, refused_with, schema, select, write, write_plan};
use crate::testing::{b, bs, item, l, m, n, ns, s, ss};

const PREFIX: &str = "Statement wasn't well formed, can't be processed: ";

/// The detail of a syntax error.
fn syntax_fault(text: &str) -> String {
    let error = refused(text);
    match error.strip_prefix(PREFIX) {
        Some(detail) => detail.to_owned(),
        None => panic!("{text}: {error}"),
    }
}

fn inserted(text: &str, parameters: &[AttributeValue]) -> anywhen_model::Item {
    match write(text, parameters).plan(&schema()).unwrap().change {
        PlannedChange::Insert(item) => item,
        other => panic!("{other:?}"),
    }
}

#[test]
fn statements_of_the_guide_parse() {
    for text in [
        "SELECT OrderID, Total FROM \"Orders\" WHERE OrderID IN [1, 2, 3] ORDER BY OrderID DESC",
        "select * from \"Music\" where Artist='Acme Band' and SongTitle='PartiQL Rocks';",
        "SELECT Devices.FireStick.DateWatched[0] FROM TVSeries WHERE begins_with(title, 'a')",
        "SELECT * FROM \"TransactionsTable\".\"AmountIndex\" WHERE Amount >= 100.0",
        "SELECT * FROM Orders.byTotal WHERE OrderID = 100 or pk = 200",
        "INSERT into \"Music\" value {'Artist' : 'Acme Band1','SongTitle' : 'PartiQL Rocks'}",
        "UPDATE \"Music\" SET AwardsWon=1 SET AwardDetail={'Grammys':[2020, 2018]} \
         WHERE Artist='Acme Band' AND SongTitle='PartiQL Rocks' RETURNING ALL NEW *",
        "UPDATE \"Music\" SET AwardDetail.Grammys =list_append(AwardDetail.Grammys,[2016]) \
         WHERE Artist='Acme Band' and SongTitle='PartiQL Rocks'",
        "UPDATE \"Music\" SET BandMembers =set_add(BandMembers, <<'newbandmember'>>) \
         WHERE Artist='Acme Band' and SongTitle='PartiQL Rocks'",
        "UPDATE \"Music\" REMOVE AwardDetail.Grammys[2] SET a = a + 1, b = b - 2 - -3 \
         WHERE Artist='Acme Band' and SongTitle='PartiQL Rocks'",
        "delete FROM \"Music\" where \"Artist\" = 'Acme Band' AND SongTitle = 'x' \
         RETURNING ALL OLD *",
        "EXISTS(SELECT * FROM \"Music\" WHERE \"Artist\" = 'Acme Band' AND a is not missing)",
        "SELECT * FROM t WHERE size(a) > 20 AND contains(a, 'kitchen') \
         AND attribute_type(a, 'S') AND a IS NOT NULL AND NOT a IS STRING",
        "SELECT * FROM t WHERE a NOT IN ('x', 'y') AND b != 1 AND NOT (c BETWEEN 1 AND 2)",
        "/* all */ SELECT * -- everything\n FROM t",
        "SELECT \"Order\".\"Value\", size, contains FROM t WHERE \"Order\" = 1",
    ] {
        let parsed = Statement::parse(text);
        assert!(parsed.is_ok(), "{text}: {parsed:?}");
    }
}

#[test]
fn syntax_faults_say_what_was_expected() {
    for (text, fault) in [
        ("UPDATE a-b SET x = 1", "Expected data manipulation"),
        ("UPDATE t WHERE a = 1", "Expected data manipulation"),
        ("SELECT * FROM t WHERE (a = 1", "Expected RIGHT_PAREN"),
        ("SELECT * FROM t WHERE size(a = 1", "Expected RIGHT_PAREN"),
        ("EXISTS(SELECT * FROM t WHERE a = 1", "Expected RIGHT_PAREN"),
        (" ", "Expected SELECT, INSERT, UPDATE, DELETE or EXISTS"),
        (
            "CREATE TABLE t",
            "Expected SELECT, INSERT, UPDATE, DELETE or EXISTS",
        ),
        ("SELECT *", "Expected FROM"),
        ("SELECT a b FROM t", "Expected FROM"),
        ("SELECT a AS b FROM t", "Expected FROM"),
        ("SELECT count(*) FROM t", "Expected FROM"),
        ("SELECT * FROM a-b", "Unexpected -"),
        ("SELECT * FROM t LIMIT 3", "Unexpected LIMIT"),
        ("SELECT * FROM t GROUP BY a", "Unexpected GROUP"),
        ("SELECT * FROM a, b", "Unexpected ,"),
        ("SELECT * FROM t; SELECT * FROM t", "Unexpected SELECT"),
        ("SELECT * FROM t.i.j", "Unexpected ."),
        ("SELECT * FROM \"\"", "A name is empty"),
        ("SELECT Order FROM t", "Expected a name"),
        ("SELECT * FROM t WHERE Value = 1", "Expected a name"),
        ("SELECT a[x] FROM t", "Expected a position in a list"),
        ("SELECT a[1.5] FROM t", "Expected a position in a list"),
        ("SELECT a[-1] FROM t", "Expected a position in a list"),
        ("SELECT * FROM t WHERE a", "Expected a comparison"),
        ("SELECT * FROM t WHERE a = MISSING", "Expected a name"),
        ("SELECT * FROM t WHERE a LIKE 'x'", "Expected a comparison"),
        (
            "SELECT * FROM t WHERE a IS 5",
            "Expected MISSING, NULL or a type",
        ),
        (
            "SELECT * FROM t WHERE 5 IS NULL",
            "IS needs a path before it",
        ),
        ("SELECT * FROM t WHERE a IN []", "Expected a value"),
        ("SELECT * FROM t WHERE a IN 5", "Expected LEFT_BRACKET"),
        ("SELECT * FROM t WHERE a = 'it''s", "String is not closed"),
        ("SELECT * FROM t WHERE a = `1`", "Unexpected character `"),
        ("SELECT * FROM t WHERE f(a)", "Unknown function f"),
        (
            "SELECT * FROM t WHERE a = f(b)",
            "Function f has no value here",
        ),
        ("SELECT * FROM t WHERE a = 1 /* x", "Comment is not closed"),
        ("INSERT INTO t VALUE [1]", "Expected LEFT_BRACE"),
        ("INSERT INTO t VALUES {'a': 1}", "Expected VALUE"),
        (
            "INSERT INTO t VALUE {\"a\": 1}",
            "Expected a name in single quotes",
        ),
        ("INSERT INTO t VALUE {'a' 1}", "Expected COLON"),
        (
            "INSERT INTO t VALUE {'a': 1} RETURNING ALL NEW *",
            "Unexpected RETURNING",
        ),
        ("UPDATE t SET a = f(b, c)", "Unknown function f"),
        ("UPDATE t SET a = b * 2", "Unexpected *"),
        ("UPDATE t SET a = 1 RETURNING ALL *", "Expected OLD or NEW"),
        (
            "UPDATE t SET a = 1 RETURNING OLD *",
            "Expected ALL or MODIFIED",
        ),
        ("UPDATE t SET a = 1 RETURNING ALL OLD a", "Expected STAR"),
        ("DELETE t", "Expected FROM"),
        (
            "DELETE FROM t RETURNING ALL NEW *",
            "DELETE can return ALL OLD * only",
        ),
    ] {
        assert_eq!(syntax_fault(text), fault, "{text}");
    }
}

#[test]
fn literals_have_their_types() {
    let text = "INSERT INTO t VALUE {'s': 'it''s ?', 'n': -1.50e1, 't': tRuE, 'f': FALSE, \
                'z': null, 'l': [1, 'x', []], 'm': {'K': {'k': 1}}, 'ss': <<'a','b'>>, \
                'ns': <<1, 2.5>>}";
    let expected = item([
        ("s", s("it's ?")),
        ("n", n("-15")),
        ("t", AttributeValue::Bool(true)),
        ("f", AttributeValue::Bool(false)),
        ("z", AttributeValue::Null),
        ("l", l([n("1"), s("x"), l([])])),
        ("m", m([("K", m([("k", n("1"))]))])),
        ("ss", ss(["a", "b"])),
        ("ns", ns(["1", "2.5"])),
    ]);
    assert_eq!(inserted(text, &[]), expected);
}

#[test]
fn parameters_stand_for_any_value_from_left_to_right() {
    let text = "INSERT INTO t VALUE {'a': ?, 'b': [?, '?', {'c': ?}], 'd': <<?, ?>>, 'e': ?}";
    let parameters = [b(b"\x01"), n("2"), s("3"), b(b"x"), b(b"y"), ss(["z"])];
    let expected = item([
        ("a", b(b"\x01")),
        ("b", l([n("2"), s("?"), m([("c", s("3"))])])),
        ("d", bs([b"x", b"y"])),
        ("e", ss(["z"])),
    ]);
    assert_eq!(inserted(text, &parameters), expected);
    let whole = [m([("pk", s("a"))])];
    assert_eq!(
        inserted("INSERT INTO t VALUE ?", &whole),
        item([("pk", s("a"))])
    );
    assert_eq!(
        refused_with("INSERT INTO t VALUE ?", &[n("1")]),
        "INSERT needs a map of attributes as its value, not a value of type N"
    );
    let update = "UPDATE t SET a = ?, b = b + ? WHERE pk = ? AND sk = ? AND c IN ?";
    let parameters = [s("a"), n("5"), s("key"), n("9"), l([s("x")])];
    let plan = write(update, &parameters).plan(&schema()).unwrap();
    let PlannedChange::Update { key, update } = plan.change else {
        panic!("not an update");
    };
    assert_eq!(key, item([("pk", s("key")), ("sk", n("9"))]));
    let old = item([
        ("b", n("1")),
        ("c", s("x")),
        ("pk", s("key")),
        ("sk", n("9")),
    ]);
    let new = update.apply(&old).unwrap();
    assert_eq!((new.get("a"), new.get("b")), (Some(&s("a")), Some(&n("6"))));
    assert!(plan.condition.unwrap().evaluate(Some(&old)));
}

#[test]
fn parameters_must_be_as_many_as_their_places() {
    let text = "Number of parameters in request and statement don't match.";
    for parameters in [vec![], vec![s("a"); 2]] {
        assert_eq!(
            refused_with("SELECT * FROM t WHERE a = ?", &parameters),
            text
        );
    }
    assert_eq!(
        refused_with("SELECT * FROM t WHERE a = '?'", &[s("a")]),
        text
    );
}

#[test]
fn values_are_checked_like_those_of_requests() {
    let invalid = "One or more parameter values were invalid: ";
    for (value, fault) in [
        ("<<>>", format!("{invalid}A set  may not be empty")),
        (
            "<<1, 'a'>>",
            format!("{invalid}The members of a set must be of one type"),
        ),
        (
            "<<[1]>>",
            format!("{invalid}A set holds strings, numbers or binaries, not a value of type L"),
        ),
        (
            "<<1, 1.0>>",
            format!("{invalid}Input collection contains duplicates"),
        ),
        ("{'': 1}", format!("{invalid}Empty attribute name")),
        (
            "{'x': 1, 'x': 2}",
            "The attribute x is given more than once in one map".to_owned(),
        ),
        (
            "1e126",
            "Number overflow. Attempting to store a number with magnitude larger than supported \
             range"
                .to_owned(),
        ),
        (
            "123456789012345678901234567890123456789",
            "Attempting to store more than 38 significant digits in a Number".to_owned(),
        ),
    ] {
        let statement = format!("INSERT INTO t VALUE {{'a': {value}}}");
        assert_eq!(refused(&statement), fault, "{value}");
    }
    let nested = |levels: usize| {
        format!(
            "INSERT INTO t VALUE {{'a': {}{}}}",
            "[".repeat(levels),
            "]".repeat(levels)
        )
    };
    assert_eq!(inserted(&nested(32), &[]).depth(), 32);
    assert!(refused(&nested(33)).starts_with("Nesting Levels have exceeded supported limits"));
}

#[test]
fn operands_must_fit_their_operators() {
    let wrong = |operator: &str, type_name: &str| {
        format!(
            "Incorrect operand type for operator or function; operator or function: {operator}, \
             operand type: {type_name}"
        )
    };
    for (clause, fault) in [
        ("a < TRUE", wrong("<", "BOOL")),
        ("[1] >= a", wrong(">=", "L")),
        ("a BETWEEN 1 AND NULL", wrong("BETWEEN", "NULL")),
        ("begins_with(a, 1)", wrong("begins_with", "N")),
        ("attribute_type(a, 1)", wrong("attribute_type", "N")),
        (
            "attribute_type(a, 'X')",
            "Invalid attribute type name found; type: X, valid types: \
             {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
                .to_owned(),
        ),
        (
            "a BETWEEN 2 AND 1",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound"
                .to_owned(),
        ),
        (
            "a BETWEEN 1 AND 'x'",
            "The BETWEEN operator requires same data type for lower and upper bounds".to_owned(),
        ),
    ] {
        assert_eq!(
            refused(&format!("SELECT * FROM t WHERE {clause}")),
            fault,
            "{clause}"
        );
    }
    assert_eq!(
        refused_with("SELECT * FROM t WHERE a IN ?", &[s("x")]),
        wrong("IN", "S")
    );
    let hundred_and_one = vec!["1"; 101].join(",");
    assert_eq!(
        refused(&format!("SELECT * FROM t WHERE a IN [{hundred_and_one}]")),
        "The IN operator is provided with too many operands; number of operands: 101"
    );
    let hundred = vec!["1"; 100].join(",");
    read_plan(&format!("SELECT * FROM t WHERE a IN [{hundred}]"));
}

#[test]
fn changes_must_fit_their_targets() {
    for (changes, fault) in [
        (
            "SET a = b + 'x'",
            "Incorrect operand type for operator or function; operator or function: +, operand \
             type: S",
        ),
        (
            "SET a = 1 - NULL",
            "Incorrect operand type for operator or function; operator or function: -, operand \
             type: NULL",
        ),
        (
            "SET a = list_append(a, 1)",
            "Incorrect operand type for operator or function; operator or function: list_append, \
             operand type: N",
        ),
        (
            "SET a = set_add(a, 1)",
            "Incorrect operand type for operator or function; operator: SET_ADD, operand type: \
             NUMBER",
        ),
        (
            "SET a = set_delete(b, <<1>>)",
            "SET_DELETE changes the set it is assigned to: its first operand [b] must be [a]",
        ),
        (
            "SET a = set_add(a, <<1>>) + 1",
            "SET_ADD and SET_DELETE must stand alone to the right of =",
        ),
        (
            "SET a.b = 1 REMOVE a",
            "Two document paths overlap with each other; must remove or rewrite one of these \
             paths; path one: [a, b], path two: [a]",
        ),
        (
            "SET a.b = 1, a[0] = 1",
            "Two document paths conflict with each other; must remove or rewrite one of these \
             paths; path one: [a, b], path two: [a, [0]]",
        ),
    ] {
        let text = format!("UPDATE t {changes} WHERE pk = 'a' AND sk = 1");
        assert_eq!(refused(&text), fault, "{changes}");
    }
}

#[test]
fn changes_do_what_update_expressions_do() {
    let old = item([
        ("n", n("10")),
        ("l", l([n("1"), n("2"), n("3")])),
        ("s", ss(["a", "b"])),
        ("m", m([("x", n("1"))])),
    ]);
    for (changes, new) in [
        ("SET n = n - 1 - 2 + 0.5", item([("n", n("7.5"))])),
        ("SET n = 1 + n", item([("n", n("11"))])),
        ("SET l = list_append([0], list_append(l, ['x']))", {
            item([("l", l([n("0"), n("1"), n("2"), n("3"), s("x")]))])
        }),
        (
            "SET s = SET_ADD(s, <<'b', 'c'>>)",
            item([("s", ss(["a", "b", "c"]))]),
        ),
        (
            "SET s = set_delete(s, <<'b', 'c'>>)",
            item([("s", ss(["a"]))]),
        ),
        ("SET new = set_add(new, <<1>>)", item([("new", ns(["1"]))])),
        ("REMOVE l[0], l[1] SET m.y = 'z'", {
            item([("l", l([n("3")])), ("m", m([("x", n("1")), ("y", s("z"))]))])
        }),
        (
            "SET n = m.x, m.x = n",
            item([("n", n("1")), ("m", m([("x", n("10"))]))]),
        ),
    ] {
        let text = format!("UPDATE t {changes} WHERE pk = 'a' AND sk = 1");
        let PlannedChange::Update { update, .. } = write_plan(&text).change else {
            panic!("not an update");
        };
        let mut expected = old.clone();
        expected.attributes.extend(new.attributes);
        assert_eq!(update.apply(&old).unwrap(), expected, "{changes}");
    }
}

#[test]
fn conditions_mean_what_condition_expressions_mean() {
    let found = item([
        ("s", s("abc")),
        ("n", n("5")),
        ("z", AttributeValue::Null),
        ("l", l([n("1"), s("x")])),
        ("ss", ss(["a"])),
        ("m", m([("a", n("1"))])),
        ("Key", s("case")),
    ]);
    for (clause, is_true) in [
        ("s = 'abc'", true),
        ("'abc' = s", true),
        ("n = '5'", false),
        ("n <> '5'", true),
        ("n != 5", false),
        ("n > 4.9 AND n < 5.1 AND n >= 5 AND n <= 5", true),
        ("n BETWEEN 5 AND 6", true),
        ("n IN [1, 5]", true),
        ("n NOT IN (1, 5)", false),
        ("NOT n IN (1)", true),
        ("z IS NULL", true),
        ("gone IS NULL", false),
        ("gone IS NOT NULL", true),
        ("gone IS MISSING", true),
        ("z IS MISSING", false),
        ("z IS NOT MISSING", true),
        ("z = NULL", true),
        ("gone = NULL", false),
        ("gone <> 1", true),
        (
            "s IS STRING AND n IS N AND l IS LIST AND m IS MAP AND ss IS STRING_SET",
            true,
        ),
        ("s IS NOT NUMBER", true),
        ("begins_with(s, 'ab')", true),
        ("BEGINS_WITH(\"s\", 'b')", false),
        ("contains(s, 'bc')", true),
        ("contains(l, 'x') AND contains(ss, 'a')", true),
        ("attribute_type(l, 'L')", true),
        ("size(s) = 3 AND size(l) = 2 AND SIZE(m) = 1", true),
        ("size(n) = 1", false),
        ("l[1] = 'x' AND m.a = 1", true),
        ("m = {'a': 1} AND l = [1, 'x'] AND ss = <<'a'>>", true),
        ("\"Key\" = 'case' AND Key = 'case'", true),
        ("key = 'case'", false),
        ("s = 'x' OR n = 5 AND z = NULL", true),
        ("(s = 'x' OR n = 5) AND z IS MISSING", false),
        ("NOT NOT s = 'abc'", true),
        ("NOT (s = 'abc' OR n = 1)", false),
    ] {
        let plan = read_plan(&format!("SELECT * FROM t WHERE {clause}"));
        let filter = plan.filter.unwrap();
        assert_eq!(filter.evaluate(Some(&found)), is_true, "{clause}");
    }
}

#[test]
fn names_keep_their_case_and_their_quotes_go() {
    let select = select("SELECT * FROM \"my.ta-ble\".\"In\"\"dex\"", &[]);
    assert_eq!(select.table, "my.ta-ble");
    assert_eq!(select.index(), Some("In\"dex"));
}
