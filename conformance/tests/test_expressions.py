"""Condition, filter and projection expressions: what they mean, and how bad ones are refused."""

import re

import pytest

from conformance.faults import VALIDATION, refused
from conformance.tables import Schema, create_table

TABLE = "Expressions"
ITEM = {
    "pk": {"S": "item"}, "s": {"S": "banana"}, "n": {"N": "12.5"}, "b": {"B": b"\x01\x02\x03"},
    "t": {"BOOL": True}, "nil": {"NULL": True}, "ss": {"SS": ["a", "bc"]}, "ns": {"NS": ["1", "2.5"]},
    "bs": {"BS": [b"x"]}, "l": {"L": [{"S": "a"}, {"N": "1"}, {"L": [{"S": "deep"}]}]},
    "m": {"M": {"x": {"N": "1"}, "y": {"M": {"z": {"S": "deep"}}}, "a.b": {"S": "dotted"}}},
    "vacant": {"S": ""}, "capital": {"S": "Zebra"}, "umlaut": {"S": "ärger"},
}  # fmt: skip
VALUES = {
    ":banana": {"S": "banana"}, ":ban": {"S": "ban"}, ":nan": {"S": "nan"}, ":a": {"S": "a"}, ":n": {"N": "12.50"},
    ":one": {"N": "1"}, ":twenty": {"N": "20"}, ":b": {"B": b"\x01\x02"}, ":t": {"BOOL": True}, ":nil": {"NULL": True},
    ":S": {"S": "S"}, ":N": {"S": "N"}, ":NULL": {"S": "NULL"}, ":ss": {"SS": ["bc", "a"]}, ":l": {"L": [{"S": "a"}]},
    ":deep": {"S": "deep"}, ":m": {"M": {"z": {"S": "deep"}}}, ":three": {"N": "3"}, ":six": {"N": "6"}, ":zero": {"N": "0"},
    ":empty": {"S": ""}, ":two": {"N": "2"}, ":z": {"S": "a"},
}  # fmt: skip
NAMES = {"#s": "s", "#dotted": "a.b", "#size": "size", "#n": "n"}


@pytest.fixture(scope="module", autouse=True)
def table(ddb, wire):
    """One item with a value of every type."""
    create_table(wire, TABLE, Schema())
    ddb.put_item(TableName=TABLE, Item=ITEM)


def used(placeholders, *expressions):
    """Those of the placeholders that occur, since unused ones are refused."""
    words = set(re.findall(r"[#:]\w+", " ".join(expressions)))
    return {name: value for name, value in placeholders.items() if name in words}


def members(**expressions):
    """These expressions, with the placeholders they use."""
    texts = [text for text in expressions.values()]
    maps = {
        "ExpressionAttributeNames": used(NAMES, *texts),
        "ExpressionAttributeValues": used(VALUES, *texts),
    }
    return {**expressions, **{name: map_ for name, map_ in maps.items() if map_}}


TRUE = """
s = :banana | :banana = s | #s = :banana | n = :n | n <> :one | s <> :n | nothing <> :n | NOT nothing = :n
n > :one | n >= :n | n < :twenty | n <= :n | s < capital OR capital < s | capital < s | s < umlaut | :one < n
n BETWEEN :one AND :twenty | n between :n and :n | s IN (:a, :banana) | n IN (:n) | t = :t | nil = :nil
attribute_exists(s) | attribute_exists(nil) | attribute_exists(m.y.z) | attribute_not_exists(m.q.z)
attribute_not_exists(nothing) | attribute_exists(l[2][0]) | attribute_not_exists(l[3]) | attribute_not_exists(s.x)
attribute_type(s, :S) | attribute_type(nil, :NULL) | begins_with(s, :ban) | begins_with(b, :b)
contains(s, :nan) | contains(ss, :a) | contains(ns, :one) | contains(l, :a) | contains(l, :one) | contains(b, :b)
size(s) = :six | size(ss) = :two | size(l) = :three | size(m) = :three | size(b) = :three | size(vacant) = :zero
ss = :ss | m.y = :m | m.#dotted = :a OR attribute_exists(m.#dotted) | l[0] = :a | l[2][0] = :deep | m . x = :one
(s = :banana) | s = :banana AND (n = :n) | s = :a OR s = :banana AND n = :n | NOT (s = :a OR n = :one)
NOT s = :a AND NOT n = :one | not s = :a | s = :banana and n = :n or s = :a | NOT contains(s, :z) OR n = :n
n BETWEEN :one AND :twenty AND s = :banana | (n) > (:one) | (n BETWEEN :one AND :twenty) | m.x = l[1]
size(s) > l[1] | size(s) > size(ss) | s IN (:banana, n, m.x) | s > :empty
""".replace("\n", " | ").split(" | ")  # fmt: skip
FALSE = """
s = :a | s = :n | n = :one | n < :one | n > s | s > :n | t = :a | nothing = :a | nothing < :one | nothing IN (:a)
n BETWEEN :twenty AND n | attribute_exists(nothing) | attribute_exists(m.a) | attribute_not_exists(nil)
attribute_type(s, :N) | attribute_type(nothing, :S) | begins_with(s, :a) | begins_with(n, :a) | begins_with(s, :b)
contains(s, :one) | contains(m, :a) | contains(ss, :ban) | contains(nothing, :a) | contains(l, :deep)
size(n) = :two | size(nothing) = :zero | s <> :banana | ss = :l | s = :banana AND n = :one | NOT n = :n
l[9] = :a | m.y.z = :a | (s = :a OR n = :n) AND t = :a | NOT (NOT (s = :a))
""".replace("\n", " | ").split(" | ")  # fmt: skip


@pytest.mark.parametrize("holds, expression", [
    *((True, text) for text in TRUE if text), *((False, text) for text in FALSE if text)
])  # fmt: skip
def test_meaning(ddb, holds, expression):
    """As a filter, as a condition on the item, and turned round by NOT (where its parentheses would
    not be doubled, which is refused)."""
    found = ddb.scan(TableName=TABLE, **members(FilterExpression=expression))["Items"]
    assert bool(found) is holds
    if not expression.startswith("("):
        turned = ddb.scan(TableName=TABLE, **members(FilterExpression=f"NOT ({expression})"))["Items"]
        assert bool(turned) is not holds
    condition = {"TableName": TABLE, "Key": {"pk": ITEM["pk"]}, **members(ConditionExpression=expression)}
    if holds:
        ddb.update_item(**condition)
    else:
        with refused("ConditionalCheckFailedException", "The conditional request failed"):
            ddb.update_item(**condition)


def incorrect(function, operand_type):
    return f"Incorrect operand type for operator or function; operator or function: {function}, operand type: {operand_type}"


@pytest.mark.parametrize("expression, text", [
    ("", "The expression can not be empty;"),
    ("s", re.compile("Syntax error; token: ")),
    ("s = ", 'Syntax error; token: "<EOF>", near: "="'),
    ("s == :a", 'Syntax error; token: "=", near: "== :a"'),
    ("s = 4", 'Syntax error; token: "4", near: "= 4"'),
    ('s = "x"', re.compile("Syntax error; token: ")),
    ("s = :a AND", 'Syntax error; token: "<EOF>", near: "AND"'),
    ("(s = :a", 'Syntax error; token: "<EOF>", near: ":a"'),
    ("l[-1] = :a", re.compile("Syntax error; token: ")),
    ("l[a] = :a", re.compile("Syntax error; token: ")),
    ("s IN ()", re.compile("Syntax error; token: ")),
    ("#1x = :a", "An expression attribute name used in the document path is not defined; attribute name: #1x"),
    ("s = :undefined", "An expression attribute value used in expression is not defined; attribute value: :undefined"),
    ("status = :a", "Attribute name is a reserved keyword; reserved keyword: status"),
    ("m.Size = :a", "Attribute name is a reserved keyword; reserved keyword: Size"),
    ("((s = :a))", "The expression has redundant parentheses;"),
    ("frob(s)", "Invalid function name; function: frob"),
    ("Attribute_Exists(s)", "Invalid function name; function: Attribute_Exists"),
    ("contains(s, contains(s, :a))", "The function is not allowed to be used this way in an expression; function: contains"),
    ("size(s)", "The function is not allowed to be used this way in an expression; function: size"),
    ("begins_with(s)", "Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1"),
    ("attribute_exists(s, n)", "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2"),
    ("s = #s", "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [s]"),
    ("attribute_exists(:a)", "Operator or function requires a document path; operator or function: attribute_exists"),
    ("begins_with(s, :one)", incorrect("begins_with", "N")),
    ("attribute_type(s, :one)", incorrect("attribute_type", "N")),
    ("attribute_type(s, :a)", re.compile(r"Invalid attribute type name found; type: a, valid types: \{")),
    ("size(:one) = :a", incorrect("size", "N")),
    ("s < :t", re.compile("Incorrect operand type for operator or function")),
    ("n BETWEEN :one AND :a", "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:a}"),
    ("n BETWEEN :twenty AND :one", "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:20}, upper bound operand: AttributeValue: {N:1}"),
    ("s IN (" + ", ".join([":a"] * 101) + ")", "The IN operator is provided with too many operands; number of operands: 101"),
    ("s = :a AND " * 301 + "s = :a", re.compile("The expression contains too many operators; operator count: ")),
    ("s = :a" + " " * 4096, re.compile("Expression size has exceeded the maximum allowed size")),
])  # fmt: skip
@pytest.mark.parametrize("member", ["ConditionExpression", "FilterExpression"])
def test_bad_conditions(ddb, member, expression, text):
    prefix = f"Invalid {member}: "
    text = re.compile(re.escape(prefix) + text.pattern) if isinstance(text, re.Pattern) else prefix + text
    request = {"TableName": TABLE, **members(**{member: expression})}
    with refused(VALIDATION, text):
        if member == "FilterExpression":
            ddb.scan(**request)
        else:
            ddb.delete_item(**request, Key={"pk": ITEM["pk"]})


IPE = "Invalid ProjectionExpression: "


@pytest.mark.parametrize("projection, expected", [
    ("s, #n", {"s": ITEM["s"], "n": ITEM["n"]}),
    ("nothing", {}),
    ("m.y.z", {"m": {"M": {"y": {"M": {"z": {"S": "deep"}}}}}}),
    ("m.#dotted, m.x", {"m": {"M": {"a.b": {"S": "dotted"}, "x": {"N": "1"}}}}),
    ("l[1]", {"l": {"L": [{"N": "1"}]}}),
    ("l[2][0], l[0]", {"l": {"L": [{"S": "a"}, {"L": [{"S": "deep"}]}]}}),
    ("l[9], m.nothing", {}),
])  # fmt: skip
def test_projections(ddb, projection, expected):
    key = {"pk": ITEM["pk"]}
    request = {"TableName": TABLE, **members(ProjectionExpression=projection)}
    assert ddb.get_item(**request, Key=key).get("Item", {}) == expected
    assert ddb.scan(**request)["Items"] == [expected]
    get = {"Keys": [key], **{k: v for k, v in request.items() if k != "TableName"}}
    assert ddb.batch_get_item(RequestItems={TABLE: get})["Responses"][TABLE] == [expected]
    reply = ddb.transact_get_items(TransactItems=[{"Get": {**request, "Key": key}}])
    assert reply["Responses"][0].get("Item", {}) == expected


@pytest.mark.parametrize("projection, text", [
    ("", IPE + "The expression can not be empty;"),
    ("s, s", IPE + "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [s], path two: [s]"),
    ("m, m.x", IPE + "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m], path two: [m, x]"),
    ("m.x, m[0]", IPE + "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [m, x], path two: [m, [0]]"),
    ("size(s)", re.compile(IPE + "Syntax error; token: ")),
    (":a", re.compile(IPE + "Syntax error; token: ")),
    ("status", IPE + "Attribute name is a reserved keyword; reserved keyword: status"),
    ("#undefined", IPE + "An expression attribute name used in the document path is not defined; attribute name: #undefined"),
])  # fmt: skip
def test_bad_projections(ddb, projection, text):
    with refused(VALIDATION, text):
        ddb.get_item(TableName=TABLE, Key={"pk": ITEM["pk"]}, ProjectionExpression=projection)
    with refused(VALIDATION, text):
        ddb.scan(TableName=TABLE, ProjectionExpression=projection)


@pytest.mark.parametrize("request_, text", [
    ({"ExpressionAttributeNames": {"#x": "s"}}, "ExpressionAttributeNames can only be specified when using expressions"),
    ({"ExpressionAttributeValues": {":v": {"S": "a"}}},
     "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null"),
    ({"ConditionExpression": "s = :v", "ExpressionAttributeValues": {":v": {"S": "a"}}, "ExpressionAttributeNames": {}},
     "ExpressionAttributeNames must not be empty"),
    ({"ConditionExpression": "attribute_exists(s)", "ExpressionAttributeValues": {}}, "ExpressionAttributeValues must not be empty"),
    ({"ConditionExpression": "attribute_exists(s)", "ExpressionAttributeNames": {"#x": "s"}},
     "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}"),
    ({"ConditionExpression": "attribute_exists(s)", "ExpressionAttributeValues": {":x": {"S": "s"}}},
     "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}"),
    ({"ConditionExpression": "attribute_exists(s)", "ExpressionAttributeNames": {"x": "s"}},
     'ExpressionAttributeNames contains invalid key: Syntax error; key: "x"'),
    ({"ConditionExpression": "attribute_exists(s)", "ExpressionAttributeValues": {"v": {"S": "s"}}},
     'ExpressionAttributeValues contains invalid key: Syntax error; key: "v"'),
    ({"ConditionExpression": "s = :v", "ExpressionAttributeValues": {":v": {"N": "x"}}},
     "ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: x for key :v"),
])  # fmt: skip
def test_bad_placeholders(ddb, request_, text):
    with refused(VALIDATION, text):
        ddb.put_item(TableName=TABLE, Item={"pk": {"S": "never"}}, **request_)


@pytest.mark.parametrize("path", ["pk.x", "pk[0]"])
def test_keys_are_scalars(ddb, path):
    text = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk"
    with refused(VALIDATION, re.compile(re.escape(text))):
        ddb.scan(TableName=TABLE, FilterExpression=f"attribute_exists({path})")
    with refused(VALIDATION, re.compile(re.escape(text))):
        ddb.get_item(TableName=TABLE, Key={"pk": ITEM["pk"]}, ProjectionExpression=path)
