//! Statements written out again, for tests of the parser.

use anywhen_model::AttributeValue;

use super::syntax::{
    Candidates, ConditionSyntax, Literal, OperandSyntax, Returning, SelectSyntax, SumSyntax,
    Syntax, Target, Term, TestSyntax,
};
use crate::update::Sign;
use crate::{Path, PathElement};

/// The statement as text: every name quoted, every condition in parentheses.
pub(super) fn statement(syntax: &Syntax) -> String {
    match syntax {
        Syntax::Select(one) => select(one),
        Syntax::Exists(one) => format!("EXISTS({})", select(one)),
        Syntax::Insert { target: to, item } => {
            format!("INSERT INTO {} VALUE {}", target(to), literal(item))
        }
        Syntax::Update(update) => {
            let changes = update.changes.iter().map(|change| match &change.value {
                Some(value) => format!(" SET {} = {}", path(&change.target), sum(value)),
                None => format!(" REMOVE {}", path(&change.target)),
            });
            format!("UPDATE {}", target(&update.target))
                + &changes.collect::<String>()
                + &where_clause(update.condition.as_ref())
                + returning(update.returning)
        }
        Syntax::Delete {
            target: from,
            condition,
            returns_old,
        } => {
            let returned = returns_old.then_some(Returning::AllOld);
            format!("DELETE FROM {}", target(from))
                + &where_clause(condition.as_ref())
                + returning(returned)
        }
    }
}

fn select(select: &SelectSyntax) -> String {
    let columns = match &select.columns {
        None => "*".to_owned(),
        Some(paths) => joined(paths.iter().map(path)),
    };
    let keys = select.order.iter().map(|key| {
        let direction = if key.is_descending { " DESC" } else { "" };
        format!("{}{direction}", name(&key.attribute))
    });
    let order = match joined(keys) {
        keys if keys.is_empty() => keys,
        keys => format!(" ORDER BY {keys}"),
    };
    let clause = where_clause(select.condition.as_ref());
    format!(
        "SELECT {columns} FROM {}{clause}{order}",
        target(&select.source)
    )
}

fn returning(returning: Option<Returning>) -> &'static str {
    match returning {
        None => "",
        Some(Returning::AllOld) => " RETURNING ALL OLD *",
        Some(Returning::AllNew) => " RETURNING ALL NEW *",
        Some(Returning::ModifiedOld) => " RETURNING MODIFIED OLD *",
        Some(Returning::ModifiedNew) => " RETURNING MODIFIED NEW *",
    }
}

fn where_clause(clause: Option<&ConditionSyntax>) -> String {
    clause.map_or_else(String::new, |clause| {
        format!(" WHERE {}", condition(clause))
    })
}

fn condition(syntax: &ConditionSyntax) -> String {
    let all = |parts: &[ConditionSyntax], operator: &str| {
        let parts: Vec<_> = parts.iter().map(condition).collect();
        format!("({})", parts.join(operator))
    };
    match syntax {
        ConditionSyntax::And(parts) => all(parts, " AND "),
        ConditionSyntax::Or(parts) => all(parts, " OR "),
        ConditionSyntax::Not(part) => format!("(NOT {})", condition(part)),
        ConditionSyntax::Test(one) => test(one),
    }
}

fn test(test: &TestSyntax) -> String {
    match test {
        TestSyntax::Compare {
            comparator,
            left,
            right,
        } => format!(
            "{} {} {}",
            operand(left),
            comparator.symbol(),
            operand(right)
        ),
        TestSyntax::Between {
            operand: tested,
            lower,
            upper,
        } => format!(
            "{} BETWEEN {} AND {}",
            operand(tested),
            operand(lower),
            operand(upper)
        ),
        TestSyntax::In {
            operand: tested,
            candidates,
        } => {
            let list = match candidates {
                Candidates::Listed(listed) => format!("[{}]", joined(listed.iter().map(literal))),
                Candidates::Parameter(_) => "?".to_owned(),
            };
            format!("{} IN {list}", operand(tested))
        }
        TestSyntax::IsMissing(tested) => format!("{} IS MISSING", path(tested)),
        TestSyntax::IsType(tested, name) => format!("{} IS {name}", path(tested)),
        TestSyntax::BeginsWith(tested, prefix) => {
            format!("begins_with({}, {})", path(tested), operand(prefix))
        }
        TestSyntax::Contains(tested, member) => {
            format!("contains({}, {})", path(tested), operand(member))
        }
        TestSyntax::AttributeType(tested, name) => {
            format!("attribute_type({}, {})", path(tested), literal(name))
        }
    }
}

fn operand(operand: &OperandSyntax) -> String {
    match operand {
        OperandSyntax::Path(one) => path(one),
        OperandSyntax::Literal(one) => literal(one),
        OperandSyntax::Size(one) => format!("size({})", path(one)),
    }
}

fn sum(sum: &SumSyntax) -> String {
    let others = sum.others.iter().map(|(sign, other)| {
        let sign = match sign {
            Sign::Plus => "+",
            Sign::Minus => "-",
        };
        format!(" {sign} {}", term(other))
    });
    term(&sum.first) + &others.collect::<String>()
}

fn term(one: &Term) -> String {
    match one {
        Term::Path(one) => path(one),
        Term::Literal(one) => literal(one),
        Term::ListAppend(terms) => {
            format!("list_append({})", joined(terms.iter().map(term)))
        }
        Term::SetAdd(one, members) => format!("set_add({}, {})", path(one), literal(members)),
        Term::SetDelete(one, members) => {
            format!("set_delete({}, {})", path(one), literal(members))
        }
    }
}

fn literal(one: &Literal) -> String {
    match one {
        Literal::Scalar(AttributeValue::S(text)) => format!("'{}'", text.replace('\'', "''")),
        Literal::Scalar(AttributeValue::N(number)) => number.to_string(),
        Literal::Scalar(AttributeValue::Bool(value)) => value.to_string(),
        Literal::Scalar(_) => "NULL".to_owned(),
        Literal::Parameter(_) => "?".to_owned(),
        Literal::List(elements) => format!("[{}]", joined(elements.iter().map(literal))),
        Literal::Set(elements) => format!("<<{}>>", joined(elements.iter().map(literal))),
        Literal::Map(members) => {
            let members = members.iter().map(|(name, member)| {
                format!("'{}': {}", name.replace('\'', "''"), literal(member))
            });
            format!("{{{}}}", joined(members))
        }
    }
}

fn target(target: &Target) -> String {
    match &target.index {
        None => name(&target.table),
        Some(index) => format!("{}.{}", name(&target.table), name(index)),
    }
}

fn path(path: &Path) -> String {
    let steps = path.steps().iter().map(|step| match step {
        PathElement::Attribute(member) => format!(".{}", name(member)),
        PathElement::Index(index) => format!("[{index}]"),
    });
    name(path.top_level()) + &steps.collect::<String>()
}

fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
