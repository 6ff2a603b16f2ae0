"""PartiQL: statements of one item and of many, alone, in batches and in transactions."""

import base64
import json
import re

import pytest

from conformance.aws_cli import AwsCli
from conformance.clients import commit_of
from conformance.faults import VALIDATION, check_refused, refused
from conformance.tables import Index, Schema, canonical, check_indexes, create_table, put_all, read_all

SCHEMA = Schema(
    "pk",
    "sk",
    types={"sk": "N", "score": "N"},
    indexes=(
        Index("by-team", "team", "score", projection=("note",)),
        Index("byDate", "pk", "date", projection="KEYS_ONLY", local=True),
    ),
)
MALFORMED = "Statement wasn't well formed, can't be processed: "
NO_KEY = "Where clause does not contain a mandatory equality on all key attributes"
FAILED = "The conditional request failed"


def key(pk, sk=1):
    return {"pk": {"S": pk}, "sk": {"N": str(sk)}}


def number(value):
    return {"N": str(value)}


def player(pk, sk):
    """An item; which of the index attributes it has depends on its key."""
    item = {**key(pk, sk), "note": {"S": f"note {pk}{sk}"}, "x": number(sk * 10)}
    if sk % 2 == 0:
        item.update(team={"S": "red" if sk < 3 else "blue"}, score=number(sk))
    if sk != 2:
        item["date"] = {"S": f"2026-0{9 - sk}"}
    return item


PLAYERS = [player(pk, sk) for pk in "abc" for sk in range(1, 6)]


def by_key(items):
    return sorted(items, key=lambda item: (item["pk"]["S"], int(item["sk"]["N"])))


def execute(ddb, statement, *parameters, **members):
    if parameters:
        members["Parameters"] = list(parameters)
    return ddb.execute_statement(Statement=statement, **members)


def rows(ddb, statement, *parameters, **members):
    """The rows of all pages."""
    found = []
    while True:
        reply = execute(ddb, statement, *parameters, **members)
        assert ("NextToken" in reply) == ("LastEvaluatedKey" in reply)
        found += reply["Items"]
        if "NextToken" not in reply:
            return found
        members["NextToken"] = reply["NextToken"]


@pytest.fixture(scope="module")
def players(wire):
    """A table that tests only read."""
    create_table(wire, "Players", SCHEMA)
    put_all(wire, "Players", PLAYERS)
    return "Players"


@pytest.fixture
def own(wire, table):
    """An empty table of the test's own."""
    create_table(wire, table, SCHEMA)
    return table


# --- reading ---


@pytest.mark.parametrize("clause, wanted", [
    ("", lambda i: True),
    (" WHERE pk = 'a'", lambda i: i["pk"]["S"] == "a"),
    (" WHERE pk = 'a' AND sk = 3", lambda i: i == player("a", 3)),
    (" WHERE pk = 'a' AND sk = 3 AND x <> 30", lambda i: False),
    (" WHERE pk = 'a' AND sk BETWEEN 2 AND 4", lambda i: i["pk"]["S"] == "a" and 2 <= int(i["sk"]["N"]) <= 4),
    (" WHERE pk = 'a' AND sk > 2 AND sk < 4", lambda i: i == player("a", 3)),
    (" WHERE pk = 'a' OR pk = 'b'", lambda i: i["pk"]["S"] in "ab"),
    (" WHERE pk IN ['a', 'b'] AND sk = 1", lambda i: i["pk"]["S"] in "ab" and i["sk"]["N"] == "1"),
    (" WHERE pk = 'a' OR x = 50", lambda i: i["pk"]["S"] == "a" or i["x"]["N"] == "50"),
    (" WHERE pk > 'a'", lambda i: i["pk"]["S"] > "a"),
    (" WHERE begins_with(note, 'note b') AND team IS NOT MISSING", lambda i: i["pk"]["S"] == "b" and "team" in i),
    (" WHERE NOT x IN (10, 20, 30) AND contains(\"note\", 'a')", lambda i: i["pk"]["S"] == "a" and i["sk"]["N"] in "45"),
    (" WHERE pk = 'nobody'", lambda i: False),
    (" WHERE pk = 'nobody' AND sk = 1", lambda i: False),
])  # fmt: skip
def test_rows_are_the_items_the_clause_is_true_of(ddb, players, clause, wanted):
    expected = [item for item in PLAYERS if wanted(item)]
    statement = f"SELECT * FROM {players}{clause}"
    for limit in ({}, {"Limit": 1}, {"Limit": 4}):
        assert by_key(rows(ddb, statement, **limit)) == by_key(expected), limit
    if not expected:
        reply = execute(ddb, statement)
        assert reply["Items"] == [] and "NextToken" not in reply


def test_columns_are_what_is_asked_for(ddb, own, wire):
    item = {**key("a"), "m": {"M": {"n": {"L": [number(1), number(2)]}}}, "Order": {"S": "o"}}
    wire.PutItem(TableName=own, Item=item)
    at = f'FROM "{own}" WHERE pk = \'a\' AND sk = 1'
    for columns, expected in (
        ("*", item),
        ('sk, "Order"', {"sk": number(1), "Order": {"S": "o"}}),
        ("m.n", {"n": item["m"]["M"]["n"]}),
        ("m.n[1], pk", {"n[1]": number(2), "pk": {"S": "a"}}),
        ("nothing, m.other", {}),
    ):
        assert execute(ddb, f"SELECT {columns} {at}")["Items"] == [expected], columns
    with refused(VALIDATION, "SELECT would return two attributes with the name x"):
        execute(ddb, f"SELECT m.x, n.x {at}")


def test_parameters_are_put_in_from_left_to_right(ddb, players):
    found = rows(ddb, "SELECT * FROM Players WHERE pk = ? AND sk >= ? AND x IN [?, 50]", {"S": "a"}, number(3), number(30))
    assert found == [player("a", 3), player("a", 5)]
    whole = {"L": [{"S": "a"}, {"S": "c"}]}
    assert rows(ddb, "SELECT * FROM Players WHERE pk IN ? AND sk = ?", whole, number(1)) == [player("a", 1), player("c", 1)]
    assert rows(ddb, "SELECT * FROM Players WHERE note = '?'") == []


def test_indexes_are_targets(ddb, players):
    red = [player(pk, 2) for pk in "abc"]
    for source in ('"Players"."by-team"', 'Players."by-team"'):
        found = rows(ddb, f"SELECT * FROM {source} WHERE team = 'red' AND score = 2")
        entries = [SCHEMA.entry(SCHEMA.indexes[0], item) for item in red]
        assert by_key(found) == by_key(entries)
    # Only items that are in the index appear, and what it does not hold is absent.
    assert len(rows(ddb, 'SELECT * FROM Players."by-team"')) == 6
    assert rows(ddb, "SELECT x, note FROM Players.\"by-team\" WHERE team = 'red' AND pk = 'a'") == [{"note": red[0]["note"]}]
    # A local index fetches it.
    found = rows(ddb, "SELECT x FROM Players.byDate WHERE pk = 'a' ORDER BY \"date\"", Limit=2)
    assert found == [{"x": number(x)} for x in (50, 40, 30, 10)]
    consistent = execute(ddb, "SELECT * FROM Players.byDate WHERE pk = 'a'", ConsistentRead=True)
    assert len(consistent["Items"]) == 4
    with refused(VALIDATION, "Consistent reads are not supported on global secondary indexes"):
        execute(ddb, "SELECT * FROM Players.\"by-team\" WHERE team = 'red'", ConsistentRead=True)


def test_order(ddb, players):
    def keys(statement, **members):
        return [item["pk"]["S"] + item["sk"]["N"] for item in rows(ddb, f"SELECT * FROM Players WHERE {statement}", **members)]

    for members in ({}, {"Limit": 2}):
        assert keys("pk = 'a' ORDER BY sk DESC", **members) == ["a5", "a4", "a3", "a2", "a1"]
        assert keys("pk = 'a' AND sk > 2 ORDER BY pk, sk", **members) == ["a3", "a4", "a5"]
        assert keys("pk IN ['b', 'c', 'a'] AND sk < 3 ORDER BY pk DESC", **members) == ["c1", "c2", "b1", "b2", "a1", "a2"]
        assert keys("pk IN ['b', 'a'] AND sk < 3 ORDER BY pk, sk DESC", **members) == ["a2", "a1", "b2", "b1"]
    for statement, text in (
        ("SELECT * FROM Players ORDER BY pk", "Must have WHERE clause in the statement when using ORDER BY clause."),
        ("SELECT * FROM Players WHERE pk = 'a' ORDER BY x", "Attribute x in ORDER BY clause must be part of the primary key"),
        ("SELECT * FROM Players WHERE x = 1 ORDER BY pk", "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."),
    ):  # fmt: skip
        with refused(VALIDATION, text):
            execute(ddb, statement)


def test_pages_and_their_tokens(ddb, wire, players):
    statement = "SELECT * FROM Players WHERE pk = ?"
    first = execute(ddb, statement, {"S": "a"}, Limit=2)
    assert first["Items"] == [player("a", 1), player("a", 2)]
    assert first["LastEvaluatedKey"] == key("a", 2)
    token = first["NextToken"]
    second = execute(ddb, statement, {"S": "a"}, Limit=2, NextToken=token)
    assert second["Items"] == [player("a", 3), player("a", 4)]
    # The same parameters in another spelling, and other limits, are the same request.
    assert execute(ddb, statement, {"S": "a"}, NextToken=token)["Items"] == [player("a", n) for n in (3, 4, 5)]
    flipped = bytearray(base64.b64decode(token))
    flipped[-1] ^= 1
    for statement_, parameter, token_ in (
        (statement, "b", token),
        ("SELECT * FROM Players WHERE pk = ? ", "a", token),
        ("SELECT * FROM Players WHERE ? = pk", "a", token),
        (statement, "a", base64.b64encode(flipped).decode()),
        (statement, "a", token[:-4]),
        (statement, "a", "no token"),
        ("INSERT INTO Players VALUE {'pk': ?, 'sk': 9}", "z", token),
    ):
        members = {"Statement": statement_, "Parameters": [{"S": parameter}], "NextToken": token_}
        check_refused(wire, "ExecuteStatement", members, VALIDATION, "NextToken does not match request")
    assert key("z", 9) not in [SCHEMA.key_of(item) for item in read_all(wire, players)]
    # A list of partition keys comes ten items at a time.
    listed = "SELECT * FROM Players WHERE pk IN ['a', 'b', 'c']"
    page = execute(ddb, listed)
    assert page["Items"] == PLAYERS[:10] and page["LastEvaluatedKey"] == key("b", 5)
    assert rows(ddb, listed) == PLAYERS


def test_a_page_ends_at_a_megabyte(ddb, wire, own):
    items = [{**key("a", n), "bulk": {"S": str(n) * 300_000}} for n in range(1, 7)]
    put_all(wire, own, items)
    page = execute(ddb, f"SELECT * FROM \"{own}\" WHERE pk = 'a'")
    assert page["Items"] == items[:4] and page["LastEvaluatedKey"] == key("a", 4)
    assert rows(ddb, f'SELECT sk FROM "{own}"') == [{"sk": number(n)} for n in range(1, 7)]


@pytest.mark.parametrize("statement, text", [
    ("", re.compile("'statement' failed to satisfy constraint: Member must have length greater than or equal to 1")),
    ("x" * 8193, re.compile("'statement' failed to satisfy constraint: Member must have length less than or equal to 8192")),
    ("UPDATE a-b SET x = 1", f"{MALFORMED}Expected data manipulation"),
    ("SELECT * FROM Players WHERE (pk = 'a'", f"{MALFORMED}Expected RIGHT_PAREN"),
    ("SELECT * FROM Players LIMIT 5", f"{MALFORMED}Unexpected LIMIT"),
    ("(" * 8192, re.compile(f"^{MALFORMED}")),
    ("SELECT * FROM Players WHERE " + "(" * 8000, re.compile(f"^{MALFORMED}It nests")),
    ("INSERT INTO Players VALUE {'a':" + "[" * 8000, re.compile(f"^{MALFORMED}It nests")),
    ("SELECT * FROM Players WHERE pk = ?", "Number of parameters in request and statement don't match."),
    ("SELECT * FROM Players WHERE pk = 5", "One or more parameter values were invalid: Condition parameter type does not match schema type"),
    ("SELECT * FROM Players.nope WHERE pk = 'a'", "The table does not have the specified index"),
    ("SELECT * FROM \"a b\"", re.compile("^Invalid table/index name")),
    ("EXISTS(SELECT * FROM Players WHERE pk = 'a' AND sk = 1 AND x = 1)", "EXISTS is a statement of ExecuteTransaction only"),
])  # fmt: skip
def test_bad_statements(ddb, players, statement, text):
    with refused(VALIDATION, text):
        execute(ddb, statement)


def test_bad_requests(ddb, wire, players):
    with refused(VALIDATION, "1 validation error detected: Value '[]' at 'parameters' failed to satisfy constraint: Member must have length greater than or equal to 1"):
        ddb.execute_statement(Statement="SELECT * FROM Players", Parameters=[])
    with refused(VALIDATION, "The parameter cannot be converted to a numeric value: x"):
        execute(ddb, "SELECT * FROM Players WHERE x = ?", number("x"))
    with refused("SerializationException"):
        wire.ExecuteStatement(Statement="SELECT * FROM Players WHERE x = ?", Parameters=[{"S": 1}])
    for statement in ("SELECT * FROM NoSuch", "SELECT * FROM NoSuch.i", "DELETE FROM NoSuch WHERE pk = 'a'"):
        with refused("ResourceNotFoundException", "Requested resource not found"):
            execute(ddb, statement)


# --- writing ---


def test_items_of_every_type(ddb, wire, own):
    statement = f"""
        INSERT INTO "{own}" VALUE {{'pk': 'a', 'sk': 1, 's': 'it''s', 'n': -1.50, 't': true, 'z': NULL,
            'l': [1, 'x', [FALSE]], 'm': {{'K': {{}}}}, 'ss': <<'b', 'a'>>, 'ns': <<1, 2.5>>,
            'b': ?, 'bs': ?, 'q': '?', 'nested': {{'p': [?]}}}}"""
    reply = execute(ddb, statement, {"B": b"\x00"}, {"BS": [b"\x01"]}, {"NULL": True})
    assert reply["Items"] == [] and commit_of(reply)
    assert wire.GetItem(TableName=own, Key=key("a"))["Item"] == {
        **key("a"),
        "s": {"S": "it's"}, "n": {"N": "-1.5"}, "t": {"BOOL": True}, "z": {"NULL": True},
        "l": {"L": [{"N": "1"}, {"S": "x"}, {"L": [{"BOOL": False}]}]}, "m": {"M": {"K": {"M": {}}}},
        "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2.5"]}, "b": {"B": "AA=="}, "bs": {"BS": ["AQ=="]},
        "q": {"S": "?"}, "nested": {"M": {"p": {"L": [{"NULL": True}]}}},
    }  # fmt: skip


def test_inserts(ddb, wire, own):
    insert = f'INSERT INTO "{own}" VALUE ?'
    item = player("a", 2)
    execute(ddb, insert, {"M": item})
    for other in (item, key("a", 2)):
        with refused("DuplicateItemException", "Duplicate primary key exists in table") as refusal:
            execute(ddb, insert, {"M": other}, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        assert "Item" not in refusal.members
    assert read_all(wire, own) == [item]
    check_indexes(wire, own, SCHEMA, [item], "after inserts")
    invalid = "One or more parameter values were invalid: "
    for item, text in (
        ({"pk": {"S": "b"}}, f"{invalid}Missing the key sk in the item"),
        ({**key("b"), "sk": {"S": "1"}}, f"{invalid}Type mismatch for key sk expected: N actual: S"),
        ({**key("b"), "team": number(1)}, f"{invalid}Type mismatch for Index Key team Expected: S Actual: N IndexName: by-team"),
        ({**key("b"), "v": {"S": "x" * 410_000}}, "Item size has exceeded the maximum allowed size"),
    ):
        with refused(VALIDATION, text):
            execute(ddb, insert, {"M": item})


def test_updates(ddb, wire, own):
    item = {**player("a", 2), "l": {"L": [number(1), number(2)]}, "s": {"SS": ["p", "q"]}}
    at = f'"{own}"', "WHERE pk = 'a' AND sk = 2"
    update = f"UPDATE {at[0]} SET x = x + 1 SET note = 'new', l = list_append(l, [?]) SET s = set_add(s, <<'r'>>) REMOVE team, l[0] {at[1]}"
    with refused("ConditionalCheckFailedException", FAILED):
        execute(ddb, update.replace(", l[0]", ""), number(3))
    assert read_all(wire, own) == []
    wire.PutItem(TableName=own, Item=item)
    with refused(VALIDATION, re.compile("^Two document paths overlap with each other")):
        execute(ddb, update, number(3))
    for mode, wanted in (
        ("ALL OLD", lambda old, new: old),
        ("ALL NEW", lambda old, new: new),
        ("MODIFIED OLD", lambda old, new: {name: old[name] for name in ("x", "note", "l", "s", "team")}),
        ("MODIFIED NEW", lambda old, new: {name: new[name] for name in ("x", "note", "l", "s")}),
    ):
        wire.PutItem(TableName=own, Item=item)
        reply = execute(ddb, f"{update.replace(', l[0]', '')} RETURNING {mode} *", number(3))
        new = {**item, "x": number(21), "note": {"S": "new"}, "l": {"L": [number(1), number(2), number(3)]}, "s": {"SS": ["p", "q", "r"]}}
        del new["team"]
        assert [canonical(row) for row in reply["Items"]] == [canonical(wanted(item, new))], mode
        assert canonical(wire.GetItem(TableName=own, Key=key("a", 2))["Item"]) == canonical(new)
        check_indexes(wire, own, SCHEMA, [new], mode)
    reply = execute(ddb, f"UPDATE {at[0]} SET x = 1 {at[1]} AND note = 'new'")
    assert reply["Items"] == [] and commit_of(reply)
    with refused("ConditionalCheckFailedException", FAILED) as refusal:
        execute(ddb, f"UPDATE {at[0]} SET x = 2 {at[1]} AND x > 1", ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert canonical(refusal.members["Item"]) == canonical({**new, "x": number(1)})
    with refused("ConditionalCheckFailedException", FAILED) as refusal:
        execute(ddb, f"UPDATE {at[0]} SET x = 2 {at[1]} AND x > 1")
    assert "Item" not in refusal.members
    for change, where, text in (
        ("SET sk = 1", at[1], "One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key"),
        ("SET q.a = 1", at[1], "The document path provided in the update expression is invalid for update"),
        ("SET x = q + 1", at[1], "The provided expression refers to an attribute that does not exist in the item"),
        ("SET x = 1", "", NO_KEY),
        ("SET x = 1", "WHERE pk = 'a'", NO_KEY),
        ("SET x = 1", f"{at[1]} OR x = 1", NO_KEY),
        ("SET x = 1", "WHERE pk = 'a' AND sk IN [2]", NO_KEY),
        ("SET x = 1", "WHERE pk = 'a' AND sk = '2'", "The provided key element does not match the schema"),
    ):  # fmt: skip
        with refused(VALIDATION, text):
            execute(ddb, f"UPDATE {at[0]} {change} {where}")
    with refused(VALIDATION, re.compile("^Only tables can be written to")):
        execute(ddb, f'UPDATE {at[0]}."by-team" SET x = 1 {at[1]}')


def test_deletes(ddb, wire, own):
    delete = f"DELETE FROM \"{own}\" WHERE pk = 'a' AND sk = 2"
    for statement in (delete, f"{delete} AND x = 1", f"{delete} RETURNING ALL OLD *"):
        assert execute(ddb, statement)["Items"] == [], "there is nothing to delete, which is no error"
    wire.PutItem(TableName=own, Item=player("a", 2))
    with refused("ConditionalCheckFailedException", FAILED):
        execute(ddb, f"{delete} AND x = 1")
    reply = execute(ddb, f"{delete} AND x = 20 RETURNING ALL OLD *")
    assert reply["Items"] == [player("a", 2)] and commit_of(reply)
    assert read_all(wire, own) == []
    check_indexes(wire, own, SCHEMA, [], "after the deletion")
    with refused(VALIDATION, NO_KEY):
        execute(ddb, f"DELETE FROM \"{own}\" WHERE sk = 2")


# --- batches ---


def batch(ddb, *statements):
    members = [{"Statement": s} if isinstance(s, str) else s for s in statements]
    return ddb.batch_execute_statement(Statements=members)


def test_batches_of_reads(ddb, players):
    at = "FROM Players WHERE pk = ? AND sk = ?"
    reply = batch(
        ddb,
        {"Statement": f"SELECT * {at}", "Parameters": [{"S": "a"}, number(1)], "ConsistentRead": True},
        {"Statement": f"SELECT x {at} AND x = 20", "Parameters": [{"S": "b"}, number(2)]},
        {"Statement": f"SELECT nothing {at}", "Parameters": [{"S": "b"}, number(2)]},
        {"Statement": f"SELECT * {at}", "Parameters": [{"S": "nobody"}, number(1)]},
        {"Statement": f"SELECT * {at} AND x = 1", "Parameters": [{"S": "a"}, number(1)]},
        "SELECT * FROM Players WHERE pk = 'a'",
        "SELECT * FROM Players.byDate WHERE pk = 'a' AND sk = 1",
        "SELECT * FROM NoSuch WHERE pk = 'a' AND sk = 1",
        "SELECT * FROM Players WHERE",
        "SELECT * FROM Players WHERE pk = 'a' AND sk = ?",
        "SELECT * FROM Players WHERE pk = 'a' AND sk = '1'",
    )
    one_item = {"Code": "ValidationError", "Message": "Select statements within BatchExecuteStatement must specify the primary key in the where clause."}
    assert reply["Responses"] == [
        {"TableName": players, "Item": player("a", 1)},
        {"TableName": players, "Item": {"x": number(20)}},
        {"TableName": players, "Item": {}},
        {"TableName": players},
        {"TableName": players},
        {"TableName": players, "Error": one_item},
        {"TableName": players, "Error": one_item},
        {"Error": {"Code": "ResourceNotFound", "Message": "Requested resource not found"}},
        {"Error": {"Code": "ValidationError", "Message": f"{MALFORMED}Expected a name"}},
        {"Error": {"Code": "ValidationError", "Message": "Number of parameters in request and statement don't match."}},
        {"TableName": players, "Error": {"Code": "ValidationError", "Message": "The provided key element does not match the schema"}},
    ]


def test_batches_of_writes(ddb, wire, own):
    wire.PutItem(TableName=own, Item=player("a", 1))
    at = f'"{own}"'
    reply = batch(
        ddb,
        {"Statement": f"INSERT INTO {at} VALUE ?", "Parameters": [{"M": player("b", 2)}]},
        {"Statement": f"INSERT INTO {at} VALUE ?", "Parameters": [{"M": player("a", 1)}]},
        {"Statement": f"UPDATE {at} SET x = 5 WHERE pk = 'a' AND sk = 1 AND x = 1", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
        f"UPDATE {at} SET x = 5 WHERE pk = 'a' AND sk = 1 AND x = 1",
        f"UPDATE {at} SET x = 5 WHERE pk = 'a' AND sk = 1 RETURNING MODIFIED NEW *",
        f"UPDATE {at} SET x = 5 WHERE pk = 'a'",
        f"UPDATE {at} SET x = q WHERE pk = 'a' AND sk = 1",
        f"DELETE FROM {at} WHERE pk = 'nobody' AND sk = 1",
        f"EXISTS(SELECT * FROM {at} WHERE pk = 'a' AND sk = 1 AND x = 1)",
        "DELETE FROM NoSuch WHERE pk = 'a' AND sk = 1",
    )
    failed = {"Code": "ConditionalCheckFailed", "Message": FAILED}

    def invalid(text):
        return {"TableName": own, "Error": {"Code": "ValidationError", "Message": text}}

    assert reply["Responses"] == [
        {"TableName": own},
        {"TableName": own, "Error": {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"}},
        {"TableName": own, "Error": {**failed, "Item": player("a", 1)}},
        {"TableName": own, "Error": failed},
        {"TableName": own, "Item": {"x": number(5)}},
        invalid(NO_KEY),
        invalid("The provided expression refers to an attribute that does not exist in the item"),
        {"TableName": own},
        invalid("EXISTS is a statement of ExecuteTransaction only"),
        {"Error": {"Code": "ResourceNotFound", "Message": "Requested resource not found"}},
    ]
    assert commit_of(reply)
    items = [{**player("a", 1), "x": number(5)}, player("b", 2)]
    assert by_key(read_all(wire, own)) == items
    check_indexes(wire, own, SCHEMA, items, "after a batch")
    # Statements about one item take effect in their order.
    counted = [f"INSERT INTO {at} VALUE {{'pk': 'c', 'sk': 1, 'x': 0}}"]
    counted += [f"UPDATE {at} SET x = {n} WHERE pk = 'c' AND sk = 1 AND x = {n - 1}" for n in range(1, 25)]
    assert batch(ddb, *counted)["Responses"] == [{"TableName": own}] * 25
    assert wire.GetItem(TableName=own, Key=key("c"))["Item"]["x"] == number(24)


def test_bad_batches(ddb, players):
    read = "SELECT * FROM Players WHERE pk = 'a' AND sk = 1"
    with refused(VALIDATION, "Statements of one BatchExecuteStatement must all read or all write"):
        batch(ddb, read, "DELETE FROM Players WHERE pk = 'a' AND sk = 1")
    with refused(VALIDATION, re.compile("Member must have length less than or equal to 25")):
        batch(ddb, *[read] * 26)
    with refused(VALIDATION, re.compile("'statements' failed to satisfy constraint: Member must have length greater than or equal to 1")):
        batch(ddb)
    with refused("SerializationException"):
        batch(ddb, read, {"Statement": read, "Parameters": [{"N": 1}]})


# --- transactions ---


def transact(ddb, *statements, **members):
    listed = [{"Statement": s} if isinstance(s, str) else s for s in statements]
    return ddb.execute_transaction(TransactStatements=listed, **members)


def test_transactions_of_reads(ddb, players):
    at = "FROM Players WHERE pk = ? AND sk = ?"
    reply = transact(
        ddb,
        {"Statement": f"SELECT * {at}", "Parameters": [{"S": "a"}, number(1)]},
        {"Statement": f"SELECT nothing {at}", "Parameters": [{"S": "a"}, number(2)]},
        {"Statement": f"SELECT * {at}", "Parameters": [{"S": "nobody"}, number(2)]},
        {"Statement": f"SELECT * {at} AND x = 1", "Parameters": [{"S": "a"}, number(3)]},
    )
    assert reply["Responses"] == [{"Item": player("a", 1)}, {"Item": {}}, {}, {}]


def test_transactions_of_writes(ddb, wire, own):
    at = f'"{own}"'
    put_all(wire, own, [player("a", 1), player("b", 2)])
    insert = {"Statement": f"INSERT INTO {at} VALUE ?", "Parameters": [{"M": player("c", 3)}]}
    update = f"UPDATE {at} SET x = x + 1 WHERE pk = 'a' AND sk = 1"
    check = f"EXISTS(SELECT * FROM {at} WHERE pk = 'b' AND sk = 2 AND x = 20)"
    reply = transact(ddb, insert, update, check, f"DELETE FROM {at} WHERE pk = 'nobody' AND sk = 1")
    assert reply["Responses"] == [] and commit_of(reply)
    items = [{**player("a", 1), "x": number(11)}, player("b", 2), player("c", 3)]
    assert by_key(read_all(wire, own)) == items
    with refused("TransactionCanceledException") as refusal:
        transact(
            ddb,
            insert,
            update,
            {"Statement": check.replace("x = 20", "x = 21"), "ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
            f"DELETE FROM {at} WHERE pk = 'nobody' AND sk = '1'",
        )
    assert refusal.message == (
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[DuplicateItem, None, ConditionalCheckFailed, ValidationError]"
    )
    assert refusal.members["CancellationReasons"] == [
        {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"},
        {"Code": "None"},
        {"Code": "ConditionalCheckFailed", "Message": FAILED, "Item": player("b", 2)},
        {"Code": "ValidationError", "Message": "The provided key element does not match the schema"},
    ]
    assert by_key(read_all(wire, own)) == items, "all or nothing"
    check_indexes(wire, own, SCHEMA, items, "after transactions")


def test_a_transaction_is_done_once_per_token(ddb, wire, own):
    wire.PutItem(TableName=own, Item=player("a", 1))
    update = {"Statement": f"UPDATE \"{own}\" SET x = x + ? WHERE pk = 'a' AND sk = 1", "Parameters": [number(1)]}
    for parameter in (number(1), number("1.0")):
        transact(ddb, {**update, "Parameters": [parameter]}, ClientRequestToken=own[-36:])
    assert wire.GetItem(TableName=own, Key=key("a"))["Item"]["x"] == number(11)
    with refused("IdempotentParameterMismatchException"):
        transact(ddb, {**update, "Parameters": [number(2)]}, ClientRequestToken=own[-36:])


def test_bad_transactions(ddb, players):
    read = "SELECT * FROM Players WHERE pk = 'a' AND sk = 1"
    delete = "DELETE FROM Players WHERE pk = 'a' AND sk = 1"
    for statements, text in (
        ([read, delete], re.compile("^Statements of one ExecuteTransaction must all read or all write")),
        ([read, read], "Transaction request cannot include multiple operations on one item"),
        ([delete, delete], "Transaction request cannot include multiple operations on one item"),
        (["SELECT * FROM Players WHERE pk = 'a'"], "Select statements within ExecuteTransaction must specify the primary key in the where clause."),
        (["SELECT * FROM Players.byDate WHERE pk = 'a' AND sk = 1"], re.compile("must specify the primary key")),
        ([f"EXISTS({read})"], "EXISTS needs a condition beside those on the primary key"),
        (["EXISTS(SELECT * FROM Players WHERE pk = 'a' AND x = 1)"], NO_KEY),
        ([delete, "DELETE FROM Players WHERE"], f"{MALFORMED}Expected a name"),
        ([f"{delete} RETURNING ALL OLD *"], "RETURNING is not possible in ExecuteTransaction"),
        ([read] * 101, re.compile("Member must have length less than or equal to 100")),
    ):  # fmt: skip
        with refused(VALIDATION, text):
            transact(ddb, *statements)
    with refused("ResourceNotFoundException", "Requested resource not found"):
        transact(ddb, delete, "DELETE FROM NoSuch WHERE pk = 'a' AND sk = 1")


# --- the command line ---


def test_the_aws_cli_runs_statements(endpoint, players):
    cli = AwsCli(endpoint)
    statement = "\"SELECT * FROM Players WHERE pk = ? AND sk = 1\" --parameters '[{\"S\": \"a\"}]'"
    assert cli.run(f"aws dynamodb execute-statement --statement {statement}") == {"Items": [player("a", 1)]}
    cli.refused("aws dynamodb execute-statement --statement 'SELECT * FROM Players WHERE'", "ValidationException", "well formed")
    batch_ = json.dumps([{"Statement": "SELECT x FROM Players WHERE pk = 'b' AND sk = 2"}]).replace("'", "'\\''")
    reply = cli.run(f"aws dynamodb batch-execute-statement --statements '{batch_}'")
    assert reply == {"Responses": [{"TableName": players, "Item": {"x": number(20)}}]}
