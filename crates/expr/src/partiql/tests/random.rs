//! Random statements: what is printed parses to itself, and nothing harms the parser.

use anywhen_model::{AttributeValue, Number};
use proptest::prelude::*;

use super::super::syntax::{
    Candidates, ChangeSyntax, ConditionSyntax, Literal, OperandSyntax, OrderKey, Returning,
    SelectSyntax, SumSyntax, Syntax, Target, Term, TestSyntax, UpdateSyntax,
};
use super::super::{BoundStatement, Statement, print};
use super::schema;
use crate::condition::Comparator;
use crate::update::Sign;
use crate::{Path, PathElement};

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,3}",
        "[a-z \"'?.äA-Z-]{1,4}",
        Just("Order".to_owned())
    ]
}

fn any_path() -> impl Strategy<Value = Path> {
    let step = prop_oneof![
        any_name().prop_map(PathElement::Attribute),
        (0..20usize).prop_map(PathElement::Index),
    ];
    (any_name(), prop::collection::vec(step, 0..3)).prop_map(|(name, steps)| Path::new(name, steps))
}

fn any_literal() -> impl Strategy<Value = Literal> {
    let leaf = prop_oneof![
        "[a-z'\"?ä -]{0,4}".prop_map(|text| Literal::Scalar(AttributeValue::S(text))),
        any::<i64>().prop_map(|n| Literal::Scalar(AttributeValue::N(Number::from(n)))),
        any::<bool>().prop_map(|value| Literal::Scalar(AttributeValue::Bool(value))),
        Just(Literal::Scalar(AttributeValue::Null)),
        Just(Literal::Parameter(0)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..3);
        prop_oneof![
            list.clone().prop_map(Literal::List),
            list.prop_map(Literal::Set),
            prop::collection::vec(("[a-z']{0,3}", inner), 0..3).prop_map(Literal::Map),
        ]
    })
}

fn any_operand() -> impl Strategy<Value = OperandSyntax> {
    prop_oneof![
        any_path().prop_map(OperandSyntax::Path),
        any_literal().prop_map(OperandSyntax::Literal),
        any_path().prop_map(OperandSyntax::Size),
    ]
}

fn any_test() -> impl Strategy<Value = TestSyntax> {
    let comparator = prop::sample::select(vec![
        Comparator::Equal,
        Comparator::NotEqual,
        Comparator::Less,
        Comparator::LessOrEqual,
        Comparator::Greater,
        Comparator::GreaterOrEqual,
    ]);
    let type_name = prop::sample::select(vec!["S", "NULL", "BOOL", "NS"]);
    let candidates = prop_oneof![
        prop::collection::vec(any_literal(), 1..3).prop_map(Candidates::Listed),
        Just(Candidates::Parameter(0)),
    ];
    prop_oneof![
        (comparator, any_operand(), any_operand()).prop_map(|(comparator, left, right)| {
            TestSyntax::Compare {
                comparator,
                left,
                right,
            }
        }),
        (any_operand(), any_operand(), any_operand()).prop_map(|(operand, lower, upper)| {
            TestSyntax::Between {
                operand,
                lower,
                upper,
            }
        }),
        (any_operand(), candidates).prop_map(|(operand, candidates)| TestSyntax::In {
            operand,
            candidates
        }),
        any_path().prop_map(TestSyntax::IsMissing),
        (any_path(), type_name).prop_map(|(path, name)| TestSyntax::IsType(path, name)),
        (any_path(), any_operand()).prop_map(|(path, one)| TestSyntax::BeginsWith(path, one)),
        (any_path(), any_operand()).prop_map(|(path, one)| TestSyntax::Contains(path, one)),
        (any_path(), any_literal()).prop_map(|(path, one)| TestSyntax::AttributeType(path, one)),
    ]
}

fn any_condition() -> impl Strategy<Value = ConditionSyntax> {
    let test = any_test().prop_map(|test| ConditionSyntax::Test(Box::new(test)));
    test.prop_recursive(4, 12, 3, |inner| {
        let parts = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            parts.clone().prop_map(ConditionSyntax::And),
            parts.prop_map(ConditionSyntax::Or),
            inner.prop_map(|part| match part {
                // Two negations are parsed as none.
                ConditionSyntax::Not(part) => *part,
                part => ConditionSyntax::Not(Box::new(part)),
            }),
        ]
    })
}

fn any_term() -> impl Strategy<Value = Term> {
    let leaf = prop_oneof![
        any_path().prop_map(Term::Path),
        any_literal().prop_map(Term::Literal),
        (any_path(), any_literal()).prop_map(|(path, members)| Term::SetAdd(path, members)),
        (any_path(), any_literal()).prop_map(|(path, members)| Term::SetDelete(path, members)),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        (inner.clone(), inner).prop_map(|(one, other)| Term::ListAppend(Box::new([one, other])))
    })
}

fn any_change() -> impl Strategy<Value = ChangeSyntax> {
    let sign = prop::sample::select(vec![Sign::Plus, Sign::Minus]);
    let sum = (any_term(), prop::collection::vec((sign, any_term()), 0..3))
        .prop_map(|(first, others)| SumSyntax { first, others });
    (any_path(), prop::option::of(sum)).prop_map(|(target, value)| ChangeSyntax { target, value })
}

fn any_target() -> impl Strategy<Value = Target> {
    (any_name(), prop::option::of(any_name())).prop_map(|(table, index)| Target { table, index })
}

fn any_select() -> impl Strategy<Value = SelectSyntax> {
    let key = (any_name(), any::<bool>()).prop_map(|(attribute, is_descending)| OrderKey {
        attribute,
        is_descending,
    });
    (
        prop::option::of(prop::collection::vec(any_path(), 1..3)),
        any_target(),
        prop::option::of(any_condition()),
        prop::collection::vec(key, 0..3),
    )
        .prop_map(|(columns, source, condition, order)| SelectSyntax {
            columns,
            source,
            condition,
            order,
        })
}

fn any_statement() -> impl Strategy<Value = Syntax> {
    let returning = prop::sample::select(vec![
        None,
        Some(Returning::AllOld),
        Some(Returning::AllNew),
        Some(Returning::ModifiedOld),
        Some(Returning::ModifiedNew),
    ]);
    let item = prop::collection::vec(("[a-z']{0,3}", any_literal()), 0..3).prop_map(Literal::Map);
    prop_oneof![
        any_select().prop_map(Syntax::Select),
        any_select().prop_map(Syntax::Exists),
        (any_target(), item).prop_map(|(target, item)| Syntax::Insert { target, item }),
        (
            any_target(),
            prop::collection::vec(any_change(), 1..4),
            prop::option::of(any_condition()),
            returning
        )
            .prop_map(|(target, changes, condition, returning)| {
                Syntax::Update(UpdateSyntax {
                    target,
                    changes,
                    condition,
                    returning,
                })
            }),
        (
            any_target(),
            prop::option::of(any_condition()),
            any::<bool>()
        )
            .prop_map(|(target, condition, returns_old)| Syntax::Delete {
                target,
                condition,
                returns_old
            }),
    ]
}

/// Goes through all steps; what they answer does not matter.
fn run(text: &str) {
    let Ok(statement) = Statement::parse(text) else {
        return;
    };
    let parameters = vec![AttributeValue::S("x".to_owned()); statement.parameter_count];
    match statement.bind(parameters) {
        Ok(BoundStatement::Select(select)) => drop(select.plan(&schema())),
        Ok(BoundStatement::Write(write)) => drop(write.plan(&schema())),
        Err(_) => {}
    }
}

proptest! {
    #[test]
    fn what_is_printed_parses_to_itself(syntax in any_statement()) {
        let text = print::statement(&syntax);
        let parsed = Statement::parse(&text);
        let parsed = parsed.map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        prop_assert_eq!(&print::statement(&parsed.syntax), &text);
        run(&text);
    }

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        run(&text);
    }

    #[test]
    fn any_tokens_are_answered(
        tokens in prop::collection::vec(
            prop::sample::select(vec![
                "SELECT", "*", "FROM", "t", "WHERE", "pk", "sk", "=", "'a'", "1", "-", "AND", "OR",
                "NOT", "(", ")", "[", "]", "<<", ">>", "{", "}", "?", ",", ":", ".", ";", "IN",
                "BETWEEN", "IS", "MISSING", "NULL", "size", "begins_with", "ORDER", "BY", "DESC",
                "UPDATE", "SET", "REMOVE", "+", "list_append", "set_add", "DELETE", "INSERT",
                "INTO", "VALUE", "RETURNING", "ALL", "OLD", "EXISTS", "'", "\"", "--", "/*",
            ]),
            0..40,
        ),
    ) {
        run(&tokens.join(" "));
    }

    #[test]
    fn statements_that_are_cut_or_changed_are_answered(
        syntax in any_statement(),
        at in any::<prop::sample::Index>(),
        character in any::<char>(),
    ) {
        let text = print::statement(&syntax);
        let characters: Vec<char> = text.chars().collect();
        let at = at.index(characters.len());
        let (before, after) = characters.split_at(at);
        run(&before.iter().collect::<String>());
        let changed = before.iter().chain([&character]).chain(after.iter().skip(1));
        run(&changed.collect::<String>());
    }
}

#[test]
fn depth_and_length_are_bounded() {
    let many = |text: &str, count: usize| text.repeat(count);
    for text in [
        format!("SELECT * FROM t WHERE {}", many("(", 8000)),
        format!("SELECT * FROM t WHERE {}a = 1", many("NOT ", 2000)),
        format!("SELECT * FROM t WHERE {}a = 1", many("(NOT ", 1600)),
        format!(
            "SELECT * FROM t WHERE {}pk = 'a'{}",
            many("(", 300),
            many(")", 300)
        ),
        format!("SELECT * FROM t WHERE pk = 'a'{}", many(" OR pk='b'", 800)),
        format!("SELECT * FROM t WHERE pk = 'a'{}", many(" AND pk='b'", 700)),
        format!("INSERT INTO t VALUE {{'a': {}", many("[", 8000)),
        format!(
            "INSERT INTO t VALUE {{'a': {}{}}}",
            many("[", 299),
            many("]", 299)
        ),
        format!("INSERT INTO t VALUE {{'a': {}", many("<<", 4000)),
        format!("INSERT INTO t VALUE {}", many("{'a':", 1600)),
        format!("UPDATE t SET a = {}", many("list_append(", 600)),
        format!(
            "UPDATE t SET a = 1{} WHERE pk = 'a' AND sk = 1",
            many("+1", 4000)
        ),
        format!("SELECT a{} FROM t", many("[0]", 2700)),
        format!("SELECT {} FROM t", many("a,", 4000)),
        many("'", 8191),
        many("\"", 8192),
        many("/*", 4000),
        many("?", 8192),
        many("ä", 8192),
    ] {
        run(&text);
    }
    assert!(Statement::parse(&format!("{:8192}", "SELECT * FROM t")).is_ok());
    let error = Statement::parse(&format!("{:8193}", "SELECT * FROM t")).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("It is longer than 8192 characters")
    );
}
