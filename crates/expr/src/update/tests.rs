//! Wire texts of every check, and what every action does to an item.

use proptest::prelude::*;

use super::*;
use crate::testing::{b, bs, item, l, m, n, ns, placeholders, s, ss};

const NAMES: [(&str, &str); 4] = [("#a", "a"), ("#b", "b"), ("#c", "c"), ("#dotted", "a.b")];

fn parse(text: &str) -> Result<Update, ExpressionError> {
    Update::parse(text, &mut placeholders(&NAMES))
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    let message = parse(text).unwrap_err().to_string();
    assert_eq!(
        message,
        format!("Invalid UpdateExpression: {expected}"),
        "{text}"
    );
}

#[track_caller]
fn apply(text: &str, old: &Item) -> Result<Item, UpdateError> {
    match parse(text) {
        Ok(update) => update.apply(old),
        Err(error) => panic!("{text}: {error}"),
    }
}

#[track_caller]
fn check_applied(text: &str, old: &Item, new: &Item) {
    assert_eq!(apply(text, old).as_ref(), Ok(new), "{text}");
}

#[test]
fn syntax_errors_name_the_token_and_its_surroundings() {
    for (text, token, near) in [
        ("INVALID SYNTAX HERE", "INVALID", "INVALID SYNTAX"),
        ("ADD hits : incr", ":", "hits : incr"),
        ("SET a = :n,", "<EOF>", ","),
        ("SET", "<EOF>", "SET"),
        ("  ", "<EOF>", ""),
        ("SET updated = :n, SET b = :n", "SET", ", SET b"),
        ("SET a = :n b = :n", "b", ":n b ="),
        ("SET a = b + c + d", "+", "c + d"),
        ("SET a = (b + c) + d", "+", ") + d"),
        ("SET a = b + (c + d)", "+", "c + d"),
        ("SET a = list_append(b, c + d)", "+", "c + d"),
        ("SET a = (b.c).d", ".", ").d"),
        ("SET a", "<EOF>", "a"),
        ("SET a :n", ":n", "a :n"),
        ("SET :n = :n", ":n", "SET :n ="),
        ("SET a = 0", "0", "= 0"),
        ("SET a = \"x\"", "\"x\"", "= \"x\""),
        ("REMOVE a b", "b", "a b"),
        ("REMOVE set", "set", "REMOVE set"),
        ("REMOVE a.add", "add", ".add"),
        ("ADD a b", "b", "a b"),
        (
            "ADD a if_not_exists(a, :n)",
            "if_not_exists",
            "a if_not_exists(",
        ),
        ("DELETE a", "<EOF>", "a"),
        ("REMOVE a[-1]", "-", "[-1"),
        ("SET a = if_not_exists()", ")", "()"),
        ("SET #as, #b = :n", ",", "#as, #b"),
    ] {
        check_error(
            text,
            &format!("Syntax error; token: \"{token}\", near: \"{near}\""),
        );
    }
    check_error("", "The expression can not be empty;");
}

#[test]
fn classes_of_errors_are_reported_in_order() {
    let reserved = "Attribute name is a reserved keyword; reserved keyword: abOrt";
    let function = "Invalid function name; function: f";
    let section = "The \"SET\" section can only be used once in an update expression;";
    let name = "An expression attribute name used in the document path is not defined; \
                attribute name: #x";
    let value =
        "An expression attribute value used in expression is not defined; attribute value: :x";
    let overlap = "Two document paths overlap with each other; must remove or rewrite one of \
                   these paths; path one: [c, [1], a], path two: [c]";
    let conflict = "Two document paths conflict with each other; must remove or rewrite one of \
                    these paths; path one: [a, c], path two: [a, [1]]";
    let operand = "Incorrect operand type for operator or function; \
                   operator: ADD, operand type: STRING";
    let count = "Incorrect number of operands for operator or function; \
                 operator or function: if_not_exists, number of operands: 1";
    for (text, expected) in [
        (
            "SET i = if_not_exists(g), a.c = :x, j = #x, k = f(h), l = abOrt ADD m :s REMOVE c[1].a, a[1], c SET o = :n",
            reserved,
        ),
        (
            "SET i = if_not_exists(g), a.c = :x, j = #x, k = f(h) ADD m :s REMOVE c[1].a, a[1], c SET o = :n",
            function,
        ),
        (
            "SET i = if_not_exists(g), a.c = :x, j = #x ADD m :s REMOVE c[1].a, a[1], c SET o = :n",
            section,
        ),
        (
            "SET i = if_not_exists(g), a.c = :x, j = #x ADD m :s REMOVE c[1].a, a[1], c",
            name,
        ),
        (
            "SET i = if_not_exists(g), a.c = :x ADD m :s REMOVE c[1].a, a[1], c",
            value,
        ),
        (
            "SET i = if_not_exists(g), a.c = :n ADD m :s REMOVE c[1].a, a[1], c",
            overlap,
        ),
        (
            "SET i = if_not_exists(g), a.c = :n ADD m :s REMOVE c[1].a, a[1]",
            conflict,
        ),
        (
            "SET i = if_not_exists(g), a.c = :n ADD m :s REMOVE c[1].a",
            operand,
        ),
        ("SET i = if_not_exists(g), a.c = :n", count),
    ] {
        check_error(text, expected);
    }
}

#[test]
fn sections_come_once_in_any_order() {
    assert!(parse("delete a :ss Add b :n rEmove c set d = :n").is_ok());
    for keyword in ["REMOVE", "ADD", "DELETE"] {
        let operand = if keyword == "REMOVE" { "" } else { " :ss" };
        check_error(
            &format!("{keyword} a{operand} SET b = :n {keyword} c{operand}"),
            &format!("The \"{keyword}\" section can only be used once in an update expression;"),
        );
    }
}

#[test]
fn targets_overlap_whatever_their_sections() {
    let clash = |verb: &str, one: &str, two: &str| {
        format!(
            "Two document paths {verb} with each other; must remove or rewrite one of these \
             paths; path one: {one}, path two: {two}"
        )
    };
    for (text, expected) in [
        ("SET a = :n REMOVE a", clash("overlap", "[a]", "[a]")),
        ("SET a = :n, #a = :n", clash("overlap", "[a]", "[a]")),
        (
            "REMOVE a.b.c ADD a.b :n",
            clash("overlap", "[a, b, c]", "[a, b]"),
        ),
        (
            "REMOVE a[1] SET a[1].b = :n",
            clash("overlap", "[a, [1]]", "[a, [1], b]"),
        ),
        (
            "REMOVE a.b DELETE a[0] :ss",
            clash("conflict", "[a, b]", "[a, [0]]"),
        ),
    ] {
        check_error(text, &expected);
    }
    assert!(parse("SET a = b, b = a, #dotted = :n, c[0] = c, d.x = d.y, d.y = d.x").is_ok());
}

#[test]
fn operands_are_checked() {
    let operand_type = "Incorrect operand type for operator or function; ";
    let path = "Operator or function requires a document path; operator or function: if_not_exists";
    let count = "Incorrect number of operands for operator or function; operator or function: ";
    for (operator, value, long_name) in [
        ("ADD", ":s", "STRING"),
        ("ADD", ":b", "BINARY"),
        ("ADD", ":null", "NULL"),
        ("ADD", ":bool", "BOOLEAN"),
        ("ADD", ":l", "LIST"),
        ("ADD", ":m", "MAP"),
        ("DELETE", ":n", "NUMBER"),
    ] {
        check_error(
            &format!("{operator} a {value}"),
            &format!("{operand_type}operator: {operator}, operand type: {long_name}"),
        );
    }
    for (text, expected) in [
        (
            "SET a = list_append(b)",
            format!("{count}list_append, number of operands: 1"),
        ),
        (
            "SET a = if_not_exists(b, c, d)",
            format!("{count}if_not_exists, number of operands: 3"),
        ),
        ("SET a = if_not_exists(:n, b)", path.to_owned()),
        (
            "SET a = if_not_exists(if_not_exists(b, c), d)",
            path.to_owned(),
        ),
        (
            "SET a = list_append(b, :s)",
            format!("{operand_type}operator or function: list_append, operand type: S"),
        ),
        (
            "SET a = :l + b",
            format!("{operand_type}operator or function: +, operand type: L"),
        ),
        (
            "SET a = b - :ns",
            format!("{operand_type}operator or function: -, operand type: NS"),
        ),
        ("SET a = F(b)", "Invalid function name; function: F".into()),
        (
            "SET a = size(b)",
            "The function is not allowed in an update expression; function: size".into(),
        ),
        (
            "SET a = ((b))",
            "The expression has redundant parentheses;".into(),
        ),
        (
            "SET a = ((b + c))",
            "The expression has redundant parentheses;".into(),
        ),
    ] {
        check_error(text, &expected);
    }
    for text in [
        "SET a = (b)",
        "SET a = (b + c)",
        "SET a = ((b) - (:n))",
        "SET a = (b) + (c)",
        "SET a = list_append((:l), if_not_exists(b, :s))",
        "SET a = if_not_exists(b, if_not_exists(c, list_append(:l, d)))",
    ] {
        assert!(parse(text).is_ok(), "{text}");
    }
}

#[test]
fn nesting_and_operators_are_bounded() {
    let nested = |depth: usize| {
        format!(
            "SET a = {}:n{}",
            "if_not_exists(b,".repeat(depth),
            ")".repeat(depth)
        )
    };
    assert!(parse(&nested(200)).is_ok());
    check_error(
        &format!("SET a = {}", "(".repeat(4000)),
        "The expression has redundant parentheses;",
    );
    let sums = (0..301)
        .map(|i| format!("a{i}=b+c"))
        .collect::<Vec<_>>()
        .join(",");
    check_error(
        &format!("SET {sums}"),
        "The expression contains too many operators; operator count: 301",
    );
}

fn sample() -> Item {
    item([
        ("pk", s("key")),
        ("n", n("5")),
        ("s", s("text")),
        ("l", l([n("0"), n("1"), n("2"), n("3"), n("4")])),
        (
            "m",
            m([
                ("x", n("1")),
                ("y", m([("z", s("deep"))])),
                ("l", l([s("in")])),
            ]),
        ),
        ("ss", ss(["a", "b", "c"])),
        ("ns", ns(["1", "3"])),
        ("bs", bs([b"\x01", b"\x02"])),
        ("z", AttributeValue::Null),
    ])
}

/// The sample with some attributes replaced, or removed where the value is `None`.
fn sample_with<const N: usize>(changes: [(&str, Option<AttributeValue>); N]) -> Item {
    let mut item = sample();
    for (name, value) in changes {
        match value {
            Some(value) => item.attributes.insert(name.to_owned(), value),
            None => item.attributes.remove(name),
        };
    }
    item
}

#[test]
fn set_computes_from_the_old_item() {
    for (text, changes) in [
        ("SET s = :n", vec![("s", Some(n("1")))]),
        ("SET fresh = pk", vec![("fresh", Some(s("key")))]),
        (
            "SET n = s, s = n",
            vec![("n", Some(s("text"))), ("s", Some(n("5")))],
        ),
        (
            "SET n = n + :n, fresh = n",
            vec![("n", Some(n("6"))), ("fresh", Some(n("5")))],
        ),
        ("SET n = :n - n", vec![("n", Some(n("-4")))]),
        ("SET n = (l[1] + l[4])", vec![("n", Some(n("5")))]),
        ("SET n = if_not_exists(n, s)", vec![]),
        (
            "SET n = if_not_exists(nowhere, :n) + :n2",
            vec![("n", Some(n("3")))],
        ),
        (
            "SET s = if_not_exists(z, nowhere)",
            vec![("s", Some(AttributeValue::Null))],
        ),
        (
            "SET s = if_not_exists(m.q.r, if_not_exists(nowhere, pk))",
            vec![("s", Some(s("key")))],
        ),
        (
            "SET s = list_append(:l, m.l)",
            vec![("s", Some(l([s("x"), s("in")])))],
        ),
        (
            "SET s = list_append(list_append(m.l, :l), if_not_exists(nowhere, m.l))",
            vec![("s", Some(l([s("in"), s("x"), s("in")])))],
        ),
    ] {
        let mut new = sample();
        for (name, value) in changes {
            new.attributes.insert(name.to_owned(), value.unwrap());
        }
        check_applied(text, &sample(), &new);
    }
}

#[test]
fn set_and_remove_reach_into_maps() {
    let map = |x: Option<AttributeValue>| {
        let mut map = vec![("y", m([("z", s("deep"))])), ("l", l([s("in")]))];
        map.extend(x.map(|x| ("x", x)));
        let members = map
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        Some(AttributeValue::M(members.collect()))
    };
    check_applied(
        "SET m.x = :s",
        &sample(),
        &sample_with([("m", map(Some(s("a"))))]),
    );
    check_applied("REMOVE m.x", &sample(), &sample_with([("m", map(None))]));
    check_applied("REMOVE m.nowhere, nowhere, l[9]", &sample(), &sample());
    let emptied = m([("x", n("1")), ("y", m([])), ("l", l([s("in"), n("1")]))]);
    check_applied(
        "REMOVE m.y.z SET m.l[7] = :n",
        &sample(),
        &sample_with([("m", Some(emptied))]),
    );
}

#[test]
fn list_positions_are_those_of_the_old_list() {
    let list = |text: &str| {
        let elements = text.split(' ').map(|element| match element {
            "a" => s("a"),
            number => n(number),
        });
        sample_with([("l", Some(AttributeValue::L(elements.collect())))])
    };
    for (text, expected) in [
        ("SET l[1] = :s", "0 a 2 3 4"),
        ("SET l[5] = :s", "0 1 2 3 4 a"),
        ("SET l[99] = :s", "0 1 2 3 4 a"),
        ("SET l[9] = :n, l[7] = :n2", "0 1 2 3 4 2 1"),
        ("REMOVE l[1], l[2]", "0 3 4"),
        ("REMOVE l[2], l[1]", "0 3 4"),
        ("REMOVE l[0] SET l[3] = :s", "1 2 a 4"),
        ("REMOVE l[0] SET l[8] = :s", "1 2 3 4 a"),
        ("ADD l[1] :n, l[8] :n2", "0 2 2 3 4 2"),
        ("SET l[1] = l[2], l[2] = l[1]", "0 2 1 3 4"),
    ] {
        check_applied(text, &sample(), &list(expected));
    }
    let empty = item([("l", l([]))]);
    check_applied("SET l[0] = :n", &empty, &item([("l", l([n("1")]))]));
    let two = item([("c", l([n("0"), n("1")]))]);
    check_applied(
        "SET c[4] = :n, c[2] = :n2 ADD c[8] :ss, c[6] :n2",
        &two,
        &item([(
            "c",
            l([n("0"), n("1"), n("2"), n("1"), n("2"), ss(["a", "b"])]),
        )]),
    );
}

#[test]
fn add_sums_numbers_and_unites_sets() {
    let maps = m([
        ("x", n("3")),
        ("y", m([("z", s("deep"))])),
        ("l", l([s("in")])),
        ("w", n("2")),
    ]);
    for (text, new) in [
        ("ADD n :n", sample_with([("n", Some(n("6")))])),
        ("ADD fresh :n", sample_with([("fresh", Some(n("1")))])),
        ("ADD m.x :n2, m.w :n2", sample_with([("m", Some(maps))])),
        (
            "ADD fresh :ss",
            sample_with([("fresh", Some(ss(["a", "b"])))]),
        ),
        ("ADD ss :ss", sample()),
        (
            "ADD ns :ns",
            sample_with([("ns", Some(ns(["1", "2", "3"])))]),
        ),
        ("ADD bs :bs", sample()),
    ] {
        check_applied(text, &sample(), &new);
    }
}

#[test]
fn delete_takes_members_away() {
    let nested = item([
        ("m", m([("ss", ss(["a"]))])),
        ("l", l([ss(["b"]), ss(["z"])])),
    ]);
    for (text, old, new) in [
        (
            "DELETE ss :ss",
            sample(),
            sample_with([("ss", Some(ss(["c"])))]),
        ),
        (
            "DELETE ns :ns",
            sample(),
            sample_with([("ns", Some(ns(["3"])))]),
        ),
        (
            "DELETE bs :bs",
            sample(),
            sample_with([("bs", Some(bs([b"\x02"])))]),
        ),
        (
            "DELETE nowhere :ss, m.nowhere :ns, l[9] :bs",
            sample(),
            sample(),
        ),
        ("DELETE ss :ss", item([("ss", ss(["a", "b"]))]), item([])),
        (
            "DELETE m.ss :ss, l[0] :ss",
            nested,
            item([("m", m([])), ("l", l([ss(["z"])]))]),
        ),
    ] {
        check_applied(text, &old, &new);
    }
}

#[test]
fn runtime_errors() {
    use UpdateError::{InvalidDocumentPath, MissingAttribute, OperandType};
    for (text, expected) in [
        ("SET fresh = nowhere", MissingAttribute),
        ("SET m.q.r = nowhere", MissingAttribute),
        ("SET fresh = :n + m.nowhere", MissingAttribute),
        ("SET fresh = list_append(:l, l[9].x)", MissingAttribute),
        (
            "SET fresh = if_not_exists(nowhere, nothing)",
            MissingAttribute,
        ),
        ("SET fresh = s + :n", OperandType),
        ("SET fresh = n - z", OperandType),
        ("SET fresh = list_append(z, :l)", OperandType),
        (
            "SET fresh = list_append(:l, if_not_exists(nowhere, :ss))",
            OperandType,
        ),
        ("ADD s :n", OperandType),
        ("ADD n :ns", OperandType),
        ("ADD ss :ns", OperandType),
        ("ADD z :n", OperandType),
        ("DELETE ss :bs", OperandType),
        ("DELETE l :ss", OperandType),
        ("SET m.q.r = :n", InvalidDocumentPath),
        ("SET nowhere.x = :n", InvalidDocumentPath),
        ("SET nowhere[0] = :n", InvalidDocumentPath),
        ("SET m[1] = :n", InvalidDocumentPath),
        ("SET l.x = :n", InvalidDocumentPath),
        ("SET l[9].x = :n", InvalidDocumentPath),
        ("SET s.x = :n", InvalidDocumentPath),
        ("REMOVE nowhere.a", InvalidDocumentPath),
        ("REMOVE l[9][1]", InvalidDocumentPath),
        ("ADD nowhere.a :n", InvalidDocumentPath),
        ("DELETE nowhere.a :ss", InvalidDocumentPath),
    ] {
        assert_eq!(apply(text, &sample()), Err(expected), "{text}");
    }
    for (error, text) in [
        (
            MissingAttribute,
            "The provided expression refers to an attribute that does not exist in the item",
        ),
        (
            OperandType,
            "An operand in the update expression has an incorrect data type",
        ),
        (
            InvalidDocumentPath,
            "The document path provided in the update expression is invalid for update",
        ),
    ] {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn numbers_stay_in_range() {
    let old = item([
        ("big", n("9.9E125")),
        ("digits", n(&"1".repeat(38))),
        ("tiny", n("1E-130")),
    ]);
    let fails = |text: &str, expected: NumberError| {
        assert_eq!(
            apply(text, &old),
            Err(UpdateError::Number(expected)),
            "{text}"
        );
    };
    fails("SET big = big + big", NumberError::Overflow);
    fails("SET digits = digits - tiny", NumberError::TooManyDigits);
    let negative = apply(
        "SET big = tiny - big",
        &item([("big", n("1")), ("tiny", n("0"))]),
    );
    assert_eq!(negative, Ok(item([("big", n("-1")), ("tiny", n("0"))])));
    assert_eq!(
        UpdateError::from(NumberError::Overflow).to_string(),
        NumberError::Overflow.to_string()
    );
}

#[test]
fn results_stay_within_the_limits_of_items() {
    let deepest = (0..32).fold(n("1"), |value, _| l([value]));
    let old = item([
        ("deep", deepest.clone()),
        ("m", m([])),
        ("big", s(&"x".repeat(300_000))),
    ]);
    assert_eq!(
        apply("SET fresh = deep", &old).unwrap().get("fresh"),
        Some(&deepest)
    );
    assert_eq!(
        apply("SET m.x = deep", &old),
        Err(UpdateError::NestingTooDeep)
    );
    assert!(apply("SET fresh = big", &old).is_ok());
    assert_eq!(
        apply("SET fresh = big, f2 = big", &old),
        Err(UpdateError::ItemTooLarge)
    );

    // Each level would double the list, if it were allowed to.
    let list = AttributeValue::L(vec![s(&"x".repeat(1000)); 300]);
    let doubling = format!(
        "SET l = {}l{}",
        "list_append(l,".repeat(250),
        ")".repeat(250)
    );
    assert_eq!(
        apply(&doubling, &item([("l", list)])),
        Err(UpdateError::ItemTooLarge)
    );
}

#[test]
fn updated_attributes_show_the_targets_only() {
    let old = item([
        ("c", l([n("1"), n("1")])),
        ("m", m([("a", m([("b", n("1"))])), ("s", n("9"))])),
    ]);
    let check = |text: &str, expected_old: Option<Item>, expected_new: Option<Item>| {
        let update = parse(text).unwrap();
        let new = update.apply(&old).unwrap();
        assert_eq!(update.updated_attributes(&old), expected_old, "{text}");
        assert_eq!(update.updated_attributes(&new), expected_new, "{text}");
    };
    let nested = |value| Some(item([("m", m([("a", m([("b", value)]))]))]));
    check("SET m.a.b = :s", nested(n("1")), nested(s("a")));
    check("SET m.a.b = m.a.b", nested(n("1")), nested(n("1")));
    check("REMOVE m.a.b", nested(n("1")), None);
    check("SET fresh = :n", None, Some(item([("fresh", n("1"))])));
    check("SET c[5] = :n", None, None);
    check(
        "SET c[0] = :n2, c[1] = :s",
        Some(item([("c", l([n("1"), n("1")]))])),
        Some(item([("c", l([n("2"), s("a")]))])),
    );
    check(
        "SET c[1] = :s, c[4] = :n2 ADD c[2] :n2, c[8] :ss, c[6] :n",
        Some(item([("c", l([n("1")]))])),
        Some(item([("c", l([s("a"), n("2"), n("1")]))])),
    );
    check(
        "SET m.s = :n REMOVE m.a",
        Some(item([("m", m([("a", m([("b", n("1"))])), ("s", n("9"))]))])),
        Some(item([("m", m([("s", n("1"))]))])),
    );
}

#[test]
fn paths_and_literals_can_be_asked_for() {
    let update =
        parse("SET a.b = if_not_exists(c[0], d), e = :n, f.g = :s, h = x + :n ADD i :n REMOVE j")
            .unwrap();
    let texts = |paths: Vec<&Path>| paths.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        texts(update.target_paths().collect()),
        ["[a, b]", "[e]", "[f, g]", "[h]", "[i]", "[j]"]
    );
    assert_eq!(
        texts(update.paths()),
        [
            "[a, b]", "[c, [0]]", "[d]", "[e]", "[f, g]", "[h]", "[x]", "[i]", "[j]"
        ]
    );
    let literals: Vec<_> = update
        .literal_values()
        .map(|(path, value)| (path.to_string(), value.type_name()))
        .collect();
    assert_eq!(
        literals,
        [
            ("[e]".to_owned(), "N"),
            ("[f, g]".to_owned(), "S"),
            ("[i]".to_owned(), "N")
        ]
    );
    assert_eq!(
        update
            .check_no_key_attributes(&["pk", "a"])
            .unwrap_err()
            .to_string(),
        "One or more parameter values were invalid: Cannot update attribute a. \
         This attribute is part of the key"
    );
    assert!(update.check_no_key_attributes(&["pk", "c"]).is_ok());
}

proptest! {
    #[test]
    fn parsing_and_applying_never_panic(text in crate::condition::any_expression()) {
        match parse(&text) {
            Ok(update) => drop(update.apply(&sample())),
            Err(error) => prop_assert!(error.to_string().starts_with("Invalid UpdateExpression: ")),
        }
    }

    /// An update that fits an item leaves everything else alone, and its targets are then what
    /// `updated_attributes` says.
    #[test]
    fn actions_touch_their_targets_only(actions in proptest::sample::subsequence(ACTIONS.to_vec(), 1..ACTIONS.len())) {
        let text = format!("SET {}", actions.join(", "));
        let update = parse(&text).unwrap();
        let new = update.apply(&sample()).unwrap();
        let touched: Vec<_> = update.target_paths().map(Path::top_level).collect();
        for (name, value) in &sample().attributes {
            if !touched.contains(&name.as_str()) {
                prop_assert_eq!(new.get(name), Some(value));
            }
        }
        for action in &actions {
            let alone = parse(&format!("SET {action}")).unwrap();
            let target = alone.target_paths().next().unwrap().clone();
            let expected = alone.apply(&sample()).unwrap();
            prop_assert_eq!(target.resolve(&new), target.resolve(&expected), "{} in {}", action, text);
        }
    }
}

/// Actions on different targets, each of which fits the sample.
const ACTIONS: [&str; 9] = [
    "n = n + :n",
    "s = n",
    "m.x = s",
    "m.y.z = m.x",
    "m.l[0] = l",
    "l[0] = l[1]",
    "l[3] = n - l[0]",
    "fresh = list_append(l, m.l)",
    "ss = if_not_exists(nowhere, ns)",
];

#[test]
fn binary_sets_are_sets_too() {
    let old = item([("bs", bs([b"\x02"]))]);
    check_applied("ADD bs :bs", &old, &item([("bs", bs([b"\x01", b"\x02"]))]));
    assert_eq!(apply("ADD bs :ss", &old), Err(UpdateError::OperandType));
    assert_eq!(
        apply("SET a = :b", &old).unwrap().get("a"),
        Some(&b(b"\x01"))
    );
}
