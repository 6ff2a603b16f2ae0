//! Wire texts of every check, meaning of every operator, and a model that evaluates naively.

use proptest::prelude::*;

use super::*;
use crate::testing::{b, bs, item, l, m, n, ns, placeholders, s, ss};

mod model;

const NAMES: [(&str, &str); 5] = [
    ("#a", "a"),
    ("#b", "b"),
    ("#4g", "a"),
    ("#dotted", "a.b"),
    ("#bracket", "[3]"),
];

fn parse_condition(text: &str) -> Result<Condition, ExpressionError> {
    Condition::parse(ConditionKind::Condition, text, &mut placeholders(&NAMES))
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    let message = parse_condition(text).unwrap_err().to_string();
    assert_eq!(
        message,
        format!("Invalid ConditionExpression: {expected}"),
        "{text}"
    );
}

#[track_caller]
fn holds(text: &str, item: &Item) -> bool {
    match parse_condition(text) {
        Ok(condition) => condition.evaluate(Some(item)),
        Err(error) => panic!("{text}: {error}"),
    }
}

#[test]
fn syntax_errors_name_the_token_and_its_surroundings() {
    for (text, token, near) in [
        (
            "#articleId attribute_not_exists :ckpst",
            "attribute_not_exists",
            "",
        ),
        ("ADD #v :i", "ADD", "ADD #v"),
        ("a > 4", "4", "> 4"),
        ("a = \"x y\"", "\"x y\"", "= \"x y\""),
        ("a", "<EOF>", "a"),
        ("   ", "<EOF>", ""),
        ("a = ", "<EOF>", "="),
        ("a = :n b", "b", ":n b"),
        ("a  =  =  b", "=", "=  =  b"),
        ("a[b] = :n", "b", "[b]"),
        ("a[:n] = :n", ":n", "[:n]"),
        ("a[#a] = :n", "#a", "[#a]"),
        ("a[4.5] = :n", ".", "4.5"),
        ("a[-1] = :n", "-", "[-1"),
        ("a[01] = :n", "1", "01]"),
        ("a-b = :n", "-", "a-b"),
        ("é = :n", "é", "é ="),
        ("a. = :n", "=", ". = :n"),
        ("and = :n", "and", "and ="),
        ("a.Or = :n", "Or", ".Or ="),
        ("attribute_type()", ")", "()"),
        ("attribute_exists(a", "<EOF>", "a"),
        ("a BETWEEN :n", "<EOF>", ":n"),
        ("a BETWEEN :n OR :n2", "OR", ":n OR :n2"),
        ("a IN :n", ":n", "IN :n"),
        ("a IN ()", ")", "()"),
        ("a AND b = :n", "AND", "a AND b"),
        ("(a) OR b = :n", "OR", ") OR b"),
        ("(a = :n", "<EOF>", ":n"),
        ("(a = :n) = :n", "=", ") = :n"),
        ("a = (b = :n)", "=", "b = :n"),
        ("NOT a", "<EOF>", "a"),
        ("a = :n AND", "<EOF>", "AND"),
        (":n.a = :n", ".", ":n.a"),
        ("# = :n", "#", "# ="),
        ("a : n", ":", "a : n"),
        (") = a", ")", ") ="),
    ] {
        let near = if near.is_empty() { text.trim() } else { near };
        check_error(
            text,
            &format!("Syntax error; token: \"{token}\", near: \"{near}\""),
        );
    }
}

#[test]
fn size_limits_come_first() {
    check_error("", "The expression can not be empty;");
    let at_limit = format!("a = :n{}", " ".repeat(4090));
    assert!(parse_condition(&at_limit).is_ok());
    check_error(
        &(at_limit + " "),
        "Expression size has exceeded the maximum allowed size; expression size: 4097",
    );
}

#[test]
fn operators_and_nesting_are_bounded() {
    let tests = |count: usize| vec!["a=:n"; count].join(" OR ");
    assert!(parse_condition(&tests(150)).is_ok());
    check_error(
        &tests(151),
        "The expression contains too many operators; operator count: 301",
    );
    let nots = |count: usize| format!("{}a=:n", "NOT ".repeat(count));
    assert!(holds(&nots(298), &item([("a", n("1"))])));
    assert!(!holds(&nots(299), &item([("a", n("1"))])));
    check_error(
        &nots(300),
        "The expression contains too many operators; operator count: 301",
    );

    // As expression builders write a long AND: every pair in its own parentheses.
    let nested = |depth: usize| format!("{}a=:n{}", "(".repeat(depth), " AND b=:n)".repeat(depth));
    assert!(parse_condition(&nested(140)).is_ok());
    for text in [
        "(".repeat(4096),
        "size(".repeat(819),
        format!("a={}", "(".repeat(4000)),
    ] {
        check_error(&text, "The expression has redundant parentheses;");
    }
}

/// To parse, evaluate and drop the deepest condition takes at most half of the 2 MiB that threads
/// get by default.
#[test]
fn nesting_needs_little_stack() {
    let test = || {
        let deepest = format!("{}a=:n{}", "NOT (".repeat(299), ")".repeat(299));
        assert!(!holds(&deepest, &item([("a", n("1"))])));
        assert!(parse_condition(&"(".repeat(4096)).is_err());
    };
    let thread = std::thread::Builder::new()
        .stack_size(1024 * 1024)
        .spawn(test)
        .unwrap();
    thread.join().unwrap();
}

#[test]
fn classes_of_errors_are_reported_in_order() {
    let parentheses = "The expression has redundant parentheses;";
    let unknown = "Invalid function name; function: f";
    let misused =
        "The function is not allowed to be used this way in an expression; function: size";
    let reserved = "Attribute name is a reserved keyword; reserved keyword: abOrt";
    let name = "An expression attribute name used in the document path is not defined; \
                attribute name: #x";
    let value =
        "An expression attribute value used in expression is not defined; attribute value: :x";
    let count = "Incorrect number of operands for operator or function; \
                 operator or function: size, number of operands: 2";
    let distinct = "The first operand must be distinct from the remaining operands for this \
                    operator or function; operator: =, first operand: [a]";
    let operand_type = "Incorrect operand type for operator or function; \
                        operator or function: size, operand type: N";
    for (text, expected) in [
        (
            "size(:n)=a AND a=a AND size(a,b)=a AND :x=#x AND abOrt=a AND size(a) AND f(a) AND ((a=b))",
            parentheses,
        ),
        (
            "size(:n)=a AND a=a AND size(a,b)=a AND :x=#x AND abOrt=a AND size(a) AND f(a)",
            unknown,
        ),
        (
            "size(:n)=a AND a=a AND size(a,b)=a AND :x=#x AND abOrt=a AND size(a)",
            misused,
        ),
        (
            "size(:n)=a AND a=a AND size(a,b)=a AND :x=#x AND abOrt=a",
            reserved,
        ),
        ("size(:n)=a AND a=a AND size(a,b)=a AND :x=#x", operand_type),
        ("a=a AND size(a,b)=a AND :x=#x", distinct),
        ("size(a,b)=a AND :x=#x", count),
        (":x=#x", value),
        ("#x=:x", name),
        ("size(:n, b) = :x", value),
        ("begins_with(size(:n), :n) AND a = #x", operand_type),
    ] {
        check_error(text, expected);
    }
}

#[test]
fn parentheses_are_redundant_only_in_pairs() {
    for text in [
        "((a = :n))",
        "((a)) = :n",
        "a = ((:n))",
        "((b.c)).d = :n",
        "attribute_exists(((a)))",
        "a IN ((:n), ((:n2)))",
        "((a = :n) AND ((b = :n)))",
        "NOT ((a = :n))",
    ] {
        check_error(text, "The expression has redundant parentheses;");
    }
    for text in [
        "(a = :n)",
        "((a) = (:n))",
        "((a = :n) AND (b = :n))",
        "(NOT (a = :n))",
        "(attribute_exists(a)) AND (size(a)) > :n",
        "((b.c).d) = :n",
        "(b.c)[0] = :n",
        "((b.c)[0].d) = :n",
        "(a) IN ((:n), (:n2))",
        "(a) BETWEEN (:n) AND (:n2)",
    ] {
        assert!(parse_condition(text).is_ok(), "{text}");
    }
}

#[test]
fn functions_are_checked() {
    let misused = "The function is not allowed to be used this way in an expression; function: ";
    let count = "Incorrect number of operands for operator or function; operator or function: ";
    let path = "Operator or function requires a document path; operator or function: ";
    let operand_type = "Incorrect operand type for operator or function; operator or function: ";
    for (text, expected) in [
        (
            "attRIbute_exIsts(a)",
            "Invalid function name; function: attRIbute_exIsts".to_owned(),
        ),
        ("f(g(a))", "Invalid function name; function: g".to_owned()),
        (
            "if_not_exists(a, :n) = :n",
            "The function is not allowed in a condition expression; function: if_not_exists".into(),
        ),
        ("size(a)", format!("{misused}size")),
        ("NOT size(a) AND a = :n", format!("{misused}size")),
        (
            "attribute_exists(a) = :n",
            format!("{misused}attribute_exists"),
        ),
        (
            "a IN (:n, begins_with(a, :s))",
            format!("{misused}begins_with"),
        ),
        ("size(contains(a, :s)) = :n", format!("{misused}contains")),
        (
            "contains(attribute_exists(a), :n)",
            format!("{misused}attribute_exists"),
        ),
        (
            "attribute_exists(a, b)",
            format!("{count}attribute_exists, number of operands: 2"),
        ),
        (
            "attribute_not_exists(a, b)",
            format!("{count}attribute_not_exists, number of operands: 2"),
        ),
        (
            "attribute_type(a)",
            format!("{count}attribute_type, number of operands: 1"),
        ),
        (
            "begins_with(a, b, :s)",
            format!("{count}begins_with, number of operands: 3"),
        ),
        (
            "contains(a)",
            format!("{count}contains, number of operands: 1"),
        ),
        (
            "size(a, b) = :n",
            format!("{count}size, number of operands: 2"),
        ),
        ("attribute_exists(:s)", format!("{path}attribute_exists")),
        (
            "attribute_not_exists(size(a))",
            format!("{path}attribute_not_exists"),
        ),
        (
            "begins_with(a, :n)",
            format!("{operand_type}begins_with, operand type: N"),
        ),
        (
            "begins_with(:bool, a)",
            format!("{operand_type}begins_with, operand type: BOOL"),
        ),
        (
            "begins_with(size(a), :s)",
            format!("{operand_type}begins_with, operand type: N"),
        ),
        (
            "attribute_type(a, :n)",
            format!("{operand_type}attribute_type, operand type: N"),
        ),
        (
            "attribute_type(a, b)",
            format!("{operand_type}attribute_type, operand type: {{NS,SS,L,BS,N,M,B,BOOL,NULL,S}}"),
        ),
        (
            "attribute_type(a, size(b))",
            format!("{operand_type}attribute_type, operand type: N"),
        ),
        (
            "attribute_type(a, :s)",
            "Invalid attribute type name found; type: a, \
             valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
                .into(),
        ),
        (
            "size(:n) = :n",
            format!("{operand_type}size, operand type: N"),
        ),
        (
            "size(:bool) = :n",
            format!("{operand_type}size, operand type: BOOL"),
        ),
        (
            "size(:null) = :n",
            format!("{operand_type}size, operand type: NULL"),
        ),
        (
            "size(size(a)) = :n",
            format!("{operand_type}size, operand type: N"),
        ),
    ] {
        check_error(text, &expected);
    }
}

#[test]
fn operators_are_checked() {
    let operand_type = "Incorrect operand type for operator or function; operator or function: ";
    let between = "The BETWEEN operator requires ";
    let same = "same data type for lower and upper bounds; ";
    let order = "upper bound to be greater than or equal to lower bound; ";
    let bounds = |lower: &str, upper: &str| {
        format!(
            "lower bound operand: AttributeValue: {{{lower}}}, \
             upper bound operand: AttributeValue: {{{upper}}}"
        )
    };
    let distinct = |operator: &str, path: &str| {
        format!(
            "The first operand must be distinct from the remaining operands for this operator or \
             function; operator: {operator}, first operand: {path}"
        )
    };
    let many = vec![":n"; 101].join(",");
    for (text, expected) in [
        ("a = a".to_owned(), distinct("=", "[a]")),
        ("#4g <> a".into(), distinct("<>", "[a]")),
        (
            "ab.bc[1].a < ab.bc[1].#a".into(),
            distinct("<", "[ab, bc, [1], a]"),
        ),
        ("contains(a, a)".into(), distinct("contains", "[a]")),
        (
            "attribute_type(a, #a)".into(),
            distinct("attribute_type", "[a]"),
        ),
        (
            "a < :bool".into(),
            format!("{operand_type}<, operand type: BOOL"),
        ),
        (
            "NOT :l >= a".into(),
            format!("{operand_type}>=, operand type: L"),
        ),
        (
            "a = :n OR a > :ss".into(),
            format!("{operand_type}>, operand type: SS"),
        ),
        (
            "a BETWEEN :null AND :n".into(),
            format!("{operand_type}BETWEEN, operand type: NULL"),
        ),
        (
            "a BETWEEN b AND :m".into(),
            format!("{operand_type}BETWEEN, operand type: M"),
        ),
        (
            "a BETWEEN :n AND :s".into(),
            format!("{between}{same}{}", bounds("N:1", "S:a")),
        ),
        (
            "a BETWEEN :s2 AND :s".into(),
            format!("{between}{order}{}", bounds("S:b", "S:a")),
        ),
        (
            "a BETWEEN :n2 AND :n".into(),
            format!("{between}{order}{}", bounds("N:2", "N:1")),
        ),
        (
            "a BETWEEN :b2 AND :b".into(),
            format!("{between}{order}{}", bounds("B:Ag==", "B:AQ==")),
        ),
        (
            format!("a IN ({many})"),
            "The IN operator is provided with too many operands; number of operands: 101".into(),
        ),
    ] {
        check_error(&text, &expected);
    }
    let hundred = vec![":n"; 100].join(",");
    for text in [
        "a = :bool",
        "a <> :m",
        "a IN (:l, :null)",
        "a < size(b)",
        ":n = :n",
        ":s IN (:s)",
    ] {
        assert!(parse_condition(text).is_ok(), "{text}");
    }
    assert!(parse_condition(&format!("a IN ({hundred})")).is_ok());
}

#[test]
fn reserved_words_are_refused_in_every_element() {
    for (text, word) in [
        ("abOrt = :n", "abOrt"),
        ("a.Size = :n", "Size"),
        ("size(NAME) > :n", "NAME"),
        ("a BETWEEN :n AND b.data[0]", "data"),
    ] {
        let expected = format!("Attribute name is a reserved keyword; reserved keyword: {word}");
        check_error(text, &expected);
    }
}

#[test]
fn paths_are_bounded_and_indexes_too() {
    assert!(parse_condition(&format!("a{} = :n", ".b".repeat(31))).is_ok());
    check_error(
        &format!("a{} = :n", "[0]".repeat(32)),
        "The document path has too many nesting levels; nesting levels: 33",
    );
    assert!(parse_condition("a[2147483647] = :n").is_ok());
    for index in ["2147483648", "99999999999999999999999"] {
        check_error(
            &format!("a[{index}] = :n"),
            &format!("List index is not within the allowable range; index: [{index}]"),
        );
    }
}

#[test]
fn filters_name_their_own_parameter() {
    let error = Condition::parse(ConditionKind::Filter, "", &mut placeholders(&[])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Invalid FilterExpression: The expression can not be empty;"
    );
    assert_eq!(error.kind(), ExpressionErrorKind::Empty);
}

#[test]
fn key_attributes_can_be_looked_for() {
    let condition = parse_condition("size(a.b) > :n AND (c IN (d, :n) OR attribute_exists(e[0]))");
    let condition = condition.unwrap();
    let paths: Vec<_> = condition.paths().iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["[a, b]", "[c]", "[d]", "[e, [0]]"]);
    assert_eq!(
        condition
            .check_no_key_attributes(&["x", "e", "a"])
            .unwrap_err()
            .to_string(),
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: e"
    );
    assert!(condition.check_no_key_attributes(&["b"]).is_ok());
}

#[test]
fn precedence_is_not_then_and_then_or() {
    let item = item([("t", n("1")), ("f", n("2"))]);
    for (text, expected) in [
        ("t=:n OR f=:n AND f=:n", true),
        ("(t=:n OR f=:n) AND f=:n", false),
        ("NOT f=:n AND t=:n", true),
        ("NOT f=:n AND f=:n", false),
        ("NOT (f=:n AND t=:n)", true),
        ("not t=:n or f=:n AnD t=:n", false),
        ("NOT NOT t=:n", true),
        ("f between :n and :n2 and t=:n", true),
    ] {
        assert_eq!(holds(text, &item), expected, "{text}");
    }
}

#[test]
fn equality_is_by_type_and_value() {
    let item = item([
        ("s", s("a")),
        ("n", n("1.0")),
        ("b", b(b"\x01")),
        ("y", AttributeValue::Bool(true)),
        ("z", AttributeValue::Null),
        ("l", l([s("x")])),
        ("m", m([("x", n("1"))])),
        ("ss", ss(["b", "a"])),
        ("ns", ns(["2", "1"])),
        ("bs", bs([b"\x01"])),
        ("ä", s("a")),
    ]);
    let equals = [
        "s=:s", "n=:n", "b=:b", "y=:bool", "z=:null", "l=:l", "m=:m", "ss=:ss", "ns=:ns", "bs=:bs",
    ];
    for text in equals {
        assert!(holds(text, &item), "{text}");
        assert!(!holds(&text.replace('=', "<>"), &item), "{text}");
    }
    for text in ["s=:n", "n=:s", "l=:ss", "b=:s", "absent=:s", "l=m"] {
        assert!(!holds(text, &item), "{text}");
        assert!(holds(&text.replace('=', "<>"), &item), "{text}");
    }
    assert!(!holds("absent = nowhere", &item));
    assert!(holds("absent <> nowhere", &item));
    assert!(holds("NOT absent = :s", &item));
    assert!(holds("s IN (:n, :s)", &item));
    assert!(holds("l IN (:l)", &item));
    assert!(!holds("absent IN (nowhere, :s)", &item));
}

#[test]
fn order_is_by_type() {
    let item = item([
        ("capital", s("A")),
        ("small", s("a")),
        ("umlaut", s("ä")),
        ("n9", n("9")),
        ("n10", n("10")),
        ("b", b(b"\xff")),
        ("bb", b(b"\xff\x00")),
        ("y", AttributeValue::Bool(false)),
        ("ss", ss(["a"])),
    ]);
    for (text, expected) in [
        ("capital < small", true),
        ("small < umlaut", true),
        ("small < lowe", false),
        ("n9 < n10", true),
        ("n10 >= n9", true),
        ("n9 <= :n", false),
        ("b < bb", true),
        ("b > :b", true),
        ("n9 < small", false),
        ("n9 > small", false),
        ("y < :n", false),
        ("ss < small", false),
        ("absent < :n", false),
        ("absent >= :n", false),
        ("small <= :s", true),
        ("small >= :s", true),
        ("small BETWEEN capital AND umlaut", true),
        ("small BETWEEN :s AND :s", true),
        ("umlaut BETWEEN capital AND small", false),
        ("n9 BETWEEN :n AND small", false),
        ("absent BETWEEN :n AND :n2", false),
        ("NOT absent BETWEEN :n AND :n2", true),
        (":n BETWEEN :n AND n9", true),
    ] {
        assert_eq!(holds(text, &item), expected, "{text}");
    }
}

#[test]
fn functions_look_at_the_item() {
    let item = item([
        ("s", s("abc")),
        ("b", b(&[1, 2, 3])),
        ("n", n("12")),
        ("z", AttributeValue::Null),
        ("l", l([n("1.0"), ss(["a"]), AttributeValue::Null])),
        ("m", m([("x", l([s("deep")]))])),
        ("ss", ss(["a", "b"])),
        ("ns", ns(["1", "2"])),
        ("bs", bs([b"\x01"])),
        ("a.b", s("dotted")),
        ("[3]", s("bracket")),
        ("type", s("S")),
        ("umlaut", s("ä")),
    ]);
    for (text, expected) in [
        ("attribute_exists(z)", true),
        ("attribute_exists(m.x[0])", true),
        ("attribute_exists(m.x[1])", false),
        ("attribute_exists(m.y.z)", false),
        ("attribute_not_exists(m.y.z)", true),
        ("attribute_not_exists(s)", false),
        ("attribute_exists(a.b)", false),
        ("attribute_exists(#dotted)", true),
        ("attribute_exists(#bracket)", true),
        ("begins_with(s, :s)", true),
        ("begins_with(s, :s2)", false),
        ("begins_with(s, :empty)", true),
        ("begins_with(b, :b)", true),
        ("begins_with(b, :s)", false),
        ("begins_with(n, :s)", false),
        ("begins_with(absent, :s)", false),
        ("contains(s, :s2)", true),
        ("contains(s, :empty)", true),
        ("contains(s, :b)", false),
        ("contains(b, :b2)", true),
        ("contains(ss, :s)", true),
        ("contains(ss, :ss)", false),
        ("contains(ns, :n)", true),
        ("contains(bs, :b)", true),
        ("contains(bs, :b2)", false),
        ("contains(l, :n)", true),
        ("contains(l, :null)", true),
        ("contains(l, :s)", false),
        ("contains(m, :s)", false),
        ("contains(n, :n)", false),
        ("contains(absent, :n)", false),
        ("contains(:ss, s)", false),
        ("size(s) > :n2", true),
        ("size(umlaut) = :n2", true),
        ("size(b) BETWEEN :n AND :n2", false),
        ("size(l) > size(ss)", true),
        ("size(m) = :n", true),
        ("size(ns) IN (:n2)", true),
        ("size(n) > :n", false),
        ("size(absent) = :n", false),
        ("size(:s) = :n", true),
    ] {
        assert_eq!(holds(text, &item), expected, "{text}");
    }
}

#[test]
fn attribute_type_knows_all_types() {
    let values = [
        ("S", s("")),
        ("N", n("0")),
        ("B", b(b"")),
        ("BOOL", AttributeValue::Bool(false)),
        ("NULL", AttributeValue::Null),
        ("M", m([])),
        ("L", l([])),
        ("SS", ss(["a"])),
        ("NS", ns(["1"])),
        ("BS", bs([b"a"])),
    ];
    for (wanted, _) in &values {
        let types = item([(":t", s(wanted))]).attributes;
        let mut placeholders = Placeholders::new(None, Some(types)).unwrap();
        let text = "attribute_type(a, :t)";
        let condition = Condition::parse(ConditionKind::Filter, text, &mut placeholders).unwrap();
        for (name, value) in &values {
            let item = item([("a", value.clone())]);
            assert_eq!(
                condition.evaluate(Some(&item)),
                name == wanted,
                "{name} {wanted}"
            );
        }
        assert!(!condition.evaluate(None));
    }
}

#[test]
fn a_missing_item_has_no_attributes() {
    assert!(
        parse_condition("attribute_not_exists(a)")
            .unwrap()
            .evaluate(None)
    );
    assert!(parse_condition("a <> :n").unwrap().evaluate(None));
    assert!(!parse_condition("a = :n").unwrap().evaluate(None));
}

proptest! {
    /// No text makes the parser panic, and what is refused is refused with a text of its class.
    #[test]
    fn parsing_never_panics(text in any_expression()) {
        for kind in [ConditionKind::Condition, ConditionKind::Filter] {
            match Condition::parse(kind, &text, &mut placeholders(&NAMES)) {
                Ok(condition) => drop(condition.evaluate(None)),
                Err(error) => prop_assert!(error.to_string().starts_with("Invalid ")),
            }
        }
    }
}

/// Texts made of the tokens of all grammars, and some of arbitrary characters.
pub(crate) fn any_expression() -> impl Strategy<Value = String> {
    const TOKENS: &str = "a b.c l[0] ( ) (( )) , . [ ] = <> < <= > >= + - AND OR NOT BETWEEN IN SET REMOVE ADD \
        DELETE :n :s :l :x #a #x size( attribute_exists( if_not_exists( list_append( 7 é";
    prop_oneof![
        4 => proptest::collection::vec(proptest::sample::select(TOKENS.split(' ').collect::<Vec<_>>()), 0..40)
            .prop_map(|tokens| tokens.join(" ")),
        1 => proptest::collection::vec(any::<char>(), 0..40)
            .prop_map(|characters| characters.into_iter().collect()),
    ]
}
