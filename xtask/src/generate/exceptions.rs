//! Where the service's behaviour is not what its model says.
//!
//! Each table names shapes and members of the models; [`check`] fails when one of them is gone, so
//! that an entry cannot outlive what it corrects.

use anyhow::{Context, Result, ensure};

use super::catalog::{Catalog, members};

/// Enumerations whose values the service prints in an order other than the model's.
pub(super) const ENUM_ORDERS: [(&str, &[&str]); 7] = [
    ("ScalarAttributeType", &["B", "N", "S"]),
    ("ProjectionType", &["ALL", "INCLUDE", "KEYS_ONLY"]),
    (
        "Select",
        &[
            "SPECIFIC_ATTRIBUTES",
            "COUNT",
            "ALL_ATTRIBUTES",
            "ALL_PROJECTED_ATTRIBUTES",
        ],
    ),
    ("InputCompressionType", &["ZSTD", "NONE", "GZIP"]),
    (
        "ReturnValue",
        &["ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"],
    ),
    ("ConditionalOperator", &["OR", "AND"]),
    (
        "ComparisonOperator",
        &[
            "IN",
            "NULL",
            "BETWEEN",
            "LT",
            "NOT_CONTAINS",
            "EQ",
            "GT",
            "NOT_NULL",
            "NE",
            "LE",
            "BEGINS_WITH",
            "GE",
            "CONTAINS",
        ],
    ),
];

/// Shapes the service checks after the generic constraints and with texts of its own, so that no
/// generic constraint applies to them or to what they contain.
pub(super) const CHECKED_ELSEWHERE: [&str; 2] = ["TableClass", "Tag"];

/// Required members whose absence has its own text, which replaces all other constraints.
pub(super) const REQUIRED_TEXTS: [(&str, &str, &str); 6] = [
    ("CreateTableInput", "TableName", TABLE_NAME_REQUIRED),
    ("DeleteTableInput", "TableName", TABLE_NAME_REQUIRED),
    ("DescribeTableInput", "TableName", TABLE_NAME_REQUIRED),
    ("UpdateTableInput", "TableName", TABLE_NAME_REQUIRED),
    (
        "BatchGetItemInput",
        "RequestItems",
        "The requestItems parameter is required for BatchGetItem",
    ),
    (
        "BatchWriteItemInput",
        "RequestItems",
        "The requestItems parameter is required for BatchWriteItem",
    ),
];

const TABLE_NAME_REQUIRED: &str =
    "The parameter 'TableName' is required but was not present in the request";

/// Members that the service requires although the model, which knows requests that are answered from
/// elsewhere, does not.
pub(super) const ALSO_REQUIRED: [(&str, &str); 2] = [
    ("CreateTableInput", "AttributeDefinitions"),
    ("CreateTableInput", "KeySchema"),
];

/// Members whose violations are reported without the value and under a path of their own.
pub(super) const HIDDEN_VALUES: [(&str, &str, &str); 1] = [("QueryInput", "Limit", "Limit")];

/// Members that hold a name or an ARN, where the model has the bounds of an ARN only: a value that
/// is not an ARN is held to the given shape.
pub(super) const NAMES_OR_ARNS: [(&str, &str, &str); 1] =
    [("CreateTableInput", "TableName", "TableName")];

/// Structures whose members are checked in another order than the model's.
pub(super) const MEMBER_ORDERS: [(&str, &[&str]); 1] = [(
    "ProvisionedThroughput",
    &["WriteCapacityUnits", "ReadCapacityUnits"],
)];

/// Errors with a status other than 400, or 500 for faults.
pub(super) const HTTP_STATUSES: [(&str, u16); 1] = [("ReplicatedWriteConflictException", 409)];

/// The patterns that requests can meet, as the model writes them, and the matcher for each.
pub(super) const PATTERNS: [(&str, &str); 9] = [
    (r"[a-zA-Z0-9_.-]+", "Name"),
    (r"[0-9]{12}", "AccountId"),
    (r"([0-9a-f]{16})+", "HexToken"),
    (r"^[^\$]+$", "WithoutDollar"),
    (r"[,;:|\t ]", "CsvDelimiter"),
    (r"[\x20-\x21\x23-\x2B\x2D-\x7E]*", "CsvHeader"),
    (r"^[a-z0-9A-Z]+[\.\-\w]*[a-z0-9A-Z]+$", "S3Bucket"),
    (r"\p{Print}+", "Printable"),
    (
        r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*",
        "XmlText",
    ),
];

/// Fails when a table names something that the models do not have.
pub(super) fn check(catalog: &Catalog) -> Result<()> {
    for (shape, order) in ENUM_ORDERS {
        let mut model: Vec<_> = catalog
            .shape(shape)?
            .values
            .iter()
            .map(String::as_str)
            .collect();
        let mut order = order.to_vec();
        model.sort_unstable();
        order.sort_unstable();
        ensure!(model == order, "the model's values of {shape} have changed");
    }
    for shape in CHECKED_ELSEWHERE {
        catalog.shape(shape)?;
    }
    let named = REQUIRED_TEXTS
        .into_iter()
        .chain(HIDDEN_VALUES)
        .chain(NAMES_OR_ARNS);
    for (structure, member, _) in named {
        check_member(catalog, structure, member)?;
    }
    for (structure, member) in ALSO_REQUIRED {
        check_member(catalog, structure, member)?;
    }
    for (structure, order) in MEMBER_ORDERS {
        for member in order {
            check_member(catalog, structure, member)?;
        }
        let count = members(catalog.shape(structure)?).count();
        ensure!(
            count == order.len(),
            "the model's members of {structure} have changed"
        );
    }
    for (error, _) in HTTP_STATUSES {
        catalog.shape(error)?;
    }
    Ok(())
}

fn check_member(catalog: &Catalog, structure: &str, member: &str) -> Result<()> {
    members(catalog.shape(structure)?)
        .find(|(name, _)| *name == member)
        .with_context(|| format!("the model's {structure} has no member {member}"))?;
    Ok(())
}
