//! Wire texts, and the shape of what a projection leaves of an item.

use anywhen_model::AttributeValue;

use super::*;
use crate::testing::{item, l, m, n, s};

fn parse(text: &str) -> Result<Projection, ExpressionError> {
    let names = [("#a", "a"), ("#b", "b"), ("#dotted", "a.b")];
    let names = names.map(|(name, attribute)| (name.to_owned(), attribute.to_owned()));
    Projection::parse(
        text,
        &mut Placeholders::new(Some(names.into()), None).unwrap(),
    )
}

#[test]
fn wrong_projections_are_refused() {
    let overlap = |one: &str, two: &str| {
        format!(
            "Two document paths overlap with each other; must remove or rewrite one of these \
             paths; path one: {one}, path two: {two}"
        )
    };
    let conflict = |one: &str, two: &str| overlap(one, two).replace("overlap", "conflict");
    for (text, expected) in [
        ("", "The expression can not be empty;".to_owned()),
        ("a,", "Syntax error; token: \"<EOF>\", near: \",\"".into()),
        ("a b", "Syntax error; token: \"b\", near: \"a b\"".into()),
        ("l[a]", "Syntax error; token: \"a\", near: \"[a]\"".into()),
        (
            "a, size(b)",
            "Syntax error; token: \"(\", near: \"size(b\"".into(),
        ),
        (
            "a, :v",
            "Syntax error; token: \":v\", near: \", :v\"".into(),
        ),
        ("(a)", "Syntax error; token: \"(\", near: \"(a\"".into()),
        (
            "#x, abOrt",
            "Attribute name is a reserved keyword; reserved keyword: abOrt".into(),
        ),
        (
            "a, a, #x",
            "An expression attribute name used in the document path is not defined; \
             attribute name: #x"
                .into(),
        ),
        ("a, a.b", overlap("[a]", "[a, b]")),
        ("a.b, a", overlap("[a, b]", "[a]")),
        ("body, body", overlap("[body]", "[body]")),
        ("c, a.b[0], #a.#b[0]", overlap("[a, b, [0]]", "[a, b, [0]]")),
        ("a.b, a.c, a", overlap("[a, b]", "[a]")),
        ("a.b, a[0]", conflict("[a, b]", "[a, [0]]")),
        ("a[0].x, a[0][1], b, b.c", overlap("[b]", "[b, c]")),
    ] {
        let message = parse(text).unwrap_err().to_string();
        assert_eq!(
            message,
            format!("Invalid ProjectionExpression: {expected}"),
            "{text}"
        );
    }
}

#[test]
fn siblings_and_dotted_names_do_not_clash() {
    for text in [
        "a.b, a.c",
        "a[0], a[1].b, a[1].c",
        "#a.#b, #dotted",
        "a , b\n,\tc [ 0 ] . d",
    ] {
        assert!(parse(text).is_ok(), "{text}");
    }
}

#[test]
fn nested_values_come_in_their_skeleton() {
    let source = item([
        ("a", s("top")),
        ("b", m([("a", n("1")), ("b", n("2")), ("c", n("3"))])),
        (
            "c",
            l([m([("a", n("4")), ("z", n("5"))]), n("6"), n("7"), n("8")]),
        ),
        ("a.b", s("dotted")),
    ]);
    for (text, expected) in [
        (
            "b.c, c[2], b.b, c[1], c[0].a",
            item([
                ("b", m([("b", n("2")), ("c", n("3"))])),
                ("c", l([m([("a", n("4"))]), n("6"), n("7")])),
            ]),
        ),
        ("c[3]", item([("c", l([n("8")]))])),
        ("a, nowhere", item([("a", s("top"))])),
        ("#dotted", item([("a.b", s("dotted"))])),
        ("b.x, c[9], c[0].q, a[0]", item([])),
        ("c.a", item([])),
        ("nowhere", item([])),
    ] {
        assert_eq!(parse(text).unwrap().project(&source), expected, "{text}");
    }
}

#[test]
fn names_and_paths_can_be_asked_for() {
    let projection = parse("c, b.x, #a[1], b.y").unwrap();
    assert_eq!(
        projection.top_level_names().collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
    let paths: Vec<_> = projection.paths().iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["[c]", "[b, x]", "[a, [1]]", "[b, y]"]);
}

#[test]
fn whole_attributes_can_be_projected_by_name() {
    let source = item([("a.b", AttributeValue::Null), ("a", m([("b", n("1"))]))]);
    let projection = Projection::top_level(["a.b", "x"]).unwrap();
    assert_eq!(
        projection.project(&source),
        item([("a.b", AttributeValue::Null)])
    );
}
